import 'server-only'
import type { z } from 'zod'
import { loadAuditedRotations } from '@/lib/db/load-audit-facts'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { nextAuditAt, whyNotAudit } from '@/lib/domain/secret-audit'
import type { recordSecretAuditInput } from '@/lib/schemas/secret-audit'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** What recording an audit came to. */
export type RecordedAudit = {
  id: string
  profile: string
  rotation: string | null
  finding: string
  auditedAt: Date
  nextDueAt: Date | null
}

/**
 * Records what SecOps found in a rotation that is over, or in the secret handling of a profile (000.10). Who audits had no hand in it. A profile's
 * audit says when the next is due: as chosen, else by the policy's interval.
 */
export async function recordSecretAudit(ctx: Ctx, input: z.output<typeof recordSecretAuditInput>): Promise<RecordedAudit> {
  ensure(whyNotSecret({ note: input.note, link: input.link }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const [rotation] = input.rotation === undefined ? [] : await loadAuditedRotations(tx, { id: input.rotation, systemId: system.id })
    if (input.rotation !== undefined && !rotation)
      throw new Refused(refuse('not_found', `${system.name} has no rotation ${input.rotation}.`, { place: 'rotation' }))
    const profile = rotation?.profile ?? profileOrRefuse(active.policy, input.profile ?? '').id
    const rule = active.policy.secrets.audits.find(({ profiles }) => profiles.includes(profile)) ?? null
    const last = await tx.secretAudit.findFirst({
      where: { systemId: system.id, profileKey: profile, rotationId: null },
      orderBy: [{ auditedAt: 'desc' }, { id: 'desc' }],
      select: { auditedAt: true },
    })
    const since = rotation
      ? []
      : await loadAuditedRotations(tx, {
          systemId: system.id,
          profileKey: profile,
          ...(last ? { OR: [{ endedAt: null }, { endedAt: { gt: last.auditedAt } }] } : {}),
        })
    ensure(whyNotAudit({ system, profile, rule, rotation: rotation ?? null, since }, { nextDueAt: input.nextDueAt ?? null }, actor, now))
    const nextDueAt = rotation ? null : nextAuditAt(rule, { auditedAt: now, nextDueAt: input.nextDueAt ?? null })
    const { finding, note, link = null } = input
    const { id } = await tx.secretAudit.create({
      data: {
        systemId: system.id,
        profileKey: profile,
        rotationId: rotation?.id ?? null,
        policyVersionId: active.id,
        finding,
        note,
        link,
        auditedById: actor.id,
        auditedAt: now,
        nextDueAt,
      },
      select: { id: true },
    })
    return {
      result: { id, profile, rotation: rotation?.id ?? null, finding, auditedAt: now, nextDueAt },
      events: [
        {
          action: 'secret_audit.recorded',
          system: system.id,
          subject: { kind: 'secret_audit', id },
          policy: active.hash,
          after: {
            what: rotation?.id ?? 'secret handling',
            profile,
            finding,
            rotation: rotation?.id ?? null,
            nextDueAt: nextDueAt?.toISOString() ?? null,
          },
        },
      ],
    }
  })
}

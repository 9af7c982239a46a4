import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadRotationForUpdate } from '@/lib/db/load-rotations'
import { mutate, type Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { openStep, type RotationFacts } from '@/lib/domain/rotation'
import { whyNotRollBack } from '@/lib/domain/rotation-guards'
import type { rollBackInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { openIncidentOf } from './open-rotation'

/**
 * Calls a running rotation off: from here the rollback items are the list (003.13, 003.14). It belongs to an incident: the named one, the rotation's
 * own while that is open, or a new one (003.19).
 */
export async function rollBack(
  ctx: Ctx,
  input: z.output<typeof rollBackInput>,
): Promise<{ status: 'rolling_back'; incident: string; next: string | null }> {
  ensure(whyNotSecret({ reason: input.reason }))
  return mutate(ctx, async (w) => {
    const { tx, now, actor } = w
    const facts = await loadRotationForUpdate(tx, input.rotation, readableSystems(actor, now), now)
    ensure(whyNotRollBack(facts, input.trigger, actor, now))
    const { incident, declared } = await incidentOf(w, facts, input.incident)
    const reason = await keepText(tx, input.reason)
    await tx.rotation.update({
      where: { id: facts.id },
      data: { status: 'rolling_back', trigger: input.trigger, endReason: reason, incidentId: incident },
    })
    return {
      result: { status: 'rolling_back', incident, next: openStep({ ...facts, status: 'rolling_back' })?.id ?? null },
      events: [
        {
          action: 'rotation.rolling_back',
          system: facts.system.id,
          subject: { kind: 'rotation', id: facts.id },
          policy: facts.policy.hash,
          text: reason,
          before: { status: facts.status },
          after: { trigger: input.trigger, incident, profile: facts.profile.id },
        },
        ...declared,
      ],
    }
  })
}

async function incidentOf(
  { tx, now, actor }: Work,
  facts: RotationFacts,
  named: string | undefined,
): Promise<{ incident: string; declared: AuditEvent[] }> {
  const found = await openIncidentOf(tx, facts.system.id, named)
  ensure(
    found && !found.isOpen ? refuse('wrong_state', `${found.id} is closed. Name an open incident, or none.`, { place: 'incident' }) : null,
  )
  if (found) return { incident: found.id, declared: [] }
  if (facts.incident && (await openIncidentOf(tx, facts.system.id, facts.incident.id))?.isOpen)
    return { incident: facts.incident.id, declared: [] }
  const severity = 'sev3'
  const { id } = await tx.incident.create({
    data: {
      systemId: facts.system.id,
      profileKey: facts.profile.id,
      title: `${facts.id}: ${facts.title} on ${facts.profile.name} is rolled back`,
      severity,
      declaredById: actor.id,
      declaredForId: actor.countsAsId,
      openedAt: now,
    },
    select: { id: true },
  })
  return {
    incident: id,
    declared: [
      {
        action: 'incident.declared',
        system: facts.system.id,
        subject: { kind: 'incident', id },
        after: { severity, profile: facts.profile.id, rotation: facts.id },
      },
    ],
  }
}

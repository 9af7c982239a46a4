import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import type { Tx } from '@/lib/db/client'
import { openRotations } from '@/lib/db/load-key-facts'
import { loadKeyStandings } from '@/lib/db/load-keys'
import { loadPeople } from '@/lib/db/load-people'
import { loadOwnerAgents } from '@/lib/db/load-rotations'
import { loadSystem } from '@/lib/db/load-system'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { lockKeys } from '@/lib/db/write-keys'
import type { Ctx } from '@/lib/domain/context'
import type { PolicyOwnership } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotCause, whyNotOpen, whyNotSealPlan } from '@/lib/domain/rotation-approval'
import { buildPlan, planSecrets, planSteps, whyNotPlanVariant, whyNotRotatedElsewhere, whyNotTogether } from '@/lib/domain/rotation-plan'
import type { openRotationInput } from '@/lib/schemas/rotation'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { storePlan } from './seal-plan'

/**
 * Opens a rotation under a rule of the active policy, pins it to that version and seals version 1 of its plan. What is rotated together is opened
 * together (000.15, 000.17); an emergency names its open incident. Gives the id with what was sealed.
 */
export async function openRotation(
  ctx: Ctx,
  input: z.output<typeof openRotationInput>,
): Promise<{ id: string; number: number; hash: string }> {
  ensure(whyNotSecret({ reason: input.reason }))
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const { active: version, ...governed } = await loadSystem(tx, actor, input.system, now)
      const { policy } = version
      const ownership = policy.rotation.ownership.find(({ id }) => id === input.rule)
      ensure(
        ownership
          ? null
          : refuse(
              'not_found',
              policy.rotation.ownership.length === 0
                ? `The policy of ${governed.name} has no rotation rules.`
                : `The policy of ${governed.name} has no rotation rule ${input.rule}. It has ${policy.rotation.ownership.map(({ id }) => id).join(', ')}.`,
              { place: 'rule' },
            ),
      )
      const rule = ownership as PolicyOwnership
      const agents = await loadOwnerAgents(tx, version)
      ensure(whyNotOpen(actor, governed, rule, agents, now))
      const incident = await openIncidentOf(tx, governed.id, input.incident)
      const steps = planSteps(policy, rule)
      ensure(
        whyNotTogether(policy, rule, input.secrets),
        whyNotCause(input.cause, incident, rule),
        whyNotPlanVariant(steps, input.variant),
        steps.some(({ phase }) => phase === 'during')
          ? null
          : refuse('policy_forbids', `The runbook of ${rule.id} has no step to perform. Its policy has to be mended first.`, {
              place: 'rule',
            }),
      )
      const window = input.windowStartsAt && input.windowEndsAt ? { startsAt: input.windowStartsAt, endsAt: input.windowEndsAt } : null
      ensure(
        whyNotSealPlan(
          {
            system: governed,
            ownership: rule,
            openedBy: { id: actor.id, name: actor.name, kind: actor.kind, countsAsId: actor.countsAsId },
            performer: null,
            steps: [],
            confirmations: [],
            sealed: null,
            signOffs: [],
            window,
          },
          await loadPeople(tx, [governed.id], now),
          now,
        ),
      )
      const variant = input.variant ?? (await rememberedVariant(tx, governed.id, rule.profile, steps))
      const standing = (await loadKeyStandings(tx, [governed.id], now)).find((each) => each.ownership.id === rule.id)
      const dueAt = standing?.dueAt ?? null
      const reason = input.reason === undefined ? null : await keepText(tx, input.reason)
      const ownershipRow = await tx.rotationOwnership.findUniqueOrThrow({
        where: { policyVersionId_key: { policyVersionId: version.id, key: rule.id } },
        select: { id: true },
      })
      const planned = planSecrets(policy, rule, input.secrets)
      // Two rules may name one secret: whoever opens under the second waits here for the first, and reads of it (T07).
      await lockKeys(tx, governed.id, rule.profile)
      ensure(whyNotRotatedElsewhere(planned, rule, await openRotations(tx, governed.id, rule.profile)))
      const secrets = planned.map(({ mapping }) => mapping)
      const { id } = await tx.rotation.create({
        data: {
          systemId: governed.id,
          profileKey: rule.profile,
          policyVersionId: version.id,
          ownershipId: ownershipRow.id,
          ownershipKey: rule.id,
          mappingKeys: secrets,
          method: rule.method,
          cause: input.cause,
          reason,
          incidentId: incident?.id ?? null,
          dueAt,
          variant,
          windowStartsAt: window?.startsAt ?? null,
          windowEndsAt: window?.endsAt ?? null,
          openedById: actor.id,
          openedForId: actor.countsAsId,
          openedAt: now,
        },
        select: { id: true },
      })
      const plan = buildPlan({
        id,
        number: 1,
        policy: version,
        ownership: rule,
        cause: input.cause,
        reason,
        incident: incident?.id ?? null,
        dueAt,
        secrets,
        variant,
        window,
      })
      const { number, hash, event } = await storePlan(w, plan, actor.countsAsId)
      return {
        result: { id, number, hash },
        events: [
          {
            action: 'rotation.opened',
            system: governed.id,
            subject: { kind: 'rotation', id },
            policy: version.hash,
            ...(reason ? { text: reason } : {}),
            after: {
              rule: rule.id,
              profile: rule.profile,
              secrets,
              method: rule.method,
              cause: input.cause,
              incident: incident?.id ?? null,
              due: dueAt?.toISOString() ?? null,
            },
          },
          event,
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', `A rotation under ${input.rule} is open already. Go on with that one, or cancel it first.`))
  }
}

/** An incident of the system by its id; refuses `not_found` alike for none and for another system's (T23). */
export async function openIncidentOf(tx: Tx, systemId: string, id: string | undefined): Promise<{ id: string; isOpen: boolean } | null> {
  if (id === undefined) return null
  // Locked, so that it is not closed over what is being opened under it (T08).
  const [row] = await tx.$queryRaw<{ closedAt: Date | null }[]>`
    SELECT "closedAt" FROM "Incident" WHERE id = ${id} AND "systemId" = ${systemId} FOR SHARE`
  if (!row) throw new Refused(refuse('not_found', `There is no incident ${id} of this system.`, { place: 'incident' }))
  return { id, isOpen: row.closedAt === null }
}

/** The way that the last rotation of a profile was planned by, where this runbook offers it too (003.9). */
async function rememberedVariant(
  tx: Tx,
  systemId: string,
  profileKey: string,
  steps: ReturnType<typeof planSteps>,
): Promise<string | null> {
  const last = await tx.rotation.findFirst({
    where: { systemId, profileKey, variant: { not: null } },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    select: { variant: true },
  })
  const variant = last?.variant ?? undefined
  return variant !== undefined && whyNotPlanVariant(steps, variant) === null ? variant : null
}

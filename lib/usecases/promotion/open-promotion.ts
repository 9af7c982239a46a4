import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import type { Tx } from '@/lib/db/client'
import { loadOpenExceptions } from '@/lib/db/load-exceptions'
import { loadOpenFindings } from '@/lib/db/load-findings'
import { holdIncident, loadGateFacts } from '@/lib/db/load-promotions'
import { loadSystem } from '@/lib/db/load-system'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { skipGate, whyNotEmergency } from '@/lib/domain/emergency'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { coverOfGate } from '@/lib/domain/gate-exception'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import { openGates, whyNotOpenPromotion } from '@/lib/domain/promotion'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { openPromotionInput } from '@/lib/schemas/promotion'

/**
 * Opens a promotion of a registered release along an edge of the active policy, and pins it to that version. Any other move than an edge
 * is refused (000.31), and so is opening without what the target's policy requires before a release candidate (000.8). As an emergency it needs an
 * incident of the system that is open and stays so until this is written; gates may then be named as skipped (000.21, 000.23). Gives its id.
 */
export async function openPromotion(ctx: Ctx, input: z.output<typeof openPromotionInput>): Promise<{ id: string }> {
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      const { active: version, ...governed } = await loadSystem(tx, actor, input.system, now)
      ensure(whyNotOpenPromotion(actor, governed, now))
      const { policy } = version
      const to = resolveProfile(policy, input.to).profile
      const from = input.from === undefined ? null : resolveProfile(policy, input.from).profile
      const edges = policy.edges.filter((edge) => edge.to === to?.id && (input.from === undefined || edge.from === from?.id))
      const ways = policy.edges.map((edge) => `${edge.from} to ${edge.to}`).join(', ')
      ensure(
        edges.length === 0
          ? refuse(
              'policy_forbids',
              `The policy of ${governed.name} has no way ${input.from ? `from ${input.from} ` : ''}to ${input.to}. Its ways are ${ways}.`,
              { place: 'to' },
            )
          : edges.length > 1
            ? refuse('invalid', `Several ways lead to ${input.to}. Say from where: ${edges.map((edge) => edge.from).join(' or ')}.`, {
                place: 'from',
              })
            : null,
      )
      const edge = edges[0] as (typeof edges)[number]
      const release = await tx.release.findUnique({ where: { systemId_version: { systemId: governed.id, version: input.version } } })
      ensure(
        release
          ? null
          : refuse('not_found', `${governed.name} has no registered release ${input.version}. Register it first.`, { place: 'version' }),
      )
      const registered = release as NonNullable<typeof release>
      const skipped = input.skipGates ?? []
      if (input.emergency)
        ensure(
          whyNotEmergency(
            { incident: input.incident, skip: skipped, reason: input.skipReason },
            { policy, edge, systemName: governed.name, incident: await findIncident(tx, governed.id, input.incident) },
          ),
        )
      const scope = { systemId: governed.id, releaseId: registered.id, profileKey: edge.to, policy }
      const factsFor = await loadGateFacts(tx, [scope])
      const exceptions = await loadOpenExceptions(tx, [governed.id])
      const findings = await loadOpenFindings(tx, [governed.id])
      const judged = edgeGates(policy, edge).map((gate) => {
        const known = factsFor(scope, gate)
        const exception = coverOfGate(policy, gate, { system: governed.id, profile: edge.to }, { ...known, findings, exceptions }, now)
        return judgeGate(gate, { ...known, exception }, now)
      })
      const open = openGates({ gates: judged.map((each) => (skipped.includes(each.gate.id) ? skipGate(each) : each)) }, 'opening')
      ensure(
        open.length === 0
          ? null
          : refuse(
              'gate_not_passed',
              `${edge.to} asks for this before a release candidate: ${open.map(({ gate, sentence }) => `${gate.title}. ${sentence}`).join(' ')}`,
              {
                details: open.map(({ gate, sentence }) => `${gate.title}: ${sentence}`),
              },
            ),
      )
      ensure(
        input.windowEndsAt && input.windowEndsAt <= now
          ? refuse('invalid', 'That window has passed. Choose one that ends later, or none.', { place: 'windowEndsAt' })
          : null,
      )
      const edgeRow = await tx.promotionEdge.findUniqueOrThrow({
        where: { policyVersionId_key: { policyVersionId: version.id, key: edge.id } },
      })
      const reason = input.skipReason === undefined ? null : await keepText(tx, input.skipReason)
      const promotion = await tx.promotion.create({
        data: {
          systemId: governed.id,
          releaseId: registered.id,
          policyVersionId: version.id,
          edgeId: edgeRow.id,
          edgeKey: edge.id,
          fromKey: edge.from,
          toKey: edge.to,
          windowStartsAt: input.windowStartsAt ?? null,
          windowEndsAt: input.windowEndsAt ?? null,
          status: 'open',
          openedById: actor.id,
          openedForId: actor.countsAsId,
          openedAt: now,
          emergency: input.emergency === true,
          incidentId: input.incident ?? null,
          skippedGates: skipped,
          skipReason: reason,
        },
        select: { id: true },
      })
      return {
        result: { id: promotion.id },
        events: [
          {
            action: 'promotion.opened',
            system: governed.id,
            subject: { kind: 'promotion', id: promotion.id },
            policy: version.hash,
            ...(reason === null ? {} : { text: reason }),
            after: {
              release: registered.version,
              from: edge.from,
              to: edge.to,
              window: input.windowStartsAt ? input.windowStartsAt.toISOString() : null,
              ...(input.emergency ? { emergency: true, incident: input.incident ?? null, skipped } : {}),
            },
          },
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', `A promotion of ${input.version} to ${input.to} is already open. Go on with that one, or withdraw it first.`),
    )
  }
}

/** An incident of this system, kept as it is until the transaction ends; null where there is none. */
async function findIncident(tx: Tx, systemId: string, id: string | undefined): Promise<{ closedAt: Date | null } | null> {
  if (id === undefined) return null
  await holdIncident(tx, id)
  return tx.incident.findFirst({ where: { id, systemId }, select: { closedAt: true } })
}

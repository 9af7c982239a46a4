import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadFallbackForUpdate, loadFallbacks } from '@/lib/db/load-fallbacks'
import { holdIncident } from '@/lib/db/load-incidents'
import { loadPeople } from '@/lib/db/load-people'
import { loadSystem } from '@/lib/db/load-system'
import { isDuplicate, mutate, type Work } from '@/lib/db/mutate'
import { whyNotFillable } from '@/lib/domain/approval'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { durationMs } from '@/lib/domain/duration'
import { type FallbackFacts, fallbackApproval, lapsedBecause } from '@/lib/domain/fallback'
import { type FallbackRequest, ticketOf, whyNotAsk, whyNotOpenAlone } from '@/lib/domain/fallback-guards'
import { type FallbackRule, fallbackRules } from '@/lib/domain/fallback-rule'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { instantInWords } from '@/lib/domain/words'
import type { askFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'
import { openUse } from './open-use'
import { endRequest, sealRequest } from './seal-request'

export type AskedFallback = {
  id: string
  number: number
  sealedHash: string
  /** Whether whoever asked may open it alone now (`openFallback`, with a step-up in `OWN_REQUEST_SLOT` on the sealed hash). */
  opensAlone: boolean
  /** Open at once, where the rule has nobody to grant it. */
  isOpen: boolean
}

/**
 * Asks for a fallback use and seals what is asked for. What the request has to bring is the policy's (000.19 to 000.23). One request at a time for
 * a rule on a profile, and none while such a use is open: that one is extended. Somebody has to be able to grant it, or the gap is named.
 */
export async function askFallback(ctx: Ctx, input: z.output<typeof askFallbackInput>): Promise<AskedFallback> {
  try {
    return await mutate(ctx, (work) => ask(work, input))
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', 'Somebody asked for the same in this moment. Nothing of yours was recorded; reload to see it.'))
  }
}

async function ask(work: Work, input: z.output<typeof askFallbackInput>) {
  const { tx, now, actor } = work
  const { active, ...system } = await loadSystem(tx, actor, input.system, now)
  const rule = fallbackRules(active.policy).find(({ id }) => id === input.rule)
  if (!rule) throw new Refused(refuse('not_found', `The policy of ${system.name} has no such fallback rule.`, { place: 'rule' }))
  const incident = input.incident === undefined ? null : await holdIncident(tx, input.incident)
  const request: FallbackRequest = {
    rule,
    purpose: input.purpose,
    ticket: input.ticket ?? null,
    incidentNamed: input.incident ?? null,
    incident,
    until: input.until ?? null,
    secrets: input.secrets ?? null,
  }
  ensure(whyNotSecret({ reason: input.reason, ticket: input.ticket }), whyNotAsk(request, actor, system, now))
  const lapsed = await endLapsed(work, system.id, rule)
  const reason = await keepText(tx, input.reason)
  const until = request.until ?? new Date(now.getTime() + durationMs(rule.fallback.maxDuration))
  const mappings = rule.mappings.flatMap(({ id }) => (request.secrets && !request.secrets.includes(id) ? [] : [id]))
  const ticket = ticketOf(request)
  const { id } = await tx.fallbackUse.create({
    data: {
      systemId: system.id,
      profileKey: rule.profile.id,
      policyVersionId: active.id,
      rule: rule.id,
      mappingKeys: mappings,
      purpose: request.purpose,
      reason,
      ticket,
      incidentId: incident?.id ?? null,
      askedUntil: until,
      askedById: actor.id,
      askedForId: actor.countsAsId,
      askedAt: now,
    },
    select: { id: true },
  })
  // Only now: the index over requests made this one wait for any other, which may have been granted since.
  await ensureNoneOpen(work, system.id, rule)
  const policy = { versionId: active.id, number: active.number, hash: active.hash, policy: active.policy }
  const asked = {
    id,
    system,
    rule,
    policy,
    mappings,
    purpose: request.purpose,
    ticket,
    incident: incident?.id ?? null,
    reason,
    until,
    extends: null,
  }
  const sealed = await sealRequest(work, asked, 1)
  const [facts] = (await loadFallbacks(tx, { id })) as [FallbackFacts] // made just above
  const opensAlone = whyNotOpenAlone(facts, actor, sealed.hash, now) === null
  const events: [AuditEvent, ...AuditEvent[]] = [
    {
      action: 'fallback.requested',
      system: system.id,
      subject: { kind: 'fallback', id, version: sealed.number },
      dossier: sealed.hash,
      policy: active.hash,
      text: reason,
      after: {
        rule: rule.id,
        profile: rule.profile.id,
        purpose: request.purpose,
        secrets: mappings,
        incident: incident?.id ?? null,
        until: until.toISOString(),
        slots: rule.fallback.slots.map(({ id }) => id),
        requester: actor.countsAsId,
      },
    },
    ...lapsed,
  ]
  const isOpen = rule.fallback.slots.length === 0
  // A rule nobody can satisfy is named before somebody waits for it at three in the morning.
  if (isOpen) {
    events.push((await openUse(work, facts, { ownRequest: false })).event)
    events.push(...(await reconcileSystem(work, facts.system.id, 'explained')))
  } else if (!opensAlone) ensure(whyNotFillable(fallbackApproval(facts, now), await loadPeople(tx, [system.id], now), now))
  return { result: { id, number: sealed.number, sealedHash: sealed.hash, opensAlone, isOpen }, events }
}

/** Records as withdrawn a request of the same rule that can no longer be granted; refuses while one still can. */
async function endLapsed(work: Work, systemId: string, rule: FallbackRule): Promise<AuditEvent[]> {
  const { tx, now } = work
  const waiting = await tx.fallbackUse.findFirst({
    where: { systemId, profileKey: rule.profile.id, rule: rule.id, status: 'requested' },
    select: { id: true },
  })
  if (!waiting) return []
  const facts = await loadFallbackForUpdate(tx, waiting.id, null)
  if (facts.status !== 'requested') return [] // decided while we waited for it
  if (lapsedBecause(facts, now) === null)
    throw new Refused(
      refuse('conflict', `${facts.id} asks for this already and waits for a decision. ${facts.askedBy.name} may withdraw it.`, {
        place: 'rule',
      }),
    )
  await tx.fallbackUse.update({ where: { id: facts.id }, data: { status: 'withdrawn' } })
  await endRequest(work, facts.id, 'withdrawn')
  return [
    {
      action: 'fallback.withdrawn',
      system: systemId,
      subject: { kind: 'fallback', id: facts.id },
      before: { status: 'requested' },
      after: { status: 'withdrawn', lapsed: true },
    },
  ]
}

async function ensureNoneOpen({ tx, now }: Work, systemId: string, rule: FallbackRule): Promise<void> {
  const open = await tx.fallbackUse.findFirst({
    where: { systemId, profileKey: rule.profile.id, rule: rule.id, status: 'granted', returnedAt: null, expiresAt: { gt: now } },
    select: { id: true, expiresAt: true },
  })
  ensure(
    open
      ? refuse('conflict', `${open.id} is open until ${instantInWords(open.expiresAt as Date)}. Extend that one, or close it first.`, {
          place: 'rule',
        })
      : null,
  )
}

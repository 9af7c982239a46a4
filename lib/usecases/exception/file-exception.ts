import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadExceptionForUpdate, loadExceptions } from '@/lib/db/load-exceptions'
import { loadPeople } from '@/lib/db/load-people'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { isDuplicate, mutate, type Work } from '@/lib/db/mutate'
import { whyNotFillable } from '@/lib/domain/approval'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { type ExceptionFacts, exceptionApproval } from '@/lib/domain/exception-approval'
import {
  type ExceptionRequest,
  type OwnerCandidate,
  sinceOf,
  stateInWords,
  whyLapsed,
  whyNever,
  whyNotExcept,
  whyNotFile,
} from '@/lib/domain/exception-guards'
import { tierFor } from '@/lib/domain/exception-tier'
import type { PolicyTier } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { isProductionLikeProfile, type RuleRef, ruleRef } from '@/lib/domain/rule-ref'
import type { fileExceptionInput } from '@/lib/schemas/exception'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { envSuffix } from '../observation/why-not-names'
import { findFinding, findOwner } from './look-up'
import { endAsked, sealException } from './seal-exception'
import { takeEffect } from './take-effect'

/** What a filing came to. `isApproved`: a tier without slots, so that it holds at once; `covers`: whether it covers its rule once it is approved. */
export type FiledException = { id: string; number: number; sealedHash: string; tier: string; isApproved: boolean; covers: boolean }

/**
 * Files a drift exception (000.32) and seals what it asks for, under the active policy. One open exception of a rule on a profile at a time: what takes
 * longer is an extension. Somebody has to be able to fill every slot of its tier, or the gap is named; a tier without slots is approved by filing.
 */
export async function fileException(ctx: Ctx, input: z.output<typeof fileExceptionInput>): Promise<FiledException> {
  const { reason, observed, remediation, conditions } = input
  ensure(whyNotSecret({ observed, reason, remediation, conditions }), whyNotKeyName({ rule: envSuffix(input.rule.replace(/^file\./, '')) }))
  try {
    return await mutate(ctx, (work) => file(ctx, work, input))
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse(
        'conflict',
        'Somebody filed an exception from this rule in the same moment. Nothing of yours was recorded; reload to see it.',
        {
          place: 'rule',
        },
      ),
    )
  }
}

async function file(ctx: Ctx, work: Work, input: z.output<typeof fileExceptionInput>) {
  const { tx, now, actor } = work
  const { active, ...system } = await loadSystem(tx, actor, input.system, now)
  const { policy } = active
  ensure(whyNotFile(actor, system, now))
  const profile = profileOrRefuse(policy, input.profile)
  const ref = ruleRef(policy, profile.id, input.rule)
  if (!ref)
    throw new Refused(
      refuse(
        'not_found',
        `The policy of ${system.name} has no such rule on ${profile.name}, so nothing deviates from it. Choose one of its rules.`,
        {
          place: 'rule',
        },
      ),
    )
  ensure(whyNever(policy, ref))
  const finding = await findFinding(tx, { system: system.id, profile: profile.id, rule: ref.key }, input.finding)
  if (input.finding !== undefined && !finding)
    throw new Refused(refuse('not_found', `There is no finding ${input.finding} that you can see.`, { place: 'finding' }))
  const owner = await findOwner(tx, actor, input.owner)
  const request: ExceptionRequest = { policy, ref, startsAt: input.startsAt, until: input.until, owner, finding }
  ensure(whyNotExcept(request, system, now))
  const startsAt = sinceOf(request)
  const productionLike = isProductionLikeProfile(policy, profile.id)
  const chosen = tierFor(policy, ref, productionLike, startsAt, input.until)
  const { tier, covers } = chosen as NonNullable<typeof chosen> // ensured by whyNotExcept
  if (tier.slots.length === 0) await ensureLogKeepsUp(ctx, tx, productionLike)
  const lapsed = await endLapsed(work, system.id, ref)
  const reason = await keepText(tx, input.reason)
  const remediation = await keepText(tx, input.remediation)
  const conditions: string[] = []
  for (const condition of input.conditions ?? []) conditions.push(await keepText(tx, condition))
  const { id: ownerId } = owner as OwnerCandidate // ensured by whyNotExcept
  const { id } = await tx.driftException.create({
    data: {
      systemId: system.id,
      profileKey: profile.id,
      policyVersionId: active.id,
      rule: ref.key,
      expected: ref.expected,
      observed: input.observed,
      reason,
      remediation,
      conditions,
      findingId: finding?.id ?? null,
      ownerId,
      filedById: actor.id,
      filedForId: actor.countsAsId,
      filedAt: now,
      startsAt,
      endsAt: input.until,
      tier: tier.id,
      status: 'filed',
    },
    select: { id: true },
  })
  const sealed = await sealException(
    work,
    {
      id,
      system: system.id,
      profile: profile.id,
      ref,
      policy: { versionId: active.id, number: active.number, hash: active.hash, policy },
      expected: ref.expected,
      observed: input.observed,
      reason,
      remediation,
      conditions,
      finding: finding?.id ?? null,
      owner: ownerId,
      filedBy: actor.id,
      startsAt,
      until: input.until,
      tier,
      extends: null,
      extensionReason: null,
    },
    1,
  )
  const [facts] = (await loadExceptions(tx, { id })) as [ExceptionFacts] // made just above
  const events: [AuditEvent, ...AuditEvent[]] = [
    {
      action: 'exception.filed',
      system: system.id,
      subject: { kind: 'exception', id, version: sealed.number },
      dossier: sealed.hash,
      policy: active.hash,
      text: reason,
      after: {
        profile: profile.id,
        rule: ref.key,
        startsAt: startsAt.toISOString(),
        until: input.until.toISOString(),
        owner: ownerId,
        tier: tier.id,
        finding: finding?.id ?? null,
        remediation,
        slots: tier.slots.map(({ id }) => id),
        requester: actor.countsAsId,
      },
    },
    ...lapsed,
  ]
  events.push(...(await settle(work, facts, tier, sealed)))
  return {
    result: { id, number: sealed.number, sealedHash: sealed.hash, tier: tier.id, isApproved: tier.slots.length === 0, covers },
    events,
  }
}

/** A tier without slots is approved by filing; of any other, somebody has to be able to fill each slot, or nobody waits for it. */
async function settle(work: Work, facts: ExceptionFacts, tier: PolicyTier, sealed: { id: string; number: number; hash: string }) {
  const { tx, now, actor } = work
  if (tier.slots.length === 0) return (await takeEffect(work, facts, sealed, actor.id)).events
  ensure(whyNotFillable(exceptionApproval(facts, now), await loadPeople(tx, [facts.system], now), now))
  return []
}

/** Records as withdrawn a filing of the same rule whose end passed undecided; refuses while one is open. */
async function endLapsed(work: Work, systemId: string, ref: RuleRef): Promise<AuditEvent[]> {
  const { tx, now } = work
  const open = await tx.driftException.findFirst({
    where: { systemId, profileKey: ref.profile, rule: ref.key, endedAt: null },
    select: { id: true },
  })
  if (!open) return []
  const facts = await loadExceptionForUpdate(tx, open.id, null)
  if (facts.endedAt !== null) return [] // decided while we waited for it
  if (facts.status !== 'filed' || whyLapsed(facts, now) === null)
    throw new Refused(
      refuse(
        'conflict',
        `${facts.id} is about this already: it is ${stateInWords(facts, now)}. ${facts.status === 'filed' ? 'Withdraw it first' : 'Ask for more time, or close it first'}.`,
        { place: 'rule' },
      ),
    )
  await tx.driftException.update({ where: { id: facts.id }, data: { status: 'withdrawn', endedAt: now } })
  await endAsked(work, facts.id, 'withdrawn')
  return [
    {
      action: 'exception.withdrawn',
      system: systemId,
      subject: { kind: 'exception', id: facts.id },
      before: { status: 'filed' },
      after: { status: 'withdrawn', lapsed: true },
    },
  ]
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs } from '@/lib/domain/duration'
import { coveringException, type ExceptionStanding, exceptionState, isHonoured } from '@/lib/domain/exception'
import { extensionTier } from '@/lib/domain/exception-guards'
import { needsSignature, tierFor } from '@/lib/domain/exception-tier'
import { driftOf, type FindingStanding } from '@/lib/domain/finding'
import type { Policy } from '@/lib/domain/policy/schema'
import { isProductionLikeProfile, type RuleRef, rulesOf } from '@/lib/domain/rule-ref'
import { loadPolicy, SLUGS } from '../policy/policies'
import { anException, at, person, refOf, T } from './exception-facts'

const robodj = loadPolicy('robodj')
const tierOf = (policy: Policy, ref: RuleRef, hours: number) =>
  tierFor(policy, ref, isProductionLikeProfile(policy, ref.profile), T, at(hours))

describe('who approves an exception by how long it lasts', () => {
  it('the shortest tier that fits the whole time', () => {
    const dev = refOf(robodj, 'dev', 'runtime.launchPath')
    expect([1, 72, 73, 14 * 24, 14 * 24 + 1].map((hours) => tierOf(robodj, dev, hours)?.tier.id)).toEqual([
      'short',
      'short',
      'medium',
      'medium',
      'long',
    ])
  })

  it('with slots for a gate, and for a binding rule of a production-like profile; else filing covers it', () => {
    expect(tierOf(robodj, refOf(robodj, 'staging', 'runtime.launchPath'), 1)).toMatchObject({ tier: { id: 'medium' }, covers: true })
    expect(tierOf(robodj, refOf(robodj, 'prod', 'gate.rollback-drill'), 1)).toMatchObject({ tier: { id: 'medium' }, covers: true })
    expect(tierOf(robodj, refOf(robodj, 'dev', 'constraint.binary-edits'), 1)).toMatchObject({ tier: { id: 'short' }, covers: true })
    expect(needsSignature(robodj, refOf(robodj, 'dev', 'constraint.backup-snapshots'), false)).toBe(false)
    expect(needsSignature(robodj, refOf(robodj, 'prod', 'constraint.config-validation'), false)).toBe(true)
  })

  it('covers nothing where no tier with slots fits, and is null where none fits at all', () => {
    const tiers = robodj.drift.tiers.filter(({ id }) => id === 'short')
    const policy = { ...robodj, drift: { ...robodj.drift, tiers } }
    const ref = refOf(policy, 'prod', 'runtime.launchPath')
    expect(tierOf(policy, ref, 10)).toMatchObject({ tier: { id: 'short' }, covers: false })
    expect(tierOf(policy, ref, 73)).toBeNull()
    expect(tierOf(robodj, ref, 0)).toBeNull()
    expect(tierOf(robodj, ref, -5)).toBeNull()
  })

  const slugs = fc.constantFrom(...SLUGS.map((slug) => loadPolicy(slug)))

  it('no chain of extensions comes to a lesser tier than one exception of the whole time, and never from signed to unsigned', () => {
    fc.assert(
      fc.property(
        slugs,
        fc.nat(),
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }),
        (policy, p, r, steps) => {
          const profile = policy.profiles[p % policy.profiles.length]?.id as string
          const rules = rulesOf(policy, profile)
          const ref = rules[r % rules.length] as RuleRef
          const productionLike = isProductionLikeProfile(policy, profile)
          let end = 0
          let signed = false
          for (const hours of steps) {
            end += hours
            const facts = { policy: { versionId: 'v', number: 1, hash: '', policy }, ref, productionLike, startsAt: T }
            const step = extensionTier(facts, at(end))
            expect(step).toEqual(tierFor(policy, ref, productionLike, T, at(end))?.tier)
            if (!step) throw new Error('These policies have a tier of any length')
            expect(step.upTo === undefined || durationMs(step.upTo) >= end * 3_600_000).toBe(true)
            const isSigned = step.slots.length > 0
            expect(signed && !isSigned).toBe(false)
            signed = isSigned
            // What binds a production-like profile is never covered without a signature.
            if (needsSignature(policy, ref, productionLike)) expect(isSigned).toBe(true)
          }
        },
      ),
    )
  })

  it('the order in which a policy writes its tiers changes nothing', () => {
    fc.assert(
      fc.property(slugs, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), fc.integer({ min: 1, max: 1_000 }), (policy, order, hours) => {
        const tiers = order.flatMap((index) => policy.drift.tiers[index] ?? [])
        const shuffled = { ...policy, drift: { ...policy.drift, tiers } }
        const ref = rulesOf(policy, policy.profiles[0]?.id as string)[0] as RuleRef
        expect(tierOf(shuffled, ref, hours)?.tier.id).toBe(tierOf(policy, ref, hours)?.tier.id)
      }),
    )
  })
})

describe('an exception is never honoured outside its interval (what always holds, 8)', () => {
  const hours = fc.integer({ min: -200, max: 200 })
  const maybe = fc.option(hours, { nil: null })
  const standing = fc
    .record({
      approved: maybe,
      ended: maybe,
      end: hours,
      covers: fc.boolean(),
      terms: fc.option(fc.array(fc.tuple(hours, hours), { maxLength: 3 }), { nil: undefined }),
      status: fc.constantFrom('filed' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const, 'closed' as const),
    })
    .map(({ approved, ended, end, terms, ...more }): ExceptionStanding => {
      const base = anException(robodj, { profile: 'staging', rule: 'runtime.launchPath' })
      return {
        ...base,
        ...more,
        approvedAt: approved === null ? null : at(approved),
        endedAt: ended === null ? null : at(ended),
        endsAt: at(end),
        terms: terms?.map(([from, until]) => ({ approvedAt: at(from), until: at(until) })),
      }
    })
  const what = { system: 'robodj', profile: 'staging', rule: 'runtime.launchPath' }
  const finding: FindingStanding = {
    ...what,
    id: 'FND-0001',
    kind: 'drift',
    severity: 'block',
    title: 'Launch path',
    expected: 'a',
    observed: 'b',
    instance: null,
    openedAt: T,
    acknowledgedAt: null,
  }

  it('by no reader: the one question, the covering one, the findings, and the terms that were approved', () => {
    fc.assert(
      fc.property(fc.array(standing, { maxLength: 4 }), hours, (exceptions, when) => {
        const now = at(when)
        const allowed = (each: ExceptionStanding) =>
          each.approvedAt !== null &&
          each.approvedAt <= now &&
          now < each.endsAt &&
          (each.endedAt === null || now < each.endedAt) &&
          (each.terms === undefined || each.terms.some((term) => term.approvedAt <= now && now < term.until))
        for (const each of exceptions) expect(isHonoured(each, now)).toBe(allowed(each))
        const covering = coveringException(exceptions, what, now)
        if (covering) expect(allowed(covering) && covering.covers).toBe(true)
        else expect(exceptions.some((each) => allowed(each) && each.covers)).toBe(false)
        const [drift] = driftOf([finding], exceptions, now)
        expect(drift?.exception ?? null).toBe(covering)
      }),
    )
  })

  it('from the very instant of its end it is overdue and covers nothing', () => {
    const exception = anException(robodj, { profile: 'staging', rule: 'runtime.launchPath' })
    const just = (ms: number) => new Date(exception.endsAt.getTime() + ms)
    expect([-1, 0, 1].map((ms) => [exceptionState(exception, just(ms)), coveringException([exception], what, just(ms)) !== null])).toEqual([
      ['running', true],
      ['overdue', false],
      ['overdue', false],
    ])
  })

  it('an extension that was approved after the end heals nothing backwards', () => {
    const terms = [
      { approvedAt: at(-10), until: at(-5) },
      { approvedAt: at(-1), until: at(20) },
    ]
    const exception = {
      ...anException(robodj, { profile: 'staging', rule: 'runtime.launchPath' }),
      approvedAt: at(-10),
      endsAt: at(20),
      terms,
    }
    expect([-11, -10, -6, -5, -2, -1, 19, 20].map((when) => isHonoured(exception, at(when)))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ])
  })

  it('covers its own rule on its own profile of its own system, and no conflict', () => {
    const exception = anException(robodj, { profile: 'staging', rule: 'runtime.launchPath' })
    for (const other of [{ system: 'stack' }, { profile: 'prod' }, { rule: 'runtime.dataSource' }])
      expect(coveringException([exception], { ...what, ...other }, T)).toBeNull()
    expect(driftOf([{ ...finding, kind: 'conflict' }], [exception], T)[0]?.exception).toBeNull()
    expect(person('x').countsAsId).toBe('x')
  })
})

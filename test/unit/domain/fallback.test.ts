import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  allowsInWords,
  type FallbackLife,
  fallbackEnd,
  fallbackPhase,
  fallbackStatement,
  lapsedBecause,
  needsReview,
  ownRequestStatement,
  phaseInWords,
  reviewRoles,
} from '@/lib/domain/fallback'
import { boundedEnd } from '@/lib/domain/fallback-guards'
import { type FallbackRule, fallbackRules, saferWay } from '@/lib/domain/fallback-rule'
import { PolicySchema } from '@/lib/domain/policy/schema'

const policyOf = (slug: string) => PolicySchema.parse(parse(readFileSync(`${import.meta.dirname}/../../../policies/${slug}.yaml`, 'utf8')))
const robodj = policyOf('robodj')
const rule = (id: string, policy = robodj) => fallbackRules(policy).find((each) => each.id === id) as FallbackRule

const T = new Date('2026-11-21T10:00:00Z')
const at = (ms: number) => new Date(T.getTime() + ms)
const life = (more: Partial<FallbackLife> = {}): FallbackLife => ({
  status: 'granted',
  expiresAt: T,
  returnedAt: null,
  cleanedUpAt: null,
  reviewedAt: null,
  ...more,
})

describe('where a use stands at an instant', () => {
  it('is open until the very instant of its expiry, and ended from it on', () => {
    expect([at(-1), at(0), at(1)].map((now) => fallbackPhase(life(), now))).toEqual(['open', 'ended', 'ended'])
    expect(fallbackEnd(life(), at(0))).toEqual({ at: T, how: 'expired' })
    expect(fallbackEnd(life({ returnedAt: at(-5) }), at(-3))).toEqual({ at: at(-5), how: 'returned' })
  })

  it('what was never granted has no end, whatever the clock says', () => {
    for (const status of ['requested', 'refused', 'withdrawn'] as const) {
      const use = life({ status, expiresAt: null })
      expect([fallbackPhase(use, at(1e9)), fallbackEnd(use, at(1e9))]).toEqual([status, null])
    }
  })

  it('time alone only ends it: it neither cleans up nor reviews, and never opens again', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(1e9), fc.boolean(), fc.boolean(), (ms, more, returned, cleaned) => {
        const use = life({ returnedAt: returned ? at(-10) : null, cleanedUpAt: cleaned ? at(5) : null })
        const [before, after] = [fallbackPhase(use, at(ms)), fallbackPhase(use, at(ms + more))]
        if (before === after) return
        expect([before, after]).toEqual(['open', 'ended'])
      }),
    )
  })

  it('is said in words', () => {
    expect(phaseInWords(life(), at(-1))).toBe('open until 21 Nov 2026, 10:00 UTC')
    expect(phaseInWords(life(), at(0))).toBe('expired since 21 Nov 2026, 10:00 UTC and not cleaned up')
    expect(phaseInWords(life({ returnedAt: at(-60_000) }), at(0))).toBe('closed since 21 Nov 2026, 09:59 UTC and not cleaned up')
  })
})

describe('the rules of a policy', () => {
  it('ends what was asked for never later than the longest of the rule from its grant (T33)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
        const end = boundedEnd(rule('prod'), at(ms), T)
        expect(end.getTime() - T.getTime()).toBe(Math.min(ms, 4 * 3_600_000))
      }),
    )
  })

  it('a review is owed where the rule says by when, and after a commander’s own request always', () => {
    expect(['dev', 'staging', 'prod'].map((id) => needsReview({ ownRequest: false, rule: rule(id) }))).toEqual([false, false, true])
    expect(needsReview({ ownRequest: true, rule: rule('dev') })).toBe(true)
    expect(reviewRoles(rule('prod'))).toEqual(['incident_commander', 'production_approver', 'secops'])
  })

  it('a system whose policy has no fallback rule has none, and nobody can ask', () => {
    expect(fallbackRules(policyOf('dreichor'))).toEqual([])
  })

  it('an ownership without a group is about every secret of its profile', () => {
    const [own] = robodj.rotation.ownership
    const policy = { ...robodj, rotation: { ...robodj.rotation, ownership: [{ ...own, group: undefined }] } } as typeof robodj
    expect(fallbackRules(policy)[0]?.mappings.map(({ id }) => id)).toEqual(['secret-key', 'secret-v2-key'])
    const named = { ...robodj, rotation: { ...robodj.rotation, ownership: [{ ...own, group: undefined, secrets: ['secret-v2-key'] }] } }
    expect(fallbackRules(named as typeof robodj)[0]?.title).toBe('the fallback file secret_v2.key')
  })
})

describe('a safer way first', () => {
  it('going back with a half-done rotation, else what the rule says, else nothing', () => {
    const seeding = rule('production-seeding', policyOf('stack'))
    const running = { id: 'ROT-0058', status: 'verifying' }
    expect(saferWay({ rule: seeding, running, expected: 'PT2M' })).toEqual({
      kind: 'roll_back',
      sentence: 'Rolling back ROT-0058 takes about 2 minutes and may be enough.',
      rotation: 'ROT-0058',
    })
    expect(saferWay({ rule: seeding, running: { id: 'ROT-0058', status: 'planned' } })).toMatchObject({ kind: 'rule' })
    expect(saferWay({ rule: seeding, running: null })?.sentence).toMatch(/^A corrective forward migration/)
    expect(saferWay({ rule: rule('prod'), running: null })).toBeNull()
  })
})

describe('a request that can no longer be granted', () => {
  const asked = { id: 'BG-0001', status: 'requested' as const, askedUntil: T, incident: null }
  const closed = { id: 'INC-0001', closed: { at: T } } as never
  it('lapses with its end or its incident, and only while it is a request', () => {
    expect(lapsedBecause(asked, at(-1))).toBeNull()
    expect(lapsedBecause(asked, at(0))).toContain('has passed')
    expect(lapsedBecause({ ...asked, incident: closed }, at(-1))).toBe('INC-0001, for which BG-0001 was asked, is closed.')
    expect(lapsedBecause({ ...asked, status: 'granted' }, at(5))).toBeNull()
  })
})

describe('the statement that is signed', () => {
  const facts = {
    id: 'BG-0001',
    system: { id: 'robodj', name: 'RoboDJ' },
    rule: rule('prod'),
    mappings: ['secret-v2-key'],
    incident: { id: 'INC-0001' },
    ticket: 'OPS-7',
    askedBy: {},
    sealed: { text: { until: T.toISOString(), extends: null } },
  } as unknown as Parameters<typeof fallbackStatement>[0]
  it('says what is allowed, where, for what and until when', () => {
    expect(allowsInWords(facts)).toBe('Reading secret_v2.key from disk. Nothing else changes.')
    expect(fallbackStatement(facts, { name: 'Mara', capacity: 'Approver', decision: 'approve' })).toBe(
      'I, Mara, as Approver, allow what BG-0001 asks for on RoboDJ prod until 21 Nov 2026, 10:00 UTC at the latest for INC-0001 and OPS-7: reading secret_v2.key from disk. Nothing else changes.',
    )
    expect(fallbackStatement(facts, { name: 'Mara', capacity: 'Approver', decision: 'decline' })).toMatch(
      /^I, Mara, as Approver, refuse what BG-0001 asks for/,
    )
    const more = { ...facts, sealed: { text: { until: T.toISOString(), extends: at(-1).toISOString() } } } as typeof facts
    expect(fallbackStatement(more, { name: 'Mara', capacity: 'Approver', decision: 'approve' })).toContain(
      'allow the extension of BG-0001 on',
    )
    expect(ownRequestStatement(facts)).toMatch(
      /^I, as incident commander, allow what BG-0001 .* I asked for it myself; a second person reviews it within 24 hours\.$/,
    )
  })
})

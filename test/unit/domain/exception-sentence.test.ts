import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exceptionApproval, exceptionStatement, sentenceOf, standingInWords } from '@/lib/domain/exception-approval'
import { budgetInWords, budgetOf } from '@/lib/domain/exception-budget'
import { exceptionParts, exceptionSentence, spanInWords } from '@/lib/domain/exception-sentence'
import { loadPolicy } from '../policy/policies'
import { anException, at, T } from './exception-facts'

const dreichor = loadPolicy('dreichor')
const robodj = loadPolicy('robodj')

const said = {
  title: 'LOG_LEVEL',
  expected: 'info',
  observed: 'debug',
  startsAt: new Date('2026-11-19T14:05:00Z'),
  until: new Date('2026-11-20T14:05:00Z'),
  owner: 'Jonah Weiss',
  reason: 'tracing duplicate order acknowledgements in the paper adapter',
  remediation: 'set LOG_LEVEL=info and redeploy the same tag',
}

describe('the one sentence (000.32)', () => {
  it('holds what deviates, the four fields, and why', () => {
    expect(exceptionSentence(said)).toBe(
      'LOG_LEVEL is debug; the policy says info. From 19 Nov 2026, 14:05 UTC; owner Jonah Weiss; expected 24 hours, until 20 Nov 2026, 14:05 UTC. Tracing duplicate order acknowledgements in the paper adapter. Remediation: set LOG_LEVEL=info and redeploy the same tag.',
    )
  })

  it('grows while somebody types: what is missing is left out, in whatever order it comes', () => {
    expect(exceptionSentence({ ...said, observed: '', startsAt: null, until: null, owner: null, reason: ' ', remediation: null })).toBe(
      'LOG_LEVEL; the policy says info.',
    )
    expect(exceptionParts({ ...said, until: said.startsAt }).when).toBe('From 19 Nov 2026, 14:05 UTC; owner Jonah Weiss.')
    fc.assert(
      fc.property(fc.record(Object.fromEntries(Object.keys(said).map((key) => [key, fc.boolean()]))), fc.string(), (kept, text) => {
        const partial = Object.fromEntries(
          Object.entries(said).map(([key, value]) => [key, kept[key] ? value : key === 'title' || key === 'expected' ? text : null]),
        ) as typeof said
        const sentence = exceptionSentence(partial)
        expect(sentence).not.toMatch(/null|undefined|Invalid|\n/)
        expect(sentence.endsWith('.')).toBe(true)
      }),
    )
  })

  it('counts time in words', () => {
    expect([0.25, 1, 24, 25, 72, 76, 96.5].map((hours) => spanInWords(T, at(hours)))).toEqual([
      '15 minutes',
      '1 hour',
      '24 hours',
      '1 day 1 hour',
      '3 days',
      '3 days 4 hours',
      '4 days 30 minutes',
    ])
    expect(spanInWords(at(1), T)).toBe('less than a minute')
  })
})

describe('what is signed', () => {
  const filed = anException(
    dreichor,
    { profile: 'prod', rule: 'variable.LOG_LEVEL' },
    { status: 'filed', approvedAt: null, observed: 'debug' },
  )

  it('is a statement in the first person that names the deviation, its time and the signer’s conditions', () => {
    const statement = exceptionStatement(filed, {
      name: 'Ines Okafor',
      capacity: 'Release Manager',
      decision: 'approve',
      conditions: ['Watch the disk.'],
    })
    expect(statement).toMatch(/^I, Ines Okafor, as Release Manager, approve EXC-0031 on Dreichor Runtime prod for 24 hours, until /)
    expect(statement).toContain('LOG_LEVEL is debug where the policy says ')
    expect(statement).toMatch(/\. I did not file it and do not own it\. On condition: Watch the disk\.$/)
    expect(statement, 'it stays when the owner is erased (T40)').not.toContain('Jonah')
    expect(exceptionStatement(filed, { name: 'I O', capacity: 'SecOps', decision: 'decline' })).toMatch(
      /^I, I O, as SecOps, decline EXC-0031 /,
    )
    const asked = { ...filed, status: 'approved' as const, asked: { until: at(50), tier: filed.tier, reason: null } }
    expect(exceptionStatement(asked, { name: 'I O', capacity: 'SecOps', decision: 'approve' })).toContain(
      'approve the extension of EXC-0031',
    )
  })

  it('asks the slots of what waits, and keeps owner, filer and whoever asked for more time from them', () => {
    expect(exceptionApproval(filed, T).slots.map(({ key }) => key)).toEqual(['release-manager', 'secops'])
    const requester = { id: 'asker', name: 'A', kind: 'person' as const, countsAsId: 'asker' }
    const asked = { ...filed, sealed: { ...(filed.sealed as NonNullable<typeof filed.sealed>), requester } }
    expect([...exceptionApproval(asked, T).ownActs.keys()].toSorted()).toEqual(['asker', 'filer', 'owner'])
  })

  it('says where it stands', () => {
    expect(standingInWords(filed, T)).toBe('Waits for Release Manager and SecOps.')
    expect(standingInWords(filed, at(23))).toContain('nobody approved it')
    const running = { ...filed, status: 'approved' as const, approvedAt: T }
    expect(standingInWords(running, T)).toBe('Runs until 22 Nov 2026, 08:00 UTC.')
    expect(standingInWords(running, at(22))).toMatch(/^Overdue since 22 Nov 2026, 08:00 UTC: it holds promotions to prod\./)
    expect(standingInWords({ ...running, asked: { until: at(50), tier: running.tier, reason: null } }, T)).toContain(
      'More time, until 23 Nov 2026, 12:00 UTC, waits for Release Manager and SecOps.',
    )
    expect(['rejected', 'withdrawn', 'closed'].map((status) => standingInWords({ ...filed, status: status as 'closed' }, T))).toEqual([
      'Declined.',
      'Withdrawn.',
      'Closed.',
    ])
    expect(sentenceOf(filed)).toContain('Remediation: Restore it from the bundle.')
  })
})

describe('the budget of open exception days', () => {
  const budget = { days: 10, within: 'P30D', text: 'Ten days a month.', assumed: true as const }
  const policy = { ...robodj, drift: { ...robodj.drift, budget } }
  const open = (from: number, to: number | null, more = {}) => ({
    system: 'robodj',
    startsAt: at(from),
    approvedAt: at(from),
    endedAt: to === null ? null : at(to),
    ...more,
  })

  it('is none where the policy sets none', () => expect(budgetOf(robodj, [open(-48, null)], T)).toBeNull())

  it('counts approved exceptions as far as they were open in the stretch, overdue ones too', () => {
    expect(budgetOf(policy, [open(-48, null), open(-24, -12), open(-24 * 100, -24 * 29)], T)).toEqual({
      days: 10,
      spent: 3.5,
      left: 6.5,
      within: 'P30D',
    })
    expect(budgetOf(policy, [open(-24 * 100, null)], T)).toMatchObject({ spent: 30, left: 0 })
    expect(budgetOf(policy, [open(-48, null, { approvedAt: null }), open(-48, null, { system: 'stack' })], T)?.spent).toBe(0)
    expect(budgetInWords({ days: 10, spent: 3.55, left: 6.45, within: 'P30D' })).toBe('3.5 of 10 exception days in 30 days are used.')
  })

  it('never falls below nothing and never grows by waiting less', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -2_000, max: 0 }), fc.nat(2_000))), fc.nat(500), (all, later) => {
        const exceptions = all.map(([from, length]) => open(from, from + length))
        const now = budgetOf(policy, exceptions, T)
        expect(now?.left).toBeGreaterThanOrEqual(0)
        expect(now?.spent).toBeLessThanOrEqual(30 * exceptions.length)
        expect(budgetOf(policy, exceptions, at(later))?.left).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

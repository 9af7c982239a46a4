import { describe, expect, test } from 'vitest'
import type { FindingStanding } from '@/lib/domain/finding'
import { findingKindOf, reconcile } from '@/lib/domain/observation/reconcile'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'

const verdict = (rule: string, state: RuleVerdict['state'], more: Partial<RuleVerdict> = {}): RuleVerdict => ({
  rule,
  profile: 'prod',
  state,
  severity: 'block',
  title: 'T',
  expected: 'E',
  observed: 'O',
  seenAt: null,
  instance: 'a',
  provenance: {},
  ...more,
})
const finding = (rule: string, more: Partial<FindingStanding> = {}): FindingStanding => ({
  id: `FND-${rule}`,
  system: 's',
  profile: 'prod',
  rule,
  kind: 'drift',
  severity: 'block',
  title: 'T',
  expected: 'E',
  observed: 'O',
  instance: 'a',
  openedAt: new Date(0),
  acknowledgedAt: null,
  ...more,
})
const of = (open: FindingStanding[], verdicts: RuleVerdict[], because?: 'policy' | 'explained') => {
  const { open: opened, change, close } = reconcile(open, verdicts, because)
  return {
    open: opened.map(({ rule }) => rule),
    change: change.map((each) => each.finding.rule),
    close: close.map(({ finding: { rule }, how }) => `${rule} ${how}`),
  }
}

describe('findings follow the facts', () => {
  test('a deviation opens one, once', () => {
    expect(of([], [verdict('seeding', 'deviates')])).toEqual({ open: ['seeding'], change: [], close: [] })
    expect(of([finding('seeding')], [verdict('seeding', 'deviates')])).toEqual({ open: [], change: [], close: [] })
    expect(
      of([finding('seeding', { profile: 'dev' })], [verdict('seeding', 'deviates'), verdict('seeding', 'deviates', { profile: 'dev' })])
        .open,
    ).toEqual(['seeding'])
  })

  test('it closes when what is seen is in order, and not by silence', () => {
    expect(of([finding('seeding')], [verdict('seeding', 'met')]).close).toEqual(['seeding facts'])
    for (const state of ['stale', 'unknown'] as const)
      expect(of([finding('seeding')], [verdict('seeding', state)])).toEqual({ open: [], change: [], close: [] })
  })

  test.each([{ severity: 'warn' as const }, { observed: 'other' }, { expected: 'other' }, { title: 'other' }, { instance: null }])(
    'it says what is so now: %j',
    (more) => {
      expect(of([finding('seeding')], [verdict('seeding', 'deviates', more)]).change).toEqual(['seeding'])
      expect(of([finding('seeding')], [verdict('seeding', 'stale', more)]).change).toEqual([])
    },
  )

  test('a rule that the policy has no more, and one that nobody reports any more', () => {
    expect(of([finding('constraint.x'), finding('file..env')], []).close).toEqual(['constraint.x policy', 'file..env facts'])
    expect(of([finding('variable.X')], [], 'policy').close).toEqual(['variable.X policy'])
  })

  test('004.13: a governed change that explains it says so', () => {
    expect(of([finding('variable.X')], [verdict('variable.X', 'met')], 'explained').close).toEqual(['variable.X explained'])
  })

  test('a cell that follows from another rule opens none of its own, and its finding ends with an own one of the cause', () => {
    const follows = verdict('constraint.x', 'deviates', { causes: ['variable.X'] })
    expect(of([], [follows, verdict('variable.X', 'deviates')]).open).toEqual(['variable.X'])
    expect(of([finding('constraint.x')], [follows, verdict('variable.X', 'deviates')])).toEqual({
      open: ['variable.X'],
      change: [],
      close: ['constraint.x facts'],
    })
    expect(of([], [verdict('constraint.x', 'deviates', { causes: [] })]).open).toEqual(['constraint.x'])
  })

  test('002.3: conflicts, and what concerns the whole system, are for people', () => {
    const conflict = finding('document.hld', { kind: 'conflict' })
    expect(of([conflict, finding('document.x', { profile: null })], [verdict('document.hld', 'met')])).toEqual({
      open: [],
      change: [],
      close: [],
    })
    expect(of([conflict], [verdict('document.hld', 'deviates')]).open).toEqual(['document.hld'])
  })

  test('004.1: a disagreement is its own kind', () => {
    expect([findingKindOf({ rule: 'document.x' }), findingKindOf({ rule: 'variable.X' })]).toEqual(['disagreement', 'drift'])
  })
})

import { describe, expect, it } from 'vitest'
import type { ChecklistItem } from '@/lib/domain/checklist'
import {
  gateOfChecklist,
  tickersOf,
  whyNotImport,
  whyNotStartAgain,
  whyNotVariant,
  whyNotWalk,
  whyNotWorkOn,
} from '@/lib/domain/checklist-run'
import type { PolicyChecklist } from '@/lib/domain/policy/schema'
import { loadPolicy } from '../policy/policies'
import { aPerson, aToken, NOW, robodj } from './facts'

const SYSTEM = { id: 'robodj', name: 'RoboDJ' }
const PRE_RELEASE = robodj.checklists.find(({ id }) => id === 'pre-release') as PolicyChecklist
const stack = loadPolicy('stack')

describe('who ticks', () => {
  it('items that a gate counts are ticked by whom the gate names, the others by whoever may act', () => {
    const gate = gateOfChecklist(robodj, 'prod', 'pre-release')
    expect(tickersOf(robodj, 'prod', 'pre-release', 'before').gate).toBe(gate)
    expect(tickersOf(robodj, 'prod', 'pre-release', 'after').gate).toBeNull()
    expect(gateOfChecklist(robodj, 'staging', 'pre-release')).toBeNull()
  })

  it('an auditor reads, a stranger does not tick, and a list for people is not ticked by software (T11)', () => {
    const tickers = tickersOf(robodj, 'prod', 'pre-release', 'before')
    expect(whyNotWorkOn(PRE_RELEASE, tickers, aPerson('hana', ['engineer']), SYSTEM, NOW)).toBeNull()
    expect(whyNotWorkOn(PRE_RELEASE, tickers, aPerson('clare', ['auditor']), SYSTEM, NOW)?.code).toBe('not_allowed')
    expect(whyNotWorkOn(PRE_RELEASE, tickers, aPerson('nobody'), SYSTEM, NOW)?.code).toBe('not_allowed')
    const token = aToken(aPerson('hana', ['engineer']), ['checklist:run'])
    expect(whyNotWorkOn(PRE_RELEASE, { gate: null, by: { kinds: ['person'] } }, token, SYSTEM, NOW)?.sentence).toMatch(/ticked by people/)
  })
})

describe('importing', () => {
  it('is done in person by a Release Manager or an admin, and only where the policy keeps the list outside (000.30)', () => {
    expect(whyNotImport(PRE_RELEASE, aPerson('ines', ['release_manager']), SYSTEM, NOW)).toBeNull()
    expect(whyNotImport(PRE_RELEASE, aPerson('ada', ['admin']), SYSTEM, NOW)).toBeNull()
    expect(whyNotImport(PRE_RELEASE, aPerson('hana', ['engineer']), SYSTEM, NOW)?.code).toBe('not_allowed')
    expect(whyNotImport(PRE_RELEASE, aToken(aPerson('ines', ['release_manager']), ['checklist:run']), SYSTEM, NOW)?.code).toBe(
      'not_allowed',
    )
    const inPolicy = { ...PRE_RELEASE, external: false }
    expect(whyNotImport(inPolicy, aPerson('ines', ['release_manager']), SYSTEM, NOW)).toMatchObject({ code: 'policy_forbids' })
  })
})

describe('walking', () => {
  it('is for the profiles the list names, once it is imported', () => {
    const list = { ...PRE_RELEASE, profiles: ['prod'] }
    expect(whyNotWalk(list, 'prod', true)).toBeNull()
    expect(whyNotWalk(list, 'dev', true)).toMatchObject({ code: 'policy_forbids', place: 'profile' })
    expect(whyNotWalk(list, 'prod', false)).toMatchObject({ code: 'wrong_state' })
  })

  it('starts again only when the first walk is over and nothing open rests on it, or from a newer list that no seal pins', () => {
    const next = { templateHash: 'a', title: 'Pre-release checklist', promotionOpen: false, sealed: false }
    expect(whyNotStartAgain(null, next)).toBeNull()
    expect(whyNotStartAgain({ templateHash: 'a', settled: false }, next)?.code).toBe('conflict')
    expect(whyNotStartAgain({ templateHash: 'a', settled: true }, next)).toBeNull()
    expect(whyNotStartAgain({ templateHash: 'a', settled: true }, { ...next, promotionOpen: true })?.code).toBe('conflict')
    expect(whyNotStartAgain({ templateHash: 'b', settled: false }, next)).toBeNull()
    expect(whyNotStartAgain({ templateHash: 'b', settled: true }, { ...next, sealed: true })?.code).toBe('wrong_state')
  })

  it('is walked in one of the ways its conditions leave', () => {
    const items = stack.checklists.find(({ id }) => id === 'deployment')?.items as readonly ChecklistItem[]
    const on = (profileKey: string) => ({ profileKey, phase: null })
    expect(whyNotVariant('runbook', items, on('production'))).toBeNull()
    expect(whyNotVariant('runbook', items, on('staging'))?.sentence).toBe('This checklist offers no ways to choose from.')
    expect(whyNotVariant('by-hand', items, on('production'))?.sentence).toBe('This checklist offers guarded-job, runbook.')
  })
})

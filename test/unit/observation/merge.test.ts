import { describe, expect, test } from 'vitest'
import type { Explanations } from '@/lib/domain/observation/context'
import { type CurrentFact, type FactsOf, ObservationFacts, type Section } from '@/lib/domain/observation/facts'
import { mergeFacts } from '@/lib/domain/observation/merge'
import { loadPolicy } from '../policy/policies'

const policy = loadPolicy('dreichor')
const NONE: Explanations = { changes: [], rotations: [] }
const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour))
let ids = 0
const merge = (current: readonly CurrentFact[], facts: unknown, hour: number, explained = NONE, id = `o${ids++}`) =>
  mergeFacts(
    policy,
    current,
    { id, profile: 'prod', instance: 'a', source: 'runtime', facts: ObservationFacts.parse(facts), recordedAt: at(hour) },
    explained,
  )
const section = <S extends Section>(rows: readonly CurrentFact[], name: S) => {
  const row = rows.find((each) => each.section === name)
  if (!row) throw new Error(`No ${name}`)
  return row as CurrentFact & { facts: FactsOf[S] }
}
const check = (name: string, ok: boolean, hour: number) => ({ check: name, ok, at: at(hour).toISOString() })
const change = (path: string, by: string, what: string, hour: number) => ({ path, by, what, at: at(hour).toISOString() })
const level = (says: string, print?: string, keyId = 'k1') => ({
  variables: [{ name: 'LOG_LEVEL', present: true, says, fingerprint: print === undefined ? null : { value: print.repeat(64), keyId } }],
})
const entry = (rows: readonly CurrentFact[]) => section(rows, 'variables').baseline?.LOG_LEVEL

describe('merging an observation', () => {
  test('gives one row for each section it reports, and leaves the others alone', () => {
    const first = merge([], { routes: { exposed: [] }, files: { present: ['.env'] } }, 1)
    expect(first.map((row) => row.section)).toEqual(['files', 'routes'])
    const second = merge(first, { files: { present: [] } }, 2)
    expect(second).toHaveLength(1)
    expect(section(second, 'files')).toMatchObject({ facts: { present: [] }, seenAt: at(2) })
  })

  test('ignores rows of other runtimes and profiles', () => {
    const elsewhere = merge([], { checks: [check('x', false, 1)] }, 1).map((row) => ({ ...row, instance: 'b' }))
    expect(section(merge(elsewhere, { checks: [] }, 2), 'checks').facts).toEqual([])
  })

  test('one recorded before what is known changes nothing, and the same one twice changes nothing more', () => {
    const first = merge([], { files: { present: ['.env'] } }, 5, NONE, 'same')
    expect(merge(first, { files: { present: [] } }, 4)).toEqual([])
    expect(merge(first, { files: { present: ['.env'] } }, 5, NONE, 'same')).toEqual([])
  })

  test('keeps the newest result of each check; of two at one instant the failing one', () => {
    const first = merge([], { checks: [check('a', false, 1), check('b', true, 1)] }, 1)
    const second = merge(first, { checks: [check('a', true, 2), check('b', false, 1), check('c', true, 2)] }, 2)
    expect(section(second, 'checks').facts.map(({ check: name, ok }) => [name, ok])).toEqual([
      ['a', true],
      ['c', true],
      ['b', false],
    ])
    const late = merge(second, { checks: [check('a', false, 1)] }, 3)
    expect(section(late, 'checks').facts.find(({ check: name }) => name === 'a')?.ok).toBe(true)
  })

  test('000.11: an open edit is not pushed out by a flood of others, and files are watched without a gap', () => {
    const first = merge([], { fileChanges: { since: at(0).toISOString(), changes: [change('a.exe', 'agent', 'edited', 1)] } }, 2)
    const flood = Array.from({ length: 500 }, (_, index) => change('b.exe', 'person', 'edited', 3 + (index % 3)))
    const second = merge(first, { fileChanges: { since: at(2).toISOString(), changes: flood } }, 6)
    const { since, changes } = section(second, 'fileChanges').facts
    expect(since).toBe(at(0).toISOString())
    expect(changes.map(({ path, at: when }) => [path, when])).toEqual([
      ['b.exe', at(5).toISOString()],
      ['a.exe', at(1).toISOString()],
    ])
    const gap = merge(second, { fileChanges: { since: at(8).toISOString(), changes: [change('a.exe', 'pipeline', 'restored', 9)] } }, 10)
    expect(section(gap, 'fileChanges').facts.since).toBe(at(8).toISOString())
    expect(section(gap, 'fileChanges').facts.changes.map(({ path, what }) => [path, what])).toEqual([
      ['b.exe', 'edited'],
      ['a.exe', 'restored'],
      ['a.exe', 'edited'],
    ])
  })
})

describe('004.13: what an environment-owned variable was', () => {
  test('is taken when it is first seen, and seen again while it stays', () => {
    const first = merge([], level('info'), 1)
    expect(entry(first)).toEqual({ prints: [], says: 'info', seenAt: at(1).toISOString(), changedAt: null })
    expect(entry(merge(first, level('info'), 2))).toMatchObject({ seenAt: at(2).toISOString(), changedAt: null })
  })

  test('stays when it changes, with the first instant of the change, until it goes back', () => {
    const first = merge([], level('info'), 1)
    const changed = merge(first, level('debug'), 2)
    expect(entry(changed)).toMatchObject({ says: 'info', seenAt: at(1).toISOString(), changedAt: at(2).toISOString() })
    const again = merge(changed, level('trace'), 3)
    expect(entry(again)).toMatchObject({ says: 'info', changedAt: at(2).toISOString() })
    expect(entry(merge(again, level('info'), 4))).toMatchObject({ says: 'info', seenAt: at(4).toISOString(), changedAt: null })
  })

  test('becomes the new one when a governed change lies between the two observations', () => {
    const first = merge([], level('info'), 1)
    const governed = (profile: string, from: number, until: number): Explanations => ({
      changes: [{ profile, variables: ['LOG_LEVEL'], fromAt: at(from), untilAt: at(until) }],
      rotations: [],
    })
    expect(entry(merge(first, level('debug'), 4, governed('prod', 2, 3)))).toMatchObject({ says: 'debug', changedAt: null })
    expect(entry(merge(first, level('debug'), 4, governed('dev', 2, 3)))).toMatchObject({ says: 'info' })
    expect(entry(merge(first, level('debug'), 4, governed('prod', 5, 6)))).toMatchObject({ says: 'info' })
  })

  test('a rotation of its mapping explains it too, also while it still runs', () => {
    const url = (print: string) => ({
      variables: [{ name: 'DATABASE_URL', present: true, fingerprint: { value: print.repeat(64), keyId: 'k1' } }],
    })
    const of = (rows: readonly CurrentFact[]) => section(rows, 'variables').baseline?.DATABASE_URL?.prints[0]?.value[0]
    const first = merge([], url('a'), 1)
    const rotation = (mapping: string, endedAt: Date | null): Explanations => ({
      changes: [],
      rotations: [{ profile: 'prod', mappings: [mapping], startedAt: at(2), endedAt }],
    })
    expect(of(merge(first, url('b'), 3, rotation('database-url', null)))).toBe('b')
    expect(of(merge(first, url('b'), 9, rotation('database-url', at(4))))).toBe('b')
    expect(of(merge(first, url('b'), 3, rotation('another', null)))).toBe('a')
  })

  test('a fingerprint under another HMAC key is remembered beside the first, and is no way back from an open change', () => {
    const first = merge([], level('info', 'a'), 1)
    const second = merge(
      first,
      { variables: [{ name: 'LOG_LEVEL', present: true, fingerprint: { value: 'b'.repeat(64), keyId: 'k2' } }] },
      2,
    )
    expect(entry(second)?.prints.map(({ keyId }) => keyId)).toEqual(['k1', 'k2'])
    const changed = merge(second, level('info', 'c'), 3)
    expect(entry(changed)?.changedAt).toBe(at(3).toISOString())
    const unknown = merge(
      changed,
      { variables: [{ name: 'LOG_LEVEL', present: true, fingerprint: { value: 'd'.repeat(64), keyId: 'k3' } }] },
      4,
    )
    expect(entry(unknown)?.changedAt).toBe(at(3).toISOString())
  })

  test('what may change, what is absent and what nothing can be compared of has none', () => {
    const rows = merge(
      [],
      {
        variables: [
          { name: 'STRAY', present: true, says: 'x' },
          { name: 'LOG_LEVEL', present: false },
          { name: 'SAFETY_MODE', present: true },
        ],
      },
      1,
    )
    expect(section(rows, 'variables').baseline).toBeNull()
  })
})

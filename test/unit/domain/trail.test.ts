import { describe, expect, it } from 'vitest'
import { AUDIT_ACTIONS } from '@/lib/domain/audit-event'
import { ACTION_GROUPS, placesOfSubject } from '@/lib/domain/trail'

describe('the subjects that an id of the product leads to', () => {
  it.each([
    ['PRM-0142', ['promotion', 'release_notes']],
    ['DEP-0210', ['deployment']],
    ['ROT-0058', ['rotation']],
    ['INC-0208', ['incident']],
    ['bg-0017', ['fallback']],
    ['XYZ-1', []],
  ])('%s', (word, kinds) => {
    expect(placesOfSubject(word).map((place) => (place.by === 'subject' ? place.kind : place.by))).toEqual(kinds)
  })

  it('a kind and an id are that one', () => {
    expect(placesOfSubject('incident:INC-0208')).toEqual([{ by: 'subject', kind: 'incident', id: 'INC-0208' }])
  })
})

it('every act on keys, rotations, incidents and break-glass is in a group that people filter by', () => {
  const grouped = new Set<string>(Object.values(ACTION_GROUPS).flatMap(({ actions }) => [...actions]))
  const acts = Object.keys(AUDIT_ACTIONS).filter((action) => /^(?:key|rotation|secret_audit|incident|fallback|contact)\./.test(action))
  expect(acts.filter((action) => !grouped.has(action))).toEqual([])
  expect(acts.length).toBeGreaterThan(25)
})

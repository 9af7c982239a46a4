import { describe, expect, it } from 'vitest'
import { NOBODY } from '@/lib/domain/anonymous'
import { AUDIT_ACTIONS } from '@/lib/domain/audit-event'
import { ACTION_GROUPS, entryKey, entryName, entryReference, numberOf, placesOfDigits, placesOfSubject } from '@/lib/domain/trail'
import { contextOfReader, isOfOwnReads, isSamePage, readerOf } from '@/lib/domain/trail-read'

describe('the subjects that an id of the product leads to', () => {
  it.each([
    ['PRM-0142', ['promotion', 'release_notes']],
    ['DEP-0210', ['deployment']],
    ['ROT-0058', ['rotation']],
    ['INC-0208', ['incident']],
    ['bg-0017', ['fallback']],
    ['EXC-0031', ['exception']],
    ['FND-0007', ['finding']],
    ['a'.repeat(64), ['statement']],
    ['XYZ-1', []],
  ])('%s', (word, kinds) => {
    expect(placesOfSubject(word).map((place) => (place.by === 'subject' ? place.kind : place.by))).toEqual(kinds)
  })

  it('a kind and an id are that one', () => {
    expect(placesOfSubject('incident:INC-0208')).toEqual([{ by: 'subject', kind: 'incident', id: 'INC-0208' }])
  })
})

it('an id alone is every kind of thing that has such ids, those of drift among them', () => {
  const kinds = placesOfSubject('01a1feb9-d863-719f-afa1-485fbb7be339').map((place) => (place.by === 'subject' ? place.kind : place.by))
  expect(kinds).toEqual(expect.arrayContaining(['policy', 'observation', 'attestation', 'contract', 'environment_flag', 'governed_change']))
})

describe('the number of an entry', () => {
  it.each([
    ['48209', 48_209],
    ['#48,209', 48_209],
    ['# 48,209', 48_209],
    ['1', 1],
    ['1,234,567', 1_234_567],
    ['0', null],
    ['-1', null],
    ['48,20', null],
    ['007', null],
    ['1e3', null],
    ['99999999999999999', null],
    ['deadbeef', null],
  ])('in %j is %j', (word, number) => {
    expect(numberOf(word)).toBe(number)
  })

  it('leads to its place in the log, and where it could be the beginning of a hash, there too', () => {
    expect(placesOfDigits('#48,209')).toEqual([{ by: 'index', index: 48_208 }])
    expect(placesOfDigits('12345678').map(({ by }) => by)).toEqual(['index', 'id', 'leaf'])
    expect(placesOfDigits('deadbeef').map(({ by }) => by)).toEqual(['id', 'leaf'])
  })

  it('is what an address says, and the id as long as there is none', () => {
    const id = '01a1feb9-d863-719f-afa1-485fbb7be339'
    expect([entryName({ number: 48_209, id }), entryKey({ number: 48_209, id })]).toEqual(['#48,209', '48209'])
    expect([entryName({ number: null, id }), entryKey({ number: null, id })]).toEqual(['01a1feb9', id])
    expect(entryReference('48209')).toEqual({ by: 'index', index: 48_208 })
    expect(entryReference(id)).toEqual({ by: 'id', from: id, to: id })
    expect(entryReference('PRM-0142')).toBeNull()
  })
})

describe('an auditor’s read', () => {
  it.each<[string | null, string | null, boolean]>([
    ['https://countersign.example/audit?system=a&entry=7', '/audit?entry=7&system=a', true],
    ['https://countersign.example/audit?system=a', '/audit?system=b', false],
    ['https://countersign.example/audit', '/audit/7', false],
    ['https://countersign.example/audit?q=', '/audit', true],
    [null, '/audit', false],
    ['https://countersign.example/audit', null, false],
    ['not an address', '/audit', false],
  ])('from %j to %j is the same page: %j', (referer, address, same) => {
    expect(isSamePage(referer, address)).toBe(same)
  })

  it('of their own reads is none, and of anybody else’s is one', () => {
    const actor = { ...NOBODY, id: 'me' }
    expect(isOfOwnReads(actor, { actor: 'me', action: 'trail.read' })).toBe(true)
    expect(isOfOwnReads(actor, { actor: 'you', action: 'trail.read' })).toBe(false)
    expect(isOfOwnReads(actor, { actor: 'me' })).toBe(false)
  })

  it('says with which roles, whatever becomes of them before the hour is over', () => {
    const now = new Date('2026-11-22T10:00:00Z')
    const grant = {
      id: 'g',
      principalId: 'me',
      role: 'auditor' as const,
      systemId: 'one',
      grantedById: null,
      startsAt: new Date(0),
      endsAt: null,
    }
    const ctx = { actor: { ...NOBODY, id: 'me', grants: [grant] }, request: { id: 'r', ip: null, agentHash: null } }
    const reader = readerOf(ctx, 'one', now)
    expect(reader.roles).toEqual(['auditor'])
    expect(readerOf(ctx, 'two', now).roles).toEqual([])
    expect(contextOfReader(reader).actor.grants.map(({ role }) => role)).toEqual(['auditor'])
  })
})

it('every action is in a group that people filter by, and in one only but for what was denied', () => {
  const groups = Object.entries(ACTION_GROUPS).filter(([key]) => key !== 'refused')
  const grouped = groups.flatMap(([, { actions }]) => [...actions])
  expect(new Set(grouped).size).toBe(grouped.length)
  const all = new Set<string>([...grouped, ...ACTION_GROUPS.refused.actions])
  expect(Object.keys(AUDIT_ACTIONS).filter((action) => !all.has(action))).toEqual([])
})

it('every act on keys, rotations, incidents and break-glass is in a group that people filter by', () => {
  const grouped = new Set<string>(Object.values(ACTION_GROUPS).flatMap(({ actions }) => [...actions]))
  const acts = Object.keys(AUDIT_ACTIONS).filter((action) => /^(?:key|rotation|secret_audit|incident|fallback|contact)\./.test(action))
  expect(acts.filter((action) => !grouped.has(action))).toEqual([])
  expect(acts.length).toBeGreaterThan(25)
})

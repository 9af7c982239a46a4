import { describe, expect, it } from 'vitest'
import { doneWordsOf, keyShiftOf, nextKeyId, type ShiftMember } from '@/lib/queries/rotation-view'

const born = new Date('2026-08-14T08:00:00Z')
const member = (mapping: string, variable: string, keyId: string | null, next: string | null = null): ShiftMember => ({
  mapping,
  variable,
  before: keyId === null ? null : { keyId, bornAt: born },
  next,
})

describe('the picture of keys (ux.md section 9)', () => {
  const pair = [member('one', 'A_KEY', 'k7', 'k8'), member('two', 'A_V2_KEY', 'k6')]

  it('moves the primary of a pair to the second slot, and sends the old second one out (003)', () => {
    const view = keyShiftOf('shift-pair', pair, 'ahead')
    expect(view.now.map(({ keyId, goes }) => [keyId, goes])).toEqual([
      ['k7', 'moves to A_V2_KEY'],
      ['k6', 'is retired'],
    ])
    expect(view.after.map(({ variable, keyId, tone }) => [variable, keyId, tone])).toEqual([
      ['A_KEY', 'k8', 'new'],
      ['A_V2_KEY', 'k7', 'plain'],
    ])
    expect(view.retired.map(({ keyId }) => keyId)).toEqual(['k6'])
    expect(view.label).toBe('k7 moves to A_V2_KEY, k8 becomes primary, k6 is retired')
  })

  it('replaces every other key where it is, and says what it does not know', () => {
    const view = keyShiftOf('kid', [member('jwt', 'JWT_KEY', '2026-09'), member('other', 'OTHER_KEY', null)], 'ahead')
    expect(view.shifts).toBe(false)
    expect(view.after.map(({ keyId }) => keyId)).toEqual(['A new key', 'A new key'])
    expect(view.retired.map(({ keyId }) => keyId)).toEqual(['2026-09', null])
    expect(view.now[1]).toMatchObject({ keyId: null, words: '', since: null })
  })

  it.each([
    ['ahead', 'Now', 'After this rotation'],
    ['rotated', 'Before', 'Now'],
    ['undoing', 'Before, to be put back', 'Now, to be taken back'],
    ['retired', 'Before', 'After this rotation'],
    ['undone', 'Before, and again now', 'What it would have been'],
  ] as const)('tells what is so while it is %s', (moment, now, after) => {
    expect(keyShiftOf('shift-pair', pair, moment).heads).toEqual({ now, after })
  })
})

describe('the id of a next key', () => {
  it.each([
    ['k7', 'k8'],
    ['api-5', 'api-6'],
    ['key09', 'key10'],
    ['2026-09', ''],
    ['prod', ''],
    [null, ''],
  ])('after %s is %s', (before, next) => expect(nextKeyId(before)).toBe(next))
})

describe('the words of a button', () => {
  const step = { records: null, captures: null, evidence: 'attestation', command: null, phase: 'before' } as const
  it.each([
    [{ ...step, records: 'new-key' as const }, 'Done, the new key is in the store'],
    [{ ...step, records: 'old-key-retired' as const }, 'Done, k6 is retired'],
    [{ ...step, captures: 'Where it is kept' }, 'Done, the reference is recorded'],
    [{ ...step, evidence: 'command-result', command: 'run it' }, 'Done, it ran without an error'],
    [{ ...step, evidence: 'command-result' }, 'Done, it worked'],
    [{ ...step, evidence: 'log-entry' }, 'Done, the log says so'],
    [step, 'Done, I have seen to it'],
  ])('name what is so afterwards (%#)', (asked, words) => expect(doneWordsOf(asked, 'k6')).toBe(words))
})

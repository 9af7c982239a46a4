import '@/test/support/settings'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refused } from '@/lib/domain/refusal'
import { decodeCursor, encodeCursor, pageOf, readPage } from '@/lib/http/page'

const runs = 100 * Number(process.env.TEST_SCALE ?? 1)

test('a cursor brings its position back, for its own list only', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 4 }), (position) => {
      const cursor = encodeCursor('releases robodj', position)
      expect(cursor).toMatch(/^[\w-]*\.[\w-]+$/)
      expect(decodeCursor('releases robodj', cursor)).toEqual(position)
      expect(() => decodeCursor('releases stack', cursor)).toThrow(Refused)
    }),
    { numRuns: runs },
  )
})

test('a changed or made-up cursor is refused (T30, T39)', () => {
  const cursor = encodeCursor('list', ['2026-11-19T00:00:00.000Z', 'id'])
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.constantFrom(...'ABab01._-'), (at, other) => {
      const changed = cursor.slice(0, at) + other + cursor.slice(at + 1)
      // The last characters of base64url may differ without changing a bit; what decodes to the same is the same cursor.
      fc.pre(
        Buffer.from(changed.split('.')[1] ?? '', 'base64url').compare(Buffer.from(cursor.split('.')[1] ?? '', 'base64url')) !== 0 ||
          changed.split('.')[0] !== cursor.split('.')[0],
      )
      expect(() => decodeCursor('list', changed)).toThrow(Refused)
    }),
    { numRuns: runs },
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor('list', text)).toThrow(Refused)
    }),
    { numRuns: runs },
  )
})

test.each([['limit=0'], ['limit=201'], ['limit=1.5'], ['limit=x'], ['limit=-1'], ['cursor=abc']])('%s is refused', (query) => {
  expect(() => readPage(new URLSearchParams(query), 'list')).toThrow(Refused)
})

test('a page says where the next one begins, and nothing when it was the last', () => {
  const page = readPage(new URLSearchParams('limit=2'), 'list')
  expect(readPage(new URLSearchParams(), 'list')).toEqual({ limit: 50, cursor: null })
  const first = pageOf([{ id: 'a' }, { id: 'b' }, { id: 'c' }], page, 'list', (row) => [row.id])
  expect(first.items).toEqual([{ id: 'a' }, { id: 'b' }])
  expect(decodeCursor('list', first.next ?? '')).toEqual(['b'])
  expect(pageOf([{ id: 'c' }], page, 'list', (row) => [row.id])).toEqual({ items: [{ id: 'c' }], next: null })
})

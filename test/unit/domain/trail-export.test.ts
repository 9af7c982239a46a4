import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  csvLine,
  EXPORT_OPEN_MS,
  filterOf,
  frameHead,
  frameReader,
  isPart,
  lengthOf,
  rangeOf,
  whyNotFetch,
  whyNotRange,
} from '@/lib/domain/trail-export'

/** Reads a line of CSV as RFC 4180 has it. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  let rest = line.replace(/\r\n$/, '')
  for (;;) {
    const [whole = '', quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^,"]*))(?:,|$)/.exec(rest) ?? []
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (!whole.endsWith(',')) return cells
    rest = rest.slice(whole.length)
  }
}

describe('CSV', () => {
  it('quotes texts, leaves numbers and keeps a line an entry', () => {
    expect(csvLine(['a "b", c', 7, null, 'two\r\nlines'])).toBe('"a ""b"", c",7,,"two lines"\r\n')
  })

  it('is never a formula, whatever somebody is called (T22)', () => {
    for (const evil of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '=cmd|" /C calc"!A0'])
      expect(cellsOf(csvLine([evil]))[0]).toMatch(/^'/)
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const line = csvLine(texts)
        expect(line.slice(0, -2)).not.toMatch(/[\r\n]/)
        const cells = cellsOf(line)
        expect(cells).toHaveLength(texts.length)
        expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
      }),
    )
  })
})

describe('frames', () => {
  it('come apart as they were put together, however they are cut', () => {
    const piece = fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), next: fc.option(fc.nat(), { nil: null }) })
    fc.assert(
      fc.property(fc.array(piece), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (pieces, cuts) => {
        const all = Buffer.concat(pieces.flatMap(({ bytes, next }) => [frameHead(bytes.length, next), bytes]))
        const read = frameReader()
        const got: { bytes: Uint8Array; next: number | null }[] = []
        for (let at = 0; at < all.length; ) {
          const step = cuts.next().value as number
          got.push(...read(all.subarray(at, at + step)))
          at += step
        }
        expect(got).toEqual(pieces.map(({ bytes, next }) => ({ bytes: Uint8Array.from(bytes), next })))
      }),
    )
  })
})

describe('what was asked', () => {
  it('narrows by whole UTC days and by numbers, from 1 and both included', () => {
    expect(filterOf({ from: '2026-11-01', to: '2026-11-02', system: '-' })).toEqual({
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-11-03T00:00:00Z'),
      system: '-',
    })
    expect(rangeOf({}, 10)).toEqual({ from: 0, to: 10 })
    expect(rangeOf({ first: 3, last: 4 }, 10)).toEqual({ from: 2, to: 4 })
    expect(isPart({ q: undefined })).toBe(false)
    expect(isPart({ last: 10 })).toBe(true)
  })

  it('refuses numbers that the log does not have, and says which it has', () => {
    expect(whyNotRange({ first: 1, last: 10 }, 10)).toBeNull()
    expect(whyNotRange({ first: 11 }, 10)).toMatchObject({ place: 'first', sentence: expect.stringContaining('1 to 10') })
    expect(whyNotRange({ last: 11 }, 10)).toMatchObject({ place: 'last' })
    expect(whyNotRange({ first: 5, last: 4 }, 10)).toMatchObject({ code: 'invalid' })
  })

  it('is fetched for a day, and a bundle goes as far as its five parts', () => {
    const at = new Date('2026-11-22T10:00:00Z')
    expect(whyNotFetch(at, new Date(at.getTime() + EXPORT_OPEN_MS - 1))).toBeNull()
    expect(whyNotFetch(at, new Date(at.getTime() + EXPORT_OPEN_MS))).toMatchObject({ code: 'wrong_state' })
    expect([lengthOf('csv', 7), lengthOf('jsonl', 7), lengthOf('bundle', 7)]).toEqual([7, 7, 35])
  })
})

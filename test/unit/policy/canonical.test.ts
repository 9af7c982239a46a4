import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText, NotCanonical, sha256Hex } from '@/lib/domain/canonical'

const RUNS = Math.max(1, Math.round(200 * Number(process.env.TEST_SCALE ?? 1)))

/** Anything that has a canonical text: what an event or a policy may hold. */
const text = fc.string({ unit: 'grapheme' }).map((value) => value.normalize('NFC').replaceAll('\0', ''))
const key = fc.stringMatching(/^[a-zA-Z$][\x20-\x7e]{0,11}$/)
const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(text, fc.boolean(), fc.constant(null), fc.maxSafeInteger()),
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reversed(item)]),
  )
}

describe('canonical text', () => {
  test('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const canonical = canonicalText(value, { depth: 12 })
        expect(canonicalText(reversed(value), { depth: 12 })).toBe(canonical)
        expect(canonicalText(JSON.parse(canonical), { depth: 12 })).toBe(canonical)
        expect(sha256Hex(canonical)).toMatch(/^[0-9a-f]{64}$/)
      }),
      { numRuns: RUNS },
    )
  })

  test('two values with one text are one value', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        fc.pre(canonicalText(a, { depth: 12 }) === canonicalText(b, { depth: 12 }))
        expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)))
      }),
      { numRuns: RUNS, maxSkipsPerRun: 10_000 },
    )
  })

  test('is RFC 8785: sorted by UTF-16 units, shortest escapes, no spaces', () => {
    expect(canonicalText({ b: [1, true, null], a: 'é\n"\\/' })).toBe('{"a":"é\\n\\"\\\\/","b":[1,true,null]}')
  })

  test.each<[string, unknown]>([
    ['undefined inside an object', { a: undefined }],
    ['undefined', undefined],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['a set', new Set([1])],
    ['minus zero', -0],
    ['a fraction', 0.5],
    ['an integer too large to be exact', 2 ** 53],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a symbol key', { [Symbol('a')]: 1 }],
    ['a class instance', new (class Thing {})()],
    ['an object that replaces itself', { toJSON: () => 'other' }],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['NUL', 'a\0b'],
    ['a text that is not NFC', 'e\u0301'],
    ['a key that is not ASCII', { é: 1 }],
    ['an empty key', { '': 1 }],
    ['a hole', new Array(3)],
    ['too deep for an event', [[[[[[[1]]]]]]]],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalText(value)).toThrow(NotCanonical)
  })

  test('a cycle ends at the depth limit', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(() => canonicalText(loop, { depth: 100 })).toThrow(NotCanonical)
  })

  test('depth counts arrays and objects: six are fine for an event, seven are not', () => {
    expect(canonicalText([[[[[[1]]]]]])).toBe('[[[[[[1]]]]]]')
    expect(() => canonicalText([[[[[[{}]]]]]])).toThrow('nested too deeply')
    expect(canonicalText([[[[[[{}]]]]]], { depth: 7 })).toBe('[[[[[[{}]]]]]]')
  })

  test('names the place and never the value', () => {
    const error = (() => {
      try {
        canonicalText({ after: { gates: ['hush\0'] } })
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toMatchObject({ place: 'after.gates[0]' })
    expect(String(error)).not.toContain('hush')
  })

  test('SHA-256 agrees with the published vectors', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

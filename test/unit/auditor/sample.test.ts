import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { nodeTree } from '@/lib/crypto/log-hash'
import { isComplete } from '@/lib/domain/auditor/completeness'
import { drawSample, sampleId } from '@/lib/domain/auditor/sample'

const list = (n: number) => Array.from({ length: n }, (_, i) => `DEP-${i}`)

/** The same rule from its words, with other arithmetic: what an auditor would write. */
function drawAgain<T>(given: readonly T[], count: number, seed: string): T[] {
  const left = [...given]
  const drawn: T[] = []
  for (let i = 0; drawn.length < count && left.length > 0; i += 1) {
    const x = createHash('sha256').update(`${seed}:${i}`).digest().readBigUInt64BE(0)
    const m = BigInt(left.length)
    if (x >= 2n ** 64n - (2n ** 64n % m)) continue
    const place = Number(x % m)
    drawn.push(left[place] as T)
    left[place] = left[left.length - 1] as T
    left.length -= 1
  }
  return drawn
}

describe('a random sample', () => {
  it('is the same for the same seed, by whoever follows the rule, and another for another', () => {
    for (const [n, count] of [
      [1, 1],
      [7, 3],
      [100, 25],
      [1000, 100],
    ] as const)
      expect(drawSample(list(n), count, 'a-seed')).toEqual(drawAgain(list(n), count, 'a-seed'))
    expect(drawSample(list(1000), 10, 'a-seed')).not.toEqual(drawSample(list(1000), 10, 'b-seed'))
  })

  it('takes nothing twice, and everything when more is asked for than there is', () => {
    expect(new Set(drawSample(list(200), 100, 'seed')).size).toBe(100)
    expect(drawSample(list(5), 100, 'seed').toSorted()).toEqual(list(5))
    expect(drawSample([], 3, 'seed')).toEqual([])
  })

  it('favours nobody: over many seeds each place comes as often as any other', () => {
    const times = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 4_000; seed += 1)
      for (const at of drawSample([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, `seed-${seed}`)) times[at] = (times[at] ?? 0) + 1
    // 1,200 each is expected, with a standard deviation of 29.
    expect(times.every((count) => Math.abs(count - 1_200) < 145)).toBe(true)
  })

  it('goes by a name that everything about it is in', () => {
    const base = { from: '2026-09-01', to: '2026-09-30', system: null, count: 5, seed: 'abcd' }
    const names = [
      base,
      { ...base, count: 6 },
      { ...base, seed: 'abce' },
      { ...base, system: 'robodj' },
      { ...base, to: '2026-10-01' },
    ].map(sampleId)
    expect(new Set(names).size).toBe(5)
    expect(sampleId({ ...base })).toBe(names[0])
  })
})

describe('the proof that nothing was left out (T13, T14)', () => {
  const leaf = (i: number) => nodeTree.leafHash(new TextEncoder().encode(`entry ${i}`))
  const rangeAt = (size: number) =>
    Array.from({ length: size }, (_, i) => leaf(i)).reduce((range, each) => nodeTree.append(range, each), {
      size: 0,
      hashes: [] as readonly Uint8Array[],
    })
  const proof = (from: number, to: number) => ({
    before: { size: from, root: nodeTree.rootOf(rangeAt(from)) },
    range: rangeAt(from).hashes,
    leaves: Array.from({ length: to - from }, (_, i) => leaf(from + i)),
    after: { size: to, root: nodeTree.rootOf(rangeAt(to)) },
  })

  it('holds between any two sizes', () => {
    for (let to = 0; to <= 40; to += 1) for (let from = 0; from <= to; from += 1) expect(isComplete(proof(from, to), nodeTree)).toBe(true)
  })

  it('breaks when an entry is left out, added, changed or moved, and on any other root or size', () => {
    const good = proof(13, 29)
    const { leaves } = good
    const bent = [
      { ...good, leaves: leaves.slice(1) },
      { ...good, leaves: leaves.toSpliced(5, 1) },
      { ...good, leaves: [...leaves, leaf(29)] },
      { ...good, leaves: leaves.toSpliced(3, 1, leaf(99)) },
      { ...good, leaves: [leaves[1], leaves[0], ...leaves.slice(2)] as Uint8Array[] },
      { ...good, range: good.range.slice(1) },
      { ...good, range: [] },
      { ...good, before: { size: 12, root: good.before.root } },
      { ...good, before: { size: 13, root: leaf(0) } },
      { ...good, after: { size: 29, root: leaf(0) } },
      { ...good, after: { size: Number.NaN, root: good.after.root } },
      { ...good, leaves: leaves.toSpliced(5, 1, new Uint8Array(31)) },
      { ...good, leaves: leaves.toSpliced(5, 1), after: { ...good.after, size: 28 } },
    ]
    expect(bent.map((each) => isComplete(each, nodeTree))).toEqual(bent.map(() => false))
  })
})

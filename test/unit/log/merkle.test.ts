import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { fromHex, toHex } from '@/lib/domain/log/bytes'
import { EMPTY_RANGE, type ReadNode, tree } from '@/lib/domain/log/merkle'
import { nodesOfTiles, TILE_WIDTH } from '@/lib/domain/log/tile'

const bytes = (hex: string) => fromHex(hex) as Uint8Array
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(bytes)
// The published roots over those leaves (RFC 6962; certificate-transparency's reference tests).
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const SCALE = Number(process.env.TEST_SCALE ?? '1')

/** A tree as RFC 6962 defines it, by plain recursion: what the fast one is held against. */
function plain(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return nodeSha256(new Uint8Array())
  if (leaves.length === 1) return leaves[0] as Uint8Array
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeTree.nodeHash(plain(leaves.slice(0, k)), plain(leaves.slice(k)))
}

const leavesOf = (size: number, salt = 0) =>
  Array.from({ length: size }, (_, index) => nodeTree.leafHash(Uint8Array.of(salt, index >> 8, index & 255)))
const nodesOf =
  (leaves: readonly Uint8Array[]): ReadNode =>
  (level, index) =>
    plain(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

describe('the tree of RFC 6962 (audit-log.md, 4)', () => {
  test.each(ROOTS.map((root, size) => ({ size, root })))('has the published root over $size leaves', ({ size, root }) => {
    const hashes = LEAVES.slice(0, size).map(tree.leafHash)
    expect(toHex(tree.rootOfLeaves(hashes))).toBe(root)
    expect(toHex(nodeTree.rootOf(hashes.reduce(nodeTree.append, EMPTY_RANGE)))).toBe(root)
  })

  test('every proof verifies, and none does once anything about it is changed', async () => {
    let cases = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 130 }), fc.nat(), fc.nat(), fc.nat(), async (size, pick, other, flip) => {
        const leaves = leavesOf(size)
        const root = plain(leaves)
        const index = pick % size
        const leaf = leaves[index] as Uint8Array
        const proof = await nodeTree.inclusionProof(index, size, nodesOf(leaves))
        expect(nodeTree.verifyInclusion(index, size, leaf, proof, root)).toBe(true)
        for (const wrong of mutationsOf(proof, flip)) {
          expect(nodeTree.verifyInclusion(index, size, leaf, wrong, root)).toBe(false)
          cases += 1
        }
        const bent = flipped(leaf, flip)
        for (const isGood of [
          nodeTree.verifyInclusion(index, size, bent, proof, root),
          nodeTree.verifyInclusion(index, size, leaf, proof, flipped(root, flip)),
          index !== other % size && nodeTree.verifyInclusion(other % size, size, leaf, proof, root),
          nodeTree.verifyInclusion(index, index, leaf, proof, root),
        ]) {
          expect(isGood).toBe(false)
          cases += 1
        }

        const first = other % (size + 1)
        const begun = plain(leaves.slice(0, first))
        const consistent = await nodeTree.consistencyProof(first, size, nodesOf(leaves))
        expect(nodeTree.verifyConsistency(first, begun, size, root, consistent)).toBe(true)
        for (const wrong of mutationsOf(consistent, flip)) {
          expect(nodeTree.verifyConsistency(first, begun, size, root, wrong)).toBe(false)
          cases += 1
        }
        for (const isGood of [
          nodeTree.verifyConsistency(first, flipped(begun, flip), size, root, consistent),
          first > 0 && nodeTree.verifyConsistency(first, begun, size, flipped(root, flip), consistent),
          first > 0 && nodeTree.verifyConsistency(first - 1, begun, size, root, consistent),
        ]) {
          expect(isGood).toBe(false)
          cases += 1
        }
      }),
      { numRuns: Math.ceil(1_200 * SCALE) },
    )
    expect(cases).toBeGreaterThan(20_000 * SCALE)
  }, 120_000)

  test('a fork of the same size is not consistent with what was there', async () => {
    const [ours, theirs] = [leavesOf(100), [...leavesOf(60), ...leavesOf(40, 1)]]
    const proof = await nodeTree.consistencyProof(80, 100, nodesOf(theirs))
    expect(nodeTree.verifyConsistency(80, plain(ours.slice(0, 80)), 100, plain(theirs), proof)).toBe(false)
    expect(
      nodeTree.verifyConsistency(
        60,
        plain(ours.slice(0, 60)),
        100,
        plain(theirs),
        await nodeTree.consistencyProof(60, 100, nodesOf(theirs)),
      ),
    ).toBe(true)
  })

  test('proofs come out of tiles as they come out of leaves', async () => {
    const size = 70_000
    const leaves = Array.from({ length: size }, (_, index) => nodeSha256(Uint8Array.of(index >> 16, (index >> 8) & 255, index & 255)))
    const levels = [leaves]
    for (let below = leaves; below.length >= TILE_WIDTH; ) {
      below = Array.from({ length: Math.floor(below.length / TILE_WIDTH) }, (_, at) =>
        nodeTree.rootOfLeaves(below.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
      )
      levels.push(below)
    }
    let loads = 0
    const read = nodesOfTiles(
      size,
      async ({ level, index, width }) => {
        loads += 1
        return Buffer.concat((levels[Number(level)] as Uint8Array[]).slice(index * TILE_WIDTH, index * TILE_WIDTH + width))
      },
      nodeSha256,
    )
    const root = nodeTree.rootOf(await nodeTree.rangeOf(size, read))
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])
      expect(
        nodeTree.verifyInclusion(index, size, leaves[index] as Uint8Array, await nodeTree.inclusionProof(index, size, read), root),
      ).toBe(true)
    for (const first of [1, 256, 1_000, 65_536, 69_999]) {
      const begun = nodeTree.rootOfLeaves(leaves.slice(0, first))
      expect(nodeTree.verifyConsistency(first, begun, size, root, await nodeTree.consistencyProof(first, size, read))).toBe(true)
    }
    expect(loads).toBeLessThan(20)
  })
})

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(hash)
  copy[Math.floor(bit / 8) % copy.length] = (copy[Math.floor(bit / 8) % copy.length] ?? 0) ^ (1 << (bit % 8))
  return copy
}

function mutationsOf(proof: readonly Uint8Array[], flip: number): Uint8Array[][] {
  const found: Uint8Array[][] = [[...proof, new Uint8Array(32)]]
  if (proof.length === 0) return found
  const at = flip % proof.length
  found.push(
    proof.map((hash, index) => (index === at ? flipped(hash, flip) : hash)),
    proof.filter((_, index) => index !== at),
    [...proof.slice(0, at), proof[at] as Uint8Array, ...proof.slice(at)],
    proof.map((hash, index) => (index === at ? hash.slice(1) : hash)),
  )
  if (proof.length > 1) found.push([...proof.slice(1), proof[0] as Uint8Array])
  return found
}

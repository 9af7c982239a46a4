import { act, render, screen } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkProofHere, type ProofToCheck } from '@/components/audit/check-proof-here'
import { AwaitEntry } from '@/components/receipt/await-entry'
import { ProofCheck } from '@/components/receipt/proof-check'
import { toHex } from '@/lib/domain/log/bytes'
import { checkpointText } from '@/lib/domain/log/checkpoint'
import { tree } from '@/lib/domain/log/merkle'
import { type CheckSignature, noteOf, signatureLine, verifierKey } from '@/lib/domain/log/note'

// A receipt is checked by the browser that shows it, from the entry's own bytes (T13, T32).

const router = { refresh: vi.fn() }
vi.mock('next/navigation', async (original) => ({ ...(await original<object>()), useRouter: () => router }))

const utf8 = (text: string) => new TextEncoder().encode(text)
const key = verifierKey('countersign.example/log', 'ed25519', new Uint8Array(32).fill(7))
const good: CheckSignature = async (_, __, ___, signature) => signature.every((byte) => byte === 9)
const canTell: CheckSignature = async () => null

async function parts(index: number, size: number): Promise<ProofToCheck> {
  const entries = Array.from({ length: size }, (_, n) => JSON.stringify({ n }))
  const leaves = entries.map((entry) => tree.leafHash(utf8(entry)))
  const perfect = (level: number, at: number): Uint8Array => tree.rootOfLeaves(leaves.slice(at * 2 ** level, (at + 1) * 2 ** level))
  const text = checkpointText({ origin: key.name, size, root: tree.rootOfLeaves(leaves) })
  return {
    index,
    canonical: entries[index] as string,
    hashes: (await tree.inclusionProof(index, size, perfect)).map(toHex),
    checkpoint: noteOf(text, [signatureLine(key, new Uint8Array(64).fill(9))]),
    vkeys: [key.vkey],
  }
}

describe('a proof', () => {
  it('is good, or not to be told without Ed25519, and never without the log’s key', async () => {
    const proof = await parts(4, 11)
    expect(await checkProofHere(proof, good)).toBe('good')
    expect(await checkProofHere(proof, canTell)).toBe('not-checked')
    expect(await checkProofHere({ ...proof, vkeys: [] }, good)).toBe('wrong-signature')
    expect(await checkProofHere(proof, async () => false)).toBe('wrong-signature')
  })

  it('is never good with one thing of it changed', async () => {
    const flip = (text: string, at: number) => `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
    const bends: ((proof: ProofToCheck, at: number) => ProofToCheck)[] = [
      (proof) => ({ ...proof, canonical: `${proof.canonical} ` }),
      (proof) => ({ ...proof, index: proof.index + 1 }),
      (proof, at) => ({ ...proof, hashes: proof.hashes.map((hash, n) => (n === at % proof.hashes.length ? flip(hash, at % 64) : hash)) }),
      (proof) => ({ ...proof, hashes: proof.hashes.slice(1) }),
      (proof) => ({ ...proof, hashes: [...proof.hashes, '00'.repeat(32)] }),
      (proof) => ({ ...proof, hashes: ['xyz'] }),
      (proof) => ({ ...proof, checkpoint: proof.checkpoint.replace('\n', '\n1') }),
      (proof) => ({ ...proof, checkpoint: 'nothing' }),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }),
        fc.nat(200),
        fc.nat(bends.length - 1),
        fc.nat(1_000),
        async (size, index, bend, at) => {
          const proof = await parts(index % size, size)
          const bent = (bends[bend] as (typeof bends)[number])(proof, at)
          expect(await checkProofHere(bent, good)).not.toBe('good')
        },
      ),
      { numRuns: 150 },
    )
  })

  it('says what came of it once the browser has computed', async () => {
    const proof = await parts(0, 3)
    render(<ProofCheck proof={{ ...proof, canonical: '{}' }} />)
    expect(await screen.findByText(/This browser checked it, and the entry does not lead to the root/)).toBeTruthy()
  })
})

describe('a receipt that waits for the log', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    router.refresh.mockReset()
  })
  afterEach(() => vi.useRealTimers())

  it('looks again by itself, at least three times within two seconds, and gives up after a minute in words', () => {
    render(<AwaitEntry />)
    act(() => void vi.advanceTimersByTime(2_000))
    expect(router.refresh.mock.calls.length).toBeGreaterThanOrEqual(3)
    act(() => void vi.advanceTimersByTime(120_000))
    expect(screen.getByRole('status').textContent).toContain('has not taken it in within a minute')
    const { length } = router.refresh.mock.calls
    act(() => void vi.advanceTimersByTime(120_000))
    expect(router.refresh.mock.calls).toHaveLength(length)
  })

  it('stops looking when it is left', () => {
    const { unmount } = render(<AwaitEntry />)
    unmount()
    act(() => void vi.advanceTimersByTime(10_000))
    expect(router.refresh).not.toHaveBeenCalled()
  })
})

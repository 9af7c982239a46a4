'use client'

import { useEffect, useState } from 'react'
import type { ProofToCheck, ProofVerdict } from '@/components/audit/check-proof-here'
import { Status } from '@/components/ui/status'

const WORDS: Record<ProofVerdict, ['pass' | 'fail' | 'warn', string]> = {
  good: ['pass', 'This browser computed the root of the checkpoint from the entry, and the log’s key signed it'],
  'wrong-bytes': ['fail', 'This browser checked it, and the entry does not lead to the root of the checkpoint. Tell SecOps.'],
  'wrong-signature': ['fail', 'This browser checked it, and the checkpoint is not signed by the key of this log. Tell SecOps.'],
  'not-checked': [
    'warn',
    'This browser computed the root of the checkpoint from the entry. It cannot check Ed25519, so who signed it is not checked here',
  ],
}

/** What this browser computed of a proof, in words. Without its script nothing is claimed. */
export function ProofCheck({ proof }: { proof: ProofToCheck }) {
  const [verdict, setVerdict] = useState<ProofVerdict | null>(null)
  const { checkpoint, canonical } = proof

  // Effect on mount: it has to be this browser that computes, not the server that rendered. A check that cannot be loaded claims nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the object is new with every render and changes with the entry and the checkpoint only.
  useEffect(() => {
    let isCurrent = true
    import('@/components/audit/check-proof-here')
      .then(({ checkProofHere }) => checkProofHere(proof))
      .then((found) => {
        if (isCurrent) setVerdict(found)
      })
      .catch(() => undefined)
    return () => {
      isCurrent = false
    }
  }, [checkpoint, canonical])

  if (!verdict) return null
  const [status, words] = WORDS[verdict]
  return (
    <Status status={status} long>
      {words}
    </Status>
  )
}

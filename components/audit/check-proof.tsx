'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status'
import type { ProofToCheck, ProofVerdict } from './check-proof-here'

const WORDS: Record<ProofVerdict, ['pass' | 'fail' | 'warn', string]> = {
  good: ['pass', 'Checked in this browser: its bytes give the hash, the hashes lead to the root, and the log’s key signed it.'],
  'wrong-bytes': ['fail', 'The bytes do not lead to the root of the checkpoint. Tell SecOps.'],
  'wrong-signature': ['fail', 'The checkpoint is not signed by the key of this log. Tell SecOps.'],
  'not-checked': [
    'warn',
    'The bytes lead to the root. This browser cannot check Ed25519, so who signed it is not checked; download the proof and use the verifier.',
  ],
}

/** Checks a proof by the browser's own means, so that nothing has to be believed of what the server says about it. `children` stand beside its button. */
export function CheckProof({ proof, children }: { proof: ProofToCheck; children?: ReactNode }) {
  const [verdict, setVerdict] = useState<ProofVerdict | 'failed' | null>(null)
  const check = async () => {
    try {
      const { checkProofHere } = await import('./check-proof-here')
      setVerdict(await checkProofHere(proof))
    } catch {
      setVerdict('failed')
    }
  }
  const said =
    verdict === null
      ? null
      : verdict === 'failed'
        ? (['warn', 'The check could not be loaded. Reload and try again.'] as const)
        : WORDS[verdict]
  return (
    <div className="mt-3">
      <div className="btns">
        <Button size="sm" onClick={() => void check()}>
          Check in this browser
        </Button>
        {children}
      </div>
      <p role="status" className={said ? 'mt-2' : undefined}>
        {said ? (
          <Status status={said[0]} long>
            {said[1]}
          </Status>
        ) : null}
      </p>
    </div>
  )
}

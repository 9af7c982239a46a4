'use client'

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { Banner } from '@/components/ui/banner'
import { Status } from '@/components/ui/status'
import { type Dossier, sealText } from '@/lib/domain/dossier'

/** Null until the browser has looked; without its script nothing is claimed, and the server judges again anyway. */
type Match = boolean | null
const Context = createContext<Match>(null)

/** Whether a sealed text is the canonical text of what it says and has the hash that is shown. Never throws: what cannot be read does not match. */
export function isSealed(canonical: string, hash: string): boolean {
  try {
    const sealed = sealText(JSON.parse(canonical) as Dossier)
    return sealed.canonical === canonical && sealed.hash === hash
  } catch {
    // No JSON, or no canonical form: not what was sealed, which is the answer.
    return false
  }
}

/** Recomputes the SHA-256 of the sealed text in this browser, once for everything inside (ux.md section 7, Seal; T01). */
export function SealCheck({ canonical, hash, children }: { canonical: string; hash: string; children: ReactNode }) {
  const [match, setMatch] = useState<Match>(null)

  // Effect on mount: it has to be this browser that computes, not the server that rendered.
  useEffect(() => setMatch(isSealed(canonical, hash)), [canonical, hash])

  return <Context value={match}>{children}</Context>
}

/** What the recomputation came to, in words. */
export function SealVerdict() {
  const match = useContext(Context)
  if (match === null) return null
  return match ? (
    <Status status="pass" plain className="t-xs">
      This browser computed the same hash
    </Status>
  ) : (
    <Status status="fail" className="t-xs">
      This browser computed another hash
    </Status>
  )
}

/** What is offered only while the page shows what was sealed: signing. Otherwise it says so, and what to do. */
export function WhenSealed({ children }: { children: ReactNode }) {
  if (useContext(Context) !== false) return children
  return (
    <Banner status="fail" title="This page does not match the sealed dossier" live="polite">
      Reload, and tell SecOps if it happens again. Nothing can be signed from here.
    </Banner>
  )
}

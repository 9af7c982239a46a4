'use client'

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { Banner } from '@/components/ui/banner'
import { StatusGlyph, type StatusKind } from '@/components/ui/status'
import type { Dossier } from '@/lib/domain/dossier'

/** Whether the text on this page is the one that was sealed: being computed, the same, or another. */
export type SealCheck = 'checking' | 'match' | 'differs'

/** SHA-256 of a text as 64 hex digits, by the browser itself; over plain http, where it has none, by our own code. */
export async function hashInBrowser(text: string): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined // absent outside a secure context
  if (!subtle) return (await import('@/lib/domain/canonical')).sha256Hex(text)
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const Sealed = createContext<{ document: unknown; what: string; check: SealCheck } | null>(null)

/**
 * Holds a sealed text for the parts of a page (a dossier, or `what` it is called: the plan of a rotation): the facts are drawn from it, and its hash is
 * computed here again (000.24, T32), so that what is shown and what is signed are the same bytes.
 */
export function SealedText({
  canonical,
  hash,
  what = 'dossier',
  children,
}: {
  canonical: string
  hash: string
  what?: string
  children: ReactNode
}) {
  const [check, setCheck] = useState<SealCheck>('checking')

  // Effect on the browser's own hash function, which answers later.
  useEffect(() => {
    let stands = true
    setCheck('checking')
    const say = (found: SealCheck) => {
      if (stands) setCheck(found)
    }
    // What cannot be computed has not been proven, so nothing is offered either.
    hashInBrowser(canonical).then(
      (computed) => say(computed === hash ? 'match' : 'differs'),
      () => say('differs'),
    )
    return () => {
      stands = false
    }
  }, [canonical, hash])

  return <Sealed value={{ document: JSON.parse(canonical), what, check }}>{children}</Sealed>
}

/** The sealed document around this part, as its kind (whoever draws it knows which page put it there), and whether its hash is the one that was sealed. */
export function useSealedDocument<T>(): { document: T; what: string; check: SealCheck } {
  const sealed = useContext(Sealed)
  if (!sealed) throw new Error('There is no sealed text around this part')
  return { ...sealed, document: sealed.document as T }
}

/** The sealed dossier around this part, and whether its hash is the one that was sealed. */
export function useSealed(): { dossier: Dossier; check: SealCheck } {
  const { document, check } = useSealedDocument<Dossier>()
  return { dossier: document, check }
}

/** What the browser found when it computed the hash, as one line. */
export function SealResult() {
  const { check } = useSealedDocument()
  const { status, words } = RESULT[check]
  return (
    <span className="grid grid-cols-[20px_minmax(0,1fr)] gap-[9px]">
      <span className="pt-0.5">
        <StatusGlyph status={status} size={16} />
      </span>
      <span>{words}</span>
    </span>
  )
}

const RESULT: Record<SealCheck, { status: StatusKind; words: string }> = {
  checking: { status: 'running', words: 'Your browser computes the SHA-256 of what this page shows.' },
  match: { status: 'pass', words: 'Your browser computed the same SHA-256 from what this page shows.' },
  differs: { status: 'fail', words: 'Your browser computed another SHA-256 than the one that was sealed.' },
}

/** Shows a decision only where the browser has computed the sealed hash; otherwise says why there is none. */
export function WhileSealed({ children }: { children: ReactNode }) {
  const { check, what } = useSealedDocument()
  return (
    <>
      <noscript>
        <p className="note">
          Deciding needs JavaScript: your browser computes the hash of what you read, and confirms your password apart from the signature.
          Reading works without.
        </p>
      </noscript>
      {check === 'differs' ? (
        <Banner
          status="fail"
          title={`This page does not match the sealed ${what}.`}
          live="assertive"
          actions={
            <button type="button" className="link" onClick={() => window.location.reload()}>
              Reload
            </button>
          }
        >
          Reload, and tell SecOps if it happens again. Nothing can be decided here until it matches.
        </Banner>
      ) : null}
      {check === 'match' ? children : null}
    </>
  )
}

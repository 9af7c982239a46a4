'use client'

import { RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Status, type StatusKind } from '@/components/ui/status'
import { numbered } from '@/lib/domain/trail'
import { formatDate, formatDuration, formatHash, formatNumber, formatTimeUtc, plural } from '@/lib/format'
import { routes } from '@/lib/routes'
import type { BrowserVerification } from './verify-in-browser'

type Run =
  | { state: 'idle' }
  | { state: 'running'; done: number; of: number }
  | { state: 'ended'; found: BrowserVerification; at: number }
  | { state: 'failed'; says: string }

/** What says how far it is comes at most this often. */
const TELL_MS = 150
const MOST_TOLD = 5

/**
 * Verifies the whole record here, in the browser: the server only hands out bytes and hashes. Says how far it is, can be stopped, and ends in words
 * (ux.md section 12; T13, T14, T16). `children` stand beside its button.
 */
export function VerifyAgain({ size, children }: { size: number; children?: ReactNode }) {
  const [run, setRun] = useState<Run>({ state: 'idle' })
  const stop = useRef<AbortController | null>(null)

  // Effect on the requests under way: a page that is left asks no more.
  useEffect(() => () => stop.current?.abort(), [])

  const begin = async () => {
    const control = new AbortController()
    stop.current = control
    setRun({ state: 'running', done: 0, of: size })
    let toldAt = 0
    try {
      const { verifyInBrowser } = await import('./verify-in-browser')
      const found = await verifyInBrowser({
        signal: control.signal,
        store: storage(),
        onProgress: (done, of) => {
          if (Date.now() - toldAt < TELL_MS || control.signal.aborted) return
          toldAt = Date.now()
          setRun({ state: 'running', done, of })
        },
      })
      setRun({ state: 'ended', found, at: Date.now() })
    } catch (error) {
      if (control.signal.aborted) setRun({ state: 'failed', says: 'Stopped. Nothing is said of what was not read.' })
      else setRun({ state: 'failed', says: error instanceof Error ? error.message : 'This browser could not verify the record.' })
    }
  }

  return (
    <div className="verify mt-4">
      <div className="row flex-wrap">
        {run.state === 'running' ? (
          <Button onClick={() => stop.current?.abort()}>Stop verifying</Button>
        ) : (
          <Button icon={<RefreshCw size={15} aria-hidden="true" />} onClick={() => void begin()} disabled={size === 0}>
            Verify again
          </Button>
        )}
        {children}
      </div>
      {run.state === 'running' ? (
        <p className="t-xs c2 mt-2">
          <progress className="bar" aria-label="Verified entries" max={Math.max(1, run.of)} value={run.done} /> {formatNumber(run.done)} of{' '}
          {formatNumber(run.of)} entries
        </p>
      ) : null}
      <div role="status" aria-live="polite">
        {run.state === 'ended' ? <Found found={run.found} at={run.at} /> : null}
        {run.state === 'failed' ? (
          <p className="mt-2">
            <Status status="warn" long>
              {run.says}
            </Status>
          </p>
        ) : null}
      </div>
    </div>
  )
}

/** The browser's storage; null where it forbids it. */
function storage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

const GLYPH: Record<BrowserVerification['outcome'], StatusKind> = { good: 'pass', tampered: 'fail', unknown: 'warn' }

/** What a verification found, in words. */
export function Found({ found, at }: { found: BrowserVerification; at: number }) {
  return (
    <div className="mt-2 grid gap-1">
      <Status status={GLYPH[found.outcome]} long>
        {wordsOf(found, at)}
      </Status>
      {found.firstBad !== null ? (
        <Link className="link t-xs" href={routes.audit({ entry: String(found.firstBad + 1) })}>
          Open entry {numbered(found.firstBad + 1)}
        </Link>
      ) : null}
      {found.findings.slice(0, MOST_TOLD).map((finding) => (
        <p className="t-xs c2" key={`${finding.check} ${finding.index} ${finding.says}`}>
          {finding.says}
          {finding.expected ? ` Expected ${finding.expected}.` : ''}
          {finding.found ? ` Found ${finding.found}.` : ''}
        </p>
      ))}
      {found.found > MOST_TOLD ? <p className="t-xs c2">{plural(found.found - MOST_TOLD, 'further finding')}.</p> : null}
      {keptWords(found.kept)}
      <details className="t-xs c2">
        <summary>What was checked, and what not</summary>
        <p className="mt-1">
          {plural(found.entries, 'entry', 'entries')} from {found.entries === 1 ? 'its' : 'their'} own bytes,{' '}
          {plural(found.checkpoints, 'checkpoint')}, in {formatDuration(found.took)}. Root {formatHash(found.root, 4)}…
        </p>
        {found.notChecked.length > 0 ? (
          <ul className="mt-1 grid list-disc gap-1 pl-4" aria-label="Not checked">
            {found.notChecked.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        ) : null}
      </details>
    </div>
  )
}

function wordsOf({ outcome, size, entries, firstBad, notChecked }: BrowserVerification, at: number): string {
  const hashed = size - entries
  switch (outcome) {
    case 'good':
      return `Verified in this browser at ${formatTimeUtc(at)}: ${plural(size, 'entry', 'entries')} match${size === 1 ? 'es' : ''} what was signed${
        hashed > 0 ? `, ${formatNumber(hashed)} of them by their hash alone, because you may not read them` : ''
      }.`
    case 'tampered':
      return firstBad === null
        ? 'The record does not match what was signed. Tell SecOps.'
        : `Entry ${numbered(firstBad + 1)} does not match. Everything from there on is unproven. Tell SecOps.`
    case 'unknown':
      return `This browser cannot tell. ${notChecked[0] ?? ''}`.trim()
    default:
      return outcome satisfies never
  }
}

function keptWords(kept: BrowserVerification['kept']) {
  if (kept === null) return null
  return (
    <p className="t-xs c2">
      {kept.state === 'continued'
        ? `Compared with ${numbered(kept.size)}, which this browser kept on ${formatDate(kept.at)}.`
        : `The log is signed by other keys than this browser saw on ${formatDate(kept.at)}. Where it was not set up anew since, tell SecOps.`}
    </p>
  )
}

'use client'

import { Download, Pause, Play } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status'
import type { ExportFormat } from '@/lib/domain/trail-export'
import { formatNumber } from '@/lib/format'
import { routes } from '@/lib/routes'
import { ExportRefused, fetchExport, type Safe, type Sink } from './fetch-export'
import { partsSink } from './sinks'

type Run =
  | { state: 'idle' }
  | { state: 'running' | 'paused' | 'done' }
  | { state: 'waiting'; seconds: number }
  | { state: 'broken'; says: string }

const START: Safe = { next: 0, length: 0 }
/** Seconds between tries by itself, after a connection that brought nothing new. */
const WAITS = [1, 2, 4, 8, 15]
const TELL_MS = 150

/**
 * Fetches the file of an export with progress: it can be paused, and continues by itself where a connection broke, so that an hour is not lost to the
 * last minute. Without its script the link beside it downloads the same file.
 */
export function ExportDownload({ id, format, length, name }: { id: string; format: ExportFormat; length: number; name: string }) {
  const [run, setRun] = useState<Run>({ state: 'idle' })
  const [safe, setSafe] = useState<Safe>(START)
  const kept = useRef<{ safe: Safe; sink: Sink | null; stop: AbortController | null; toldAt: number }>({
    safe: START,
    sink: null,
    stop: null,
    toldAt: 0,
  })

  // Effect on the request under way: a page that is left asks no more.
  useEffect(() => () => kept.current.stop?.abort(), [])

  const begin = async () => {
    const sink = (kept.current.sink ??= partsSink(name))
    const stop = new AbortController()
    kept.current.stop = stop
    for (let tries = 0; ; ) {
      const from = kept.current.safe
      setRun({ state: 'running' })
      try {
        await fetchExport({
          href: (after) => routes.auditExportFile(id, after > 0 ? { after } : {}),
          from,
          end: length,
          sink,
          signal: stop.signal,
          onSafe: (now) => {
            kept.current.safe = now
            if (Date.now() - kept.current.toldAt < TELL_MS) return
            kept.current.toldAt = Date.now()
            setSafe(now)
          },
        })
        kept.current = { ...kept.current, safe: START, sink: null }
        setSafe({ next: length, length: 0 })
        return setRun({ state: 'done' })
      } catch (error) {
        setSafe(kept.current.safe)
        if (stop.signal.aborted) return setRun({ state: 'paused' })
        if (error instanceof ExportRefused && !error.mayPass) return setRun({ state: 'broken', says: error.message })
        tries = kept.current.safe.next > from.next ? 0 : tries + 1
        const seconds = WAITS[tries]
        if (seconds === undefined)
          return setRun({ state: 'broken', says: error instanceof Error ? error.message : 'The connection broke.' })
        setRun({ state: 'waiting', seconds })
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, seconds * 1000)
          stop.signal.addEventListener('abort', () => {
            clearTimeout(timer)
            resolve(null)
          })
        })
        if (stop.signal.aborted) return setRun({ state: 'paused' })
      }
    }
  }

  const isUnderWay = run.state === 'running' || run.state === 'waiting'
  const hasBegun = run.state !== 'idle'
  return (
    <div className="grid gap-3">
      <div className="btns items-center gap-x-4">
        {isUnderWay ? (
          <Button icon={<Pause size={15} aria-hidden="true" />} onClick={() => kept.current.stop?.abort()}>
            Pause
          </Button>
        ) : (
          <Button
            variant="primary"
            icon={
              run.state === 'paused' || run.state === 'broken' ? (
                <Play size={15} aria-hidden="true" />
              ) : (
                <Download size={15} aria-hidden="true" />
              )
            }
            onClick={() => void begin()}
          >
            {run.state === 'paused' || run.state === 'broken' ? 'Continue' : run.state === 'done' ? 'Fetch it again' : 'Fetch the file'}
          </Button>
        )}
        <a className="link t-sm" href={routes.auditExportFile(id)} download={name}>
          Download it without progress
        </a>
        {format === 'csv' ? (
          <a className="link t-sm" href={routes.auditExportFile(id, { bom: 1 })} download={name}>
            With a UTF-8 mark, for Excel
          </a>
        ) : null}
      </div>
      {hasBegun ? (
        <p className="t-sm c2 num">
          <progress className="bar w-44" aria-label="How far the export is" max={length} value={safe.next} /> {howFar(format, safe, length)}
        </p>
      ) : null}
      <div role="status" aria-live="polite">
        {run.state === 'done' ? (
          <Status status="pass" long>
            Complete. {name} is saved.
          </Status>
        ) : null}
        {run.state === 'paused' ? (
          <Status status="waiting" long>
            Paused. What arrived is kept as long as this page is open.
          </Status>
        ) : null}
        {run.state === 'waiting' ? (
          <Status status="warn" long>
            The connection broke. It continues by itself in {run.seconds} s, behind what arrived.
          </Status>
        ) : null}
        {run.state === 'broken' ? (
          <Status status="fail" long>
            {run.says} What arrived is kept as long as this page is open.
          </Status>
        ) : null}
      </div>
    </div>
  )
}

/** How far it is, in words. A bundle holds more than entries, so it counts in percent. */
function howFar(format: ExportFormat, { next }: Safe, length: number): string {
  if (format === 'bundle') return `${Math.floor((next / length) * 100)} %`
  return `${formatNumber(next)} of ${formatNumber(length)} entries looked at`
}

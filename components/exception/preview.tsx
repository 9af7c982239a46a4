'use client'

import { useEffect, useRef, useState } from 'react'
import { isCode, Words } from '@/components/policy/words'
import { Status } from '@/components/ui/status'
import { type ExceptionSaid, exceptionParts, exceptionSentence } from '@/lib/domain/exception-sentence'

/** How long somebody has to pause before the sentence is read out (ux.md section 11). */
export const PAUSE_MS = 800

/** Whether an answer is there, under the words of the policy's four fields. */
export type Ticks = { label: string; given: boolean }[]

/**
 * The exception as the release notes will print it, with every key that is pressed; read out politely once somebody pauses. `hasRule` false: nothing was
 * chosen yet that deviates. `asCode` sets what is a name in code.
 */
export function Preview({
  lead,
  said,
  hasRule,
  asCode,
  ticks,
}: {
  lead: string
  said: ExceptionSaid
  hasRule: boolean
  asCode: boolean
  ticks: Ticks
}) {
  const code = (text: string) => (isCode(text) || (asCode && text !== '' && !/[`\s]/.test(text)) ? `\`${text}\`` : text)
  const parts = exceptionParts({
    ...said,
    title: code(said.title),
    expected: code(said.expected),
    observed: said.observed === null ? null : code(said.observed.trim()),
  })
  return (
    <>
      <div className="row between">
        <h2 className="h2">As it will read in the release notes</h2>
        <span className="t-xs c3">live</span>
      </div>
      <div className="exc-preview">
        <p className="t-2xs c3 mono">Drift exceptions</p>
        <p className="doc">
          <b className="bb">{lead}</b> <Said text={hasRule ? parts.what : null} blank="What deviates." />{' '}
          <Said text={parts.when} blank="Since when, whose it is, and until when." /> <Said text={parts.why} blank="Why." />{' '}
          <Said text={parts.remediation} blank="Remediation: how it gets fixed." />
        </p>
      </div>
      <ReadOut text={hasRule ? `${lead} ${exceptionSentence(said)}` : `${lead} Choose what deviates.`} />
      <ul className="exc-ticks" aria-label="What the policy asks of every exception">
        {ticks.map(({ label, given }) => (
          <li key={label}>
            <Status status={given ? 'pass' : 'waiting'} plain>
              {label}
              <span className="sr">{given ? ', given' : ', not given yet'}</span>
            </Status>
          </li>
        ))}
      </ul>
    </>
  )
}

/** A part of the sentence, or what is still to be said there. */
function Said({ text, blank }: { text: string | null; blank: string }) {
  return text === null ? <span className="blank">{blank}</span> : <Words text={text} />
}

/** Says the sentence once it has stood for a moment: what is typed is not read out letter by letter. */
function ReadOut({ text }: { text: string }) {
  const first = useRef<string | null>(text)
  const [said, setSaid] = useState('')

  // Effect on a timer: the pause of whoever types. What the page began with is on it already, so it is not read out.
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text === first.current) return
      first.current = null
      setSaid(text)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])

  return (
    <p className="sr" aria-live="polite">
      {said}
    </p>
  )
}

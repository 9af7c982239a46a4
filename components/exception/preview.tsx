'use client'

import { useEffect, useState } from 'react'
import { Words } from '@/components/policy/words'
import { Status } from '@/components/ui/status'
import { type ExceptionSaid, exceptionParts, exceptionSentence } from '@/lib/domain/exception-sentence'

/** How long somebody has to pause before the sentence is read out (ux.md section 11). */
export const PAUSE_MS = 800

/** Whether an answer is there, under the words of the policy's four fields. */
export type Ticks = { label: string; given: boolean }[]

/** The exception as the release notes will print it, with every key that is pressed; read out politely once somebody pauses. */
export function Preview({ lead, said, asCode, ticks }: { lead: string; said: ExceptionSaid; asCode: boolean; ticks: Ticks }) {
  const code = (text: string) => (asCode && text !== '' && !/[`\s]/.test(text) ? `\`${text}\`` : text)
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
          <b className="bb">{lead}</b> <Words text={parts.what} />{' '}
          {parts.when ? <Words text={parts.when} /> : <span className="blank">Since when, whose it is, and until when.</span>}{' '}
          {parts.why ? <Words text={parts.why} /> : <span className="blank">Why.</span>}{' '}
          {parts.remediation ? <Words text={parts.remediation} /> : <span className="blank">Remediation: how it gets fixed.</span>}
        </p>
      </div>
      <ReadOut text={`${lead} ${exceptionSentence(said)}`} />
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

/** Says the sentence once it has stood for a moment: what is typed is not read out letter by letter. */
function ReadOut({ text }: { text: string }) {
  const [said, setSaid] = useState('')

  // Effect on a timer: the pause of whoever types. The first sentence is on the page already.
  useEffect(() => {
    const timer = setTimeout(() => setSaid((before) => (before === '' ? ' ' : text)), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])

  return (
    <p className="sr" aria-live="polite">
      {said.trim()}
    </p>
  )
}

'use client'

import { X } from 'lucide-react'
import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { CodeBlock } from '@/components/ui/code-block'
import { KeyValue } from '@/components/ui/key-value'
import { Chip, STATUS_WORD } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { MatrixCell, MatrixRow } from '@/lib/domain/matrix-cell'

/** What stands behind one cell: the words of the policy, where they come from, what is known and who can act. */
export function MatrixInspector({
  row,
  cell,
  sources,
  onClose,
}: {
  row: MatrixRow
  cell: MatrixCell
  sources: readonly SourceTitle[]
  onClose: () => void
}) {
  return (
    <aside
      className="inspector"
      aria-label="Inspector"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <div className="row between">
        <h2 className="h2">
          {row.title} in {cell.profile}
        </h2>
        <button type="button" className="iconbtn" aria-label="Close the inspector" onClick={onClose}>
          <X size={16} />
        </button>
      </div>
      <div className="mt-1.5" aria-live="polite">
        <Chip status={cell.state}>{cell.state === 'waiting' || cell.state === 'na' ? capital(cell.known) : STATUS_WORD[cell.state]}</Chip>
      </div>
      <h3 className="h3 mt-4">The matrix says</h3>
      <p className="mt-1">{cell.rule === null ? 'Nothing for this profile.' : <Words text={cell.rule} />}</p>
      {row.paths.length > 0 ? (
        <p className="mt-1">
          {row.paths.map((path) => (
            <code key={path} className="block">
              {path}
            </code>
          ))}
        </p>
      ) : null}
      {cell.terms.length > 0 ? (
        <KeyValue
          className="mt-2"
          width="narrow"
          items={cell.terms.map(({ label, value }) => ({ label, value: <Words text={value} /> }))}
        />
      ) : null}
      {row.check ? (
        <div className="mt-2">
          <CodeBlock code={row.check} label="Command that tells whether it holds" fold />
        </div>
      ) : null}
      <p className="mt-2">
        <SourceNote provenance={cell.provenance} sources={sources} />
      </p>
      <h3 className="h3 border-line mt-4 border-t pt-3">What is known</h3>
      {cell.facts.length === 0 ? (
        <p className="c2 mt-1">{capital(cell.known)}. Nothing is concluded from that.</p>
      ) : (
        <ul className="mt-1 grid gap-2">
          {cell.facts.map((fact) => (
            <li key={fact.sentence}>
              {fact.sentence}
              <span className="t-xs c3 block">
                {fact.at ? <Time at={fact.at} relative /> : null}
                {fact.by ? `, ${fact.by}` : ''}
                {fact.link ? (
                  <>
                    {' '}
                    <a className="link" href={fact.link} rel="noreferrer noopener nofollow" target="_blank">
                      Where it says so
                    </a>
                  </>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      )}
      {cell.who.length > 0 ? (
        <>
          <h3 className="h3 border-line mt-4 border-t pt-3">Who</h3>
          <KeyValue className="mt-1" stacked items={cell.who} />
        </>
      ) : null}
    </aside>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

'use client'

import { X } from 'lucide-react'
import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { CodeBlock } from '@/components/ui/code-block'
import { KeyValue } from '@/components/ui/key-value'
import { Chip } from '@/components/ui/status'
import { RelativeTime, Time } from '@/components/ui/time'
import type { MatrixCell, MatrixRow } from '@/lib/domain/matrix-cell'
import type { MatrixActs } from '@/lib/queries/matrix-acts'
import { cellWords } from './cell-words'
import { InspectorActions } from './inspector-actions'
import { InspectorException } from './inspector-exception'
import { InspectorParts } from './inspector-parts'

/** What stands behind one cell (ux.md section 8): the matrix says, observed, evidence, the exception with how far it has run, and what can be done. */
export function MatrixInspector({
  row,
  cell,
  sources,
  acts,
  onClose,
}: {
  row: MatrixRow
  cell: MatrixCell
  sources: readonly SourceTitle[]
  acts: MatrixActs
  onClose: () => void
}) {
  const { observed, exception } = cell
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
        <Chip status={cell.state}>{cellWords(cell)}</Chip>
      </div>
      <h3 className="says mt-3.5">The matrix says</h3>
      <p className="mt-0.5">{cell.rule === null ? 'Nothing for this profile.' : <Words text={cell.rule} />}</p>
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
      {cell.rule === null || cell.parts ? null : (
        <p className="mt-1">
          <SourceNote provenance={cell.provenance} sources={sources} />
        </p>
      )}
      <h3 className="says mt-2.5">
        {observed ? (
          <>
            Observed {observed.at ? <RelativeTime at={observed.at} /> : null}
            {observed.instance ? ` on ${observed.instance}` : ''}
          </>
        ) : (
          'Observed'
        )}
      </h3>
      {observed && !cell.parts ? (
        <p className="mt-0.5">
          {observed.words === '' ? 'As the matrix says' : <Words text={observed.words} />}
          {observed.at ? (
            <span className="t-xs c3 block">
              <Time at={observed.at} />
            </span>
          ) : null}
        </p>
      ) : null}
      {cell.parts ? <InspectorParts cell={cell} acts={acts} /> : null}
      {observed || cell.facts.length > 0 ? null : <p className="c2 mt-0.5">{capital(cell.known)}. Nothing is concluded from that.</p>}
      {cell.facts.length > 0 ? (
        <>
          {observed ? <h3 className="says mt-2.5">Evidence</h3> : null}
          <ul className="mt-0.5 grid gap-2">
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
        </>
      ) : null}
      {exception ? (
        <InspectorException exception={exception} sentence={acts.exceptions[exception.id]?.sentence ?? null} now={acts.now} />
      ) : null}
      <InspectorActions cell={cell} acts={acts} />
      {cell.who.length > 0 ? (
        <>
          <h3 className="says border-line mt-4 border-t pt-3">Who</h3>
          <KeyValue className="mt-1" stacked items={cell.who} />
        </>
      ) : null}
    </aside>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

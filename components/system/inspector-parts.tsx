import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { CellPart, MatrixCell } from '@/lib/domain/matrix-cell'
import type { MatrixActs } from '@/lib/queries/matrix-acts'
import { routes } from '@/lib/routes'
import { joiner } from './cell-words'
import { fileHref } from './file-href'

/** The rules that share a cell and are not simply met, each with its exception or the way to one. */
export function InspectorParts({ cell, acts }: { cell: MatrixCell; acts: MatrixActs }) {
  const { parts = [] } = cell
  if (parts.length === 0) return <p className="mt-0.5">{countWords(cell)}</p>
  return (
    <ul className="mt-1 grid gap-2.5">
      {parts.map((part) => (
        <li key={part.key}>
          <Status status={part.state} long plain>
            <b className="b c1">
              <Visible text={part.title} />
            </b>{' '}
            <span className="c1">
              <Visible text={part.known} />
            </span>
            {part.knownAt ? (
              <span className="c2">
                {joiner(part.known)}
                <RelativeTime at={part.knownAt} />
              </span>
            ) : null}
          </Status>
          <span className="t-xs ml-5 flex gap-3">
            {part.finding ? (
              <Link className="link" href={routes.finding(part.finding)}>
                {part.finding}
              </Link>
            ) : null}
            <PartException part={part} cell={cell} acts={acts} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function PartException({ part, cell, acts }: { part: CellPart; cell: MatrixCell; acts: MatrixActs }) {
  if (part.exception)
    return (
      <Link className="link" href={routes.exception(part.exception.id)}>
        {part.exception.id}
      </Link>
    )
  if (part.state !== 'open-drift') return null
  const whyNot = acts.whyNotFile ?? acts.never[part.key]
  if (whyNot) return <span className="c2">{whyNot.sentence}</span>
  return (
    <Link className="link" href={fileHref(acts.system, { ...part, profile: cell.profile }, part.key)}>
      File exception
    </Link>
  )
}

function countWords({ state, known }: MatrixCell): string {
  if (known === 'seen') return 'All as they should be.'
  const count = known.replace(/, seen$/, '')
  if (state === 'pass') return `${count} as they should be.`
  return /^\d/.test(known) ? `${count} as they should be; nobody reported the others.` : 'Nobody reported any of them yet.'
}

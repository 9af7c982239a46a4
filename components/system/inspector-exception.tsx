import { Link } from '@/components/ui/link'
import { TermBar } from '@/components/ui/term-bar'
import { Visible } from '@/components/ui/visible'
import type { CellException } from '@/lib/domain/matrix-cell'
import { formatDate, formatTime } from '@/lib/format'
import { routes } from '@/lib/routes'

const DAY = 86_400_000

/** The exception of a cell as the release notes print it, in serif, with the bar from its start to its end and a tick for now. */
export function InspectorException({ exception, sentence, now }: { exception: CellException; sentence: string | null; now: Date }) {
  const { id, startsAt, endsAt, extensions, owner } = exception
  return (
    <div className="border-line mt-3.5 border-t pt-3">
      <p className="doc t-doc">
        <Link className="link" href={routes.exception(id)}>
          <b className="bb">{id}.</b>
        </Link>{' '}
        {sentence === null ? `Owner ${owner.name}.` : <Visible text={sentence} />}
      </p>
      <div className="mt-3">
        <TermBar startsAt={startsAt} endsAt={endsAt} now={now} label={dayOf(exception, now)} from={short(startsAt)} to={short(endsAt)} />
      </div>
      {extensions > 0 ? <p className="t-xs c2 mt-1">Extended {extensions === 1 ? 'once' : `${extensions} times`}.</p> : null}
    </div>
  )
}

const short = (at: Date): string => `${formatDate(at).slice(0, -5)} ${formatTime(at)}`

/** "Day 2 of 4", or that its end has passed. */
function dayOf({ id, startsAt, endsAt, state }: CellException, now: Date): string {
  if (state === 'filed') return `${id} waits for approval`
  if (endsAt <= now) return `${id} is past its end`
  const days = Math.max(1, Math.ceil((endsAt.getTime() - startsAt.getTime()) / DAY))
  return `Day ${Math.min(days, Math.max(1, Math.ceil((now.getTime() - startsAt.getTime()) / DAY)))} of ${days}`
}

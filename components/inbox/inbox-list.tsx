import clsx from 'clsx'
import { Place, Way } from '@/components/promotion/parts'
import { LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { Slots } from '@/components/ui/signature'
import { Status } from '@/components/ui/status'
import { Age, DueTime, Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { InboxRow } from '@/lib/queries/inbox'
import { ACT, hrefOf } from './inbox-words'

/** What needs the viewer, in the order of doing: due, verb first, why it is them, facts, one button; only the first is primary (ux.md, Inbox). */
export function InboxList({ rows }: { rows: readonly InboxRow[] }) {
  return (
    <ul className="todo" data-rows="">
      {rows.map((row, index) => (
        <li key={row.key} data-row="">
          <Due row={row} />
          <div className="min-w-0">
            <h2>
              {row.title} {row.card ? <Way from={row.card.from} to={row.card.to} /> : <Place profile={row.toProfile} />}
            </h2>
            <p className="why">{row.why}</p>
            <Facts row={row} />
          </div>
          <div className="act">
            <LinkButton href={hrefOf(row)} variant={index === 0 ? 'primary' : 'default'}>
              {ACT[row.kind]}
            </LinkButton>
            {row.kind === 'sign' && row.card?.hash ? <Hash hash={row.card.hash} groups={2} seal="tiny" /> : null}
          </div>
        </li>
      ))}
    </ul>
  )
}

function Due({ row }: { row: InboxRow }) {
  if (row.due) return <DueTime at={row.due} />
  const since = row.since ?? row.card?.hold.since
  return (
    <div className={clsx('due', row.kind === 'unauthorised' && 'late')}>
      <b>{row.kind === 'unauthorised' ? 'Now' : 'Open'}</b>
      <span>
        {since ? (
          <>
            since <Time at={since} show="day" />
            <br />
            <Age since={since} className="" />
          </>
        ) : (
          'no due time'
        )}
      </span>
    </div>
  )
}

function Facts({ row }: { row: InboxRow }) {
  const { card } = row
  if (!card) {
    return (
      <div className="facts">
        <span className="c2">{row.deployment}</span>
        {row.kind === 'unauthorised' ? <Status status="fail">Without authority</Status> : <Status status="running">Running</Status>}
      </div>
    )
  }
  const { passed, total } = card.gates
  return (
    <div className="facts">
      <Status status={passed === total ? 'pass' : card.hold.kind === 'gate' ? card.hold.state : 'waiting'}>
        {passed} of {total} gates
      </Status>
      {card.exceptions > 0 ? <Status status="drift">{plural(card.exceptions, 'exception')}</Status> : null}
      {card.slots.length > 0 ? (
        <span className="row gap-[7px]">
          <Slots slots={card.slots} />
          <span className="c2">
            {card.slots.filter(({ state }) => state === 'signed').length} of {card.slots.length} signed
          </span>
        </span>
      ) : null}
    </div>
  )
}

import clsx from 'clsx'
import { Place, Way } from '@/components/promotion/parts'
import { LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { Slots } from '@/components/ui/signature'
import { Status, type StatusKind } from '@/components/ui/status'
import { Age, DueTime, Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { InboxRow } from '@/lib/queries/inbox'
import { ACT, hrefOf } from './inbox-words'

/** What needs the viewer, in the order of doing: due, verb first, why it is them, facts, one button; only the first is primary (ux.md, Inbox). */
export function InboxList({ rows, now }: { rows: readonly InboxRow[]; now: Date }) {
  return (
    <ul className="todo" data-rows="">
      {rows.map((row, index) => (
        <li key={row.key} data-row="">
          <Due row={row} />
          <div className="min-w-0">
            <h2>
              {row.title} {row.card ? <Way from={row.card.from} to={row.card.to} /> : row.to ? <Place profile={row.toProfile} /> : null}
            </h2>
            <p className="why">{row.why}</p>
            <Facts row={row} now={now} />
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

/** Subjects whose id people know them by. */
const NAMED = new Set(['rotation', 'fallback', 'promotion', 'exception', 'finding'])

/** How what an item is about stands, in a word or two. */
function stateOf({ kind, risk, due }: InboxRow, now: Date): [StatusKind, string] {
  const isLate = due !== null && due <= now
  switch (kind) {
    case 'unauthorised':
      return ['fail', 'Without authority']
    case 'grant':
      return ['glass', 'Break-glass asked for']
    case 'plan':
      return isLate ? ['fail', 'Overdue'] : ['warn', 'Due soon']
    case 'pay':
    case 'review':
      return isLate ? ['fail', 'Overdue'] : ['warn', 'Owed']
    case 'audit':
      return ['stale', 'Audit due']
    case 'except':
      return ['waiting', 'Waits for approval']
    case 'end':
      return isLate ? ['fail', 'Overdue'] : ['drift', 'Ends soon']
    case 'finding':
      return ['open-drift', 'Open drift']
    case 'attest':
      return due === null ? ['waiting', 'Never attested'] : isLate ? ['stale', 'Attestation due'] : ['warn', 'Due soon']
    case 'approve':
    case 'rotate':
      return ['waiting', 'Planned']
    case 'step':
      return risk > 5 ? ['fail', 'Rolling back'] : ['running', 'Running']
    case 'confirm':
      return ['running', 'Verifying']
    default:
      return ['running', 'Running']
  }
}

function Facts({ row, now }: { row: InboxRow; now: Date }) {
  const { card } = row
  if (!card) {
    const [status, words] = stateOf(row, now)
    const id = row.deployment ?? (row.about && NAMED.has(row.about.kind) ? row.about.id : null)
    return (
      <div className="facts">
        {id ? <span className="mono c2">{id}</span> : null}
        <Status status={status}>{words}</Status>
      </div>
    )
  }
  const { passed, total, covered } = card.gates
  return (
    <div className="facts">
      <Status status={passed === total ? (covered > 0 ? 'drift' : 'pass') : card.hold.kind === 'gate' ? card.hold.state : 'waiting'}>
        {passed} of {total} gates
        {covered > 0 ? `, ${covered} by exception` : ''}
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

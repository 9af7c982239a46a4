import type { ReactNode } from 'react'
import { Statement } from '@/components/ui/banner'
import { Hash } from '@/components/ui/hash'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { entryKey } from '@/lib/domain/trail'
import { formatDate, formatTime, plural } from '@/lib/format'
import type { AuditDetail, SealedCheck } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { subjectHref } from './subject-link'
import { Where } from './trail-table'

/** An instant to the millisecond, as evidence needs it: "19 Nov 2026, 14:11:40.218 UTC". */
export function ExactTime({ at }: { at: string }) {
  return (
    <time className="num" dateTime={at}>
      {formatDate(at)}, {formatTime(at, { seconds: true })}.{at.slice(20, 23)} UTC
    </time>
  )
}

/** How somebody acted: through a session, with a token, as an agent; and for whom it counts. */
function howWords({ row, token, isFromSession, countsAs, isDemo }: AuditDetail): string {
  if (isDemo) return 'walked through by the demo record'
  const by =
    token !== null ? `token ${token}` : isFromSession ? 'session in a browser' : row.who.kind === 'agent' ? 'agent' : 'without a session'
  return countsAs === null ? by : `${by}, counts as ${countsAs}`
}

function rolesWords({ roles, grantRole }: AuditDetail): string {
  const held = roles.length === 0 ? 'no role' : roles.join(', ')
  return grantRole === null ? held : `${held}; it rested on ${grantRole}`
}

/** Whether a sealed text still gives the hash that the entry names: computed for this page from its bytes. */
function SealedWords({ sealed }: { sealed: SealedCheck }) {
  const hash = (
    <span className="block">
      <Hash hash={sealed.hash} short seal={false} />
    </span>
  )
  switch (sealed.state) {
    case 'matches':
      return (
        <>
          {hash}
          <Status status="pass" long>
            matches{' '}
            {sealed.subject ? (
              <Link className="link" href={routes.promotionVersion(sealed.subject.promotion, sealed.subject.number)}>
                the sealed dossier
              </Link>
            ) : (
              'the sealed dossier'
            )}
          </Status>
        </>
      )
    case 'differs':
      return (
        <>
          {hash}
          <Status status="fail" long>
            The sealed text kept under this version gives another hash. Tell SecOps.
          </Status>
        </>
      )
    case 'unknown':
      return (
        <>
          {hash}
          <Status status="waiting" long plain>
            no sealed text with this hash is kept
          </Status>
        </>
      )
    default:
      return sealed.state satisfies never
  }
}

/** The thing that an entry is about, linked where it has a page. */
function Subject({ row }: { row: AuditDetail['row'] }) {
  const href = subjectHref(row)
  return href ? (
    <Link className="link" href={href}>
      {row.what.label}
    </Link>
  ) : (
    row.what.label
  )
}

/** What stands behind an entry: when, who as what, from where, about what, and what was signed. */
export function EntryFacts({ entry, wide }: { entry: AuditDetail; wide?: boolean }) {
  const { row, request } = entry
  const items: KeyValueItem[] = [
    { label: 'When', value: <ExactTime at={row.at} /> },
    {
      label: 'Who',
      value: (
        <Link className="link" href={routes.audit({ actor: row.who.id, entry: entryKey(row) })}>
          {row.who.name}
        </Link>
      ),
    },
    { label: 'Roles then', value: rolesWords(entry) },
    { label: 'How', value: howWords(entry) },
    { label: 'From', value: request.ip === null ? 'no address recorded' : <code>{request.ip}</code> },
    { label: 'What', value: <Subject row={row} /> },
    { label: 'Where', value: <Where where={row.where} /> },
    {
      label: 'Also',
      value: (
        <Link className="link" href={routes.audit({ subject: `${row.what.kind}:${row.what.id}`, entry: entryKey(row) })}>
          every entry about it
        </Link>
      ),
    },
    ...(entry.reason === null ? [] : [{ label: 'Refused', value: entry.reason }]),
    ...(row.count > 1 ? [{ label: 'Times', value: `${plural(row.count, 'attempt')} in one minute, kept as one entry` }] : []),
    ...(entry.sealed ? [{ label: 'Signed', value: <SealedWords sealed={entry.sealed} /> }] : []),
    ...(wide && entry.policy ? [{ label: 'Policy', value: <Hash hash={entry.policy} short seal={false} /> }] : []),
  ]
  return <KeyValue className="mt-3.5" width={wide ? 'normal' : 'narrow'} items={items} />
}

/** The free text that belongs to an entry: kept apart under its digest, so that it can be redacted and the entry still stands. */
export function EntryText({ text }: { text: NonNullable<AuditDetail['text']> }) {
  if (text.body !== null)
    return (
      <Statement>
        <Visible text={text.body} />
      </Statement>
    )
  return (
    <p className="c2">
      {text.redactedBy ? (
        <>
          The text was taken away by{' '}
          <Link className="link" href={routes.auditEntry(text.redactedBy)}>
            entry {text.redactedBy.slice(0, 8)}
          </Link>
          . Its digest still stands.
        </>
      ) : (
        'The text is no longer kept. Its digest still stands.'
      )}
    </p>
  )
}

/** The facts of an entry that say something: a key that was and is nothing is left out. */
export const toldChanges = (entry: AuditDetail): AuditDetail['changes'] =>
  entry.changes.filter(({ before, after }) => !(before === null && after === 'nothing'))

/** "What changed" where something was there before, "Facts" where all is new. */
export const changesTitle = (changes: AuditDetail['changes']): string =>
  changes.some(({ before }) => before !== null) ? 'What changed' : 'Facts'

/** What changed, key by key. */
export function EntryChanges({ changes }: { changes: AuditDetail['changes'] }) {
  return (
    <dl className="fields">
      {changes.map(({ key, before, after }) => (
        <div className="contents" key={key}>
          <dt>{key}</dt>
          <dd>
            {before === null ? null : after === null ? (
              <>
                <s>{before}</s> gone
              </>
            ) : before === after ? null : (
              <>
                <s>{before}</s> <span className="sr">became</span>
                <span aria-hidden="true">→</span>{' '}
              </>
            )}
            {after}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** The fields that were recorded, as a machine wrote them. */
export function RecordedFields({ entry }: { entry: AuditDetail }) {
  const { row } = entry
  const fields: [string, ReactNode][] = [
    ['action', row.action],
    ['object', `${row.what.kind}:${row.what.id}${row.what.version === null ? '' : `@${row.what.version}`}`],
    ['actor', `${row.who.id} (${row.who.kind})`],
    ['outcome', row.outcome],
    ['request', entry.request.id],
    ['index', entry.log === null ? 'waits' : String(entry.log.number - 1)],
    ['entry', row.id],
    ['leaf', row.leaf],
  ]
  return (
    <dl className="fields">
      {fields.map(([key, value]) => (
        <div className="contents" key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** One part of an entry under a hairline. */
export function Bit({ title, children, level = 3 }: { title: string; children: ReactNode; level?: 2 | 3 }) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className="bit">
      <Heading className={level === 2 ? 'h2' : 'h3'}>{title}</Heading>
      {children}
    </section>
  )
}

/** When an entry says it happened, where that differs from when the database wrote it by more than a second. */
export function SaidAt({ entry }: { entry: AuditDetail }) {
  const apart = Math.abs(Date.parse(entry.said) - Date.parse(entry.row.at))
  if (apart < 1_000) return null
  return (
    <p className="t-xs c2 mt-2">
      The entry says <Time at={entry.said} show="seconds" />; the database wrote it at <Time at={entry.row.at} show="seconds" />.
    </p>
  )
}

import { Actor } from '@/components/ui/actor'
import { EmptyState, Statement } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { SubHead } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { ROLE_TITLE, type Role } from '@/lib/domain/roles'
import { formatDuration, formatTime, plural } from '@/lib/format'
import type { ChangeDossier, ChangeSeal, ChangeSignOff, KeptText } from '@/lib/queries/auditor/change-dossier'
import { routes } from '@/lib/routes'
import { EntryLink } from './answer-table'

/** What became of a text that is kept apart: its words, or that they were taken off the record. */
function Words({ text }: { text: KeptText }) {
  if (text.body === null) return <p className="c3 t-xs">These words were taken off the record; their digest still stands.</p>
  return <Statement>{text.body}</Statement>
}

/** A sealed version: whether its bytes still give the hash that was signed, and every decision on it with its words. */
export function SealPart({ seal, promotion }: { seal: ChangeSeal; promotion: string }) {
  return (
    <div className="py-3">
      <SubHead
        level={3}
        title={
          <Link className="link whitespace-nowrap" href={routes.promotionVersion(promotion, seal.number)}>
            Version {seal.number}
          </Link>
        }
        aside={
          <>
            sealed <Time at={seal.sealedAt} show="seconds" /> by {seal.sealedBy?.name ?? 'the last signature'}
            {seal.endedBy && seal.endedAt ? (
              <>
                ; {seal.endedBy} <Time at={seal.endedAt} show="seconds" />
              </>
            ) : null}
          </>
        }
      />
      <p className="mt-1.5 mb-2">
        <Hash hash={seal.hash} short />{' '}
        <Status status={seal.matches ? 'pass' : 'fail'} plain long>
          {seal.matches ? 'computed for this page from the sealed bytes' : 'The sealed bytes give another hash. Tell SecOps.'}
        </Status>
      </p>
      {seal.moved.length > 0 ? <p className="t-xs c2 mb-2">What moved: {seal.moved.join('; ')}.</p> : null}
      {seal.signOffs.length === 0 ? (
        <EmptyState>Nobody decided on this version.</EmptyState>
      ) : (
        <ul className="grid gap-4">
          {seal.signOffs.map((signOff) => (
            <li key={signOff.id}>
              <SignOffPart signOff={signOff} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function SignOffPart({ signOff }: { signOff: ChangeSignOff }) {
  const { id, capacity, decision, signer, role, signedAt, withdrawnAt, openedAt } = signOff
  const read = openedAt
    ? `${formatDuration(signedAt.getTime() - openedAt.getTime())} after first opening it`
    : 'without an opening on the record'
  return (
    <>
      <p className="row wrap gap-x-2">
        <Status status={withdrawnAt ? 'warn' : decision === 'approve' ? 'pass' : 'denied'}>
          {decision === 'approve' ? 'Signed' : 'Declined'}
          {withdrawnAt ? ', withdrawn' : ''}
        </Status>
        <Actor name={signer.name} kind={signer.kind} />
        <span className="c2">
          as {capacity}, by the role {ROLE_TITLE[role as Role] ?? role}, <Time at={signedAt} show="seconds" />, {read}
        </span>
        <Link className="link mono" href={routes.signature(id)}>
          {id}
        </Link>
      </p>
      <Words text={signOff.statement} />
      {signOff.reason ? <Words text={signOff.reason} /> : null}
      <SeparationLines lines={signOff.separation} />
    </>
  )
}

// The column is JSON that the use case wrote: lines of `{ holds, sentence }`.
function SeparationLines({ lines }: { lines: unknown }) {
  const known = Array.isArray(lines) ? (lines as { holds: boolean; sentence: string }[]) : []
  if (known.length === 0) return null
  return (
    <ul className="t-xs c2 mt-1.5 grid gap-1">
      {known.map(({ sentence }) => (
        <li key={sentence}>{sentence}.</li>
      ))}
    </ul>
  )
}

/** Evidence that was brought for the release and this profile, in the order it came. */
export function EvidenceTable({ evidence }: { evidence: ChangeDossier['evidence'] }) {
  return (
    <DataTable
      caption="Evidence, in the order it was recorded"
      rows={evidence}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>No evidence was brought for this release and profile.</EmptyState>}
      columns={[
        { key: 'gate', header: 'Gate', rowHeader: true, cell: (row) => row.gate },
        {
          key: 'verdict',
          header: 'Says',
          nowrap: true,
          cell: (row) => (
            <Status status={row.verdict === 'pass' ? 'pass' : 'fail'} size={12}>
              {row.verdict}
            </Status>
          ),
        },
        {
          key: 'summary',
          header: 'What',
          cell: (row) => (
            <span className="says">
              {row.summary}
              {row.command ? (
                <span className="c3 mono block">
                  {row.command}
                  {row.exitCode === null ? '' : `, exit ${row.exitCode}`}
                </span>
              ) : null}
            </span>
          ),
        },
        { key: 'by', header: 'Brought by', cell: (row) => <Actor name={row.by.name} kind={row.by.kind} /> },
        { key: 'at', header: 'Recorded', nowrap: true, cell: (row) => <Time at={row.recordedAt} show="day-time" /> },
        { key: 'digest', header: 'Digest', cell: (row) => <Hash hash={row.digest} groups={2} seal={false} /> },
      ]}
    />
  )
}

/** How the change went where it was put. */
export function DeploymentTable({ deployments }: { deployments: ChangeDossier['deployments'] }) {
  return (
    <DataTable
      caption="Deployments"
      rows={deployments}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>It was never deployed.</EmptyState>}
      columns={[
        {
          key: 'id',
          header: 'Deployment',
          rowHeader: true,
          nowrap: true,
          cell: (row) => (
            <Link className="link mono" href={routes.deployment(row.id)}>
              {row.id}
            </Link>
          ),
        },
        { key: 'status', header: 'Stands', cell: (row) => `${row.kind}, ${row.status.replace('_', ' ')}` },
        {
          key: 'authorised',
          header: 'Authorised',
          cell: (row) => (
            <Status status={row.authorised ? 'pass' : 'fail'} size={12} long>
              {row.authorised ? 'when it started' : `no: ${row.reasons.join(' ')}`}
            </Status>
          ),
        },
        { key: 'by', header: 'Started by', cell: (row) => <Actor name={row.by.name} kind={row.by.kind} /> },
        { key: 'started', header: 'Started', nowrap: true, cell: (row) => <Time at={row.startedAt} show="day-time" /> },
        {
          key: 'finished',
          header: 'Finished',
          nowrap: true,
          cell: (row) => (row.finishedAt ? <Time at={row.finishedAt} show="day-time" /> : 'not yet'),
        },
      ]}
    />
  )
}

/** Every entry of the trail about the change, oldest first. */
export function ChangeEntries({ entries }: { entries: ChangeDossier['entries'] }) {
  const waiting = entries.filter(({ index }) => index === null).length
  return (
    <>
      <DataTable
        caption="Entries of the trail about this change, oldest first"
        rows={entries}
        rowKey={(row) => row.id}
        flow
        columns={[
          {
            key: 'entry',
            header: 'Entry',
            rowHeader: true,
            nowrap: true,
            cell: (row) => (
              <EntryLink entry={{ id: row.id, number: row.index === null ? null : row.index + 1 }} label={`Entry: ${row.sentence}`} />
            ),
          },
          {
            key: 'at',
            header: 'UTC',
            nowrap: true,
            cell: (row) => (
              <span className="mono num">
                <Time at={row.at} show="date" /> {formatTime(row.at, { seconds: true })}
              </span>
            ),
          },
          { key: 'says', header: 'What happened', cell: (row) => <span className="says">{row.sentence}</span> },
          { key: 'leaf', header: 'Leaf', cell: (row) => <Hash hash={row.leaf} groups={2} seal="tiny" /> },
        ]}
      />
      {waiting > 0 ? <p className="t-xs c3 mt-2">{plural(waiting, 'entry waits', 'entries wait')} for a place in the log.</p> : null}
    </>
  )
}

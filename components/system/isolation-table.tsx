import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Status, type StatusKind } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { listWords } from '@/lib/format'
import type { IsolatedResource, IsolationCell, IsolationView } from '@/lib/queries/isolation'
import { routes } from '@/lib/routes'
import { profileRef } from './profile-ref'

/** Resources by profile: what each is called as runtimes report it, which two have in common, and what the policy writes. */
export function IsolationTable({ slug, view, sources }: { slug: string; view: IsolationView; sources: readonly SourceTitle[] }) {
  const columns: Column<IsolatedResource>[] = [
    {
      key: 'resource',
      header: 'Resource',
      rowHeader: true,
      cell: (row) => (
        <>
          {row.title}
          <span className="t-xs c2 block font-normal">
            {row.text ? <Words text={row.text} /> : row.unique ? 'Each profile has its own' : 'As the policy writes it'}
          </span>
          <span className="block font-normal">
            <SourceNote provenance={row.provenance} sources={sources} />
          </span>
        </>
      ),
    },
    ...view.profiles.map(
      ({ id, class: profileClass }, index): Column<IsolatedResource> => ({
        key: id,
        header: <ProfileTag profile={profileRef(id, profileClass)} />,
        phoneLabel: id,
        cell: (row) => <Place slug={slug} resource={row} cell={row.cells[index] as IsolationCell} />,
      }),
    ),
  ]
  return (
    <DataTable
      caption="Resources that profiles have for themselves"
      columns={columns}
      rows={view.resources}
      rowKey={(row) => row.id}
      flow
      empty={<EmptyState>The policy names no resource that profiles have for themselves.</EmptyState>}
    />
  )
}

function Place({ slug, resource, cell }: { slug: string; resource: IsolatedResource; cell: IsolationCell }) {
  const { standing, reported, expected, isAsWritten, profile } = cell
  return (
    <span className="grid gap-1">
      {reported.map(({ name, instances, seenAt, sharedWith }) => (
        <span key={name} className="min-w-0">
          <code className="break-words">
            <Visible text={name} />
          </code>
          {sharedWith.length > 0 ? <b className="fail b"> shared with {listWords(sharedWith)}</b> : null}
          <span className="t-2xs c3 block">
            {instances.join(', ')}, seen <RelativeTime at={seenAt} />
          </span>
        </span>
      ))}
      <Status status={shapeOf(cell)} long plain>
        {wordsOf(resource, cell)}
      </Status>
      {expected !== null && (reported.length === 0 || !isAsWritten) ? (
        <span className="t-xs c2">
          The policy writes <code className="break-words">{expected}</code>
        </span>
      ) : null}
      {standing?.finding || standing?.exception || standing?.state === 'open-drift' ? (
        <span className="t-xs flex flex-wrap gap-3">
          {standing.finding ? (
            <Link className="link" href={routes.finding(standing.finding)}>
              {standing.finding}
            </Link>
          ) : null}
          {standing.exception ? (
            <Link className="link" href={routes.exception(standing.exception.id)}>
              {standing.exception.id}
            </Link>
          ) : resource.never ? (
            <span className="c2">No exception covers this: {resource.never}</span>
          ) : (
            <Link
              className="link"
              href={routes.exceptionNew({ system: slug, profile, rule: resource.key, finding: standing.finding ?? undefined })}
            >
              File exception
            </Link>
          )}
        </span>
      ) : null}
    </span>
  )
}

function shapeOf({ standing, reported }: IsolationCell): StatusKind {
  return standing && reported.length > 0 ? standing.state : (standing?.state ?? 'waiting')
}

function wordsOf({ unique }: IsolatedResource, { standing, reported }: IsolationCell): string {
  switch (standing?.state) {
    case 'pass':
      return unique ? 'Its own' : 'As the policy writes it'
    case 'open-drift':
      return standing.exception ? standing.known : 'Not as the policy says'
    case 'drift':
      return `Covered by ${standing.exception?.id ?? 'an exception'}`
    case 'stale':
      return 'Not reported lately'
    default:
      return reported.length > 0 ? 'Reported' : 'Not reported yet'
  }
}

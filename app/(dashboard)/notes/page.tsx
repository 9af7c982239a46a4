import { Fragment } from 'react'
import { Page } from '@/components/layout/page'
import { NotesTable } from '@/components/notes/notes-table'
import { buttonClass } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { listNotes, type NotesPosition } from '@/lib/queries/release-notes'
import { loadReadable } from '@/lib/queries/system-standing'
import { routes } from '@/lib/routes'

type Props = { searchParams: Promise<{ system?: string; after?: string }> }

export async function generateMetadata({ searchParams }: Props) {
  const { system } = await searchParams
  const isOne = typeof system === 'string' && system !== ''
  return { title: 'Release notes', ...(isOne ? { alternates: { types: { 'application/atom+xml': routes.notesFeed(system) } } } : {}) }
}

/** What shipped, under which exceptions? */
export default async function NotesListPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.notes())
  const systems = await loadReadable(viewer)
  const system = systems.find(({ id }) => id === asked.system)?.id
  const list = `notes ${system ?? ''}`
  const after = positionOf(list, asked.after) as NotesPosition | null // two values, as we encoded them
  const { rows, next } = await listNotes(viewer, { system }, { limit: 50, after })
  const latest = rows.find(({ state }) => state === 'sealed')
  return (
    <Page crumbs={[{ label: 'Release notes' }]}>
      <PageHead
        title="Release notes"
        lead={
          latest ? (
            <>
              Written from the record. The last sealed ones are of{' '}
              <Link className="link" href={routes.note(latest.system.slug, latest.profile.id, latest.version)}>
                {latest.system.name} {latest.version} on {latest.profile.id}
              </Link>
              .
            </>
          ) : (
            'Written from the record, sealed with the last signature.'
          )
        }
        actions={system ? <FeedLink system={system} /> : null}
      />
      <div className="mt-4 mb-3">
        <ViewSwitch
          label="System"
          items={[
            { label: 'Every system', href: routes.notes(), current: system === undefined },
            ...systems.map(({ id, name }) => ({ label: name, href: routes.notes({ system: id }), current: id === system })),
          ]}
        />
      </div>
      <NotesTable rows={rows} />
      {system && rows.length > 1 ? (
        <p className="t-xs c2 mt-3">
          Compare two:{' '}
          {[...new Set(rows.map(({ profile }) => profile.id))].map((profile, index) => (
            <Fragment key={profile}>
              {index === 0 ? '' : ', '}
              <Link className="link" href={routes.notesCompare(system, profile)}>
                on {profile}
              </Link>
            </Fragment>
          ))}
          . What is sealed, and what was deployed without notes, comes as a feed, with a token too.
        </p>
      ) : null}
      <Pagination
        next={next ? routes.notes({ system, after: encodeCursor(list, next) }) : null}
        first={after ? routes.notes({ system }) : null}
      />
    </Page>
  )
}

/** Not a page: the browser, or a reader of feeds, takes it as it is. */
function FeedLink({ system }: { system: string }) {
  return (
    <a className={buttonClass()} href={routes.notesFeed(system)}>
      Atom feed
    </a>
  )
}

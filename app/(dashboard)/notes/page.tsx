import { Page } from '@/components/layout/page'
import { NotesTable } from '@/components/notes/notes-table'
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

export const metadata = { title: 'Release notes' }

type Props = { searchParams: Promise<{ system?: string; after?: string }> }

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
      <Pagination
        next={next ? routes.notes({ system, after: encodeCursor(list, next) }) : null}
        first={after ? routes.notes({ system }) : null}
      />
    </Page>
  )
}

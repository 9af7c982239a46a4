import '@/components/notes/notes.css'
import { notFound } from 'next/navigation'
import { editSummaryAction } from '@/app/(dashboard)/notes/actions'
import { notesMarkdown, ownReading, readNotes } from '@/app/(dashboard)/notes/files'
import { Page } from '@/components/layout/page'
import { NotesArticle } from '@/components/notes/notes-article'
import { NotesAside } from '@/components/notes/notes-aside'
import { NotesFoot } from '@/components/notes/notes-foot'
import { NotesToc } from '@/components/notes/notes-toc'
import { Link } from '@/components/ui/link'
import { Tabs } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { READING_TITLE, READINGS, readingOf } from '@/lib/domain/notes-document'
import { formatDate } from '@/lib/format'
import { loadNotesLog } from '@/lib/queries/notes-log'
import { getNotes } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'

type Props = {
  params: Promise<{ system: string; profile: string; version: string }>
  searchParams: Promise<{ reading?: string | string[] }>
}

export async function generateMetadata({ params }: Props) {
  const { system, version } = await params
  return {
    title: `Release notes ${decodeURIComponent(version)}`,
    alternates: { types: { 'application/atom+xml': routes.notesFeed(decodeURIComponent(system)) } },
  }
}

/** What shipped, under which exceptions? Generated from the record, nothing typed twice, in three readings of the same facts. */
export default async function NotesPage({ params, searchParams }: Props) {
  const asked = await params
  const word = (await searchParams).reading
  const [system, profile, version] = [asked.system, asked.profile, asked.version].map(decodeURIComponent) as [string, string, string]
  const chosen = readingOf(typeof word === 'string' ? word : undefined)
  const viewer = await requireViewer(routes.note(system, profile, version, chosen ?? undefined))
  const detail = await getNotes(viewer, system, profile, version)
  if (!detail) notFound()
  const reading = chosen ?? ownReading(viewer.actor, system, viewer.now)
  const log = await loadNotesLog(viewer, detail, { entries: reading === 'auditors' })
  const document = readNotes(detail, log, reading)
  return (
    <Page
      crumbs={[
        { label: 'Release notes', href: routes.notes() },
        { label: detail.system.name, href: routes.notes({ system }) },
        { label: `${detail.version} on ${detail.profile.id}` },
      ]}
      layout="notes"
      system={system}
    >
      <div className="toc tools">
        <NotesToc key={reading} items={document.sections.map(({ id, title }) => ({ id, title }))} />
        {detail.others.length > 0 ? (
          <nav aria-label="Other releases">
            <h2 className="h3 mt-6 mb-1.5">Other releases</h2>
            <ul className="border-l-0!">
              {detail.others.map((other) => (
                <li key={other.version}>
                  <Link className="pl-0!" href={routes.note(system, profile, other.version, chosen ?? undefined)}>
                    <span className="mono">{other.version}</span>, {formatDate(other.at)}
                  </Link>
                </li>
              ))}
              <li>
                <Link className="pl-0!" href={routes.notesCompare(system, profile, { from: detail.others[0]?.version, to: version })}>
                  Compare two
                </Link>
              </li>
            </ul>
          </nav>
        ) : null}
      </div>
      <NotesArticle
        document={document}
        above={
          <div className="tools rn-readings">
            <Tabs
              label="Written for"
              items={READINGS.map((each) => ({
                label: READING_TITLE[each],
                href: routes.note(system, profile, version, each),
                current: each === reading,
              }))}
            />
          </div>
        }
      />
      <NotesAside
        detail={detail}
        reading={reading}
        markdown={notesMarkdown(detail, log, reading)}
        log={log}
        editSummary={editSummaryAction}
      />
      <NotesFoot seal={detail.seal} log={log} />
    </Page>
  )
}

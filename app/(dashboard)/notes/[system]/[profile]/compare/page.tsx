import '@/components/notes/notes.css'
import { notFound } from 'next/navigation'
import { NOTES_LINKS } from '@/app/(dashboard)/notes/files'
import { Page } from '@/components/layout/page'
import { ChooseNotes } from '@/components/notes/choose-notes'
import { NotesArticle } from '@/components/notes/notes-article'
import { NotesToc } from '@/components/notes/notes-toc'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { comparisonOf } from '@/lib/domain/notes-compare'
import { formatDate } from '@/lib/format'
import { getNotesComparison, type NotesComparison } from '@/lib/queries/notes-compare'
import { routes } from '@/lib/routes'

type Props = {
  params: Promise<{ system: string; profile: string }>
  searchParams: Promise<{ from?: string | string[]; to?: string | string[] }>
}

export const metadata = { title: 'Release notes compared' }

const one = (given: string | string[] | undefined): string | undefined => (typeof given === 'string' && given !== '' ? given : undefined)

/** What came between these two? */
export default async function CompareNotesPage({ params, searchParams }: Props) {
  const asked = await params
  const [system, profile] = [asked.system, asked.profile].map(decodeURIComponent) as [string, string]
  const { from, to } = await searchParams
  const wanted = { from: one(from), to: one(to) }
  const viewer = await requireViewer(routes.notesCompare(system, profile, wanted))
  const found = await getNotesComparison(viewer, system, profile, wanted)
  if (!found) notFound()
  const crumbs = [
    { label: 'Release notes', href: routes.notes() },
    { label: found.system.name, href: routes.notes({ system }) },
    { label: `Compare on ${profile}` },
  ]
  if (!found.sides)
    return (
      <Page crumbs={crumbs} system={system}>
        <PageHead title={`${found.system.name} on ${profile}: nothing to compare`} />
        <div className="mt-4 grid gap-5">
          <EmptyState big>
            {found.choices.length < 2
              ? `Only ${found.choices[0]?.version} has notes there.`
              : 'Choose two different releases that have notes there.'}
          </EmptyState>
          {found.choices.length < 2 ? null : <Choose found={found} from={wanted.from} to={wanted.to} />}
        </div>
      </Page>
    )
  const { older, newer, between } = found.sides
  const document = comparisonOf(older, newer, between, NOTES_LINKS)
  return (
    <Page crumbs={crumbs} layout="notes" system={system}>
      <div className="toc tools">
        <NotesToc key={document.title} items={document.sections.map(({ id, title }) => ({ id, title }))} />
      </div>
      <NotesArticle document={document} above={<Choose found={found} from={older.version} to={newer.version} />} />
      <aside aria-label="The two notes" className="tools">
        <div className="border-line-strong grid gap-2 border-t-2 pt-3">
          {[older, newer].map(({ version }) => (
            <LinkButton key={version} href={routes.note(system, profile, version)}>
              Notes of {version}
            </LinkButton>
          ))}
        </div>
      </aside>
    </Page>
  )
}

function Choose({ found, from, to }: { found: NotesComparison; from?: string; to?: string }) {
  const versions = found.choices.map(({ version, at }) => ({ value: version, label: `${version}, ${formatDate(at)}` }))
  return <ChooseNotes system={found.system.slug} profile={found.profile} versions={versions} from={from} to={to} />
}

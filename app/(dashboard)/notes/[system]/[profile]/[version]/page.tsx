import '@/components/notes/print.css'
import { notFound } from 'next/navigation'
import { editSummaryAction } from '@/app/(dashboard)/notes/actions'
import { markdownOf } from '@/app/(dashboard)/notes/markdown'
import { Page } from '@/components/layout/page'
import { NOTES_SECTIONS, NotesArticle, sectionId } from '@/components/notes/notes-article'
import { NotesAside } from '@/components/notes/notes-aside'
import { Link } from '@/components/ui/link'
import { requireViewer } from '@/lib/auth/session'
import { formatDate, formatHash } from '@/lib/format'
import { deploymentLines, getNotes } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ system: string; profile: string; version: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Release notes ${decodeURIComponent((await params).version)}` }
}

/** What shipped, under which exceptions? Generated from the record, nothing typed twice. */
export default async function NotesPage({ params }: Props) {
  const asked = await params
  const [system, profile, version] = [asked.system, asked.profile, asked.version].map(decodeURIComponent) as [string, string, string]
  const viewer = await requireViewer(routes.note(system, profile, version))
  const detail = await getNotes(viewer, system, profile, version)
  if (!detail) notFound()
  const sections = detail.notes
    ? [...(detail.notes.emergency ? ['Emergency promotion'] : []), ...NOTES_SECTIONS]
    : ['Deployment', 'Addenda']
  return (
    <Page
      crumbs={[
        { label: 'Release notes', href: routes.notes() },
        { label: detail.system.name, href: routes.notes({ system }) },
        { label: `${detail.version} on ${detail.profile.id}` },
      ]}
      layout="notes"
    >
      <div className="toc tools">
        <nav aria-label="On this page">
          <ul>
            {sections.map((title) => (
              <li key={title}>
                <a href={`#${sectionId(title)}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        {detail.others.length > 0 ? (
          <nav aria-label="Other releases">
            <h2 className="h3 mt-6 mb-1.5">Other releases</h2>
            <ul className="border-l-0!">
              {detail.others.map((other) => (
                <li key={other.version}>
                  <Link className="pl-0!" href={routes.note(system, profile, other.version)}>
                    <span className="mono">{other.version}</span>, {formatDate(other.at)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        ) : null}
      </div>
      <NotesArticle detail={detail} deployment={deploymentLines(detail.deployments)} />
      <NotesAside detail={detail} markdown={markdownOf(detail)} editSummary={editSummaryAction} />
      <p className="rn-foot">{detail.seal ? `SHA-256 ${formatHash(detail.seal.hash)}` : 'Draft, not sealed'}</p>
    </Page>
  )
}

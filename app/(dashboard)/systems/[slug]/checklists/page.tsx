import { notFound } from 'next/navigation'
import { ChecklistSection } from '@/components/checklist/checklist-section'
import { SystemFrame } from '@/components/system/system-frame'
import { EmptyState } from '@/components/ui/banner'
import { requireViewer } from '@/lib/auth/session'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { listChecklists, type RunPosition } from '@/lib/queries/checklists'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { importTemplateAction, startRunHereAction } from './actions'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ list?: string; after?: string }> }

export const metadata = { title: 'Checklists' }

/** The checklists a system's policy asks for: items, imported versions, runs. */
export default async function SystemChecklistsPage({ params, searchParams }: Props) {
  const { slug } = await params
  const asked = await searchParams
  const runsOf = (list: string) => `runs ${slug} ${list}`
  const after = asked.list ? (positionOf(runsOf(asked.list), asked.after) as RunPosition | null) : null // two values, as we encoded them
  const viewer = await requireViewer(routes.systemChecklists(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { checklists, releases } = await listChecklists(viewer, head, asked.list && after ? { list: asked.list, after } : null)
  return (
    <SystemFrame head={head} tab="Checklists">
      {checklists.length === 0 ? <EmptyState big>The policy of {head.name} asks for no checklist.</EmptyState> : null}
      {checklists.map((view) => (
        <ChecklistSection
          key={view.list.id}
          slug={head.slug}
          view={view}
          older={
            view.olderRuns &&
            `${routes.systemChecklists(slug, { list: view.list.id, after: encodeCursor(runsOf(view.list.id), view.olderRuns) })}#${view.list.id}`
          }
          newest={after && asked.list === view.list.id ? `${routes.systemChecklists(slug)}#${view.list.id}` : null}
          releases={releases}
          sources={head.version.policy.sources}
          actions={{ importTemplate: importTemplateAction, start: startRunHereAction }}
        />
      ))}
    </SystemFrame>
  )
}

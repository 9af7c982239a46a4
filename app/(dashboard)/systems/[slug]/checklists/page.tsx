import { notFound } from 'next/navigation'
import { ChecklistSection } from '@/components/checklist/checklist-section'
import { SystemFrame } from '@/components/system/system-frame'
import { EmptyState } from '@/components/ui/banner'
import { requireViewer } from '@/lib/auth/session'
import { listChecklists } from '@/lib/queries/checklists'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { importTemplateAction, startRunHereAction } from './actions'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Checklists' }

/** The checklists a system's policy asks for: items, imported versions, runs. */
export default async function SystemChecklistsPage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.systemChecklists(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { checklists, releases } = await listChecklists(viewer, head)
  return (
    <SystemFrame head={head} tab="Checklists">
      {checklists.length === 0 ? <EmptyState big>The policy of {head.name} asks for no checklist.</EmptyState> : null}
      {checklists.map((view) => (
        <ChecklistSection
          key={view.list.id}
          slug={head.slug}
          view={view}
          releases={releases}
          sources={head.version.policy.sources}
          actions={{ importTemplate: importTemplateAction, start: startRunHereAction }}
        />
      ))}
    </SystemFrame>
  )
}

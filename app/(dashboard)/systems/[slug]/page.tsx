import { notFound } from 'next/navigation'
import { MatrixGrid } from '@/components/system/matrix-grid'
import { SystemFrame } from '@/components/system/system-frame'
import { Link } from '@/components/ui/link'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { plural } from '@/lib/format'
import { getMatrixActs } from '@/lib/queries/matrix-acts'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ show?: string; cell?: string; profile?: string }> }

/** The page's title is the system's slug: its name is not said to whoever may not see it. */
export async function generateMetadata({ params }: Props) {
  return { title: (await params).slug }
}

/** Does each profile obey its rules? The whole grid of one system, every rule in the policy's words with what is known about it. */
export default async function SystemPage({ params, searchParams }: Props) {
  const { slug } = await params
  const { show } = await searchParams
  const viewer = await requireViewer(routes.system(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const acts = await getMatrixActs(viewer, head)
  const { policy } = head.version
  const views = (
    <ViewSwitch
      label="Show"
      showLabel
      items={[
        { label: 'All rules', href: routes.system(slug), current: show !== 'problems' },
        { label: 'Only problems', href: routes.system(slug, { show: 'problems' }), current: show === 'problems', count: head.problems },
      ]}
    />
  )
  return (
    // A phone begins with the problems of one profile and says so itself: "All rules" over it would not be true.
    <SystemFrame head={head} tab="Matrix" aside={views} phoneAside={show ? views : null}>
      <MatrixGrid
        name={head.name}
        groups={head.groups}
        profiles={policy.profiles.map(({ id, class: profileClass }) => ({ id, class: profileClass }))}
        sources={policy.sources.map(({ id, title }) => ({ id, title }))}
        acts={acts}
      />
      <p className="offpaper mt-5">
        <span className="c2">
          {head.drift.length === 0 ? 'No finding is open.' : `${plural(head.drift.length, 'finding is', 'findings are')} open.`}
        </span>{' '}
        <Link className="link" href={routes.findings({ system: slug })}>
          Findings of {head.name}
        </Link>
      </p>
    </SystemFrame>
  )
}

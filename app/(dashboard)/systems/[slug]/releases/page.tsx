import { PackagePlus } from 'lucide-react'
import { notFound } from 'next/navigation'
import { ReleaseTable } from '@/components/release/release-table'
import { SystemFrame } from '@/components/system/system-frame'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { requireViewer } from '@/lib/auth/session'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { listReleases, type ReleasePosition, whyNotRegister } from '@/lib/queries/release'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ after?: string }> }

export const metadata = { title: 'Releases' }

/** What was built, and where is it? Releases of one system, newest build first. */
export default async function ReleasesPage({ params, searchParams }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.releases(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const list = `releases ${slug}`
  const after = positionOf(list, (await searchParams).after) as ReleasePosition | null // two values, as we encoded them
  const { rows, next } = await listReleases(head, { limit: 50, after })
  return (
    <SystemFrame head={head} tab="Releases">
      <div className="mb-4">
        <LinkButton
          href={routes.releaseNew(slug)}
          icon={<PackagePlus size={15} />}
          refusal={whyNotRegister(viewer, { id: head.slug, name: head.name })}
        >
          Register a release
        </LinkButton>
      </div>
      <ReleaseTable
        slug={slug}
        rows={rows}
        bundles={head.version.policy.edges.some(({ requiresApprovedBundle }) => requiresApprovedBundle)}
      />
      <Pagination
        next={next ? routes.releases(slug, { after: encodeCursor(list, next) }) : null}
        first={after ? routes.releases(slug) : null}
      />
    </SystemFrame>
  )
}

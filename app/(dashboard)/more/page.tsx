import { MoreList } from '@/components/layout/more-list'
import { Page } from '@/components/layout/page'
import { requireViewer } from '@/lib/auth/session'
import { routes } from '@/lib/routes'

export const metadata = { title: 'More' }

/** The fifth tab of a phone: everything that has no tab of its own. */
export default async function MorePage() {
  await requireViewer(routes.more())
  return (
    <Page crumbs={[{ label: 'More' }]} layout="read">
      <h1 className="h1 mb-3">More</h1>
      <MoreList people />
    </Page>
  )
}

import { MoreList } from '@/components/layout/more-list'
import { Page } from '@/components/layout/page'

export const metadata = { title: 'More' }

/** The fifth tab of a phone: everything that has no tab of its own. */
export default function MorePage() {
  return (
    <Page crumbs={[{ label: 'More' }]} layout="read">
      <h1 className="h1 mb-3">More</h1>
      <MoreList people />
    </Page>
  )
}

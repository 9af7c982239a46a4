import { Page } from '@/components/layout/page'
import { Skeleton } from '@/components/ui/skeleton'

/** While a page's data is on its way: rows of the final height, after 150 ms. */
export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Loading' }]}>
      <Skeleton head rows={8} height={50} />
    </Page>
  )
}

'use client'

import { Failure } from '@/components/layout/failure'
import { Page } from '@/components/layout/page'

/** A page of the dashboard failed; rail and search stay. */
export default function DashboardError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Page crumbs={[{ label: 'Error' }]} layout="read">
      <Failure digest={error.digest} retry={reset} />
    </Page>
  )
}

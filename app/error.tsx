'use client'

import { Failure } from '@/components/layout/failure'

/** A page outside the dashboard failed. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main id="main" className="plainpage">
      <Failure digest={error.digest} retry={reset} />
    </main>
  )
}

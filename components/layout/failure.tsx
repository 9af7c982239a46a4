'use client'

import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { Button } from '@/components/ui/button'

/** What failed, what still works, one retry. The digest finds the entry in the server's log; the message stays there. */
export function Failure({ digest, retry }: { digest?: string; retry: () => void }) {
  const router = useRouter()
  return (
    <div role="alert">
      <h1 className="h1">This page could not be shown</h1>
      <p className="lead">Nothing was changed by this. The other pages still work; what you signed or filed before is on record.</p>
      {digest ? (
        <p className="t-xs c2 mt-3">
          For whoever looks into it: <code>{digest}</code>
        </p>
      ) : null}
      <p className="btns mt-5">
        <Button
          variant="primary"
          onClick={() =>
            startTransition(() => {
              router.refresh()
              retry()
            })
          }
        >
          Try again
        </Button>
      </p>
    </div>
  )
}

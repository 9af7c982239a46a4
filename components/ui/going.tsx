'use client'

import { useLinkStatus } from 'next/link'
import { useEffect, useState } from 'react'

/** Sooner than this nobody needs to hear that something takes time (ux.md section 5, Loading). */
const PATIENCE_MS = 150

/** Inside a link that was followed: a bar along the top of the page, from 150 ms on, until the next page is there. Nothing pulses. */
export function Going() {
  const { pending } = useLinkStatus()
  const [isLong, setIsLong] = useState(false)

  // Effect on a timer: what is there in a moment shows no bar at all.
  useEffect(() => {
    if (!pending) return
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS)
    return () => {
      clearTimeout(timer)
      setIsLong(false)
    }
  }, [pending])

  return pending && isLong ? (
    <span className="going">
      <span className="sr" role="status">
        Loading
      </span>
    </span>
  ) : null
}

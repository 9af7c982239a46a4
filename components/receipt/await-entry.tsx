'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { Status } from '@/components/ui/status'

const FIRST_MS = 400
/** Longer than any healthy log takes; then the page stops asking and says so. */
const GIVE_UP_MS = 60_000

/** Looks again by itself until the log has taken an entry in, at first twice a second and ever more rarely. */
export function AwaitEntry() {
  const router = useRouter()
  const [gaveUp, setGaveUp] = useState(false)

  // Effect on the clock: what is waited for happens in another process.
  useEffect(() => {
    const began = Date.now()
    let wait = FIRST_MS
    let timer: ReturnType<typeof setTimeout>
    const look = () => {
      if (Date.now() - began > GIVE_UP_MS) return setGaveUp(true)
      router.refresh()
      wait = Math.min(wait * 1.25, 5_000)
      timer = setTimeout(look, wait)
    }
    timer = setTimeout(look, wait)
    return () => clearTimeout(timer)
  }, [router])

  return (
    <span role="status">
      <Status status={gaveUp ? 'warn' : 'running'}>
        {gaveUp
          ? 'The log has not taken it in within a minute. It is on the record all the same; come back for the proof.'
          : 'The log takes it in within a second or two; the proof appears here by itself.'}
      </Status>
    </span>
  )
}

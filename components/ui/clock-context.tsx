'use client'

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { MINUTE } from '@/lib/format'
import { ZONE_COOKIE } from './zone-cookie'

type ViewerClock = {
  /** Server time in ms since 1970; null outside a `ViewerClock` (relative words are left out there). */
  now: number | null
  /** IANA zone of the viewer, `UTC` until the browser has told it. */
  zone: string
  /** How far the viewer's own clock is off, in ms; shown when over 30 s. */
  skewMs: number
}

const Context = createContext<ViewerClock>({ now: null, zone: 'UTC', skewMs: 0 })

/**
 * One clock for the page, in server time: starts at the server's `now` (so the first client render equals the server's), then advances
 * by the browser's monotonic clock and ticks each minute. All deadlines read it; the viewer's own wall clock decides nothing.
 */
export function ViewerClock({ now, zone, children }: { now: string; zone: string; children: ReactNode }) {
  const start = Date.parse(now)
  const [value, setValue] = useState<ViewerClock>({ now: start, zone, skewMs: 0 })

  // Effect on the browser's clock and zone: tick with every full minute of server time.
  useEffect(() => {
    const mounted = performance.now()
    const serverNow = () => start + (performance.now() - mounted)
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
    if (here !== zone) {
      const secure = window.location.protocol === 'https:' ? '; Secure' : ''
      // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser that we support.
      document.cookie = `${ZONE_COOKIE}=${encodeURIComponent(here)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
    }
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      const at = serverNow()
      setValue({ now: at, zone: here, skewMs: Date.now() - at })
      timer = setTimeout(tick, MINUTE - (at % MINUTE) + 50)
    }
    tick()
    // A sleeping laptop wakes with an old time on screen.
    const wake = () => {
      if (document.visibilityState === 'visible') {
        clearTimeout(timer)
        tick()
      }
    }
    document.addEventListener('visibilitychange', wake)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    }
  }, [start, zone])

  return <Context value={value}>{children}</Context>
}

/** Server time, viewer's zone and clock skew; `now` is null when the page has no clock. */
export function useViewerClock(): ViewerClock {
  return useContext(Context)
}

'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Banner } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { type ChangeKey, type Changes, concernsPath } from '@/lib/domain/change-key'
import { formatTimeUtc } from '@/lib/format'
import { routes } from '@/lib/routes'

/** No heartbeat for this long, and the strip says that the page stands still. */
const PAUSED_MS = 35_000
/** A page follows at most this often, and says so as often (ux.md section 19). */
const FOLLOW_MS = 5_000
/** Long enough hidden, the stream is let go; browsers hold only six connections to a server. */
const LET_GO_MS = 15_000
const RETRY_MS = 10_000
/** How long a form that is being answered is waited for before it is looked at again. */
const SENDING_MS = 1_000
/** What this session did is this page's own act when somebody touched it so shortly before; else it was another window's. */
const OWN_ACT_MS = 15_000
/** Following on behalf of nobody must not keep a session from idling out (T26). */
const AWAY_MS = 10 * 60_000

/** Pages that somebody reads in order to sign: nothing moves there by itself. */
const CEREMONY = /^\/(?:promotions|rotations|break-glass|exceptions)\/[^/]+\/(?:sign|approve|grant|decline|refuse|review)$/

type Seen = 'fresh' | 'changed' | 'paused' | 'ended'

/**
 * Follows what changes: the page shows it by itself, unless somebody is typing on it or reading it in order to sign; then a strip offers to, and
 * nothing typed is lost (ux.md section 5, Conflict). Says so when updates stop coming or the session ended.
 */
export function Live() {
  const router = useRouter()
  const path = usePathname()
  const here = useRef(path)
  const [seen, setSeen] = useState<Seen>('fresh')
  const [last, setLast] = useState<string | null>(null)
  const [said, setSaid] = useState('')

  // Effect on the address: another page is fresh, whatever the one before was.
  useEffect(() => {
    here.current = path
    setSeen((now) => (now === 'changed' ? 'fresh' : now))
  }, [path])

  // Effect on the server's stream, the page's visibility and the clock.
  useEffect(() => {
    let source: EventSource | null = null
    let beatAt = Date.now()
    let actedAt = Date.now()
    let followedAt = 0
    let isBehind = false
    let isNews = false
    let isOver = false
    let retry: ReturnType<typeof setTimeout> | undefined
    let letGo: ReturnType<typeof setTimeout> | undefined
    let follow: ReturnType<typeof setTimeout> | undefined

    const refresh = async () => {
      follow = undefined
      if (Date.now() - actedAt > AWAY_MS || document.visibilityState === 'hidden') {
        isBehind = true
        return
      }
      // What was just sent brings its own news; two answers for one page at a time have left the older one standing.
      if (document.querySelector('main [aria-busy="true"]')) {
        follow = setTimeout(() => void refresh(), SENDING_MS)
        return
      }
      const isOthers = isNews
      isNews = false
      if (CEREMONY.test(here.current) || isBeingFilled()) {
        // Somebody's own act did not "change while they were reading"; its answer shows what came of it.
        if (isOthers) setSeen('changed')
        return
      }
      // A refresh that finds no server would leave the page for the browser's own error; reading has to go on (ux.md section 5).
      if (!(await isThere())) {
        isBehind = true
        return
      }
      isBehind = false
      followedAt = Date.now()
      setSaid(`Updated at ${formatTimeUtc(followedAt, { seconds: true })}`)
      router.refresh()
    }
    const hear = (changes: Changes, isOwnAct = false) => {
      if (!concernsPath(changes, here.current, document.querySelector('main')?.dataset.system ?? null)) return
      isNews ||= !isOwnAct
      follow ??= setTimeout(() => void refresh(), Math.max(300, followedAt + FOLLOW_MS - Date.now()))
    }
    const alive = () => {
      beatAt = Date.now()
      setSeen((now) => (now === 'paused' ? 'fresh' : now))
    }
    const open = (wasBefore: boolean) => {
      clearTimeout(retry)
      let isFirst = !wasBefore
      const stream = new EventSource(routes.live())
      source = stream
      stream.addEventListener('hello', () => {
        alive()
        // After a gap anything may have happened.
        if (!isFirst) hear('everything')
        isFirst = false
      })
      stream.addEventListener('beat', alive)
      stream.addEventListener('change', (event: MessageEvent<string>) => {
        alive()
        const keys = JSON.parse(event.data) as ChangeKey[] | null // from our own server
        hear(keys === null ? 'everything' : { keys })
      })
      stream.addEventListener('own', (event: MessageEvent<string>) => {
        alive()
        hear({ keys: JSON.parse(event.data) as ChangeKey[] }, Date.now() - actedAt < OWN_ACT_MS) // from our own server
      })
      stream.addEventListener('ended', () => {
        isOver = true
        shut()
        setSeen('ended')
      })
      stream.onerror = () => {
        // Where the browser gives up (refused, too many), we try again; where it does not, it does so itself.
        if (stream.readyState === EventSource.CLOSED && source === stream && !isOver) {
          source = null
          retry = setTimeout(() => open(true), RETRY_MS)
        }
      }
    }
    const shut = () => {
      clearTimeout(retry)
      source?.close()
      source = null
    }
    const onVisibility = () => {
      clearTimeout(letGo)
      if (document.visibilityState === 'hidden') letGo = setTimeout(shut, LET_GO_MS)
      else {
        onAct()
        if (source === null && !isOver) {
          beatAt = Date.now()
          open(true)
        }
      }
    }
    const onAct = () => {
      actedAt = Date.now()
      if (isBehind && document.visibilityState === 'visible') {
        isBehind = false
        hear('everything')
      }
    }
    const watch = setInterval(() => {
      if (isOver || document.visibilityState === 'hidden' || Date.now() - beatAt < PAUSED_MS) return
      setLast(formatTimeUtc(beatAt, { seconds: true }))
      setSeen((now) => (now === 'fresh' ? 'paused' : now))
    }, 5_000)

    open(false)
    document.addEventListener('visibilitychange', onVisibility)
    for (const act of ['pointerdown', 'keydown', 'wheel'] as const) window.addEventListener(act, onAct, { passive: true })
    return () => {
      shut()
      clearInterval(watch)
      clearTimeout(letGo)
      clearTimeout(follow)
      document.removeEventListener('visibilitychange', onVisibility)
      for (const act of ['pointerdown', 'keydown', 'wheel'] as const) window.removeEventListener(act, onAct)
    }
  }, [router])

  const showNow = async () => {
    if (!(await isThere())) return
    setSeen('fresh')
    router.refresh()
  }
  return (
    <>
      {seen === 'fresh' ? null : (
        <div className="livestrip">
          {seen === 'changed' ? (
            <Banner
              status="warn"
              live="polite"
              title="This changed while you were reading."
              actions={
                <Button size="sm" onClick={showNow}>
                  Show what changed
                </Button>
              }
            >
              <p>What you typed stays.</p>
            </Banner>
          ) : null}
          {seen === 'paused' ? (
            <Banner status="stale" live="polite" title={`Live updates paused, last ${last ?? 'not yet'}.`}>
              <p>Reading goes on; whatever you do is checked again on the server.</p>
            </Banner>
          ) : null}
          {seen === 'ended' ? (
            <Banner status="denied" live="polite" title="Your session has ended.">
              <p>Sign in again in another tab; what you typed is still here.</p>
            </Banner>
          ) : null}
        </div>
      )}
      <span className="sr" role="status">
        {said}
      </span>
    </>
  )
}

/** Whether the server answers. */
async function isThere(): Promise<boolean> {
  try {
    return (await fetch(routes.health(), { cache: 'no-store', signal: AbortSignal.timeout(5_000) })).ok
  } catch {
    return false // away, or too slow to ask more of
  }
}

/** Whether something on the page was typed, ticked or chosen and not sent yet, or a small confirmation is open. */
function isBeingFilled(): boolean {
  if (document.querySelector('dialog[open]:not(.palette), [role="alertdialog"]')) return true
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
    'main :is(input:not([type="hidden"]), textarea, select)',
  )
  return [...fields].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const given = [...field.options].findIndex((option) => option.defaultSelected)
      return field.selectedIndex !== Math.max(0, given)
    }
    if (field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio'))
      return field.checked !== field.defaultChecked
    return field.value !== field.defaultValue
  })
}

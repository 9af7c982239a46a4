'use client'

import { useEffect, useRef, useState } from 'react'
import { Button, LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { numbered } from '@/lib/domain/trail'
import { plural } from '@/lib/format'
import { routes } from '@/lib/routes'
import type { AuditFilterInput } from '@/lib/schemas/audit'
import { mergeNewest, rangeOf, rowsBetween, type ShownRows } from './trail-pages'
import { TrailTable } from './trail-table'

/** As many rows stay on one page; behind them the next page begins anew, so that a page never grows without end. */
const MOST_SHOWN = 1_000
/** How far below the window the next rows are asked for. */
const AHEAD = '600px'

/**
 * The list of the trail. Older entries load as somebody scrolls, by cursor; without JavaScript they stand behind a link. Shift and a click, or Shift
 * and an arrow, choose a range to export (ux.md section 12).
 */
export function TrailRows({
  page,
  filter,
  after,
  current,
  now,
  isOneDay,
  empty,
  firstBad,
  span,
}: {
  page: ShownRows
  filter: AuditFilterInput
  /** The cursor that the page begins behind; undefined on the newest. */
  after: string | undefined
  /** Id of the entry that stands beside the list. */
  current: string | undefined
  /** The server's time, ISO. */
  now: string
  isOneDay: boolean
  empty: string
  firstBad: number | null
  /** The time that the list spans, in words. */
  span: string
}) {
  const [shown, setShown] = useState(page)
  const [given, setGiven] = useState(page)
  const [failed, setFailed] = useState(false)
  const [picked, setPicked] = useState<ShownRows['rows']>([])
  const anchor = useRef<string | null>(null)
  const end = useRef<HTMLDivElement>(null)
  const loading = useRef(false)
  if (given !== page) {
    setGiven(page)
    setShown(mergeNewest(shown, page))
  }
  const { rows, next } = shown
  const isMore = next !== null && rows.length < MOST_SHOWN
  const here = (more: { after?: string; entry?: string }) => routes.audit({ ...filter, ...more })

  const load = async () => {
    if (loading.current || next === null) return
    loading.current = true
    setFailed(false)
    try {
      const answer = await fetch(routes.auditRows({ ...filter, after: next }), { cache: 'no-store' })
      if (!answer.ok) throw new Error(String(answer.status))
      const older = (await answer.json()) as ShownRows // our own server's
      setShown((now) => (now.next === next ? { rows: [...now.rows, ...older.rows], next: older.next } : now))
    } catch {
      setFailed(true)
    } finally {
      loading.current = false
    }
  }
  const latest = useRef(load)
  const list = useRef<HTMLDivElement>(null)
  const wasOpen = useRef(current)

  // Effect on the ref: the watch below outlives a render and must ask for what is next now.
  useEffect(() => {
    latest.current = load
  })

  // Effect on the window: what comes into it soon is asked for.
  useEffect(() => {
    const mark = end.current
    if (!mark || !isMore || failed || next === null) return
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) void latest.current()
      },
      { rootMargin: AHEAD },
    )
    watch.observe(mark)
    return () => watch.disconnect()
  }, [isMore, failed, next])

  // Effect on the focus: when the entry beside the list is closed, what had the focus is gone; the row it was opened from takes it.
  useEffect(() => {
    const closed = current === undefined ? wasOpen.current : undefined
    wasOpen.current = current
    if (closed === undefined || document.activeElement !== document.body) return
    list.current?.querySelector<HTMLElement>(`[data-entry="${closed}"]`)?.focus({ preventScroll: true })
  }, [current])

  // From where the last press was, else from the entry that stands open; either may be on no row of this list.
  const pick = (to: string) => {
    const from = [anchor.current, current].find((id) => rows.some((row) => row.id === id)) ?? to
    anchor.current = from
    setPicked(rowsBetween(rows, from, to))
  }
  const entryAt = (target: EventTarget): HTMLElement | null =>
    target instanceof Element ? (target.closest('[data-row]')?.querySelector<HTMLElement>('[data-entry]') ?? null) : null

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is pressed; here is only heard whether Shift was held.
    <div
      ref={list}
      onClickCapture={(event) => {
        const link = entryAt(event.target)
        if (!link?.dataset.entry) return
        if (event.shiftKey) {
          // The browser would open another window.
          event.preventDefault()
          event.stopPropagation()
          pick(link.dataset.entry)
        } else anchor.current = link.dataset.entry
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && picked.length > 0) {
          event.preventDefault()
          setPicked([])
          return
        }
        const link = entryAt(event.target)
        if (!link?.dataset.entry || !event.shiftKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return
        event.preventDefault()
        // A new range begins where the focus is.
        if (picked.length === 0) anchor.current = link.dataset.entry
        const row = link.closest('[data-row]')
        const beside = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
        const to = beside?.querySelector<HTMLElement>('[data-entry]')
        if (!to?.dataset.entry) return
        to.focus()
        pick(to.dataset.entry)
      }}
    >
      <TrailTable
        rows={rows}
        now={now}
        isOneDay={isOneDay}
        current={current}
        hrefOf={(entry) => here({ after, entry })}
        empty={empty}
        firstBad={firstBad}
        picked={new Set(picked.map(({ id }) => id))}
      />
      <Picked rows={picked} filter={filter} onNone={() => setPicked([])} />
      <div ref={end} />
      {failed ? (
        <p className="t-xs c2 mt-2" role="status">
          Older entries could not be loaded.{' '}
          <Button size="sm" onClick={() => void load()}>
            Load older entries
          </Button>
        </p>
      ) : null}
      <Pagination
        next={next ? here({ after: next }) : null}
        first={after ? here({}) : null}
        summary={
          rows.length === 0
            ? undefined
            : `${plural(rows.length, `${after ? 'older ' : ''}entry`, `${after ? 'older ' : ''}entries`)}, ${span}.${isMore ? ' Older entries load as you scroll.' : ''}`
        }
        label="Pages of the trail"
      />
    </div>
  )
}

/** What is chosen, and the way to export it. */
function Picked({ rows, filter, onNone }: { rows: ShownRows['rows']; filter: AuditFilterInput; onNone(): void }) {
  const { count, first, last, waiting } = rangeOf(rows)
  return (
    <div role="status" aria-live="polite" className={count > 0 ? 'pickbar' : undefined}>
      {count === 0 ? null : (
        <>
          <span>
            {plural(count, 'entry', 'entries')} chosen
            {first === null || last === null ? '' : first === last ? `, ${numbered(first)}` : `, ${numbered(first)} to ${numbered(last)}`}
            {waiting > 0
              ? `; ${waiting === count ? 'all' : waiting} still wait${waiting === 1 && count > 1 ? 's' : ''} for a place in the log`
              : ''}
          </span>
          {first === null || last === null ? null : (
            <LinkButton href={routes.auditExport({ ...filter, first, last })} size="sm" variant="primary">
              Export with proof
            </LinkButton>
          )}
          <Button size="sm" onClick={onNone}>
            Choose none
          </Button>
        </>
      )}
    </div>
  )
}

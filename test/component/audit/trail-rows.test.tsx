import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { mergeNewest, rangeOf, rowsBetween } from '@/components/audit/trail-pages'
import { TrailRows } from '@/components/audit/trail-rows'
import { Found } from '@/components/audit/verify-again'
import type { BrowserVerification } from '@/components/audit/verify-in-browser'
import type { AuditRow } from '@/lib/queries/audit'

const row = (number: number | null, id = `00000000-0000-4000-8000-${String(number ?? 0).padStart(12, '0')}`): AuditRow => ({
  id,
  number,
  at: '2026-11-19T14:11:40.218Z',
  action: 'promotion.signed',
  did: 'Signed',
  outcome: 'done',
  count: 1,
  sentence: `Priya Raman signed version ${number}.`,
  who: { id: 'p', name: 'Priya Raman', kind: 'person' },
  what: { kind: 'promotion', id: 'PRM-0142', version: 5, label: 'PRM-0142 v5' },
  where: { system: null, name: null, profile: null },
  leaf: 'b9'.repeat(32),
})
const rows = (from: number, to: number): AuditRow[] => Array.from({ length: from - to + 1 }, (_, at) => row(from - at))

/** The window as a test has it: what is watched is in sight when `see` is called. */
function aWindow(): { see(): void } {
  const watching = new Set<() => void>()
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      readonly #tell: () => void
      constructor(told: (seen: { isIntersecting: boolean }[]) => void) {
        this.#tell = () => told([{ isIntersecting: true }])
      }
      observe() {
        watching.add(this.#tell)
      }
      disconnect() {
        watching.delete(this.#tell)
      }
    },
  )
  return {
    see() {
      for (const tell of [...watching]) tell()
    },
  }
}

const show = (page: { rows: AuditRow[]; next: string | null }, firstBad: number | null = null, current?: string) => {
  const element = (given: typeof page) => (
    <TrailRows
      page={given}
      filter={{ system: 'one' }}
      after={undefined}
      current={current}
      now="2026-11-19T15:00:00.000Z"
      isOneDay
      empty="Nothing."
      firstBad={firstBad}
      span="any time"
    />
  )
  const view = render(element(page))
  return { again: (given: typeof page) => view.rerender(element(given)) }
}
const shown = () => screen.getAllByRole('rowheader').map(({ textContent }) => textContent)

afterEach(() => vi.unstubAllGlobals())

describe('the list of the trail', () => {
  it('loads older entries as somebody scrolls, behind the cursor of the last, until there are none', async () => {
    const { see } = aWindow()
    const asked: string[] = []
    vi.stubGlobal('fetch', async (address: string) => {
      asked.push(address)
      return Response.json({ rows: rows(40, 31), next: null })
    })
    show({ rows: rows(50, 41), next: 'cursor-1' })
    expect(screen.getByRole('link', { name: 'Older' }).getAttribute('href')).toBe('/audit?system=one&after=cursor-1')
    await act(async () => see())
    await waitFor(() => expect(shown()).toHaveLength(20))
    expect(asked).toEqual(['/audit/rows?system=one&after=cursor-1'])
    expect(shown()[19]).toContain('#31')
    expect(screen.queryByRole('link', { name: 'Older' })).toBeNull()
  })

  it('says so when older entries do not come, and tries again when asked', async () => {
    const { see } = aWindow()
    let isDown = true
    vi.stubGlobal('fetch', async () => (isDown ? new Response('', { status: 503 }) : Response.json({ rows: rows(40, 40), next: null })))
    show({ rows: rows(50, 41), next: 'cursor-1' })
    await act(async () => see())
    await screen.findByText(/could not be loaded/)
    isDown = false
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Load older entries' })))
    await waitFor(() => expect(shown()).toHaveLength(11))
  })

  it('keeps what was loaded when the newest page comes again', async () => {
    const { see } = aWindow()
    vi.stubGlobal('fetch', async () => Response.json({ rows: rows(40, 31), next: 'cursor-2' }))
    const { again } = show({ rows: rows(50, 41), next: 'cursor-1' })
    await act(async () => see())
    await waitFor(() => expect(shown()).toHaveLength(20))
    again({ rows: rows(52, 43), next: 'cursor-3' })
    expect(shown()).toHaveLength(22)
    expect(shown()[0]).toContain('#52')
    expect(screen.getByRole('link', { name: 'Older' }).getAttribute('href')).toContain('cursor-2')
  })

  it('chooses a range with Shift, by pointer and by key, and offers to export it', () => {
    aWindow()
    show({ rows: [row(null, '01a1feb9-d863-719f-afa1-485fbb7be339'), ...rows(50, 45)], next: null })
    const link = (number: number) => screen.getByRole('link', { name: new RegExp(`^Entry #${number}:`) })
    fireEvent.click(link(49), { shiftKey: true })
    fireEvent.click(link(47), { shiftKey: true })
    expect(screen.getByText(/3 entries chosen, #47 to #49/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Export with proof' }).getAttribute('href')).toBe('/audit/export?system=one&first=47&last=49')
    fireEvent.keyDown(link(47), { key: 'ArrowDown', shiftKey: true })
    expect(screen.getByText(/4 entries chosen, #46 to #49/)).toBeTruthy()
    expect(document.activeElement).toBe(link(46))
    fireEvent.click(screen.getByRole('link', { name: /^Entry 01a1feb9:/ }), { shiftKey: true })
    expect(screen.getByText(/3 entries chosen, #49 to #50; 1 still waits/)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Choose none' }))
    expect(screen.queryByText(/chosen/)).toBeNull()
  })

  it('lets go of what was chosen with Escape, and begins a new range where the focus is', () => {
    aWindow()
    show({ rows: rows(50, 41), next: null })
    const link = (number: number) => screen.getByRole('link', { name: new RegExp(`^Entry #${number}:`) })
    fireEvent.click(link(45), { shiftKey: true })
    expect(screen.getByText(/1 entry chosen, #45/)).toBeTruthy()
    fireEvent.keyDown(link(45), { key: 'Escape' })
    expect(screen.queryByText(/chosen/)).toBeNull()
    link(49).focus()
    fireEvent.keyDown(link(49), { key: 'ArrowDown', shiftKey: true })
    expect(screen.getByText(/2 entries chosen, #48 to #49/)).toBeTruthy()
  })

  it.each([
    ['on this page', row(50).id, /3 entries chosen, #48 to #50/],
    ['on another one', row(7).id, /1 entry chosen, #48$/],
  ])('begins at the entry that stands open %s', (_, current, words) => {
    aWindow()
    show({ rows: rows(50, 45), next: null }, null, current)
    fireEvent.click(screen.getByRole('link', { name: /^Entry #48:/ }), { shiftKey: true })
    expect(screen.getByText(words)).toBeTruthy()
    fireEvent.click(screen.getByRole('link', { name: /^Entry #46:/ }), { shiftKey: true })
    expect(screen.getByText(/entries chosen, #46 to/)).toBeTruthy()
  })

  it('marks what a verification found changed, and everything behind it as unproven', () => {
    aWindow()
    show({ rows: rows(50, 48), next: null }, 49)
    expect(shown()).toEqual([expect.stringContaining('unproven'), expect.stringContaining('does not match'), '#48'])
  })
})

describe('pages that come again', () => {
  const page = (from: number, to: number, next: string | null) => ({ rows: rows(from, to), next })
  it.each([
    ['one that touches what is there joins it', page(50, 31, 'b'), page(52, 43, 'a'), 52, 31, 'b'],
    ['one that leaves a gap stands alone', page(50, 31, 'b'), page(70, 61, 'a'), 70, 61, 'a'],
    ['the last page is all there is', page(50, 31, 'b'), page(52, 43, null), 52, 43, null],
  ])('%s', (_, before, fresh, first, last, next) => {
    const merged = mergeNewest(before, fresh)
    expect([merged.rows[0]?.number, merged.rows.at(-1)?.number]).toEqual([first, last])
    expect(merged.next).toBe(next)
    expect(new Set(merged.rows.map(({ id }) => id)).size).toBe(merged.rows.length)
  })

  it('a range is the same from either end', () => {
    const all = rows(50, 41)
    const [a, b] = [all[2]?.id ?? '', all[6]?.id ?? '']
    expect(rowsBetween(all, a, b)).toEqual(rowsBetween(all, b, a))
    expect(rangeOf(rowsBetween(all, a, b))).toEqual({ count: 5, first: 44, last: 48, waiting: 0 })
    expect(rowsBetween(all, a, 'gone')).toEqual([])
  })
})

describe('what a verification found, in words', () => {
  const found = (more: Partial<BrowserVerification>): BrowserVerification => ({
    outcome: 'good',
    origin: 'x/log',
    size: 100,
    root: 'ab'.repeat(32),
    entries: 100,
    checkpoints: 3,
    firstBad: null,
    found: 0,
    findings: [],
    notChecked: [],
    took: 1_200,
    kept: null,
    ...more,
  })
  const AT = Date.parse('2026-11-19T14:32:00Z')
  it.each<[string, Partial<BrowserVerification>, RegExp]>([
    ['all of it', {}, /^Verified in this browser at 14:32 UTC: 100 entries match what was signed\.$/],
    ['some by their hash', { entries: 60 }, /40 of them by their hash alone/],
    [
      'a changed entry',
      { outcome: 'tampered', firstBad: 39, found: 1 },
      /^Entry #40 does not match\. Everything from there on is unproven/,
    ],
    [
      'nothing to tell',
      { outcome: 'unknown', notChecked: ['The log has no checkpoint yet.'] },
      /^This browser cannot tell\. The log has no checkpoint yet\.$/,
    ],
  ])('%s', (_, more, words) => {
    render(<Found found={found(more)} at={AT} />)
    expect(screen.getByText(words)).toBeTruthy()
  })

  it('names the checkpoint that this browser kept, and opens the first entry that does not match', () => {
    render(
      <Found
        found={found({ outcome: 'tampered', firstBad: 39, found: 7, kept: { size: 30, at: '2026-11-01T00:00:00Z', state: 'continued' } })}
        at={AT}
      />,
    )
    expect(screen.getByRole('link', { name: 'Open entry #40' }).getAttribute('href')).toBe('/audit?entry=40')
    expect(screen.getByText(/Compared with #30, which this browser kept on 1 Nov 2026/)).toBeTruthy()
  })
})

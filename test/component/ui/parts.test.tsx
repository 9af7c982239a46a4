import { act, render, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ViewerClock } from '@/components/ui/clock-context'
import { DataTable } from '@/components/ui/data-table'
import { BarPlot, BulletBar, FreshnessBar, Heatmap, LeadTimePlot, StripPlot } from '@/components/ui/plots'
import { ProfileArrow, ProfileTag } from '@/components/ui/profile'
import { SealLine, sealPath } from '@/components/ui/seal-line'
import { SignatureLine, Slots, slotsLabel } from '@/components/ui/signature'
import { Chip, STATUS_TONE, STATUS_WORD, StatusGlyph, type StatusKind } from '@/components/ui/status'
import { Countdown, DueTime, Time } from '@/components/ui/time'

const HASH = `b9d${'0'.repeat(29)}07f${'0'.repeat(29)}`

describe('seal line', () => {
  it('draws the first 32 digits up and the last 32 down, at the same places', () => {
    const path = sealPath(HASH, 212, 28)
    const ticks = path.slice(path.indexOf('M', 1)).split('M').filter(Boolean)
    expect(ticks).toHaveLength(32)
    // b = 11/15 of 13.5 up and 0 down; 9 up and 7 down; d up and f down.
    expect(ticks.slice(0, 3)).toEqual(['3.3 4.1V14.0', '9.9 5.9V20.3', '16.6 2.3V27.5'])
  })

  it('is the same for the same digest, and bare for anything else', () => {
    expect(sealPath(`sha256:${HASH}`, 60, 14)).toBe(sealPath(HASH, 60, 14))
    expect(sealPath('nonsense', 60, 14)).toBe('M0 7H60')
  })
})

describe('status', () => {
  it('always has a word beside the shape', () => {
    for (const status of Object.keys(STATUS_TONE) as StatusKind[]) {
      const { container, unmount } = render(<Chip status={status} />)
      expect(container.textContent).toBe(STATUS_WORD[status])
      expect(container.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true')
      unmount()
    }
  })
})

describe('profiles', () => {
  it('differ by line, and an arrow is read as words', () => {
    const { container } = render(
      <ProfileArrow from={{ id: 'staging', class: 'pre_production' }} to={{ id: 'prod', class: 'production' }} />,
    )
    expect(container.textContent).toBe('stagingtoprod')
    expect(container.querySelector('.p2')?.textContent).toBe('staging')
    render(<ProfileTag profile={{ id: 'ci', class: 'verification' }} />)
    expect(screen.getByText('ci').className).toContain('p1')
  })
})

describe('signatures', () => {
  it('label a row of slots once', () => {
    const slots = [
      { capacity: 'a', state: 'signed', name: 'Ines Okafor' },
      { capacity: 'b', state: 'you' },
      { capacity: 'c', state: 'open' },
    ] as const
    expect(slotsLabel(slots)).toBe('1 of 3 signed, one is yours')
    render(<Slots slots={slots} />)
    expect(screen.getByRole('img', { name: '1 of 3 signed, one is yours' }).textContent).toBe('IO×·')
  })

  it('strike a signature that no longer holds, and keep it', () => {
    const { container } = render(<SignatureLine capacity="SecOps" state="struck" name="Priya Raman" under="signed version 4" />)
    expect(container.querySelector('del')?.textContent).toBe('Priya Raman')
  })
})

describe('time', () => {
  afterEach(() => vi.useRealTimers())

  it('is absolute and in UTC, with companions where there is a clock', () => {
    render(
      <ViewerClock now="2026-11-19T14:32:00Z" zone="Europe/Berlin">
        <Time at="2026-11-19T16:00:00Z" show="time" local relative />
      </ViewerClock>,
    )
    expect(screen.getByText(/16:00 UTC/).textContent).toMatch(/^16:00 UTC.*, in 1 h 28 min$|^16:00 UTC.*, in 1 h 27 min$/)
    expect(screen.getByText(/16:00 UTC/).getAttribute('datetime')).toBe('2026-11-19T16:00:00.000Z')
  })

  it('says overdue in words', () => {
    const { container } = render(
      <ViewerClock now="2026-11-19T14:32:00Z" zone="UTC">
        <DueTime at="2026-11-12T14:00:00Z" />
      </ViewerClock>,
    )
    expect(container.textContent).toContain('7 days overdue')
    expect(container.querySelector('.late')).toBeTruthy()
  })

  it('counts seconds under five minutes, and says when it is over', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'] })
    const { container } = render(
      <ViewerClock now="2026-11-19T14:32:00Z" zone="UTC">
        <Countdown until="2026-11-19T14:35:00Z" over="closed" />
      </ViewerClock>,
    )
    expect(container.textContent).toBe('3 min')
    act(() => void vi.advanceTimersByTime(2000))
    expect(container.textContent).toBe('2 min 58 s')
    act(() => void vi.advanceTimersByTime(179_000))
    expect(container.textContent).toBe('closed')
  })
})

describe('tables', () => {
  it('keep caption, scopes, sorting and roles, and label each cell for a phone', () => {
    render(
      <DataTable
        caption="Waiting"
        rows={[{ id: 'a', who: 'Jonah' }]}
        rowKey={(row) => row.id}
        columns={[
          { key: 'id', header: 'What', rowHeader: true, cell: (row) => row.id },
          { key: 'who', header: 'Who', sorted: 'ascending', cell: (row) => row.who },
        ]}
      />,
    )
    expect(screen.getByRole('table', { name: 'Waiting' })).toBeTruthy()
    expect(screen.getByRole('rowheader', { name: 'a' }).getAttribute('scope')).toBe('row')
    expect(screen.getByRole('columnheader', { name: /Who/ }).getAttribute('aria-sort')).toBe('ascending')
    expect(screen.getByRole('cell', { name: 'Jonah' }).getAttribute('data-label')).toBe('Who')
  })
})

describe('plots', () => {
  const now = Date.parse('2026-11-19T14:32:00Z')
  const plots = (
    <>
      <FreshnessBar used={0.4} />
      <BulletBar value={97} limit={90} label="97 of 90 days" />
      <BarPlot label="Median 3 h" target={4} bars={[5, 2, 3, 6, 1].map((value, i) => ({ key: String(i), name: `P${i}`, value }))} />
      <StripPlot label="One deadline" now={now} events={[{ key: 'a', at: now + 3_600_000, status: 'yours', text: 'Sign' }]} />
      <LeadTimePlot label="Drill is slow" rows={[{ key: 'a', name: 'Drill', medianHours: 5, worstHours: 22 }]} />
      <Heatmap label="Entries per day" today={now} days={[{ day: '2026-11-18', count: 7, ring: 'Break glass, Wed 18 Nov' }]} />
    </>
  )

  it('say their finding and offer the numbers', () => {
    render(plots)
    for (const name of ['97 of 90 days', 'Median 3 h', 'One deadline', 'Drill is slow', 'Entries per day']) {
      expect(screen.getByRole('img', { name })).toBeTruthy()
    }
    expect(screen.getAllByText('Show as table')).toHaveLength(4)
    expect(screen.getByRole('rowheader', { name: '18 Nov 2026', hidden: true })).toBeTruthy()
  })

  it('carry no style attribute, which our content security policy would refuse (T21)', () => {
    expect(renderToString(plots)).not.toContain('style=')
    expect(renderToString(<SealLine hash={HASH} />)).not.toContain('style=')
    expect(renderToString(<StatusGlyph status="glass" label="open" />)).not.toContain('style=')
  })

  it('say few values as numbers', () => {
    render(<BarPlot label="x" bars={[{ key: 'a', name: 'RoboDJ', value: 2.5 }]} />)
    expect(screen.getByText('RoboDJ: 2.5 h')).toBeTruthy()
  })
})

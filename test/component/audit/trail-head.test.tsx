import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { TrailHead } from '@/components/audit/trail-head'
import type { TrailHead as Head } from '@/lib/queries/audit'

// What the head says of the record: verified with a time, never a badge; what no anchor holds is counted (ux.md section 12; T14).

const NOW = new Date('2026-11-19T14:32:00Z')
const head = (more: Partial<Head> = {}, log: Partial<Head['log']> = {}): Head => ({
  days: [{ day: '2026-11-19', count: 61 }],
  glassDays: [],
  entries: 61,
  isMore: false,
  oldestAt: '2026-11-01T00:00:00.000Z',
  everything: true,
  verified: { at: new Date('2026-11-19T14:30:00Z'), size: 48_212, outcome: 'intact', firstBad: null, says: '' },
  log: {
    size: 48_212,
    root: '11b2dc1d1f0a'.padEnd(64, '0'),
    checkpointAt: NOW,
    pending: 0,
    lagSeconds: 0,
    state: 'keeping-up',
    reason: null,
    anchoredSize: 48_207,
    anchoredAt: new Date('2026-11-19T14:00:00Z'),
    ...log,
  },
  ...more,
})
const show = (given: Head) => render(<TrailHead head={given} filter={{}} systems={['One']} now={NOW} />)
const text = () => document.body.textContent ?? ''

describe('the head of the trail', () => {
  it('says what was verified and when, the head, the last anchor and how much is not yet anchored', () => {
    show(head())
    expect(text()).toContain('Intact, all 48,212 entries verified at 14:30 UTC')
    expect(text()).toMatch(/#48,212\s+11b2 dc1d 1f0a/)
    expect(text()).toContain('14:00 UTC, signed, held outside this database')
    expect(text()).toContain('5 entries')
    expect(screen.getByRole('link', { name: 'Export with proof' }).getAttribute('href')).toBe('/audit/export')
  })

  it('counts what came since, and what waits for its place', () => {
    show(head({}, { size: 48_220, pending: 3 }))
    expect(text()).toContain('Intact, 48,212 entries verified at 14:30 UTC; 8 since')
    expect(text()).toContain('13 entries, and 3 that wait for a place in the log')
  })

  it('has the first entry that does not match for its title', () => {
    const at = new Date('2026-11-18T09:00:00Z')
    show(head({ verified: { at, size: 48_212, outcome: 'damaged', firstBad: 40_117, says: 'Entry #40,118 was changed.' } }))
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Entry #40,118 does not match')
    expect(text()).toContain('Found at 18 Nov 2026, 09:00 UTC. Everything from there on is unproven')
  })

  it.each<[string, Partial<Head>, Partial<Head['log']>, RegExp]>([
    ['nobody looked', { verified: null }, {}, /Nobody has verified the whole record yet/],
    [
      'it could not be told',
      { verified: { at: NOW, size: 1, outcome: 'unknown', firstBad: null, says: 'No key.' } },
      {},
      /could not be told at 14:32 UTC.*No key\./,
    ],
    [
      'there is nothing',
      { verified: null, oldestAt: null, days: [] },
      { size: 0, root: null, anchoredAt: null, anchoredSize: 0 },
      /Nothing is on the record that you may read.*no checkpoint yet.*none yet/,
    ],
  ])('says so when %s', (_, more, log, words) => {
    show(head(more, log))
    expect(text()).toMatch(words)
    expect(text()).not.toContain('Intact')
  })

  it('rings the days on which a glass was broken, also where the list counts none', () => {
    show(head({ glassDays: ['2026-10-11'] }))
    expect(text()).toContain('Break glass, Sun 11 Oct')
    expect(document.querySelectorAll('.ring')).toHaveLength(1)
  })
})

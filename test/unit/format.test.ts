import { describe, expect, it } from 'vitest'
import {
  DAY,
  formatAge,
  formatClock,
  formatDate,
  formatDay,
  formatDueDay,
  formatDuration,
  formatFreshness,
  formatHash,
  formatHashShort,
  formatInstant,
  formatLimit,
  formatLocal,
  formatNumber,
  formatRelative,
  formatTime,
  formatTimeUtc,
  formatWindow,
  HOUR,
  initials,
  isZone,
  listWords,
  MINUTE,
  numberWord,
  plural,
  SECOND,
  zoneName,
} from '@/lib/format'

const at = '2026-11-19T16:00:09Z'

describe('moments are said in UTC, the viewer’s zone only in a bracket (ux.md 17)', () => {
  it('says dates without ambiguity', () => {
    expect(formatDate(at)).toBe('19 Nov 2026')
    expect(formatDate('2026-09-02T00:00:00Z')).toBe('2 Sep 2026')
    expect(formatDay(at)).toBe('Thu 19 Nov')
    expect(formatDay(at, '2027-01-03T00:00:00Z')).toBe('Thu 19 Nov 2026')
    expect(formatDueDay(at, '2026-11-19T01:00:00Z')).toBe('today')
    expect(formatDueDay('2026-11-20T12:00:00Z', at)).toBe('Fri 20 Nov')
  })

  it('never moves the UTC time when a zone is known', () => {
    expect(formatInstant(at)).toBe('19 Nov 2026, 16:00 UTC')
    expect(formatInstant(at, { zone: 'Europe/Berlin' })).toBe('19 Nov 2026, 16:00 UTC (17:00 CET)')
    expect(formatInstant(at, { zone: 'Europe/Berlin', seconds: true })).toBe('19 Nov 2026, 16:00:09 UTC (17:00:09 CET)')
    expect(formatInstant(at, { zone: 'UTC' })).toBe('19 Nov 2026, 16:00 UTC')
    expect(formatTimeUtc(at)).toBe('16:00 UTC')
    expect(formatTime('2026-11-19T00:05:00Z')).toBe('00:05')
  })

  it('names the day in the bracket when it is another one there', () => {
    expect(formatLocal('2026-11-19T23:30:00Z', 'Europe/Berlin')).toBe('Fri 20 Nov 00:30 CET')
    expect(formatLocal(at, 'America/New_York')).toBe('11:00 EST')
    expect(formatLocal(at, 'Asia/Kolkata')).toMatch(/^21:30 (IST|GMT\+5:30)$/)
  })

  it('ignores a zone that nobody knows', () => {
    expect(isZone('Mars/Olympus')).toBe(false)
    expect(formatInstant(at, { zone: 'Mars/Olympus' })).toBe('19 Nov 2026, 16:00 UTC')
    expect(zoneName('2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('CEST')
  })

  it('shows the clock of the top bar and a window', () => {
    expect(formatClock('2026-11-19T14:32:00Z', 'Europe/Berlin')).toBe('Thu 19 Nov 14:32 UTC · 15:32 CET')
    expect(formatClock('2026-11-19T14:32:00Z')).toBe('Thu 19 Nov 14:32 UTC')
    expect(formatWindow('2026-11-19T16:00:00Z', '2026-11-19T16:30:00Z')).toBe('16:00–16:30 UTC')
    expect(formatWindow('2026-11-19T23:00:00Z', '2026-11-20T01:00:00Z')).toBe('Thu 19 Nov 23:00 UTC to Fri 20 Nov 01:00 UTC')
  })
})

describe('spans have two units at most', () => {
  it.each([
    [0, '0 s'],
    [45 * SECOND, '45 s'],
    [3 * MINUTE + 40 * SECOND, '3 min 40 s'],
    [88 * MINUTE, '1 h 28 min'],
    [HOUR, '1 h'],
    [90 * HOUR + 3 * MINUTE, '3 d 18 h'],
    [4 * DAY, '4 days'],
    [DAY, '1 day'],
    [DAY + 5 * MINUTE, '1 day'],
  ])('%i ms lasts %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words)
  })

  it.each([
    [40 * SECOND, '40 s'],
    [12 * MINUTE + 59 * SECOND, '12 min'],
    [88 * MINUTE, '1 h 28 min'],
    [21 * HOUR + 20 * MINUTE, '21 h'],
    [31 * HOUR, '31 h'],
    [90 * HOUR, '3 d 18 h'],
    [12 * DAY + 5 * HOUR, '12 days'],
  ])('%i ms is an age of %s', (ms, words) => {
    expect(formatAge(ms)).toBe(words)
    expect(formatAge(-ms)).toBe(words)
  })

  it('is relative for seven days only, in both directions', () => {
    const now = Date.parse(at)
    expect(formatRelative(now + 88 * MINUTE, now)).toBe('in 1 h 28 min')
    expect(formatRelative(now - 12 * MINUTE, now)).toBe('12 min ago')
    expect(formatRelative(now + 5 * SECOND, now)).toBe('now')
    expect(formatRelative(now - 8 * DAY, now)).toBeNull()
    expect(formatRelative(now + 8 * DAY, now)).toBeNull()
  })

  it('sets an age beside its limit', () => {
    expect(formatFreshness(130 * MINUTE, 24 * HOUR)).toBe('2 h 10 min of 24 h')
    expect(formatFreshness(31 * HOUR, 24 * HOUR)).toBe('31 h old, limit 24 h')
    expect(formatLimit(90 * DAY)).toBe('90 days')
    expect(formatLimit(72 * HOUR)).toBe('72 h')
    expect(formatLimit(30 * MINUTE)).toBe('30 min')
  })
})

describe('numbers, digests, names', () => {
  it('groups digits of a digest by four', () => {
    const hash = `b9dfb08a22b6${'0'.repeat(48)}fc29`
    expect(formatHash(hash, 3)).toBe('b9df b08a 22b6')
    expect(formatHash(hash).split(' ')).toHaveLength(16)
    expect(formatHash(`sha256:${hash}`, 1)).toBe('b9df')
    expect(formatHashShort(hash)).toBe('b9df b08a 22b6 … fc29')
  })

  it('counts in words and in figures', () => {
    expect(formatNumber(48_212)).toBe('48,212')
    expect(numberWord(3)).toBe('Three')
    expect(numberWord(0)).toBe('No')
    expect(numberWord(17)).toBe('17')
    expect(plural(1, 'day')).toBe('1 day')
    expect(plural(7, 'day')).toBe('7 days')
    expect(plural(2, 'entry', 'entries')).toBe('2 entries')
    expect(listWords(['a'])).toBe('a')
    expect(listWords(['a', 'b', 'c'])).toBe('a, b and c')
  })

  it('takes initials from any name', () => {
    expect(initials('Martin Vasquez')).toBe('MV')
    expect(initials('Release Manager Agent')).toBe('RM')
    expect(initials('Zoë')).toBe('ZO')
    expect(initials('')).toBe('?')
  })
})

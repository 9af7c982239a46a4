import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationMs, formatDuration, isDuration } from '@/lib/domain/duration'

const HOUR = 3_600_000

test.each([
  ['PT24H', 24 * HOUR, '24 hours'],
  ['P90D', 90 * 24 * HOUR, '90 days'],
  ['P1DT12H', 36 * HOUR, '1 day 12 hours'],
  ['P2W', 14 * 24 * HOUR, '2 weeks'],
  ['PT5M', 300_000, '5 minutes'],
  ['PT1S', 1_000, '1 second'],
])('%s is %d ms, said as %s', (iso, ms, words) => {
  expect(isDuration(iso)).toBe(true)
  expect(durationMs(iso)).toBe(ms)
  expect(formatDuration(iso)).toBe(words)
})

test.each(['', 'P', 'PT', 'P1DT', '24h', 'P1Y', 'P1M', 'PT1.5H', '-P1D', 'pt24h', 'P1D ', 'PT0S', 'P0D', 'P999999D'])(
  '%j is not a duration',
  (iso) => {
    expect(isDuration(iso)).toBe(false)
  },
)

test('what is no duration at all is refused with its text', () => {
  expect(() => durationMs('a day')).toThrow('"a day"')
})

test('a duration is the sum of its parts', () => {
  const count = fc.integer({ min: 0, max: 9_999 })
  fc.assert(
    fc.property(count, count, count, count, (days, hours, minutes, seconds) => {
      expect(durationMs(`P${days}DT${hours}H${minutes}M${seconds}S`)).toBe(((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000)
    }),
  )
})

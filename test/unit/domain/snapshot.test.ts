import { expect, it } from 'vitest'
import { CLOCK_SKEW_MS, whyNotTakenAt } from '@/lib/domain/snapshot'
import { hours, NOW } from './facts'

it('a snapshot may be old, and as far ahead as a clock may be off, but not from the future (000.29, T11)', () => {
  expect(whyNotTakenAt(hours(-24 * 400), NOW)).toBeNull()
  expect(whyNotTakenAt(new Date(NOW.getTime() + CLOCK_SKEW_MS), NOW)).toBeNull()
  expect(whyNotTakenAt(new Date(NOW.getTime() + CLOCK_SKEW_MS + 1), NOW)).toMatchObject({ code: 'invalid', place: 'takenAt' })
})

import { expect, test } from 'vitest'
import { takeRequest } from '@/lib/http/rate-limit'

test('a minute’s worth at once, then one as often as they come back', () => {
  const answers = Array.from({ length: 62 }, () => takeRequest('a', 60, 0))
  expect(answers.filter((wait) => wait === null)).toHaveLength(60)
  expect(answers.at(-1)).toBe(1)
  expect(takeRequest('a', 60, 999)).toBe(1)
  expect(takeRequest('a', 60, 1_001)).toBeNull()
  expect(takeRequest('b', 60, 1_001)).toBeNull()
})

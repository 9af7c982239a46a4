import { expect, test } from 'vitest'
import { callbackPath } from '@/lib/auth/callback-path'

test.each([
  ['/promotions/PRM-0142?view=table', '/promotions/PRM-0142?view=table'],
  ['/', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/a\\b', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/%0d%0aSet-Cookie:x', '/%0d%0aSet-Cookie:x'],
  ['/ space', '/'],
  ['/sign-in?callbackUrl=/sign-in', '/'],
  ['/api/v1/systems', '/'],
])('%j leads to %s', (asked, path) => {
  expect(callbackPath(asked)).toBe(path)
})

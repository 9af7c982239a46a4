import '@/test/support/settings'
import { afterEach, expect, test } from 'vitest'
import { clientAddress, cookieOf } from '@/lib/auth/request-info'

const kept = globalThis as { countersignPeer?: true }
afterEach(() => {
  delete kept.countersignPeer
})

test('without a trusted proxy only the connection itself says who calls', () => {
  const headers = new Headers({ 'x-forwarded-for': '1.2.3.4', 'x-countersign-peer': '::ffff:198.51.100.7' })
  expect(clientAddress(headers, undefined)).toBeNull()
  kept.countersignPeer = true
  expect(clientAddress(headers, undefined)).toBe('198.51.100.7')
})

test.each([
  ['1.1.1.1, 2.2.2.2, 3.3.3.3', 1, '3.3.3.3'],
  ['1.1.1.1, 2.2.2.2, 3.3.3.3', 2, '2.2.2.2'],
  ['1.1.1.1', 2, null],
  ['evil, [2001:db8::1]:443', 1, '2001:db8::1'],
  ['3.3.3.3:8080', 1, '3.3.3.3'],
  ['<script>', 1, null],
  ['', 1, null],
])('behind proxies the entry of the outermost trusted one counts: %j with %i', (forwarded, proxies, address) => {
  expect(clientAddress(new Headers({ 'x-forwarded-for': forwarded }), proxies)).toBe(address)
})

test('a cookie is found by its whole name', () => {
  const headers = new Headers({ cookie: 'x__Host-a=1; __Host-a=2=3; b=4' })
  expect(cookieOf(headers, '__Host-a')).toBe('2=3')
  expect(cookieOf(headers, 'a')).toBeUndefined()
})

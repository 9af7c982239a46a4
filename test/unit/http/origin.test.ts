import '@/test/support/settings'
import { expect, test } from 'vitest'
import { whyNotSameOrigin } from '@/lib/auth/origin'

const OURS = 'https://countersign.example.org'

test.each([
  ['our own page', { origin: OURS, 'sec-fetch-site': 'same-origin' }, true],
  ['our own page in a browser without Sec-Fetch', { origin: OURS }, true],
  ['no Origin', { 'sec-fetch-site': 'same-origin' }, false],
  ['nothing at all', {}, false],
  ['a foreign Origin', { origin: 'https://evil.example' }, false],
  [
    'a foreign Origin with a matching X-Forwarded-Host',
    { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', host: 'evil.example' },
    false,
  ],
  ['our Origin from another site', { origin: OURS, 'sec-fetch-site': 'cross-site' }, false],
  ['our Origin from the same site', { origin: OURS, 'sec-fetch-site': 'same-site' }, false],
  ['Origin null', { origin: 'null' }, false],
  ['a subdomain', { origin: 'https://x.countersign.example.org' }, false],
  ['the domain above', { origin: 'https://example.org' }, false],
  ['another port', { origin: `${OURS}:8443` }, false],
  ['plain http', { origin: 'http://countersign.example.org' }, false],
  ['a prefix of it', { origin: `${OURS}.evil.example` }, false],
])('%s (T25)', (_what, headers, allowed) => {
  const refusal = whyNotSameOrigin(new Headers(headers as Record<string, string>), OURS)
  expect(refusal === null).toBe(allowed)
  if (refusal) expect(refusal.code).toBe('foreign_origin')
})

import { expect, it } from 'vitest'
import { whyNotEditSummary } from '@/lib/domain/notes-summary'
import { ROLES } from '@/lib/domain/roles'
import { instantInWords, windowInWords } from '@/lib/domain/words'
import { aPerson, aPromotion, aToken, hours, NOW, PROD_SLOTS, sealed, signedBy, someEvidence } from './facts'

it('instants and windows that are sealed are in UTC and follow no locale', () => {
  expect(instantInWords(new Date('2026-01-05T07:03:59.999Z'))).toBe('5 Jan 2026, 07:03 UTC')
  const window = (startsAt: string, endsAt: string) => windowInWords({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })
  expect(window('2026-11-19T16:00:00Z', '2026-11-19T16:30:00Z')).toBe('19 Nov 2026, 16:00–16:30 UTC')
  expect(window('2026-12-31T23:30:00Z', '2027-01-01T00:30:00Z')).toBe('31 Dec 2026, 23:30 UTC to 1 Jan 2027, 00:30 UTC')
  // The same day somewhere else is two days here.
  expect(window('2026-11-19T23:30:00-02:00', '2026-11-20T03:00:00+01:00')).toBe('20 Nov 2026, 01:30–02:00 UTC')
})

it('the summary of the notes is a Release Manager’s until every slot is signed, and again once that version is void', () => {
  const rita = aPerson('rita', ['release_manager'])
  const why = (facts: ReturnType<typeof aPromotion>, who = rita) => whyNotEditSummary(facts, who, NOW)?.code ?? null
  const signed = { signOffs: signedBy(...PROD_SLOTS) }
  expect(why(aPromotion())).toBeNull()
  expect(why(sealed(aPromotion({ signOffs: signedBy('secops') })))).toBeNull()
  expect(why(sealed(aPromotion(signed)))).toBe('wrong_state')
  // Held or past its window, it was signed all the same, and its notes stand sealed.
  const old = { 'secret-preflight': { evidence: [someEvidence({ recordedAt: hours(-30) })] } }
  expect(why(sealed(aPromotion({ ...signed, gateFacts: old })))).toBe('wrong_state')
  expect(why(sealed(aPromotion({ ...signed, window: { startsAt: hours(-2), endsAt: hours(-1) } })))).toBe('wrong_state')
  expect(why(sealed(aPromotion(signed), aPromotion({ ...signed, baseline: null })))).toBeNull()
  expect(why({ ...aPromotion(), status: 'withdrawn' })).toBe('wrong_state')
  for (const role of ROLES.filter((one) => one !== 'release_manager')) expect(why(aPromotion(), aPerson('pia', [role]))).toBe('not_allowed')
  expect(why(aPromotion(), aToken(rita, ['promotion:open']))).toBe('not_allowed')
})

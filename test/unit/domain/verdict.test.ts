import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeStart, type PastDeployment } from '@/lib/domain/deployment'
import { promotionPhase } from '@/lib/domain/promotion'
import { judgeVerdict } from '@/lib/domain/verdict'
import { loadPolicy } from '../policy/policies'
import { aPromotion, hours, NOW, PROD_SLOTS, robodj, runs, sealed, signedBy } from './facts'

const stack = loadPolicy('stack')
const RELEASE = { id: 'release-240', version: '2.4.0' }
const ask = (promotion: ReturnType<typeof aPromotion> | null, past: PastDeployment[] = [], profileKey = 'prod') =>
  judgeVerdict({ policy: robodj, profileKey, release: RELEASE, promotion, past }, NOW)
const approved = (changes = {}) => sealed(aPromotion({ ...changes, signOffs: signedBy(...PROD_SLOTS) }))
const ran = (more: Partial<PastDeployment> = {}): PastDeployment => ({
  id: 'DEP-0001',
  releaseId: RELEASE.id,
  version: RELEASE.version,
  authorised: true,
  status: 'succeeded',
  schemaBackwardCompatible: true,
  ...more,
})

describe('what a pipeline is told', () => {
  it('GO without a reason when everything is signed, holds and is inside its window', () => {
    expect(ask(approved())).toEqual({ verdict: 'GO', kind: 'deploy', reasons: [] })
    expect(ask(approved({ window: { startsAt: hours(-1), endsAt: hours(1) } }))).toMatchObject({ verdict: 'GO' })
  })

  it('NOT_YET with each reason, its code and who can move it', () => {
    const facts = sealed(
      aPromotion({ signOffs: signedBy('release-manager', 'secops'), gateFacts: { 'secret-preflight': { evidence: [] } } }),
    )
    const { verdict, reasons } = ask(facts)
    expect(verdict).toBe('NOT_YET')
    expect(reasons.map(({ code, who }) => [code, who])).toEqual([
      ['gate_not_passed', expect.stringContaining('Engineer')],
      ['held', 'Management'],
      ['held', 'Production approver'],
    ])
  })

  it('without a promotion it says who opens one; a profile nobody deploys to says so first', () => {
    expect(ask(null)).toEqual({
      verdict: 'NOT_YET',
      kind: 'deploy',
      reasons: [
        { code: 'wrong_state', sentence: 'No open promotion leads 2.4.0 to prod.', who: expect.stringContaining('pipeline token') },
      ],
    })
    const ci = judgeVerdict({ policy: stack, profileKey: 'ci', release: RELEASE, promotion: null, past: [] }, NOW)
    expect(ci).toMatchObject({
      verdict: 'NOT_YET',
      reasons: [{ code: 'policy_forbids', sentence: 'The policy never deploys to ci.', who: null }],
    })
  })

  it('an unknown profile counts as production and leads nowhere (001.7)', () => {
    expect(ask(null, [], 'prodution')).toMatchObject({ verdict: 'NOT_YET', reasons: [{ code: 'wrong_state' }] })
  })

  it('what runs with authority may be deployed again; what ran without may not', () => {
    expect(ask(null, [ran()])).toEqual({ verdict: 'GO', kind: 'redeploy', reasons: [] })
    expect(ask(null, [ran({ authorised: false })])).toMatchObject({ verdict: 'NOT_YET', kind: 'deploy' })
  })

  it('is GO exactly when a start would be authorised, at whatever instant; every reason has a code and a sentence', () => {
    fc.assert(
      fc.property(
        fc.subarray(PROD_SLOTS),
        fc.boolean(),
        fc.boolean(),
        fc.option(fc.tuple(fc.integer({ min: -3, max: 2 }), fc.integer({ min: 1, max: 3 }))),
        fc.integer({ min: -200, max: 200 }),
        (slots, isSealed, bundle, window, later) => {
          const now = hours(later / 10)
          const facts = aPromotion({
            now,
            signOffs: isSealed ? signedBy(...slots) : [],
            window: window && { startsAt: hours(window[0]), endsAt: hours(window[0] + window[1]) },
          })
          if (!bundle) facts.release = { ...facts.release, bundleApprovedAt: null }
          const promotion = isSealed ? sealed(facts) : facts
          const given = { policy: robodj, profileKey: 'prod', release: RELEASE, promotion, past: [] }
          const answer = judgeVerdict(given, now)
          const start = judgeStart({ ...given, reverts: null }, now)
          expect(answer.verdict === 'GO').toBe(start.authorised)
          expect(answer.reasons.map(({ sentence }) => sentence)).toEqual(start.reasons)
          if (answer.verdict === 'GO') expect(promotionPhase(promotion, now)).toBe('approved')
          for (const { code, sentence } of answer.reasons) expect([code, sentence].every((text) => text.length > 3)).toBe(true)
        },
      ),
      { numRuns: runs(300) },
    )
  })
})

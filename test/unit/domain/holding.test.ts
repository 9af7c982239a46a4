import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boardColumn, eligibleFor, gateCounts, nextSlot, whatHolds } from '@/lib/domain/holding'
import { PROMOTION_STATUSES, promotionPhase, whyNotSignPromotion } from '@/lib/domain/promotion'
import { aPerson, aPromotion, hours, NOW, PROD_SLOTS, runs, sealed, signedBy, someEvidence } from './facts'

const rita = aPerson('rita', ['release_manager'])
const sven = aPerson('sven', ['secops'])
const mona = aPerson('mona', ['management'])
const pete = aPerson('pete', ['production_approver'])
const carl = aPerson('carl', ['management']) // wrote commits of the release
const people = [rita, sven, mona, pete, carl]
const names = (list: { name: string }[]) => list.map(({ name }) => name)
const old = { evidence: [someEvidence({ recordedAt: hours(-30) })] }

describe('the one thing that holds a promotion', () => {
  it('what fell away comes before what failed late and what nobody brought: failures, then stale, then missing', () => {
    const failing = { evidence: [someEvidence({ verdict: 'fail' })] }
    const all = aPromotion({ gateFacts: { 'escalation-contacts': { evidence: [] }, 'secret-preflight': failing, 'rollback-drill': old } })
    expect(whatHolds(all, people, NOW)).toMatchObject({
      kind: 'gate',
      state: 'fail',
      key: 'secret-preflight',
      words: 'Secret preflight, env-only failed',
    })
    const stale = aPromotion({ gateFacts: { 'escalation-contacts': { evidence: [] }, 'secret-preflight': old } })
    expect(whatHolds(stale, people, NOW)).toMatchObject({ state: 'stale', key: 'secret-preflight', since: hours(-6) })
    const missing = aPromotion({ gateFacts: { 'escalation-contacts': { evidence: [] } } })
    expect(whatHolds(missing, people, NOW)).toMatchObject({
      state: 'waiting',
      words: 'Incident contacts confirmed is missing',
      since: missing.openedAt,
    })
    expect(names(whatHolds(missing, people, NOW).who)).toEqual(['Rita'])
  })

  it('sealing, the next slot and who could sign it, the window, the deployment', () => {
    expect(whatHolds(aPromotion(), people, NOW)).toMatchObject({ kind: 'seal', words: 'Ready to seal', who: [{ name: 'Rita' }] })
    const signing = sealed(aPromotion({ signOffs: signedBy('release-manager', 'secops') }))
    // Carl holds the role and wrote commits, so he is not somebody who can move it (T05).
    expect(whatHolds(signing, people, NOW)).toMatchObject({
      kind: 'slot',
      key: 'management',
      words: 'Management signature',
      who: [{ name: 'Mona' }],
    })
    const expired = sealed(aPromotion({ window: { startsAt: hours(-3), endsAt: hours(-1) } }))
    expect(whatHolds(expired, people, NOW)).toMatchObject({ kind: 'window', state: 'warn', since: hours(-1) })
    const signed = sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS) }))
    expect(whatHolds(signed, people, NOW)).toMatchObject({ kind: 'deploy', state: 'pass', words: 'Signed, ready to deploy' })
    const early = sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS), window: { startsAt: hours(1), endsAt: hours(2) } }))
    expect(whatHolds(early, people, NOW)).toMatchObject({ kind: 'deploy', state: 'waiting', words: 'Waiting for the window' })
    expect(whatHolds({ ...signed, deploymentRunning: 'DEP-0007' }, people, NOW)).toMatchObject({
      kind: 'result',
      words: 'DEP-0007 is running',
    })
    expect(whatHolds({ ...signed, status: 'rolled_back' }, people, NOW)).toMatchObject({ kind: 'ended', words: 'rolled back' })
    const voided = sealed(aPromotion(), aPromotion({ baseline: null }))
    expect(whatHolds(voided, people, NOW)).toMatchObject({ kind: 'seal', state: 'warn', words: 'Version 1 is void, seal again' })
  })

  it('whoever is named for a slot may sign it, and nobody else who stands there may', () => {
    fc.assert(
      fc.property(fc.subarray(PROD_SLOTS), (slots) => {
        const facts = sealed(aPromotion({ signOffs: signedBy(...slots) }))
        const slot = nextSlot(facts)
        expect(slot === null).toBe(slots.length === PROD_SLOTS.length)
        if (!slot) return
        const able = people.filter((who) => whyNotSignPromotion(facts, slot.key, who, facts.sealed?.hash ?? '', NOW) === null)
        expect(names(eligibleFor(slot, facts, people, NOW))).toEqual(names(able))
        expect(slots).not.toContain(slot.key)
      }),
      { numRuns: runs(40) },
    )
  })

  it('every phase has words without holes, a column while it is open, and none once it is over', () => {
    const cases = PROMOTION_STATUSES.flatMap((status) => [
      { ...aPromotion(), status },
      { ...sealed(aPromotion()), status },
      { ...sealed(aPromotion({ gateFacts: { 'secret-preflight': old } })), status },
      { ...sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS) })), status },
    ])
    for (const facts of cases) {
      const { words, kind } = whatHolds(facts, people, NOW)
      expect(words).toMatch(/^[A-Za-z][^\n_]+[^.]$/)
      expect(words).not.toMatch(/undefined|null/)
      expect(boardColumn(facts, NOW) === null).toBe(facts.status !== 'open')
      expect(kind === 'ended').toBe(facts.status !== 'open')
    }
    expect(boardColumn(sealed(aPromotion({ gateFacts: { 'secret-preflight': old } })), NOW)).toBe('collecting')
    expect(promotionPhase(aPromotion(), NOW)).toBe('ready_to_seal')
  })

  it('counts the gates before sealing only', () => {
    expect(gateCounts(aPromotion())).toEqual({ passed: 4, total: 4, covered: 0, skipped: 0 })
    const covered = aPromotion({ gateFacts: { 'secret-preflight': { ...old, exception: { id: 'EXC-0001', endsAt: hours(1) } } } })
    expect(gateCounts(covered)).toEqual({ passed: 4, total: 4, covered: 1, skipped: 0 })
  })
})

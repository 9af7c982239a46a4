import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFullyApproved } from '@/lib/domain/approval'
import type { Actor } from '@/lib/domain/context'
import { judgeStart } from '@/lib/domain/deployment'
import {
  dossierOf,
  movedOf,
  notYet,
  openGates,
  PROMOTION_STATUSES,
  type PromotionFacts,
  promotionPhase,
  signStatement,
  slotsOf,
  whyNotDecide,
  whyNotDecline,
  whyNotOpenPromotion,
  whyNotOpenState,
  whyNotSeal,
  whyNotSignPromotion,
  whyNotWithdraw,
  whyNotWithdrawSignOff,
} from '@/lib/domain/promotion'
import { ROLES } from '@/lib/domain/roles'
import { windowInWords } from '@/lib/domain/words'
import {
  aGrant,
  anException,
  aPerson,
  aPromotion,
  aToken,
  type Changes,
  deviating,
  hours,
  NOW,
  PROD_SLOTS,
  robodj,
  runs,
  sealed,
  signedBy,
  someEvidence,
} from './facts'

const failing = { evidence: [someEvidence({ verdict: 'fail', summary: 'exit 1' })] }
const old = { evidence: [someEvidence({ recordedAt: hours(-30) })] }
const manager = aPerson('rita', ['release_manager'])
const everybody: Actor[] = [manager, aPerson('sam', ['secops']), aPerson('mona', ['management']), aPerson('pia', ['production_approver'])]
const approved = (more: Changes = {}) => sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS), ...more }))

describe('the phase of a promotion', () => {
  it.each<[string, PromotionFacts]>([
    ['collecting', aPromotion({ gateFacts: { 'secret-preflight': { evidence: [] } } })],
    ['ready_to_seal', aPromotion()],
    ['signing', sealed(aPromotion({ signOffs: signedBy('management') }))],
    ['held', sealed(aPromotion({ gateFacts: { 'secret-preflight': old } }), aPromotion())],
    ['voided', sealed(aPromotion({ gateFacts: { 'secret-preflight': failing } }), aPromotion())],
    ['voided', sealed(aPromotion({ window: { startsAt: hours(-3), endsAt: hours(-1) } }), aPromotion())],
    ['expired', sealed(aPromotion({ window: { startsAt: hours(-3), endsAt: NOW } }))],
    ['approved', approved()],
    ['held', approved({ gateFacts: { 'secret-preflight': old } })],
    ['deploying', approved({ deploymentRunning: 'DEP-0100' })],
  ])('%s', (phase, facts) => {
    expect(promotionPhase(facts, NOW)).toBe(phase)
  })

  it('what ended stays what it is, whatever else holds', () => {
    for (const status of PROMOTION_STATUSES.filter((each) => each !== 'open')) {
      expect(promotionPhase(approved({ status }), NOW)).toBe(status)
      expect(whyNotOpenState(approved({ status }))?.sentence).toContain(`PRM-0142 is ${status.replace('_', ' ')}`)
      expect(notYet(approved({ status }), NOW)).toEqual([
        { code: 'wrong_state', sentence: expect.stringContaining(status.replace('_', ' ')), who: null },
      ])
    }
  })

  it('a gate judged only when the deployment starts holds nobody from signing, and is asked for then (000.8)', () => {
    const facts = approved({ gateFacts: { 'config-validation': { evidence: [] } } })
    expect(promotionPhase(facts, NOW)).toBe('approved')
    expect(openGates(facts, 'promotion')).toEqual([])
    expect(notYet(facts, NOW)).toEqual([
      { code: 'gate_not_passed', sentence: expect.stringContaining('Config validation'), who: expect.stringContaining('pipeline token') },
    ])
  })
})

describe('not yet', () => {
  it('is empty for an approved promotion inside its window, and says what stands in the way otherwise', () => {
    expect(notYet(approved({ window: { startsAt: NOW, endsAt: hours(1) } }), NOW)).toEqual([])
    const blocked = sealed(
      aPromotion({
        gateFacts: { 'secret-preflight': failing },
        signOffs: signedBy('management'),
        window: { startsAt: hours(1), endsAt: hours(2) },
      }),
      aPromotion(),
    )
    blocked.release.bundleApprovedAt = null
    expect(notYet(blocked, NOW).map(({ code, sentence, who }) => `${code}: ${sentence} (${who})`)).toMatchInlineSnapshot(`
      [
        "policy_forbids: The release bundle of 2.4.0 is not approved. (Release Manager)",
        "gate_not_passed: Secret preflight, env-only: Failed: exit 1 (a pipeline token, an agent, Engineer or Dev lead or Release Manager or SecOps)",
        "stale_version: The window changed; version 1 is void. (Release Manager)",
        "stale_version: The gate secret-preflight failed; version 1 is void. (Release Manager)",
        "held: Release Manager has not signed version 1. (Release Manager)",
        "held: SecOps has not signed version 1. (SecOps)",
        "held: Production approver has not signed version 1. (Production approver)",
        "outside_window: The window opens at 19 Nov 2026, 13:00 UTC. (null)",
      ]
    `)
  })

  it('a window that has closed is told, and nothing sealed too', () => {
    expect(notYet(approved({ window: { startsAt: hours(-2), endsAt: NOW } }), NOW)).toMatchObject([
      { code: 'outside_window', sentence: expect.stringContaining('closed') },
    ])
    expect(notYet(aPromotion(), NOW)).toEqual([{ code: 'wrong_state', sentence: 'No version is sealed.', who: 'Release Manager' }])
  })
})

describe('whatever the facts', () => {
  const verdicts = fc.constantFrom(undefined, undefined, undefined, old, failing, { evidence: [] })
  const slotKeys = fc.subarray(PROD_SLOTS)
  const anyFacts: fc.Arbitrary<PromotionFacts> = fc
    .record({
      preflight: verdicts,
      contacts: verdicts,
      atStart: verdicts,
      signed: fc.oneof(slotKeys, fc.constant(PROD_SLOTS)),
      window: fc.option(
        fc
          .tuple(fc.integer({ min: -4, max: 3 }), fc.integer({ min: 1, max: 4 }))
          .map(([from, length]) => ({ startsAt: hours(from), endsAt: hours(from + length) })),
      ),
      status: fc.constantFrom('open', 'open', 'open', 'open', ...PROMOTION_STATUSES),
      deploymentRunning: fc.constantFrom(null, null, null, 'DEP-0100'),
      seal: fc.constantFrom('none', 'same', 'same', 'same', 'other window', 'other baseline', 'before the failure'),
      bundle: fc.boolean(),
    })
    .map(({ preflight, contacts, atStart, signed, window, status, deploymentRunning, seal, bundle }) => {
      const gateFacts = { 'secret-preflight': preflight ?? {}, 'escalation-contacts': contacts ?? {}, 'config-validation': atStart ?? {} }
      const facts = aPromotion({ gateFacts, window, status, deploymentRunning, signOffs: seal === 'none' ? [] : signedBy(...signed) })
      if (!bundle) facts.release = { ...facts.release, bundleApprovedAt: null }
      if (seal === 'none') return facts
      if (seal === 'other window') return sealed(facts, { ...facts, window: { startsAt: hours(-9), endsAt: hours(9) } })
      if (seal === 'other baseline') return sealed(facts, { ...facts, baseline: null })
      if (seal === 'before the failure') return sealed(facts, aPromotion({ window }))
      return sealed(facts)
    })

  it('approved means exactly that nothing is missing but the hour, the bundle, and what is asked for when it starts', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const reasons = notYet(facts, NOW)
        const later = facts.gates
          .filter(({ gate }) => !gate.moments.includes('promotion'))
          .map(({ gate, sentence }) => `${gate.title}: ${sentence}`)
        const essential = reasons.filter(
          ({ code, sentence }) =>
            !later.includes(sentence) && !(code === 'policy_forbids') && !(code === 'outside_window' && sentence.includes('opens')),
        )
        expect(promotionPhase(facts, NOW) === 'approved').toBe(essential.length === 0)
        expect(
          judgeStart({ policy: robodj, profileKey: 'prod', release: facts.release, promotion: facts, past: [], reverts: null }, NOW)
            .authorised,
        ).toBe(reasons.length === 0)
        for (const { sentence } of reasons) expect(sentence).not.toMatch(/undefined|null|Invalid/)
      }),
      { numRuns: runs(400) },
    )
  })

  it('somebody can sign exactly while it is signing and their slot is next; nobody signs or declines what was voided, held open or ended', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...everybody), fc.constantFrom(...PROD_SLOTS), (facts, who, slot) => {
        const hash = facts.sealed?.hash ?? ''
        const phase = promotionPhase(facts, NOW)
        const sign = whyNotSignPromotion(facts, slot, who, hash, NOW)
        if (sign === null) {
          expect(phase).toBe('signing')
          expect(whyNotDecline(facts, slot, who, hash, NOW)).toBeNull()
        }
        if (whyNotDecline(facts, slot, who, hash, NOW) === null) expect(['signing', 'held']).toContain(phase)
        expect(whyNotDecide(facts, hash, NOW) === null).toBe(['signing', 'held', 'approved'].includes(phase))
        if (facts.sealed) expect(whyNotSignPromotion(facts, slot, who, 'f'.repeat(64), NOW)).not.toBeNull()
      }),
      { numRuns: runs(400) },
    )
  })

  it('what can be sealed is not sealed and good already, and would be signing next', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (whyNotSeal(facts, manager, everybody, NOW) !== null) return
        expect(['ready_to_seal', 'voided']).toContain(promotionPhase(facts, NOW))
        const next = sealed({ ...facts, signOffs: [] })
        expect(promotionPhase(next, NOW)).toBe('signing')
        expect(movedOf(next)).toEqual([])
        expect(isFullyApproved(slotsOf(facts.edge), next.signOffs)).toBe(false)
      }),
      { numRuns: runs(400) },
    )
  })
})

describe('sealing', () => {
  it('needs every promotion gate, an approved bundle where the policy asks for one, a window to come and somebody for each slot', () => {
    expect(whyNotSeal(aPromotion(), manager, everybody, NOW)).toBeNull()
    expect(whyNotSeal(aPromotion({ gateFacts: { 'secret-preflight': failing } }), manager, everybody, NOW)).toMatchObject({
      code: 'gate_not_passed',
      sentence: 'One gate of 4 stands in the way.',
      details: [expect.stringMatching(/^Secret preflight, env-only: Failed: exit 1 Can bring it: /)],
    })
    const unapproved = aPromotion()
    unapproved.release.bundleApprovedAt = null
    expect(whyNotSeal(unapproved, manager, everybody, NOW)).toMatchObject({ code: 'policy_forbids' })
    expect(whyNotSeal(aPromotion({ window: { startsAt: hours(-1), endsAt: NOW } }), manager, everybody, NOW)).toMatchObject({
      code: 'outside_window',
    })
    expect(whyNotSeal(aPromotion(), manager, everybody.slice(0, 3), NOW)).toMatchObject({
      code: 'slot_gap',
      sentence: expect.stringContaining('Production approver'),
    })
    expect(whyNotSeal(sealed(aPromotion()), manager, everybody, NOW)).toMatchObject({
      code: 'wrong_state',
      sentence: expect.stringContaining('nothing in it moved'),
    })
  })

  it('does not wait for what is judged at the start of the deployment (000.8)', () => {
    expect(whyNotSeal(aPromotion({ gateFacts: { 'config-validation': { evidence: [] } } }), manager, everybody, NOW)).toBeNull()
  })

  it('judges slots as if sealed now: a role newer than the last version counts, one that begins later does not', () => {
    const late = aPerson('pia', [], [aGrant('pia', 'production_approver', { startsAt: hours(-1) })])
    const voided = sealed(aPromotion({ signOffs: signedBy('management') }), aPromotion({ baseline: null }))
    expect(whyNotSeal(voided, manager, [...everybody.slice(0, 3), late], NOW)).toBeNull()
    const later = aPerson('pia', [], [aGrant('pia', 'production_approver', { startsAt: hours(1) })])
    expect(whyNotSeal(voided, manager, [...everybody.slice(0, 3), later], NOW)).toMatchObject({ code: 'slot_gap' })
  })

  it('is a Release Manager’s act, in person', () => {
    expect(whyNotSeal(aPromotion(), aToken(manager, ['promotion:open']), everybody, NOW)).toMatchObject({ code: 'not_allowed' })
    for (const role of ROLES.filter((each) => each !== 'release_manager'))
      expect(whyNotSeal(aPromotion(), aPerson('x', [role]), everybody, NOW)).toMatchObject({ code: 'not_allowed' })
  })
})

describe('signing', () => {
  const mona = everybody[2] as Actor
  const facts = sealed(aPromotion())
  const hash = facts.sealed?.hash as string

  it('names what moved, another version, old evidence and a window gone', () => {
    expect(whyNotSignPromotion(facts, 'management', mona, hash, NOW)).toBeNull()
    expect(whyNotSignPromotion(aPromotion(), 'management', mona, hash, NOW)).toMatchObject({
      code: 'wrong_state',
      sentence: expect.stringContaining('no sealed version'),
    })
    expect(whyNotSignPromotion(facts, 'management', mona, '0'.repeat(64), NOW)).toMatchObject({
      code: 'stale_version',
      sentence: expect.stringContaining('You read another version'),
    })
    const moved = sealed(aPromotion({ baseline: null }), aPromotion())
    expect(whyNotSignPromotion(moved, 'management', mona, hash, NOW)).toMatchObject({
      code: 'stale_version',
      details: ['The baseline moved from 2.3.0 to none'],
    })
    const stale = sealed(aPromotion({ gateFacts: { 'secret-preflight': old } }), aPromotion())
    expect(whyNotSignPromotion(stale, 'management', mona, hash, NOW)).toMatchObject({
      code: 'held',
      details: [expect.stringContaining('30 h old')],
    })
    expect(whyNotDecline(stale, 'management', mona, hash, NOW)).toBeNull()
    const gone = sealed(aPromotion({ window: { startsAt: hours(-3), endsAt: hours(-1) } }))
    expect(whyNotSignPromotion(gone, 'management', mona, gone.sealed?.hash as string, NOW)).toMatchObject({ code: 'outside_window' })
  })

  it('whoever signs last may decline early', () => {
    const pia = everybody[3] as Actor
    expect(whyNotSignPromotion(facts, 'production-approver', pia, hash, NOW)).toMatchObject({ code: 'held' })
    expect(whyNotDecline(facts, 'production-approver', pia, hash, NOW)).toBeNull()
  })

  it('contributors sign where the target is not production-like, or the policy lets them (T05)', () => {
    const carl = aPerson('carl', ['management'])
    const why = (more: Changes) => {
      const given = sealed(aPromotion(more))
      return whyNotSignPromotion(given, 'management', carl, given.sealed?.hash as string, NOW)
    }
    expect(why({})).toMatchObject({ code: 'separation_of_duties' })
    expect(why({ targetIsProductionLike: false })).toBeNull()
    const letting = structuredClone(robodj)
    for (const edge of letting.edges) edge.signOff.contributorsMaySign = true
    expect(why({ policyOf: letting })).toBeNull()
  })

  it('one who contributed under two identities counts once, with all commits (T05)', () => {
    const given = aPromotion()
    given.release.contributors = [
      { identity: 'carl@example.org', principalId: 'carl', commits: 2 },
      { identity: 'carl@home.example', principalId: 'carl', commits: 5 },
      { identity: 'bot@example.org', principalId: null, commits: 9 },
    ]
    const standing = sealed(given)
    expect(
      whyNotSignPromotion(standing, 'management', aPerson('carl', ['management']), standing.sealed?.hash as string, NOW)?.sentence,
    ).toContain('7 commits')
  })

  it('whoever’s token opened it does not sign it (T02)', () => {
    const given = sealed(aPromotion({ openedBy: { id: 'token-7', name: 'Pipeline', kind: 'token', countsAsId: 'mona' } }))
    expect(whyNotSignPromotion(given, 'management', mona, given.sealed?.hash as string, NOW)).toMatchObject({
      code: 'separation_of_duties',
    })
  })
})

describe('opening and withdrawing', () => {
  it('a promotion is opened by three roles, or a token with the scope', () => {
    const system = { id: 'robodj', name: 'RoboDJ' }
    const may = ROLES.filter((role) => whyNotOpenPromotion(aPerson('x', [role]), system, NOW) === null)
    expect(may).toEqual(['release_manager', 'dev_lead', 'engineer'])
    expect(whyNotOpenPromotion(aToken(aPerson('x', ['engineer']), ['promotion:open']), system, NOW)).toBeNull()
    expect(whyNotOpenPromotion(aToken(aPerson('x', ['engineer']), ['read']), system, NOW)).toMatchObject({ code: 'not_allowed' })
    expect(whyNotOpenPromotion(aToken(aPerson('x', []), ['promotion:open']), system, NOW)).toMatchObject({ code: 'not_allowed' })
    expect(whyNotOpenPromotion(aToken(aPerson('x', ['engineer']), ['promotion:open'], 'stack'), system, NOW)).toMatchObject({
      code: 'not_found',
    })
  })

  it('withdrawn by who opened it or a Release Manager; a token only what it opened itself (T11)', () => {
    expect(whyNotWithdraw(aPromotion(), aPerson('olga', []), NOW)).toBeNull()
    const may = ROLES.filter((role) => whyNotWithdraw(aPromotion(), aPerson('x', [role]), NOW) === null)
    expect(may).toEqual(['release_manager'])
    expect(whyNotWithdraw(aPromotion({ deploymentRunning: 'DEP-0100' }), manager, NOW)).toMatchObject({
      code: 'wrong_state',
      sentence: expect.stringContaining('DEP-0100 has started'),
    })
    expect(whyNotWithdraw(aPromotion(), aToken(manager, ['read']), NOW)).toMatchObject({ code: 'not_allowed' })
    const token = aToken(aPerson('olga', ['engineer']), ['promotion:open'])
    expect(whyNotWithdraw(aPromotion(), token, NOW)).toMatchObject({ code: 'not_allowed' })
    const byToken = aPromotion({ openedBy: { id: token.id, name: 'Pipeline', kind: 'token', countsAsId: 'olga' } })
    expect(whyNotWithdraw(byToken, token, NOW)).toBeNull()
    expect(whyNotWithdraw(byToken, { ...token, token: { id: 't', systemId: 'robodj', scopes: ['read'], gates: [] } }, NOW)).toMatchObject({
      code: 'not_allowed',
    })
    expect(whyNotWithdraw(byToken, aPerson('olga', []), NOW)).toBeNull()
  })

  it('a signature is taken back by who gave it, once, until the deployment starts', () => {
    const given = { signerId: 'mona', withdrawnAt: null }
    const mona = aPerson('mona', ['management'])
    expect(whyNotWithdrawSignOff(approved(), given, mona)).toBeNull()
    expect(whyNotWithdrawSignOff(approved(), given, manager)).toMatchObject({ code: 'not_allowed' })
    expect(whyNotWithdrawSignOff(approved(), given, aToken(mona, []))).toMatchObject({ code: 'not_allowed' })
    expect(whyNotWithdrawSignOff(approved(), { ...given, withdrawnAt: NOW }, mona)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotWithdrawSignOff(approved({ deploymentRunning: 'DEP-0100' }), given, mona)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotWithdrawSignOff(approved({ status: 'deployed' }), given, mona)).toMatchObject({ code: 'wrong_state' })
  })
})

describe('what a signer states', () => {
  const who = { name: 'Mona', capacity: 'Management', decision: 'approve' as const }
  it('is one sentence in the first person, and more where there is more to accept', () => {
    expect(signStatement(aPromotion(), who, windowInWords)).toBe(
      'I, Mona, as Management, approve promoting RoboDJ 2.4.0 from staging to prod.',
    )
    const much = aPromotion({
      window: { startsAt: hours(4), endsAt: hours(5) },
      ...deviating([anException({ id: 'EXC-0001' }), anException({ id: 'EXC-0002' })]),
      isOlderThanLive: true,
    })
    expect(signStatement(much, who, windowInWords)).toBe(
      'I, Mona, as Management, approve promoting RoboDJ 2.4.0 from staging to prod in the window 19 Nov 2026, 16:00–17:00 UTC. I accept the open exceptions EXC-0001 and EXC-0002. I know that it is older than 2.3.0, which runs there.',
    )
    expect(signStatement(much, { ...who, decision: 'decline' }, windowInWords)).toBe(
      'I, Mona, as Management, decline promoting RoboDJ 2.4.0 from staging to prod.',
    )
  })
})

it('the dossier says what it replaces and how to go back, and takes the number it is given', () => {
  expect(dossierOf(aPromotion(), 7)).toMatchObject({
    number: 7,
    rollback: { replaces: '2.3.0', rule: robodj.rollback.text, snapshot: { profile: 'prod', takenAt: hours(-5).toISOString() } },
    baseline: { promotion: 'PRM-0100' },
  })
  expect(dossierOf(aPromotion({ live: null, snapshot: null, baseline: null }), 1)).toMatchObject({
    rollback: { replaces: null, snapshot: null },
    baseline: null,
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Debt } from '@/lib/domain/debt'
import { compareDossiers, type Dossier, movedInputs, sealText } from '@/lib/domain/dossier'
import { type EmergencyFacts, emergencyEdge, skipGate, skippableGates, whyNotEmergency } from '@/lib/domain/emergency'
import { letsThrough } from '@/lib/domain/gate'
import { gateCounts, whatHolds } from '@/lib/domain/holding'
import { type KeyStanding, keyStanding } from '@/lib/domain/key-standing'
import type { PolicyEdge } from '@/lib/domain/policy/schema'
import {
  dossierOf,
  movedOf,
  notYet,
  openGates,
  type PromotionFacts,
  promotionPhase,
  signStatement,
  slotsOf,
  whyNotDecline,
  whyNotSeal,
  whyNotSignPromotion,
} from '@/lib/domain/promotion'
import { holdsOf } from '@/lib/domain/promotion-holds'
import { openReviews, whyNotReview } from '@/lib/domain/promotion-review'
import { loadPolicy } from '../policy/policies'
import { aPerson, aPromotion, hours, NOW, PROD_SLOTS, robodj, runs, sealed, signedBy, someEvidence } from './facts'

// Emergency promotions, what they owe, and what holds besides gates (000.21, 000.23).

const EDGE = robodj.edges.find(({ id }) => id === 'staging->prod') as PolicyEdge
const DRILL = 'rollback-drill'
const OPEN = { id: 'INC-0208', title: 'Playback stops', severity: 'sev1', reference: null, closedAt: null }

/** An emergency to prod of which nothing is known of the gates it skips. */
function anEmergency(more: Partial<EmergencyFacts> = {}, changes: Parameters<typeof aPromotion>[0] = {}): PromotionFacts {
  const emergency: EmergencyFacts = {
    incident: OPEN,
    skipped: [DRILL],
    reason: { digest: 'e'.repeat(64), text: 'Nobody can play anything.' },
    ordinary: slotsOf(EDGE),
    reviewWithin: 'P2D',
    reviews: [],
    ...more,
  }
  const facts = aPromotion({ gateFacts: { [DRILL]: { evidence: [] } }, ...changes })
  return {
    ...facts,
    edge: emergencyEdge(EDGE) as PolicyEdge, // the policy has one
    emergency,
    gates: facts.gates.map((judged) => (emergency.skipped.includes(judged.gate.id) ? skipGate(judged) : judged)),
  }
}

function aDebt(more: Partial<Debt> = {}): Debt {
  return {
    kind: 'clean_up',
    system: 'robodj',
    profile: 'prod',
    subject: { kind: 'fallback', id: 'BG-0007' },
    incident: 'INC-0208',
    what: 'Clean-up',
    sentence: 'BG-0007 ended by itself and nobody has cleaned up after it.',
    who: 'SecOps',
    roles: ['secops'],
    since: hours(-3),
    dueAt: null,
    overdue: false,
    ...more,
  }
}

/** A key of RoboDJ's prod that was born so many hours ago, and whether the policy lets it hold. */
function aKey(ageHours: number, blocks: boolean): KeyStanding {
  const ownership = robodj.rotation.ownership.find(({ profile }) => profile === 'prod')
  if (!ownership) throw new Error('The policy names who rotates prod')
  const held = () => [
    { keyId: 'k7', use: 'current' as const, bornAt: hours(-ageHours), activatedAt: hours(-ageHours), fingerprint: null, rotation: null },
  ]
  return keyStanding(robodj, { ...ownership, overdueBlocks: blocks }, held, null, NOW)
}

const rita = aPerson('rita', ['release_manager'])
const everybody = [
  rita,
  aPerson('sam', ['secops']),
  aPerson('mia', ['management']),
  aPerson('pat', ['production_approver']),
  aPerson('ivy', ['incident_commander']),
  aPerson('zoe', ['secops']),
]
const YEAR = 24 * 400

describe('what an emergency may skip', () => {
  it('is any blocking gate of the edge but those the policy holds even then (000.21)', () => {
    expect(skippableGates(robodj, EDGE).map(({ id }) => id)).not.toContain('secret-preflight')
    expect(skippableGates(robodj, EDGE).map(({ id }) => id)).toContain(DRILL)
    expect(skippableGates(robodj, robodj.edges[0] as PolicyEdge)).toEqual([])
    expect(emergencyEdge(robodj.edges[0] as PolicyEdge)).toBeNull()
  })

  it('every policy’s never-skip gates are refused by their title', () => {
    for (const policy of ['robodj', 'waxwatch', 'stack'].map(loadPolicy))
      for (const edge of policy.edges.filter(({ emergency }) => emergency))
        for (const id of edge.emergency?.neverSkip ?? [])
          expect(
            whyNotEmergency(
              { incident: 'INC-0001', skip: [id], reason: 'No time.' },
              { policy, edge, systemName: policy.system.name, incident: { closedAt: null } },
            ),
          ).toMatchObject({ code: 'policy_forbids', place: 'skipGates' })
  })

  it('a gate that passes passes; one that does not is skipped, lets through, and keeps what was found', () => {
    const [passing] = aPromotion().gates
    expect(passing && skipGate(passing)).toBe(passing)
    const facts = anEmergency()
    const drill = facts.gates.find(({ gate }) => gate.id === DRILL)
    expect(drill).toMatchObject({
      verdict: 'skipped',
      found: 'missing',
      sentence: expect.stringMatching(/^Skipped in the emergency\. No evidence/),
    })
    expect(drill && skipGate(drill)).toBe(drill)
    expect(letsThrough('skipped')).toBe(true)
    expect(openGates(facts, 'promotion')).toEqual([])
    expect(gateCounts(facts)).toEqual({ passed: 3, total: 4, covered: 0, skipped: 1 })
  })
})

describe('an emergency on its way', () => {
  it('is sealed, signed by its own slots and deployed; the ordinary slots are not asked (000.21)', () => {
    const facts = anEmergency()
    expect(promotionPhase(facts, NOW)).toBe('ready_to_seal')
    expect(whyNotSeal(facts, rita, everybody, NOW)).toBeNull()
    const signing = sealed(facts)
    const hash = signing.sealed?.hash ?? ''
    expect(whyNotSignPromotion(signing, 'incident-commander', aPerson('ivy', ['incident_commander']), hash, NOW)).toBeNull()
    expect(whyNotSignPromotion(signing, 'management', aPerson('mia', ['management']), hash, NOW)?.code).toBe('not_found')
    const approved = { ...signing, signOffs: signedBy('incident-commander', 'secops') }
    expect(promotionPhase(approved, NOW)).toBe('approved')
    expect(notYet(approved, NOW)).toEqual([])
  })

  it('holds everything and voids nothing once its incident is closed, and says so (000.21, T07)', () => {
    const closed = anEmergency({ incident: { ...OPEN, closedAt: hours(-1) } })
    const refusal = whyNotSeal(closed, rita, everybody, NOW)
    expect(refusal).toMatchObject({ code: 'held', sentence: expect.stringContaining('INC-0208 is closed') })
    const signing = sealed(closed, anEmergency())
    expect([promotionPhase(closed, NOW), promotionPhase(signing, NOW), movedOf(signing)]).toEqual(['collecting', 'held', []])
    const hash = signing.sealed?.hash ?? ''
    expect(whyNotSignPromotion(signing, 'secops', aPerson('sam', ['secops']), hash, NOW)?.code).toBe('held')
    // Saying no is possible all the same.
    expect(whyNotDecline(signing, 'secops', aPerson('sam', ['secops']), hash, NOW)).toBeNull()
    expect(notYet({ ...signing, signOffs: signedBy('incident-commander', 'secops') }, NOW)).toMatchObject([
      { code: 'held', who: 'Release Manager' },
    ])
    expect(whatHolds(signing, everybody, NOW)).toMatchObject({ kind: 'incident', key: 'INC-0208', who: [{ name: 'Rita' }] })
  })

  it('what it skips and fails after the seal voids it; a good result or old evidence does not', () => {
    const signing = sealed(anEmergency())
    const found = (evidence: ReturnType<typeof someEvidence>[]) => {
      const now = anEmergency({}, { gateFacts: { [DRILL]: { evidence } } })
      return movedInputs(signing.sealed?.dossier as Dossier, dossierOf(now, 1))
    }
    expect(found([someEvidence({ verdict: 'fail', snapshotId: 'snapshot-1' })])).toEqual([`The gate ${DRILL} failed`])
    expect(found([someEvidence({ snapshotId: 'snapshot-1' })])).toEqual([])
    expect(found([someEvidence({ recordedAt: hours(-24 * 30), snapshotId: 'snapshot-1' })])).toEqual([])
  })

  it('is said by the statement, with each gate it skips', () => {
    const words = signStatement(anEmergency(), { name: 'Ivy', capacity: 'Incident commander', decision: 'approve' }, () => '')
    expect(words).toBe(
      'I, Ivy, as Incident commander, approve promoting RoboDJ 2.4.0 from staging to prod as an emergency during INC-0208. I know that this gate is skipped and its evidence is owed afterwards: Rollback drill on the latest snapshot. The ordinary signers review it afterwards.',
    )
    expect(signStatement(anEmergency(), { name: 'Ivy', capacity: 'SecOps', decision: 'decline' }, () => '')).toContain(
      'as an emergency during INC-0208',
    )
    expect(signStatement(aPromotion(), { name: 'Ivy', capacity: 'SecOps', decision: 'approve' }, () => '')).not.toContain('emergency')
  })
})

describe('what is sealed', () => {
  it('says nothing of what there is not: an ordinary dossier hashes as it did before emergencies existed', () => {
    const dossier = dossierOf(aPromotion(), 1)
    expect(Object.keys(dossier)).not.toEqual(expect.arrayContaining(['emergency']))
    expect(sealText(dossier).canonical).not.toMatch(/"(?:emergency|overdueKeys|debts|found)":/)
  })

  it('an old dossier without the new fields reads, stands and compares (domain.md 10)', () => {
    const before = sealed(aPromotion())
    const facts: PromotionFacts = { ...before, keys: [aKey(YEAR, false)] }
    expect(movedOf(facts)).toEqual([])
    expect(compareDossiers(before.sealed?.dossier as Dossier, dossierOf(facts, 2)).map(({ field }) => field)).toEqual(['Overdue keys'])
    const emergency = compareDossiers(before.sealed?.dossier as Dossier, dossierOf(anEmergency(), 2))
    expect(emergency).toContainEqual({ field: 'Emergency under', before: 'none', after: 'INC-0208' })
    expect(emergency).toContainEqual({ field: 'Skipped gates', before: 'none', after: DRILL })
  })

  it('an emergency says its incident, what it skips, why by a digest, and who reviews it (T40)', () => {
    const { canonical } = sealText(dossierOf(anEmergency(), 1))
    expect(canonical).toContain('"incident":"INC-0208"')
    expect(canonical).toContain(`"reason":"${'e'.repeat(64)}"`)
    expect(canonical).not.toContain('Nobody can play')
  })
})

describe('what a profile owes, and keys past their age', () => {
  const signing = sealed(aPromotion())
  const hash = signing.sealed?.hash ?? ''
  const mia = aPerson('mia', ['management'])

  it('unpaid debts hold an ordinary promotion at each step, each named with who can pay it (000.21, 000.23)', () => {
    const debts = [aDebt(), aDebt({ kind: 'review', what: 'Review', sentence: 'BG-0007 is not reviewed.', who: 'Management' })]
    expect(whyNotSeal({ ...aPromotion(), debts }, rita, everybody, NOW)).toMatchObject({
      code: 'held',
      details: [`${debts[0]?.sentence} Can move it: SecOps.`, `${debts[1]?.sentence} Can move it: Management.`],
    })
    expect(whyNotSignPromotion({ ...signing, debts }, 'management', mia, hash, NOW)?.code).toBe('held')
    expect(notYet({ ...signing, signOffs: signedBy(...PROD_SLOTS), debts }, NOW)).toEqual(
      debts.map(({ sentence, who }) => ({ code: 'held', sentence, who })),
    )
    expect([promotionPhase({ ...aPromotion(), debts }, NOW), promotionPhase({ ...signing, debts }, NOW)]).toEqual(['collecting', 'held'])
    expect(whatHolds({ ...signing, debts }, everybody, NOW)).toMatchObject({
      kind: 'debt',
      state: 'fail',
      key: 'BG-0007',
      who: [{ name: 'Sam' }, { name: 'Zoe' }],
    })
    expect(movedOf({ ...signing, debts })).toEqual([])
  })

  it('and not an emergency while its incident is open; its signers read of them', () => {
    const facts = { ...anEmergency(), debts: [aDebt()] }
    expect(holdsOf(facts)).toEqual([])
    expect(dossierOf(facts, 1).debts).toEqual([{ kind: 'clean_up', subject: 'BG-0007', since: hours(-3).toISOString() }])
  })

  it('an overdue key always shows, holds only where the policy says so, and voids nothing', () => {
    for (const blocks of [false, true]) {
      const keys = [aKey(YEAR, blocks)]
      expect(dossierOf({ ...aPromotion(), keys }, 1).overdueKeys).toMatchObject([{ blocks }])
      expect(promotionPhase({ ...signing, keys }, NOW)).toBe(blocks ? 'held' : 'signing')
      expect(whyNotSeal({ ...aPromotion(), keys }, rita, everybody, NOW)?.code).toBe(blocks ? 'held' : undefined)
      expect(movedOf({ ...signing, keys })).toEqual([])
    }
    expect(whatHolds({ ...signing, keys: [aKey(YEAR, true)] }, everybody, NOW)).toMatchObject({
      kind: 'key',
      state: 'fail',
      who: [{ name: 'Rita' }, { name: 'Sam' }, { name: 'Zoe' }],
    })
    // An emergency is held by it like anybody: only gates can be named as skipped.
    expect(promotionPhase({ ...anEmergency(), keys: [aKey(YEAR, true)] }, NOW)).toBe('collecting')
    expect(dossierOf({ ...aPromotion(), keys: [aKey(1, true)] }, 1).overdueKeys).toBeUndefined()
  })

  it('whatever there is of debts, keys and incidents: GO exactly when nothing of it holds (T07)', () => {
    const approved = (facts: PromotionFacts) => ({ ...sealed(facts), signOffs: signedBy(...facts.edge.signOff.slots.map(({ id }) => id)) })
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.boolean(),
        fc.nat(3),
        fc.nat({ max: YEAR }),
        fc.boolean(),
        (isEmergency, isClosed, owed, age, blocks) => {
          const base = approved(isEmergency ? anEmergency() : aPromotion())
          const emergency = base.emergency && { ...base.emergency, incident: { ...OPEN, closedAt: isClosed ? hours(-1) : null } }
          const facts = { ...base, emergency, debts: Array.from({ length: owed }, () => aDebt()), keys: [aKey(age, blocks)] }
          const holds = isEmergency ? isClosed : owed > 0
          const key = facts.keys[0]?.blocks === true
          expect(notYet(facts, NOW).length === 0).toBe(!holds && !key)
          expect(promotionPhase(facts, NOW)).toBe(holds || key ? 'held' : 'approved')
          expect(movedOf(facts)).toEqual([])
        },
      ),
      { numRuns: runs(100) },
    )
  })
})

describe('the review afterwards', () => {
  const deployed = (more: Partial<EmergencyFacts> = {}): PromotionFacts => ({
    ...sealed(anEmergency(more)),
    status: 'deployed',
    signOffs: [
      { id: 'SIG-1', slotKey: 'incident-commander', signerId: 'ivy', signerName: 'Ivy', decision: 'approve', signedAt: hours(-1) },
      { id: 'SIG-2', slotKey: 'secops', signerId: 'sam', signerName: 'Sam', decision: 'approve', signedAt: hours(-1) },
    ],
  })

  it('is for the ordinary slots, once each, and for nobody who opened or signed it (000.21, T02)', () => {
    const codes = (facts: PromotionFacts) =>
      Object.fromEntries(
        [...everybody, aPerson('olga', ['management']), aPerson('carl', ['management'])].map((who) => [
          who.name,
          slotsOf(EDGE).map(({ key }) => whyNotReview(facts, key, who, NOW)?.code ?? 'may'),
        ]),
      )
    expect(codes(deployed())).toMatchInlineSnapshot(`
      {
        "Carl": [
          "not_allowed",
          "not_allowed",
          "separation_of_duties",
          "not_allowed",
        ],
        "Ivy": [
          "not_allowed",
          "not_allowed",
          "not_allowed",
          "separation_of_duties",
        ],
        "Mia": [
          "not_allowed",
          "not_allowed",
          "may",
          "not_allowed",
        ],
        "Olga": [
          "not_allowed",
          "not_allowed",
          "separation_of_duties",
          "not_allowed",
        ],
        "Pat": [
          "not_allowed",
          "not_allowed",
          "not_allowed",
          "may",
        ],
        "Rita": [
          "may",
          "not_allowed",
          "not_allowed",
          "not_allowed",
        ],
        "Sam": [
          "not_allowed",
          "separation_of_duties",
          "not_allowed",
          "not_allowed",
        ],
        "Zoe": [
          "not_allowed",
          "may",
          "not_allowed",
          "not_allowed",
        ],
      }
    `)
  })

  it('waits for the deployment, and there is none of an ordinary promotion', () => {
    expect(whyNotReview({ ...deployed(), status: 'open' }, 'management', everybody[2] as (typeof everybody)[number], NOW)?.code).toBe(
      'wrong_state',
    )
    expect(whyNotReview(aPromotion({ status: 'deployed' }), 'management', rita, NOW)?.code).toBe('wrong_state')
    expect(openReviews({ ...deployed(), status: 'withdrawn' })).toEqual([])
    expect(openReviews(deployed()).map(({ key }) => key)).toEqual(PROD_SLOTS)
    expect(openReviews({ ...deployed(), status: 'rolled_back' })).toHaveLength(PROD_SLOTS.length)
  })

  it('fills a slot once, and one person one slot', () => {
    const both = aPerson('mia', ['management', 'secops'])
    const by = { id: 'mia', name: 'Mia', kind: 'person', countsAsId: 'mia' } as const
    const facts = deployed({ reviews: [{ slotKey: 'management', role: 'management', finding: 'concern', note: null, by, at: NOW }] })
    expect(whyNotReview(facts, 'management', both, NOW)).toMatchObject({
      code: 'conflict',
      sentence: 'You have already reviewed it as Management.',
    })
    expect(whyNotReview(facts, 'secops', both, NOW)).toMatchObject({
      code: 'separation_of_duties',
      sentence: 'You have reviewed it as Management. One person, one slot.',
    })
    expect(whyNotReview(facts, 'management', aPerson('max', ['management']), NOW)?.code).toBe('conflict')
    expect(openReviews(facts).map(({ key }) => key)).not.toContain('management')
  })
})

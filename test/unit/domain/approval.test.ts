import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalFacts,
  type ApprovalSlot,
  type Candidate,
  grantFor,
  isFullyApproved,
  openSlots,
  type StandingSignOff,
  separationLines,
  whyNotEligible,
  whyNotFillable,
  whyNotSign,
} from '@/lib/domain/approval'
import { slotsOf } from '@/lib/domain/promotion'
import { ROLES, type Role } from '@/lib/domain/roles'
import { aGrant, aPerson, aToken, hours, NOW, robodj, runs } from './facts'

const slots = slotsOf(robodj.edges.find(({ id }) => id === 'staging->prod') as (typeof robodj.edges)[number])

const facts = (more: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  systemId: 'robodj',
  systemName: 'RoboDJ',
  noun: 'this promotion',
  slots,
  ownActs: new Map([['olga', 'opened this promotion']]),
  contributors: new Map([['carl', 3]]),
  sealedAt: hours(-2),
  signOffs: [],
  ...more,
})

const approval = (slotKey: string, signerId: string): StandingSignOff => ({ slotKey, signerId, signerName: signerId, decision: 'approve' })

/** One row a role, one column a slot: the code of the refusal, or that they sign. */
function table(given: ApprovalFacts): string {
  const width = Math.max(...given.slots.map(({ key }) => key.length))
  const row = (first: string, cells: string[]) => [first.padEnd(20), ...cells.map((cell) => cell.padEnd(width))].join('  ').trimEnd()
  const lines = ROLES.map((role) =>
    row(
      role,
      given.slots.map(({ key }) => whyNotSign(key, aPerson('anna', [role]), given, NOW)?.code ?? 'signs'),
    ),
  )
  return [
    row(
      '',
      given.slots.map(({ key }) => key),
    ),
    ...lines,
  ].join('\n')
}

describe('who may sign which slot', () => {
  it('by role, while nobody has signed', () => {
    expect(table(facts())).toMatchInlineSnapshot(`
      "                      release-manager      secops               management           production-approver
      release_manager       signs                not_allowed          not_allowed          not_allowed
      management            not_allowed          not_allowed          signs                not_allowed
      secops                not_allowed          signs                not_allowed          not_allowed
      incident_commander    not_allowed          not_allowed          not_allowed          held
      production_approver   not_allowed          not_allowed          not_allowed          held
      dev_lead              not_allowed          not_allowed          not_allowed          not_allowed
      engineer              not_allowed          not_allowed          not_allowed          not_allowed
      auditor               not_allowed          not_allowed          not_allowed          not_allowed
      admin                 not_allowed          not_allowed          not_allowed          not_allowed"
    `)
  })

  it('by role, once all but the last slot are signed', () => {
    const signOffs = [approval('release-manager', 'r'), approval('secops', 's'), approval('management', 'm')]
    expect(table(facts({ signOffs }))).toMatchInlineSnapshot(`
      "                      release-manager      secops               management           production-approver
      release_manager       conflict             not_allowed          not_allowed          not_allowed
      management            not_allowed          not_allowed          conflict             not_allowed
      secops                not_allowed          conflict             not_allowed          not_allowed
      incident_commander    not_allowed          not_allowed          not_allowed          signs
      production_approver   not_allowed          not_allowed          not_allowed          signs
      dev_lead              not_allowed          not_allowed          not_allowed          not_allowed
      engineer              not_allowed          not_allowed          not_allowed          not_allowed
      auditor               not_allowed          not_allowed          not_allowed          not_allowed
      admin                 not_allowed          not_allowed          not_allowed          not_allowed"
    `)
  })

  it.each<[string, Candidate, Partial<ApprovalFacts>, string, RegExp]>([
    [
      'who opened it (T02)',
      aPerson('olga', ['management']),
      {},
      'separation_of_duties',
      /^You opened this promotion\. Nobody signs what they opened/,
    ],
    ['a contributor (T05)', aPerson('carl', ['management']), {}, 'separation_of_duties', /^You wrote 3 commits of this release/],
    [
      'a contributor of one commit',
      aPerson('carl', ['management']),
      { contributors: new Map([['carl', 1]]) },
      'separation_of_duties',
      /wrote 1 commit of/,
    ],
    ['a token', aToken(aPerson('mona', ['management']), []), {}, 'separation_of_duties', /^Software does not sign/],
    ['an agent', { ...aPerson('bot', ['management']), kind: 'agent' }, {}, 'separation_of_duties', /^Software does not sign/],
    [
      'a role of another system',
      aPerson('mona', [], [aGrant('mona', 'management', { systemId: 'stack' })]),
      {},
      'not_allowed',
      /Management of RoboDJ/,
    ],
    [
      'a role that ended now',
      aPerson('mona', [], [aGrant('mona', 'management', { endsAt: NOW })]),
      {},
      'not_allowed',
      /a role you do not hold/,
    ],
    [
      'a role that begins later',
      aPerson('mona', [], [aGrant('mona', 'management', { startsAt: hours(1) })]),
      {},
      'not_allowed',
      /a role you do not hold/,
    ],
    [
      'a role granted to oneself (T03)',
      aPerson('mona', [], [aGrant('mona', 'management', { grantedById: 'mona' })]),
      {},
      'separation_of_duties',
      /^You granted yourself Management/,
    ],
    [
      'a role newer than the seal (T03)',
      aPerson('mona', [], [aGrant('mona', 'management', { startsAt: hours(-1) })]),
      {},
      'separation_of_duties',
      /granted after this version was sealed/,
    ],
    [
      'one’s own slot again',
      aPerson('mona', ['management']),
      { signOffs: [approval('management', 'mona')] },
      'conflict',
      /^You have already signed as Management/,
    ],
    [
      'a slot that somebody has',
      aPerson('mona', ['management']),
      { signOffs: [approval('management', 'Max')] },
      'conflict',
      /^Max has already signed as Management/,
    ],
    [
      'a second slot',
      aPerson('mona', ['management']),
      { signOffs: [approval('secops', 'mona')] },
      'separation_of_duties',
      /signed as SecOps. One person, one signature/,
    ],
  ])('%s is refused', (_, who, more, code, sentence) => {
    const refusal = whyNotSign('management', who, facts(more), NOW)
    expect(refusal?.code).toBe(code)
    expect(refusal?.sentence).toMatch(sentence)
  })

  it('a slot the rule does not have is not found', () => {
    expect(whyNotSign('treasurer', aPerson('mona', ['management']), facts(), NOW)).toMatchObject({ code: 'not_found' })
  })

  it('a role for every system counts, and one granted at the very seal', () => {
    const everywhere = aPerson('mona', [], [aGrant('mona', 'management', { systemId: null, startsAt: hours(-2), grantedById: 'adam' })])
    expect(whyNotSign('management', everywhere, facts(), NOW)).toBeNull()
  })

  it('a second grant of the same role helps: one given by somebody else, before the seal', () => {
    const own = aGrant('mona', 'management', { id: 'own', grantedById: 'mona' })
    const given = aGrant('mona', 'management', { id: 'given', grantedById: 'adam' })
    expect(whyNotSign('management', aPerson('mona', [], [own, given]), facts(), NOW)).toBeNull()
    expect(grantFor(slots[2] as ApprovalSlot, aPerson('mona', [], [own, given]), facts(), NOW)?.id).toBe('given')
  })

  it('a last slot waits for approvals: a decline elsewhere does not open it, and the open slots are named', () => {
    const signOffs = [approval('release-manager', 'r'), { ...approval('secops', 's'), decision: 'decline' as const }]
    expect(whyNotSign('production-approver', aPerson('pia', ['production_approver']), facts({ signOffs }), NOW)).toEqual({
      code: 'held',
      sentence: 'Production approver signs last, after SecOps and Management.',
    })
  })
})

// A small world: six people, three roles, grants of every kind.
const PEOPLE = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay']
const WORLD_ROLES: Role[] = ['release_manager', 'management', 'secops']
const someone = fc.constantFrom(...PEOPLE)

const grants = (id: string) =>
  fc.array(
    fc
      .record({
        role: fc.constantFrom(...WORLD_ROLES),
        systemId: fc.constantFrom('robodj', 'robodj', null, 'stack'),
        grantedById: fc.option(someone),
        startsAt: fc.constantFrom(-900, -900, -2, -1, 1).map(hours),
        endsAt: fc.constantFrom(null, null, null, hours(-1), NOW, hours(5)),
      })
      .map(({ role, ...more }) => aGrant(id, role, more)),
    { maxLength: 3 },
  )

const crowd: fc.Arbitrary<Candidate[]> = fc
  .tuple(...PEOPLE.map((id) => fc.record({ grants: grants(id), kind: fc.constantFrom('person', 'person', 'person', 'agent' as const) })))
  .map((each) => each.map((more, index) => ({ ...aPerson(PEOPLE[index] as string), ...more })))

const someSlots: fc.Arbitrary<ApprovalSlot[]> = fc
  .array(fc.record({ roles: fc.subarray(WORLD_ROLES, { minLength: 1 }), last: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((list) => list.map(({ roles, last }, index) => ({ key: `slot-${index}`, title: `Slot ${index}`, roles, last })))

const world = fc
  .record({ who: crowd, slots: someSlots, requester: someone, contributors: fc.subarray(PEOPLE, { maxLength: 2 }) })
  .map(({ who, slots: own, requester, contributors }) => ({
    who,
    facts: facts({
      slots: own,
      ownActs: new Map([[requester, 'opened this promotion']]),
      contributors: new Map(contributors.map((id) => [id, 2])),
    }),
    requester,
    contributors,
  }))

/** The rules said once more, as plainly as domain.md says them. */
function mayFill(slot: ApprovalSlot, who: Candidate, given: ApprovalFacts): boolean {
  const counts = who.grants.some(
    ({ role, systemId, grantedById, startsAt, endsAt }) =>
      slot.roles.includes(role) &&
      (systemId === null || systemId === given.systemId) &&
      startsAt <= NOW &&
      (endsAt === null || endsAt > NOW) &&
      grantedById !== who.id &&
      startsAt <= given.sealedAt,
  )
  return who.kind === 'person' && counts && !given.ownActs.has(who.id) && !given.contributors.has(who.id)
}

describe('whatever people, roles, grants and slots there are', () => {
  it('eligible is exactly who the rules say, and has a grant to record', () => {
    fc.assert(
      fc.property(world, ({ who, facts: given }) => {
        for (const slot of given.slots)
          for (const candidate of who) {
            const refusal = whyNotEligible(slot, candidate, given, NOW)
            expect(refusal === null).toBe(mayFill(slot, candidate, given))
            if (refusal === null) expect(grantFor(slot, candidate, given, NOW)).not.toBeNull()
            else expect(refusal.sentence).toMatch(/^[A-Z].*\.$/)
          }
      }),
      { numRuns: runs(200) },
    )
  })

  it('no order of attempts gives a slot two signatures, a person two slots, or lets a requester, a contributor or a bad grant sign (T02, T03, T05)', () => {
    const attempts = fc.array(fc.tuple(fc.nat(5), fc.nat(3), fc.constantFrom('approve', 'approve', 'decline' as const)), { maxLength: 40 })
    fc.assert(
      fc.property(world, attempts, ({ who, facts: given, requester, contributors }, tries) => {
        const signOffs: StandingSignOff[] = []
        for (const [person, slot, decision] of tries) {
          const candidate = who[person] as Candidate
          const slotKey = given.slots[slot % given.slots.length]?.key as string
          const before = { ...given, signOffs: [...signOffs] }
          if (whyNotSign(slotKey, candidate, before, NOW) !== null) continue
          const chosen = given.slots.find(({ key }) => key === slotKey) as ApprovalSlot
          expect(mayFill(chosen, candidate, given)).toBe(true)
          if (chosen.last) expect(openSlots(given.slots, signOffs).every(({ last }) => last)).toBe(true)
          signOffs.push({ slotKey, signerId: candidate.id, signerName: candidate.name, decision })
        }
        expect(new Set(signOffs.map(({ slotKey }) => slotKey)).size).toBe(signOffs.length)
        expect(new Set(signOffs.map(({ signerId }) => signerId)).size).toBe(signOffs.length)
        for (const { signerId } of signOffs) {
          expect(signerId).not.toBe(requester)
          expect(contributors).not.toContain(signerId)
        }
        expect(isFullyApproved(given.slots, signOffs)).toBe(openSlots(given.slots, signOffs).length === 0)
      }),
      { numRuns: runs(300) },
    )
  })

  it('a gap is told exactly when no way of sharing out the open slots exists, and as many slots are named as stay empty', () => {
    /** The most open slots that different people can fill together, by trying every way. */
    const most = (open: readonly ApprovalSlot[], people: readonly Candidate[], given: ApprovalFacts): number => {
      const [slot, ...rest] = open
      if (!slot) return 0
      const ways = people
        .filter((who) => mayFill(slot, who, given))
        .map(
          (who) =>
            1 +
            most(
              rest,
              people.filter((other) => other !== who),
              given,
            ),
        )
      return Math.max(most(rest, people, given), ...ways)
    }
    fc.assert(
      fc.property(world, fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 6 }), ({ who, facts: given }, tries) => {
        const signOffs: StandingSignOff[] = []
        for (const [person, slot] of tries) {
          const candidate = who[person] as Candidate
          const slotKey = given.slots[slot % given.slots.length]?.key as string
          if (whyNotSign(slotKey, candidate, { ...given, signOffs }, NOW) === null) signOffs.push(approval(slotKey, candidate.id))
        }
        const now = { ...given, signOffs }
        const open = openSlots(given.slots, signOffs)
        const people = who.filter(({ id }) => !signOffs.some(({ signerId }) => signerId === id))
        const gap = whyNotFillable(now, who, NOW)
        expect(gap?.details?.length ?? 0).toBe(open.length - most(open, people, given))
        if (gap) expect(gap.code).toBe('slot_gap')
        expect(gap?.sentence ?? '').not.toContain('undefined')
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('a gap names who is nearest and what keeps them out', () => {
  const one = [{ key: 'secops', title: 'SecOps', roles: ['secops'] as Role[], last: false }]
  it.each<[string, Candidate[], string]>([
    ['nobody', [], 'Nobody could fill SecOps. SecOps: nobody holds SecOps of RoboDJ.'],
    ['a contributor', [aPerson('carl', ['secops'])], 'Nobody could fill SecOps. SecOps: Carl wrote 3 commits.'],
    ['the requester', [aPerson('olga', ['secops'])], 'Nobody could fill SecOps. SecOps: Olga acted on it themselves.'],
    [
      'a self-granted role',
      [aPerson('mona', [], [aGrant('mona', 'secops', { grantedById: 'mona' })])],
      'Nobody could fill SecOps. SecOps: Mona granted themselves the role.',
    ],
    [
      'a new role',
      [aPerson('mona', [], [aGrant('mona', 'secops', { startsAt: hours(-1) })])],
      'Nobody could fill SecOps. SecOps: Mona got the role after the seal.',
    ],
  ])('%s', (_, who, sentence) => {
    expect(whyNotFillable(facts({ slots: one }), who, NOW)?.sentence).toBe(sentence)
  })

  it('one person in two roles fills one slot; the other is a gap', () => {
    const two = aPerson('tara', ['management', 'secops'])
    const both = slots.filter(({ key }) => key === 'management' || key === 'secops')
    expect(whyNotFillable(facts({ slots: both }), [two], NOW)?.details).toEqual([
      expect.stringContaining('Tara could sign, but is needed for another slot.'),
    ])
    expect(whyNotFillable(facts({ slots: both }), [two, aPerson('sam', ['secops'])], NOW)).toBeNull()
  })
})

describe('the lines kept with a signature', () => {
  const management = slots.find(({ key }) => key === 'management') as ApprovalSlot
  it('say what holds, in words', () => {
    const who = aPerson('tara', [], [aGrant('tara', 'management', { systemId: null }), aGrant('tara', 'secops')])
    expect(separationLines(management, who, facts(), NOW, { commits: 3, brought: 2, sealed: true })).toEqual([
      { holds: true, sentence: 'You hold Management for every system' },
      { holds: true, sentence: 'You did not open this promotion' },
      { holds: true, sentence: 'You wrote none of the 3 commits that bar a signer' },
      { holds: true, sentence: 'You brought 2 of the evidence; attesting does not disqualify' },
      { holds: true, sentence: 'You sealed this version; sealing does not disqualify' },
      { holds: false, sentence: 'You cannot also sign as SecOps. One person, one signature' },
    ])
  })

  it('say what does not', () => {
    const who = aPerson('carl', ['engineer'])
    const lines = separationLines(management, who, facts({ ownActs: new Map([['carl', 'opened this promotion']]) }), NOW, {
      commits: 5,
      brought: 0,
      sealed: false,
    })
    expect(lines.map(({ holds }) => holds)).toEqual([false, false, false])
    expect(lines.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('a role you do not hold'),
      'You opened this promotion',
      'You wrote 3 of the 5 commits',
    ])
  })
})

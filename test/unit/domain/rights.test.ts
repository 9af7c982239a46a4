import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { whyNotApproveBundle } from '@/lib/domain/bundle'
import { isGrantHeld, readableSystems, rolesOn } from '@/lib/domain/context'
import { CLAIM_SKEW_MS, claimSkewMinutes } from '@/lib/domain/evidence'
import { ACTING_ROLES, listOfTitles, whyNotRight } from '@/lib/domain/rights'
import { ROLES, type Role } from '@/lib/domain/roles'
import { SCOPES, whyNotScope, whyNotTokenGate, whyNotTokenSystem } from '@/lib/domain/scopes'
import { aGrant, aPerson, aToken, hours, NOW, runs } from './facts'

const ROBODJ = { id: 'robodj', name: 'RoboDJ' }
const RIGHT = {
  roles: ['release_manager', 'engineer'] as Role[],
  scope: 'release:register' as const,
  what: 'Releases of RoboDJ are registered',
}

describe('a right that people have by role and pipelines by scope', () => {
  it('is a person’s by one of the roles, held now, on this system or all', () => {
    for (const role of ROLES) expect(whyNotRight(aPerson('pia', [role]), ROBODJ, RIGHT, NOW) === null).toBe(RIGHT.roles.includes(role))
    const with_ = (more: object) => aPerson('pia', [], [aGrant('pia', 'engineer', more)])
    expect(whyNotRight(with_({ systemId: null }), ROBODJ, RIGHT, NOW)).toBeNull()
    for (const more of [{ systemId: 'dreichor' }, { endsAt: NOW }, { startsAt: hours(1) }])
      expect(whyNotRight(with_(more), ROBODJ, RIGHT, NOW)).toMatchObject({
        code: 'not_allowed',
        sentence: 'Releases of RoboDJ are registered by Release Manager or Engineer of it. An admin grants roles.',
      })
  })

  it('is a token’s by scope and system, while its maker still stands there as more than an auditor (T11)', () => {
    const maker = aPerson('mia', ['engineer'])
    expect(whyNotRight(aToken(maker, ['release:register']), ROBODJ, RIGHT, NOW)).toBeNull()
    expect(whyNotRight(aToken(maker, ['read']), ROBODJ, RIGHT, NOW)).toMatchObject({ code: 'not_allowed', place: 'release:register' })
    expect(whyNotRight(aToken(maker, ['release:register'], 'dreichor'), ROBODJ, RIGHT, NOW)).toMatchObject({ code: 'not_found' })
    expect(whyNotRight(aToken(maker, ['release:register'], null), ROBODJ, RIGHT, NOW)).toBeNull()
    for (const gone of [aPerson('mia', []), aPerson('mia', ['auditor'])])
      expect(whyNotRight(aToken(gone, ['release:register']), ROBODJ, RIGHT, NOW)?.sentence).toContain('no longer holds a role')
  })

  it('an agent acts only through a token with the scope, and needs no role of its sponsor', () => {
    const agent = { ...aPerson('agent', []), kind: 'agent' as const, countsAsId: 'mia' }
    expect(whyNotRight(agent, ROBODJ, RIGHT, NOW)).toMatchObject({ code: 'not_allowed' })
    const token = { id: 't', systemId: 'robodj', scopes: ['release:register'], gates: [] }
    expect(whyNotRight({ ...agent, token }, ROBODJ, RIGHT, NOW)).toBeNull()
    expect(whyNotRight({ ...agent, token: { ...token, scopes: [] } }, ROBODJ, RIGHT, NOW)).not.toBeNull()
  })

  it('a scope never widens by another: each answers for itself alone', () => {
    for (const scope of SCOPES) {
      const token = aToken(aPerson('mia', ['admin']), [scope])
      expect(SCOPES.filter((other) => whyNotScope(token, other) === null)).toEqual([scope])
    }
    expect(SCOPES.every((scope) => whyNotScope(aPerson('pia'), scope) === null)).toBe(true)
    const none = aToken(aPerson('mia'), ['evidence:bring'])
    const one = { ...none, token: { ...none.token, gates: ['a'] } as NonNullable<typeof none.token> }
    expect([whyNotTokenGate(none, 'b'), whyNotTokenGate(one, 'a'), whyNotTokenGate(one, 'b')?.place]).toEqual([null, null, 'gate'])
    expect(whyNotTokenSystem(none, 'dreichor')).toMatchObject({ code: 'not_found' })
  })

  it('roles are told by their titles', () => {
    expect(listOfTitles([])).toBe('nobody')
    expect(listOfTitles(['secops'])).toBe('SecOps')
    expect(listOfTitles(['secops', 'engineer', 'admin'])).toBe('SecOps, Engineer or Admin')
    expect(listOfTitles(ACTING_ROLES)).toBe('anybody with an acting role')
    expect(ACTING_ROLES).not.toContain('auditor')
    expect(ACTING_ROLES).not.toContain('admin')
  })
})

describe('a grant is an interval of time', () => {
  const grant = fc.record({
    role: fc.constantFrom(...ROLES),
    systemId: fc.constantFrom(null, 'robodj', 'dreichor'),
    from: fc.integer({ min: -5, max: 5 }),
    length: fc.option(fc.integer({ min: 0, max: 5 })),
  })

  it('it begins with its first instant and ends before its last; what is read follows from what is held now (T08, T23)', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), fc.integer({ min: -6, max: 11 }), (list, at) => {
        const now = hours(at)
        const grants = list.map(({ role, systemId, from, length }) =>
          aGrant('pia', role, { systemId, startsAt: hours(from), endsAt: length === null ? null : hours(from + length) }),
        )
        const held = list.filter(({ from, length }) => from <= at && (length === null || at < from + length))
        const pia = aPerson('pia', [], grants)
        expect(grants.filter((one) => isGrantHeld(one, undefined, now))).toHaveLength(held.length)
        const systems = readableSystems(pia, now)
        if (held.some(({ systemId }) => systemId === null)) expect(systems).toBeNull()
        else expect(new Set(systems)).toEqual(new Set(held.map(({ systemId }) => systemId)))
        expect(new Set(rolesOn(pia, 'robodj', now))).toEqual(
          new Set(held.filter(({ systemId }) => systemId !== 'dreichor').map(({ role }) => role)),
        )
        // A token of theirs for one system reads that one, whatever they hold.
        expect(readableSystems(aToken(pia, ['read'], 'stack'), now)).toEqual(['stack'])
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('approving a bundle (000.5)', () => {
  const bundle = { version: '2.4.0', registeredById: 'olga', registeredForId: 'olga', approvedAt: null }
  it('is a Release Manager’s in person, and not by whoever registered it, themselves or by token', () => {
    expect(whyNotApproveBundle(bundle, aPerson('rita', ['release_manager']), ROBODJ, NOW)).toBeNull()
    expect(whyNotApproveBundle(bundle, aPerson('olga', ['release_manager']), ROBODJ, NOW)).toMatchObject({ code: 'separation_of_duties' })
    const byToken = { ...bundle, registeredById: 'token-of-rita', registeredForId: 'rita' }
    expect(whyNotApproveBundle(byToken, aPerson('rita', ['release_manager']), ROBODJ, NOW)).toMatchObject({ code: 'separation_of_duties' })
    for (const role of ROLES.filter((one) => one !== 'release_manager'))
      expect(whyNotApproveBundle(bundle, aPerson('pia', [role]), ROBODJ, NOW)).not.toBeNull()
    expect(whyNotApproveBundle(bundle, aToken(aPerson('rita', ['release_manager']), ['read']), ROBODJ, NOW)).not.toBeNull()
    expect(whyNotApproveBundle({ ...bundle, approvedAt: hours(-1) }, aPerson('rita', ['release_manager']), ROBODJ, NOW)).not.toBeNull()
  })
})

it('a claimed time is only told when it is off by more than five minutes, in whole minutes and with its sign (T11)', () => {
  const at = (ms: number) => claimSkewMinutes(new Date(NOW.getTime() + ms), NOW)
  expect([claimSkewMinutes(undefined, NOW), at(0), at(CLAIM_SKEW_MS), at(-CLAIM_SKEW_MS)]).toEqual([null, null, null, null])
  expect([at(CLAIM_SKEW_MS + 1), at(-CLAIM_SKEW_MS - 1), at(3_600_000), at(-86_400_000)]).toEqual([5, -5, 60, -1_440])
})

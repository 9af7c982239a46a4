import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Grantee,
  lookOfAccount,
  TOKEN_MAX_DAYS,
  type TokenWish,
  whyNotEndGrant,
  whyNotErase,
  whyNotGrant,
  whyNotMakeToken,
  whyNotManagePeople,
  whyNotRetire,
  whyNotRevokeToken,
} from '@/lib/domain/account'
import type { Actor } from '@/lib/domain/context'
import { ROLES } from '@/lib/domain/roles'
import { SCOPES } from '@/lib/domain/scopes'
import { aGrant, aPerson, aToken, hours, NOW, runs } from './facts'

const root = aPerson('ada', [], [aGrant('ada', 'admin', { systemId: null })])
const local = aPerson('lena', ['admin']) // of RoboDJ only
const nobody = aPerson(
  'nils',
  ROLES.filter((role) => role !== 'admin'),
)
const software = aToken(root, SCOPES, null)
const person: Grantee = { kind: 'person', name: 'Pia', retired: false }
const codes = (ask: (who: Actor) => { code: string } | null) => [root, local, nobody, software].map((who) => ask(who)?.code ?? null)

describe('who manages accounts', () => {
  it('people: an admin of everything in person; no other role, no admin of one system, no token however wide', () => {
    expect(codes((who) => whyNotManagePeople(who, NOW))).toEqual([null, 'not_allowed', 'not_allowed', 'not_allowed'])
    expect(codes((who) => whyNotRetire(who, person, false, NOW))).toEqual([null, 'not_allowed', 'not_allowed', 'not_allowed'])
    expect(codes((who) => whyNotErase(who, { ...person, retired: true, erased: false }, NOW))).toEqual([
      null,
      'not_allowed',
      'not_allowed',
      'not_allowed',
    ])
  })

  it('grants: an admin of that system, or of all', () => {
    const on = (systemId: string | null) => codes((who) => whyNotGrant(who, person, { role: 'secops', systemId }, NOW))
    expect([on('robodj'), on('dreichor'), on(null)]).toEqual([
      [null, null, 'not_allowed', 'not_allowed'],
      [null, 'not_allowed', 'not_allowed', 'not_allowed'],
      [null, 'not_allowed', 'not_allowed', 'not_allowed'],
    ])
    expect(codes((who) => whyNotEndGrant(who, aGrant('pia', 'secops'), 2, NOW))).toEqual([null, null, 'not_allowed', 'not_allowed'])
  })

  it('an admin whose grant has ended manages nothing (T08)', () => {
    const former = aPerson('fred', [], [aGrant('fred', 'admin', { systemId: null, endsAt: NOW })])
    expect(whyNotManagePeople(former, NOW)).not.toBeNull()
    expect(lookOfAccount(former, NOW)).toEqual({ seesAddresses: false, adminOf: [] })
    expect([lookOfAccount(root, NOW), lookOfAccount(local, NOW).adminOf]).toEqual([{ seesAddresses: true, adminOf: null }, ['robodj']])
  })
})

describe('what cannot be', () => {
  it('roles of tokens, of retired people, roles of people for agents', () => {
    const give = (to: Partial<Grantee>, role: (typeof ROLES)[number] = 'secops') =>
      whyNotGrant(root, { ...person, ...to }, { role, systemId: 'robodj' }, NOW)?.code ?? null
    expect([give({ kind: 'token' }), give({ retired: true }), give({ kind: 'agent' })]).toEqual(['policy_forbids', 'wrong_state', null])
    expect([give({ kind: 'agent' }, 'admin'), give({ kind: 'agent' }, 'auditor')]).toEqual(['policy_forbids', 'policy_forbids'])
  })

  it('a record without an admin: the last one keeps the role and the account', () => {
    const own = aGrant('ada', 'admin', { systemId: null })
    expect([whyNotEndGrant(root, own, 0, NOW)?.code, whyNotEndGrant(root, own, 1, NOW)]).toEqual(['policy_forbids', null])
    expect(whyNotEndGrant(root, aGrant('lena', 'admin'), 0, NOW)).toBeNull()
    expect(whyNotRetire(root, person, true, NOW)).toMatchObject({ code: 'policy_forbids' })
  })

  it('ending, retiring, erasing or revoking twice, and erasing whoever still has an account (T40)', () => {
    expect(whyNotEndGrant(root, aGrant('pia', 'secops', { endsAt: NOW }), 1, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotRetire(root, { ...person, retired: true }, false, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotErase(root, { ...person, erased: false }, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotErase(root, { ...person, retired: true, erased: true }, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotErase(root, { ...person, kind: 'agent', retired: true, erased: false }, NOW)).toMatchObject({ code: 'wrong_state' })
    const token = { id: 't', createdById: 'pia', systemId: 'robodj', revokedAt: hours(-1) }
    expect(whyNotRevokeToken(root, token, NOW)).toMatchObject({ code: 'wrong_state' })
  })
})

describe('tokens (T11, T19)', () => {
  it('are revoked by their maker, an admin of their system, and themselves; never by another token', () => {
    const token = { id: 't', createdById: 'nils', systemId: 'robodj', revokedAt: null }
    expect(codes((who) => whyNotRevokeToken(who, { ...token, id: 'other' }, NOW))).toEqual([null, null, null, 'not_allowed'])
    expect(whyNotRevokeToken(software, token, NOW)).toBeNull() // its own id is t
    expect(whyNotRevokeToken(aPerson('someone', ['secops']), token, NOW)).toMatchObject({ code: 'not_allowed' })
    expect(whyNotRevokeToken(local, { ...token, createdById: 'x', systemId: 'dreichor' }, NOW)).toMatchObject({ code: 'not_allowed' })
  })

  it('whoever makes one: never for longer than ninety days, without a scope, wider than its agent, or beyond their own system', () => {
    const wish = fc.record({
      systemId: fc.constantFrom(null, 'robodj', 'dreichor'),
      scopes: fc.subarray([...SCOPES]),
      days: fc.integer({ min: -1, max: TOKEN_MAX_DAYS + 2 }),
      agent: fc.option(
        fc.record({ sponsorId: fc.constantFrom(null, 'sara', 'nils'), systemId: fc.constantFrom(null, 'robodj'), retired: fc.boolean() }),
      ),
    })
    const makers = [root, local, nobody, aPerson('sara', ['secops']), software]
    fc.assert(
      fc.property(wish, fc.constantFrom(...makers), (asked: TokenWish, maker) => {
        if (whyNotMakeToken(maker, asked, NOW) !== null) return
        expect(maker.kind).toBe('person')
        expect([asked.days >= 1 && asked.days <= 90, asked.scopes.length > 0, asked.agent?.retired ?? false]).toEqual([true, true, false])
        if (asked.agent?.systemId) expect(asked.systemId).toBe(asked.agent.systemId)
        if (maker !== root) expect(asked.systemId).toBe('robodj')
        if (maker !== root && maker !== local) expect(asked.agent?.sponsorId).toBe(maker.id)
      }),
      { numRuns: runs(600) },
    )
    const good: TokenWish = { systemId: 'robodj', scopes: ['read'], days: 90, agent: null }
    expect([root, local].map((maker) => whyNotMakeToken(maker, good, NOW))).toEqual([null, null])
    const ofAgent = { ...good, agent: { sponsorId: 'sara', systemId: 'robodj', retired: false } }
    expect(whyNotMakeToken(aPerson('sara', ['secops']), ofAgent, NOW)).toBeNull()
  })
})

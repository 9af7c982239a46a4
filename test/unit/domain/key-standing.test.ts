import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintFindings, type KeyPrints, type Print } from '@/lib/domain/fingerprint'
import { type HeldKey, keyStanding } from '@/lib/domain/key-standing'
import { mappingsOn, membersWithNewKeys, ownershipMembers, ownershipOf, ownershipTitle } from '@/lib/domain/ownership'
import type { Policy, PolicyOwnership } from '@/lib/domain/policy/schema'
import { loadPolicy } from '../policy/policies'
import { hours, NOW, robodj, runs } from './facts'

const DAY = 24
const stack = loadPolicy('stack')
const waxwatch = loadPolicy('waxwatch')
const rule = (policy: Policy, id: string): PolicyOwnership => {
  const found = policy.rotation.ownership.find((ownership) => ownership.id === id)
  if (!found) throw new Error(`no rule ${id}`)
  return found
}

function key(keyId: string, bornAt: Date, more: Partial<HeldKey> = {}): HeldKey {
  return { keyId, use: 'current', bornAt, activatedAt: bornAt, fingerprint: null, rotation: null, ...more }
}

const standing = (policy: Policy, id: string, held: Record<string, HeldKey[]>, now = NOW) =>
  keyStanding(policy, rule(policy, id), (mapping) => held[mapping] ?? [], null, now)

describe('what a rule rotates', () => {
  it('resolves the manager’s key for the profile, the second as the document writes it (000.14 to 000.16)', () => {
    expect(standing(robodj, 'prod', {})).toMatchObject({
      title: 'Primary and v2 key',
      profile: { id: 'prod', class: 'production' },
      members: [
        { mapping: 'secret-key', managerKey: 'dgn-dj/prod/ROBODJ_SECRET_KEY', variable: 'ROBODJ_SECRET_KEY', keys: [] },
        { mapping: 'secret-v2-key', managerKey: 'dgn-dj/prod/ROBODJ_SECRET_V2_KEY', variable: 'ROBODJ_SECRET_V2_KEY', keys: [] },
      ],
    })
  })

  it('a pair gets one new key, and every other method one for each member (003)', () => {
    expect(membersWithNewKeys('shift-pair', ['a', 'b'])).toEqual(['a'])
    expect(membersWithNewKeys('dual-credentials', ['a', 'b'])).toEqual(['a', 'b'])
  })

  it('a rule without group or secrets is of every secret of its profile, and the most particular rule wins', () => {
    const all = { ...rule(waxwatch, 'production-database'), id: 'all', group: undefined }
    const policy = { ...waxwatch, rotation: { ...waxwatch.rotation, ownership: [all, ...waxwatch.rotation.ownership] } }
    expect(ownershipMembers(policy, all)).toHaveLength(waxwatch.secrets.mappings.length)
    expect(ownershipOf(policy, 'production', 'database-url')?.id).toBe('production-database')
    expect(ownershipOf(policy, 'production', 'auth-issuer')?.id).toBe('all')
    expect(ownershipOf(waxwatch, 'production', 'auth-issuer')).toBeNull()
    expect(mappingsOn(waxwatch, 'production')).toHaveLength(waxwatch.secrets.mappings.length)
    expect(mappingsOn(waxwatch, 'staging')).toEqual([])
    expect(ownershipTitle(waxwatch, { ...all, secrets: ['auth-issuer'] })).toBe('AUTH_ISSUER')
  })
})

describe('the age of keys (000.18 to 000.21)', () => {
  it('what nobody recorded is unknown, and says so', () => {
    expect(standing(robodj, 'prod', {})).toMatchObject({
      state: 'unknown',
      dueAt: null,
      ageMs: null,
      blocks: false,
      sentence: 'No key is recorded for ROBODJ_SECRET_KEY, so the age is unknown. Record which key it holds.',
    })
  })

  it('of a pair the primary’s counts: the second is old by design', () => {
    const pair = { 'secret-key': [key('k7', hours(-34 * DAY))], 'secret-v2-key': [key('k6', hours(-200 * DAY))] }
    expect(standing(robodj, 'prod', pair)).toMatchObject({
      state: 'ok',
      bornAt: hours(-34 * DAY),
      dueAt: hours(56 * DAY),
      sentence: '34 days of 90 days; next due 14 Jan 2027, 12:00 UTC.',
    })
  })

  it('elsewhere the oldest counts; one that is missing leaves the age unknown unless another is overdue', () => {
    const young = key('7', hours(-DAY))
    expect(standing(stack, 'production-database', { 'api-database-url': [young] })).toMatchObject({
      state: 'unknown',
      sentence: 'No key is recorded for WORKER__DATABASE_URL, so the age is unknown. Record which key it holds.',
    })
    const old = key('3', hours(-91 * DAY))
    expect(standing(stack, 'production-database', { 'api-database-url': [young], 'worker-database-url': [old] }).state).toBe('overdue')
    expect(standing(stack, 'production-database', { 'worker-database-url': [old] }).state).toBe('overdue')
  })

  it('an accepted old key is not what is in use', () => {
    const keys = [key('2', hours(-DAY)), key('1', hours(-300 * DAY), { use: 'accepted' })]
    expect(standing(waxwatch, 'production-discogs', { 'discogs-token': keys }).state).toBe('ok')
  })

  it('is due soon in the last tenth, overdue from the due date on, and holds promotions only where the policy says so', () => {
    const at = (days: number) => standing(waxwatch, 'production-database', { 'database-url': [key('5', hours(-days * DAY))] })
    expect(at(80.9).state).toBe('ok')
    expect(at(81).state).toBe('due_soon')
    expect(at(89.9)).toMatchObject({ state: 'due_soon', blocks: false })
    expect(at(90)).toMatchObject({ state: 'overdue', blocks: true })
    expect(at(97).sentence).toBe('97 days old, limit 90 days: overdue by 7 days. Promotions to production are held until it is rotated.')
    const elsewhere = standing(waxwatch, 'production-discogs', { 'discogs-token': [key('5', hours(-97 * DAY))] })
    expect(elsewhere).toMatchObject({ state: 'overdue', blocks: false, sentence: '97 days old, limit 90 days: overdue by 7 days.' })
  })

  it('without a limit it only has an age', () => {
    const { maxAge: _, ...free } = rule(waxwatch, 'production-discogs')
    const found = keyStanding(waxwatch, free, () => [key('1', hours(-900 * DAY))], null, NOW)
    expect(found).toMatchObject({ state: 'ok', dueAt: null, limitMs: null, sentence: '900 days old. The policy sets no limit.' })
  })

  it('at any instant a key is overdue exactly from its due date on', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200 * DAY, max: 0 }), fc.integer({ min: -100, max: 100 * DAY }), (born, later) => {
        const now = hours(Math.max(born, later))
        const found = standing(waxwatch, 'production-discogs', { 'discogs-token': [key('1', hours(born))] }, now)
        expect(found.state === 'overdue').toBe(found.dueAt !== null && now >= found.dueAt)
      }),
      { numRuns: runs(100) },
    )
  })
})

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const C = 'c'.repeat(64)
const print = (value: string, keyId = 'h1', since = hours(-1)): Print => ({ value, keyId, since })

function seen(profile: string, mapping: string, reported: Print[], more: Partial<KeyPrints> = {}): KeyPrints {
  return {
    profile,
    mapping,
    use: 'current',
    activatedAt: hours(-2),
    held: true,
    rotation: null,
    endedByRotation: null,
    reported,
    carried: null,
    ...more,
  }
}

describe('what fingerprints tell', () => {
  it('the same secret in two profiles is a violation (002.42, 004.4)', () => {
    const found = fingerprintFindings(robodj, [
      seen('prod', 'secret-key', [print(A, 'h1', hours(-3))]),
      seen('staging', 'secret-key', [print(A)]),
      seen('dev', 'secret-key', [print(B)]),
    ])
    expect(found).toEqual([
      {
        kind: 'shared_between_profiles',
        system: 'robodj',
        profile: 'prod',
        mapping: 'secret-key',
        other: { profile: 'staging', mapping: 'secret-key' },
        rotation: null,
        since: hours(-1),
        sentence:
          'ROBODJ_SECRET_KEY has the same value on prod as on staging. Secrets are never shared between profiles; rotate one of them.',
      },
    ])
  })

  it('also another variable, an old key that still works, and one known from before', () => {
    const kinds = (keys: KeyPrints[]) => fingerprintFindings(robodj, keys).map(({ kind }) => kind)
    const staging = seen('staging', 'secret-key', [print(A)])
    expect(kinds([staging, seen('prod', 'secret-v2-key', [print(A)])])).toEqual(['shared_between_profiles'])
    expect(kinds([staging, seen('prod', 'secret-v2-key', [], { use: 'accepted', carried: { value: A, keyId: 'h1' } })])).toEqual([
      'shared_between_profiles',
    ])
    expect(kinds([staging, seen('prod', 'secret-key', [print(B)], { carried: { value: A, keyId: 'h1' } })])).toEqual([])
  })

  it('only like is compared: another HMAC key says nothing', () => {
    expect(
      fingerprintFindings(robodj, [seen('prod', 'secret-key', [print(A, 'h1')]), seen('dev', 'secret-key', [print(A, 'h2')])]),
    ).toEqual([])
  })

  it('two members of a pair with one value (000.17)', () => {
    const found = fingerprintFindings(robodj, [seen('prod', 'secret-key', [print(A)]), seen('prod', 'secret-v2-key', [print(A)])])
    expect(found).toMatchObject([
      {
        kind: 'pair_identical',
        mapping: 'secret-v2-key',
        sentence: 'ROBODJ_SECRET_KEY and ROBODJ_SECRET_V2_KEY on prod have the same value.',
      },
    ])
  })

  describe('after a shift of primary A and second B', () => {
    const before = { held: false, endedByRotation: 'ROT-0001' }
    const shifted = (primary: string, second: string) =>
      fingerprintFindings(robodj, [
        seen('prod', 'secret-key', [print(A)], before),
        seen('prod', 'secret-v2-key', [print(B)], before),
        seen('prod', 'secret-key', [print(primary)], { rotation: 'ROT-0001' }),
        seen('prod', 'secret-v2-key', [print(second)], { rotation: 'ROT-0001', carried: { value: A, keyId: 'h1' } }),
      ]).map(({ kind, rotation }) => [kind, rotation])

    it('a new primary and A second is what a shift looks like (003)', () => {
      expect(shifted(C, A)).toEqual([])
    })
    it('the primary still A changed nothing (003)', () => {
      expect(shifted(A, A)).toEqual([
        ['changed_nothing', 'ROT-0001'],
        ['pair_identical', null],
      ])
    })
    it('the second still B is the old second in use (003)', () => {
      expect(shifted(C, B)).toEqual([['old_secondary_in_use', 'ROT-0001']])
    })
    it('the second neither was not shifted (003)', () => {
      expect(shifted(C, 'd'.repeat(64))).toEqual([['pair_not_shifted', 'ROT-0001']])
    })
  })

  it('a token that was replaced by itself changed nothing (002.23)', () => {
    const found = fingerprintFindings(waxwatch, [
      seen('production', 'discogs-token', [print(A)], { held: false, endedByRotation: 'ROT-0002' }),
      seen('production', 'discogs-token', [print(A)], { rotation: 'ROT-0002' }),
    ])
    expect(found).toMatchObject([
      { kind: 'changed_nothing', sentence: 'DISCOGS_TOKEN on production still has the value it had before ROT-0002.' },
    ])
  })

  it('before anything is reported after a rotation, nothing is said', () => {
    const found = fingerprintFindings(robodj, [
      seen('prod', 'secret-key', [print(A)], { held: false, endedByRotation: 'ROT-0001' }),
      seen('prod', 'secret-key', [], { rotation: 'ROT-0001' }),
      seen('prod', 'secret-v2-key', [], { rotation: 'ROT-0001', carried: { value: A, keyId: 'h1' } }),
    ])
    expect(found).toEqual([])
  })
})

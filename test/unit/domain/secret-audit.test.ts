import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { whyNotRecordKey, whyNotRetireKey } from '@/lib/domain/key'
import { type AuditFacts, type SecretAuditFact, secretAuditStanding, whyNotAudit } from '@/lib/domain/secret-audit'
import { aPerson, aToken, hours, NOW, robodj, runs } from './facts'

const DAY = 24
const rule = robodj.secrets.audits[0] ?? null
const fact = (more: Partial<SecretAuditFact> = {}): SecretAuditFact => ({
  id: 'a',
  finding: 'met',
  note: 'Injected only',
  link: null,
  by: { id: 'priya', name: 'Priya' },
  auditedAt: hours(-DAY),
  nextDueAt: null,
  ...more,
})
const facts = (more: Partial<AuditFacts> = {}): AuditFacts => ({
  system: { id: 'robodj', name: 'RoboDJ' },
  profile: 'prod',
  rule,
  rotation: null,
  since: [],
  ...more,
})
const secops = aPerson('priya', ['secops'])
const no = { nextDueAt: null }

describe('who audits (domain.md, roles; 000.10)', () => {
  it('SecOps, in person or by their token; nobody else', () => {
    expect(whyNotAudit(facts(), no, secops, NOW)).toBeNull()
    expect(whyNotAudit(facts(), no, aToken(secops, ['key:report']), NOW)).toBeNull()
    expect(whyNotAudit(facts(), no, aToken(secops, ['read']), NOW)).toMatchObject({ place: 'key:report' })
    expect(whyNotAudit(facts(), no, aToken(aPerson('ada', ['admin']), ['key:report']), NOW)).toMatchObject({ code: 'not_allowed' })
    for (const role of ['auditor', 'admin', 'engineer', 'release_manager', 'management'] as const)
      expect(whyNotAudit(facts(), no, aPerson('x', [role]), NOW), role).toMatchObject({ code: 'not_allowed' })
  })

  it('whoever had a hand in it does not, whatever they did and by whatever means', () => {
    const hand = fc.constantFrom('opened', 'performed', 'performed a step of', 'confirmed', 'approved')
    fc.assert(
      fc.property(hand, fc.boolean(), fc.boolean(), (did, byToken, ofProfile) => {
        const rotation = { id: 'ROT-0031', status: 'completed', hands: new Map([['priya', did]]) }
        const at = ofProfile ? facts({ since: [rotation] }) : facts({ rotation })
        const actor = byToken ? aToken(secops, ['key:report']) : secops
        expect(whyNotAudit(at, no, actor, NOW)).toMatchObject({
          code: 'separation_of_duties',
          sentence: expect.stringContaining(`You ${did} ROT-0031`),
        })
        expect(whyNotAudit(at, no, aPerson('emil', ['secops']), NOW)).toBeNull()
      }),
      { numRuns: runs(50) },
    )
  })

  it('a rotation is audited once it is over', () => {
    const of = (status: string) => facts({ rotation: { id: 'ROT-0031', status, hands: new Map() } })
    for (const status of ['planned', 'in_progress', 'verifying', 'rolling_back', 'cancelled'])
      expect(whyNotAudit(of(status), no, secops, NOW), status).toMatchObject({ code: 'wrong_state' })
    for (const status of ['completed', 'rolled_back']) expect(whyNotAudit(of(status), no, secops, NOW)).toBeNull()
  })

  it('the next is not put off beyond the policy', () => {
    expect(whyNotAudit(facts(), { nextDueAt: hours(90 * DAY) }, secops, NOW)).toBeNull()
    expect(whyNotAudit(facts(), { nextDueAt: hours(90 * DAY + 1) }, secops, NOW)).toMatchObject({ code: 'policy_forbids' })
    expect(whyNotAudit(facts({ rule: null }), { nextDueAt: hours(900 * DAY) }, secops, NOW)).toBeNull()
    expect(whyNotAudit(facts(), { nextDueAt: NOW }, secops, NOW)).toMatchObject({ code: 'invalid' })
  })
})

describe('where an audit stands', () => {
  it('at any instant a good one is current exactly until the next is due (domain.md 8)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), fc.option(fc.integer({ min: 1, max: 90 * DAY })), (later, chosen) => {
        const last = fact({ auditedAt: NOW, nextDueAt: chosen === null ? null : hours(chosen) })
        const found = secretAuditStanding(robodj, 'prod', rule, last, hours(later))
        const due = later >= (chosen ?? 90 * DAY)
        expect([found.state, found.due]).toEqual(due ? ['due', true] : ['met', false])
      }),
      { numRuns: runs(100) },
    )
  })

  it('never audited is due where the policy asks, and a violation outlasts its date', () => {
    expect(secretAuditStanding(robodj, 'prod', rule, null, NOW)).toMatchObject({ state: 'never', due: true, dueAt: null })
    expect(secretAuditStanding(robodj, 'dev', null, null, NOW)).toMatchObject({ state: 'never', due: false })
    const old = fact({ finding: 'violated', auditedAt: hours(-400 * DAY) })
    expect(secretAuditStanding(robodj, 'prod', rule, old, NOW)).toMatchObject({ state: 'violated', due: true })
  })
})

describe('recording keys by hand (000.18 to 000.21)', () => {
  const prod = robodj.rotation.ownership.find(({ id }) => id === 'prod') ?? null
  const born = hours(-DAY)
  const key = (keyId: string, use: 'current' | 'accepted') => ({
    keyId,
    use,
    bornAt: born,
    activatedAt: born,
    fingerprint: null,
    rotation: null,
  })
  const at = { system: { id: 'robodj', name: 'RoboDJ' }, profile: 'prod', mapping: 'secret-key', variable: 'ROBODJ_SECRET_KEY' }
  const engineer = aPerson('eva', ['engineer'])
  const wish = { keyId: 'k8', bornAt: null }

  it('makes a key known; with a rule and a key already it takes a rotation, and during one its steps', () => {
    expect(whyNotRecordKey({ ...at, rule: prod, held: [], rotation: null }, wish, engineer, NOW)).toBeNull()
    const held = [key('k7', 'current')]
    expect(whyNotRecordKey({ ...at, rule: prod, held, rotation: null }, wish, engineer, NOW)).toMatchObject({ code: 'policy_forbids' })
    expect(whyNotRecordKey({ ...at, rule: null, held, rotation: null }, wish, engineer, NOW)).toBeNull()
    const rotation = { id: 'ROT-0031', status: 'planned' }
    expect(whyNotRecordKey({ ...at, rule: null, held: [], rotation }, wish, engineer, NOW)).toMatchObject({ code: 'wrong_state' })
  })

  it('a mistyped id is put right until a rotation brought another, and never makes a key younger', () => {
    const of = (held: ReturnType<typeof key>[], more: object = {}) =>
      whyNotRecordKey({ ...at, rule: prod, held, rotation: null }, { keyId: 'k7', bornAt: null, corrects: 'k77', ...more }, engineer, NOW)
    const held = [key('k77', 'current')]
    expect(of(held)).toBeNull()
    expect(of(held, { bornAt: hours(-2 * DAY) })).toBeNull()
    expect(of(held, { keyId: 'k77', bornAt: hours(-2 * DAY) })).toBeNull()
    expect(of(held, { keyId: 'k77' })).toMatchObject({ code: 'conflict', place: 'keyId' })
    expect(of(held, { keyId: 'k77', bornAt: born })).toMatchObject({ code: 'conflict' })
    expect(of(held, { bornAt: hours(-1) })).toMatchObject({ code: 'policy_forbids', place: 'bornAt' })
    expect(of(held, { corrects: 'k6' })).toMatchObject({ code: 'conflict', place: 'corrects' })
    expect(of([...held, key('k7', 'accepted')])).toMatchObject({ code: 'conflict', place: 'keyId' })
    expect(of([{ ...key('k77', 'current'), rotation: 'ROT-0031' as never }])).toMatchObject({ code: 'policy_forbids', place: 'corrects' })
    expect(of([])).toMatchObject({ code: 'not_found', place: 'corrects' })
    const rotating = { ...at, rule: prod, held, rotation: { id: 'ROT-0031', status: 'planned' } }
    const wrong = { keyId: 'k7', bornAt: null, corrects: 'k77' }
    expect(whyNotRecordKey(rotating, wrong, engineer, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotRecordKey({ ...rotating, rotation: null }, wrong, aPerson('x', ['auditor']), NOW)).toMatchObject({ code: 'not_allowed' })
  })

  it('only an old key that is still accepted is retired by hand (002.23)', () => {
    const held = [key('k7', 'current'), key('k6', 'accepted')]
    const facts = { ...at, rule: prod, held, rotation: null }
    expect(whyNotRetireKey(facts, 'k6', engineer, NOW)).toBeNull()
    expect(whyNotRetireKey(facts, 'k7', engineer, NOW)).toMatchObject({ code: 'wrong_state' })
    expect(whyNotRetireKey(facts, 'k5', engineer, NOW)).toMatchObject({ code: 'not_found' })
  })
})

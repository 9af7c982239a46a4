import { describe, expect, it } from 'vitest'
import { type DeploymentToSee, inboxOf } from '@/lib/domain/inbox'
import { aPerson, aPromotion, aToken, hours, NOW, PROD_SLOTS, sealed, signedBy, someEvidence } from './facts'

const rita = aPerson('rita', ['release_manager'])
const sven = aPerson('sven', ['secops'])
const mona = aPerson('mona', ['management'])
const pete = aPerson('pete', ['production_approver'])
const emil = aPerson('emil', ['engineer'])
const olga = aPerson('olga', ['release_manager', 'dev_lead']) // opened and registered it
const carl = aPerson('carl', ['management']) // wrote commits
const people = [rita, sven, mona, pete, emil, olga, carl]

const of = (who: typeof rita, ...promotions: ReturnType<typeof aPromotion>[]) => inboxOf(who, { promotions, deployments: [], people }, NOW)
const kinds = (who: typeof rita, ...promotions: ReturnType<typeof aPromotion>[]) =>
  of(who, ...promotions).map(({ kind, target }) => [kind, target])
const deployment = (more: Partial<DeploymentToSee> = {}): DeploymentToSee => ({
  id: 'DEP-0100',
  system: { id: 'robodj', name: 'RoboDJ' },
  version: '2.4.0',
  profile: 'prod',
  status: 'started',
  authorised: true,
  startedAt: hours(-1),
  startedBy: 'Rita',
  watchMs: 1_800_000,
  ...more,
})

describe('what needs one person', () => {
  it('a slot that is theirs, not one they may not fill; the last slot only once it is its turn (T02, T05)', () => {
    const fresh = sealed(aPromotion())
    expect(kinds(mona, fresh)).toEqual([['sign', 'management']])
    expect(kinds(sven, fresh)).toEqual([['sign', 'secops']])
    for (const who of [carl, emil, pete, olga, aPerson('ada', ['admin']), aPerson('otto', ['auditor'])])
      expect(kinds(who, fresh)).toEqual([])
    const nearly = sealed(aPromotion({ signOffs: signedBy('release-manager', 'secops', 'management') }))
    expect(kinds(pete, nearly)).toEqual([['sign', 'production-approver']])
    expect(kinds(mona, nearly)).toEqual([])
    expect(of(pete, nearly)[0]?.why).toBe(
      'Release Manager, SecOps and Management have signed. You sign as Production approver; yours is the last signature.',
    )
  })

  it('sealing, for a Release Manager while it could be sealed; the bundle, for one who did not register it', () => {
    expect(kinds(rita, aPromotion())).toEqual([['seal', null]])
    expect(kinds(emil, aPromotion())).toEqual([])
    const unapproved = aPromotion()
    unapproved.release = { ...unapproved.release, bundleApprovedAt: null }
    expect(kinds(rita, unapproved)).toEqual([['bundle', null]])
    expect(kinds(olga, unapproved)).toEqual([])
  })

  it('evidence, for whom the gate names: renewed where it grew old, attested where it is missing', () => {
    const stale = sealed(aPromotion({ gateFacts: { 'secret-preflight': { evidence: [someEvidence({ recordedAt: hours(-30) })] } } }))
    expect(kinds(emil, stale)).toEqual([['renew', 'secret-preflight']])
    expect(of(emil, stale)[0]).toMatchObject({ due: hours(-6), title: 'Renew Secret preflight, env-only, RoboDJ 2.4.0' })
    expect(kinds(mona, stale)).toEqual([])
    const unconfirmed = aPromotion({ gateFacts: { 'escalation-contacts': { evidence: [] } } })
    expect(kinds(rita, unconfirmed)).toEqual([['bring', 'escalation-contacts']])
    expect(of(rita, unconfirmed)[0]?.title).toMatch(/^Attest /)
    expect(kinds(emil, unconfirmed)).toEqual([])
  })

  it('another window when it passed, the deployment when all have signed', () => {
    const expired = sealed(aPromotion({ window: { startsAt: hours(-3), endsAt: hours(-1) } }))
    expect(kinds(rita, expired)).toEqual([['window', null]])
    expect(kinds(mona, expired)).toEqual([])
    const approved = sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS) }))
    expect(kinds(rita, approved)).toEqual([['deploy', null]])
    expect(kinds(emil, approved)).toEqual([])
  })

  it('nothing of what is over, and nothing for software but what its scope allows', () => {
    for (const status of ['withdrawn', 'superseded', 'deployed', 'failed', 'rolled_back'] as const)
      for (const who of people) expect(kinds(who, { ...sealed(aPromotion()), status })).toEqual([])
    const token = aToken(mona, ['promotion:open'])
    expect(kinds(token, sealed(aPromotion()), aPromotion())).toEqual([])
  })

  it('a running deployment without a result, and what runs without authority', () => {
    const see = (who: typeof rita, one: DeploymentToSee) =>
      inboxOf(who, { promotions: [], deployments: [one], people }, NOW).map(({ kind }) => kind)
    expect([see(rita, deployment()), see(sven, deployment())]).toEqual([['record'], []])
    const rogue = deployment({ status: 'succeeded', authorised: false })
    expect([see(rita, rogue), see(sven, rogue), see(mona, rogue)]).toEqual([['unauthorised'], ['unauthorised'], []])
    expect(see(rita, deployment({ status: 'succeeded' }))).toEqual([])
  })

  it('in the order of doing: what runs without authority, then what is due first, then risk', () => {
    const soon = {
      ...sealed(aPromotion({ window: { startsAt: hours(1), endsAt: hours(2) }, signOffs: signedBy(...PROD_SLOTS) })),
      id: 'PRM-0002',
    }
    const toSeal = { ...aPromotion(), id: 'PRM-0003' }
    const overdue = deployment({ startedAt: hours(-2) })
    const rogue = deployment({ id: 'DEP-0200', status: 'succeeded', authorised: false })
    const items = inboxOf(rita, { promotions: [toSeal, soon], deployments: [overdue, rogue], people }, NOW)
    expect(items.map(({ kind }) => kind)).toEqual(['unauthorised', 'record', 'deploy', 'seal'])
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
    for (const { title, why } of items) expect(`${title} ${why}`).not.toMatch(/undefined|null/)
  })
})

import { expect, it } from 'vitest'
import { inputViolations, judgeStart } from '@/lib/domain/deployment'
import { whyNotBring } from '@/lib/domain/evidence'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'
import { notYet, openGates, whyNotSeal, whyNotSignPromotion } from '@/lib/domain/promotion'
import { loadPolicy } from '../policy/policies'
import { aPerson, aPromotion, hours, NOW, PROD_SLOTS, passing, robodj, sealed, signedBy, someEvidence } from './facts'

// What a policy says is what is enforced (T06): each option that decides is turned the other way, and an answer changes.

const EDGE = 'staging->prod'
const changed = (change: (policy: Policy) => void, of = robodj): Policy => {
  const policy = structuredClone(of)
  change(policy)
  return policy
}
const prod = (policy: Policy) => policy.edges.find(({ id }) => id === EDGE) as Policy['edges'][number]
const gate = (policy: Policy, id: string) => prod(policy).gates.find((one) => one.id === id) as Policy['edges'][number]['gates'][number]
const rita = aPerson('rita', ['release_manager'])
const carl = aPerson('carl', ['management']) // wrote commits of the release
const mona = aPerson('mona', ['management'])
const pete = aPerson('pete', ['production_approver'])
const candidates = [rita, carl, mona, pete, aPerson('sven', ['secops'])]
const sign = (policyOf: Policy, who: typeof rita, slot: string, signed: string[] = []) => {
  const facts = sealed(aPromotion({ policyOf, signOffs: signedBy(...signed) }))
  return whyNotSignPromotion(facts, slot, who, facts.sealed?.hash ?? '', NOW)?.code ?? null
}
const verdictOf = (policy: Policy, id: string, facts = {}) => {
  const found = edgeGates(policy, prod(policy)).find((one) => one.id === id) as ReturnType<typeof edgeGates>[number]
  return judgeGate(found, { ...passing(found), ...facts }, NOW).verdict
}
const old = { evidence: [someEvidence({ recordedAt: hours(-30) })] }

const FLIPS: [option: string, before: unknown, after: unknown, ask: (policy: Policy) => unknown, change: (policy: Policy) => void][] = [
  [
    'signOff.contributorsMaySign',
    'separation_of_duties',
    null,
    (p) => sign(p, carl, 'management'),
    (p) => {
      prod(p).signOff.contributorsMaySign = true
    },
  ],
  [
    'slot.roles',
    'not_allowed',
    null,
    (p) => sign(p, pete, 'management'),
    (p) => {
      for (const slot of prod(p).signOff.slots) slot.roles = ['production_approver', 'management']
    },
  ],
  [
    'slot.order',
    'held',
    null,
    (p) => sign(p, pete, 'production-approver'),
    (p) => {
      for (const slot of prod(p).signOff.slots) slot.order = undefined
    },
  ],
  [
    'edge.requiresApprovedBundle',
    'policy_forbids',
    undefined,
    (p) => {
      const facts = sealed(aPromotion({ policyOf: p, signOffs: signedBy(...PROD_SLOTS) }))
      return notYet({ ...facts, release: { ...facts.release, bundleApprovedAt: null } }, NOW)[0]?.code
    },
    (p) => {
      prod(p).requiresApprovedBundle = false
    },
  ],
  [
    'gate.blocking',
    'gate_not_passed',
    null,
    (p) => whyNotSeal(aPromotion({ policyOf: p, gateFacts: { 'secret-preflight': old } }), rita, candidates, NOW)?.code ?? null,
    (p) => {
      gate(p, 'secret-preflight').blocking = false
    },
  ],
  [
    'gate.validFor',
    'stale',
    'pass',
    (p) => verdictOf(p, 'secret-preflight', old),
    (p) => {
      gate(p, 'secret-preflight').validFor = 'PT48H'
    },
  ],
  [
    'gate.boundToSnapshotOf',
    'stale',
    'pass',
    (p) => verdictOf(p, 'rollback-drill', { evidence: [someEvidence({ snapshotId: 'an older one' })] }),
    (p) => {
      gate(p, 'rollback-drill').boundToSnapshotOf = undefined
    },
  ],
  [
    'gate.by.roles',
    'not_allowed',
    null,
    (p) =>
      whyNotBring({ ...gate(p, 'escalation-contacts'), moments: ['promotion'] }, mona, { id: 'robodj', name: 'RoboDJ' }, NOW)?.code ?? null,
    (p) => {
      gate(p, 'escalation-contacts').by.roles = ['management']
    },
  ],
  [
    'constraint.moment',
    1,
    0,
    (p) => openGates(aPromotion({ policyOf: p, gateFacts: { 'config-validation': { evidence: [] } } }), 'deployment').length,
    (p) => {
      for (const constraint of p.constraints)
        if (constraint.cells.prod?.moment === 'before-deployment') constraint.cells.prod.moment = 'before-merge'
    },
  ],
  [
    'profile.deployable',
    true,
    false,
    (p) =>
      judgeStart({ policy: p, profileKey: 'dev', release: { id: 'r', version: '1' }, promotion: null, past: [], reverts: null }, NOW)
        .authorised,
    (p) => {
      for (const profile of p.profiles) profile.deployable = false
    },
  ],
]

it.each(FLIPS)('%s: %s becomes %s when it is turned (T06)', (_, before, after, ask, change) => {
  expect(ask(robodj)).toEqual(before)
  expect(ask(changed(change))).toEqual(after)
})

it('deployment.otherInputs: what the policy does not list is a violation only where it says so (T06)', () => {
  const dreichor = loadPolicy('dreichor')
  const open = changed((policy) => {
    policy.deployment.otherInputs = 'allowed'
  }, dreichor)
  expect([
    inputViolations(dreichor, 'prod', ['image', 'colour']).length,
    inputViolations(open, 'prod', ['image', 'colour']).length,
  ]).toEqual([1, 0])
})

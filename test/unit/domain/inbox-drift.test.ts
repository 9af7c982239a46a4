import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { ExceptionFacts } from '@/lib/domain/exception-approval'
import type { DriftStanding } from '@/lib/domain/finding'
import { inboxOf } from '@/lib/domain/inbox'
import type { AttestationDue, DriftTable } from '@/lib/domain/inbox-drift'
import { readPolicy } from '@/lib/domain/policy/load'
import { ruleRef } from '@/lib/domain/rule-ref'
import { aPerson, hours, NOW } from './facts'

const rita = aPerson('rita', ['release_manager'])
const sven = aPerson('sven', ['secops'])
const emil = aPerson('emil', ['engineer'])
const dora = aPerson('dora', ['dev_lead'])
const otto = aPerson('otto', ['auditor'])

const { policy } = readPolicy(readFileSync('policies/robodj.yaml', 'utf8'), 'policies/robodj.yaml')
if (!policy) throw new Error('the policy of the test does not read')
const tier = (id: string) => policy.drift.tiers.find((each) => each.id === id) ?? policy.drift.tiers[0]

const exception = (more: Partial<ExceptionStanding> = {}): ExceptionStanding => ({
  id: 'EXC-0031',
  system: 'robodj',
  profile: 'staging',
  rule: 'runtime.launchPath',
  title: 'Launch path',
  expected: 'RoboDJ_Launcher.bat',
  observed: 'python main.py',
  owner: emil,
  startsAt: hours(-24),
  endsAt: hours(72),
  approvedAt: hours(-20),
  endedAt: null,
  status: 'approved',
  covers: true,
  extensions: 0,
  reason: 'd1',
  remediation: 'd2',
  finding: null,
  ...more,
})

const filed = (more: Partial<ExceptionFacts> = {}): ExceptionFacts =>
  ({
    ...exception({ status: 'filed', approvedAt: null }),
    systemName: 'RoboDJ',
    profileName: 'staging',
    productionLike: true,
    policy: { versionId: 'v', number: 1, hash: 'h', policy },
    ref: ruleRef(policy, 'staging', 'runtime.launchPath'),
    tier: tier('medium'),
    filedBy: emil,
    filedAt: hours(-2),
    asked: null,
    texts: { reason: null, remediation: null },
    conditions: [],
    history: [],
    closed: null,
    sealed: { id: 's', number: 1, hash: 'a'.repeat(64), sealedAt: hours(-2), requester: emil, text: {} },
    nextNumber: 2,
    signOffs: [],
    ...more,
  }) as ExceptionFacts

const finding = (more: Partial<DriftStanding> = {}): DriftStanding => ({
  id: 'FND-0004',
  system: 'robodj',
  profile: 'prod',
  rule: 'variable.ROBODJ_ENV',
  kind: 'drift',
  severity: 'block',
  title: 'ROBODJ_ENV',
  expected: 'production',
  observed: 'staging',
  instance: null,
  openedAt: hours(-1),
  acknowledgedAt: null,
  exception: null,
  ...more,
})

const due = (more: Partial<AttestationDue> = {}): AttestationDue => ({
  system: { id: 'robodj', name: 'RoboDJ' },
  profile: null,
  topic: 'attestation.hardening',
  title: 'Hardening',
  by: ['secops'],
  ownerId: null,
  dueAt: null,
  ...more,
})

const table = (more: Partial<DriftTable>): DriftTable => ({
  findings: [],
  exceptions: [],
  waiting: [],
  attestations: [],
  nameOf: () => 'RoboDJ',
  ...more,
})
const of = (who: typeof rita, drift: Partial<DriftTable>) =>
  inboxOf(who, { promotions: [], deployments: [], people: [], drift: table(drift) }, NOW)
const kinds = (who: typeof rita, drift: Partial<DriftTable>) => of(who, drift).map(({ kind, about }) => `${kind} ${about?.id}`)

it('an exception that waits is for whoever may approve it, never for its owner or filer', () => {
  const drift = { waiting: [filed()] }
  expect(of(rita, drift)).toMatchObject([{ kind: 'except', target: 'release-manager', title: 'Approve an exception on RoboDJ' }])
  for (const who of [sven, dora, emil, otto]) expect(kinds(who, drift)).toEqual([])
  const own = { waiting: [filed({ owner: rita })] }
  expect(kinds(rita, own)).toEqual([])
  const longer = filed({
    status: 'approved',
    approvedAt: hours(-20),
    asked: { until: hours(200), tier: tier('medium'), reason: null } as never,
  })
  expect(of(rita, { waiting: [longer] })).toMatchObject([{ title: 'Approve more time for an exception on RoboDJ', due: longer.endsAt }])
})

it('one that ends within a day is for its owner; overdue, also for a Release Manager (000.32)', () => {
  expect(kinds(emil, { exceptions: [exception()] })).toEqual([])
  const soon = { exceptions: [exception({ endsAt: hours(3) })] }
  expect(kinds(emil, soon)).toEqual(['end EXC-0031'])
  expect(kinds(rita, soon)).toEqual([])
  const over = { exceptions: [exception({ endsAt: hours(-1) })] }
  expect(of(emil, over)[0]?.why).toContain('holds every promotion to staging')
  expect(kinds(rita, over)).toEqual(['end EXC-0031'])
  expect(kinds(sven, over)).toEqual([])
})

it('open drift that blocks is for engineers until somebody acknowledges it; a conflict of documents is for whoever resolves it (002.3)', () => {
  expect(kinds(emil, { findings: [finding()] })).toEqual(['finding FND-0004'])
  expect(kinds(dora, { findings: [finding()] })).toEqual(['finding FND-0004'])
  expect(kinds(rita, { findings: [finding()] })).toEqual([])
  for (const quiet of [finding({ severity: 'warn' }), finding({ acknowledgedAt: hours(-1) }), finding({ exception: exception() })])
    expect(kinds(emil, { findings: [quiet] })).toEqual([])
  const conflict = finding({ kind: 'conflict', profile: null, rule: 'document.x' })
  expect(kinds(rita, { findings: [conflict] })).toEqual(['finding FND-0004'])
  expect(kinds(emil, { findings: [conflict] })).toEqual([])
})

it('what nobody attested is for whoever may; what somebody owns is theirs until it is late (002.43)', () => {
  expect(kinds(sven, { attestations: [due()] })).toEqual(['attest attestation.hardening'])
  expect(kinds(rita, { attestations: [due()] })).toEqual([])
  const owned = due({ ownerId: 'somebody', dueAt: hours(48) })
  expect(kinds(sven, { attestations: [owned] })).toEqual([])
  expect(kinds(sven, { attestations: [{ ...owned, ownerId: sven.id }] })).toEqual(['attest attestation.hardening'])
  expect(kinds(sven, { attestations: [{ ...owned, dueAt: hours(-1) }] })).toEqual(['attest attestation.hardening'])
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/context'
import { ROTATION_METHODS } from '@/lib/domain/policy/parts/variables'
import {
  isHalfDone,
  isSettled,
  joinSteps,
  openConfirmations,
  openStep,
  phaseCounts,
  ROTATION_STATUSES,
  type RotationFacts,
  type RotationStatus,
  rotationPhase,
  type StepRecord,
  statesReached,
} from '@/lib/domain/rotation'
import { rotationApproval, rotationStatement, whyNotApprove, whyNotCause, whyNotOpen } from '@/lib/domain/rotation-approval'
import {
  contradictions,
  owesPostmortem,
  triggersOf,
  whyNotCancel,
  whyNotComplete,
  whyNotConfirm,
  whyNotFinishRollback,
  whyNotRollBack,
  whyNotStart,
} from '@/lib/domain/rotation-guards'
import { ownerSlotsFor } from '@/lib/domain/rotation-owners'
import { buildPlan, offeredVariants, planSteps, sealPlan, whyNotPlanVariant, whyNotTogether } from '@/lib/domain/rotation-plan'
import { BUILT_IN_RUNBOOKS } from '@/lib/domain/rotation-runbooks'
import { whyNotRecordStep } from '@/lib/domain/rotation-step'
import { windowInWords } from '@/lib/domain/words'
import { loadPolicy } from '../policy/policies'
import { aPerson, aToken, hours, NOW, robodj, runs } from './facts'
import { AGENTS, allDone, anAgent, aRecord, aRotation, whoIs } from './rotation-facts'

const stack = loadPolicy('stack')
const waxwatch = loadPolicy('waxwatch')

const rita = aPerson('rita', ['release_manager'])
const sam = aPerson('sam', ['secops'])
const ines = aPerson('ines', ['incident_commander'])
const agent = anAgent('agent-rm', 'rita')
const OWNERS = ['release-manager-agent', 'secops-secrets-auditor-agent'] as const
const SLOT = 'incident-commander-or-approver'
const signed = (by: Actor): RotationFacts['signOffs'] => [
  { id: 'SIG-0001', slotKey: SLOT, signerId: by.id, signerName: by.name, decision: 'approve', signedAt: hours(-1) },
]
const code = (why: { code: string } | null) => why?.code ?? null

describe('runbooks of ours', () => {
  it.each(ROTATION_METHODS)('%s: brings a new key, verifies, and knows a way back to its steps (002.24, 003.15)', (method) => {
    const { items, states, rollbackTriggers } = BUILT_IN_RUNBOOKS[method]
    const ids = items.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const of = (phase: string) => items.filter((item) => item.phase === phase)
    expect(of('during').filter(({ records }) => records === 'new-key')).toHaveLength(1)
    expect(of('after').length).toBeGreaterThan(0)
    expect(of('rollback').length).toBeGreaterThan(2)
    expect(rollbackTriggers.length).toBeGreaterThan(0)
    for (const reference of [...items.map(({ refersTo }) => refersTo), ...states.map(({ after }) => after)])
      if (reference !== undefined) expect(ids).toContain(reference)
    // Every method but the shift, which overwrites the old second one, ends by retiring the old key in a step of its own.
    expect(of('after').some(({ records }) => records === 'old-key-retired')).toBe(method !== 'shift-pair')
    expect(items.some(({ captures }) => captures !== undefined)).toBe(method !== 'replace-then-revoke')
  })

  it('serve where the policy names none, marked as assumed; the policy’s own comes first', () => {
    expect(aRotation({ policyOf: waxwatch, rule: 'production-discogs' }).plan.runbook).toMatchObject({
      id: 'built-in-replace-then-revoke',
      assumed: true,
    })
    expect(aRotation({ policyOf: stack, rule: 'production-signing-keys' }).plan.runbook).toMatchObject({
      id: 'signing-key-rotation',
      assumed: false,
    })
    expect(aRotation().plan.runbook).toMatchObject({
      id: 'key-rotation',
      assumed: false,
      expected: 'PT5M',
      notice: expect.stringContaining('broadcasts'),
    })
  })
})

describe('the runbook of the document', () => {
  const step = (id: string) => {
    const found = aRotation({ variant: 'windows' }).steps.find((each) => each.id === id)
    if (!found) throw new Error(`There is no step ${id}`)
    return found
  }

  it('is about the two keys behind the two files, and the step says what it does to them (003.1, 003.7, 003.10, 003.11)', () => {
    expect(aRotation().members.map(({ variable, managerKey }) => [variable, managerKey])).toEqual([
      ['ROBODJ_SECRET_KEY', 'dgn-dj/prod/ROBODJ_SECRET_KEY'],
      ['ROBODJ_SECRET_V2_KEY', 'dgn-dj/prod/ROBODJ_SECRET_V2_KEY'],
    ])
    const files = robodj.secrets.mappings.map(({ variable, fallbackFile }) => [variable, fallbackFile])
    expect(files).toEqual([
      ['ROBODJ_SECRET_KEY', 'secret.key'],
      ['ROBODJ_SECRET_V2_KEY', 'secret_v2.key'],
    ])
    expect(step('rotate')).toMatchObject({
      command: 'python scripts/rotate_keys.py --env production',
      workingDirectory: 'Project root',
      byHand: { allowed: true },
      records: 'new-key',
    })
    expect(step('rotate').does).toHaveLength(3)
  })

  it('asks for access, the environment and the broadcasts before it; the contract of variables is named (003.2, 003.3, 003.4, 003.6, 003.18)', () => {
    const before = aRotation().steps.filter(({ phase }) => phase === 'prerequisite' || phase === 'before')
    expect(before.map(({ number, id }) => number ?? id)).toEqual([
      '1.1',
      '1.2',
      '1.3',
      '2.1',
      '2.2',
      '2.3',
      '2.4',
      'old-v2-unused',
      'values-captured',
    ])
    expect(step('env-definitions').text).toContain('config/env_contract.json')
    expect(step('snapshot').command).toBe('python config/scripts/startup_safety.py --snapshot')
    expect(step('values-captured')).toMatchObject({ captures: expect.stringContaining('kept'), refersTo: 'rotate' })
  })

  it('stops, rotates, restarts and verifies, and its rollback refers to its steps (003.8, 003.12, 003.13, 003.14, 003.15, 003.16)', () => {
    const of = (phase: string) =>
      aRotation()
        .steps.filter((each) => each.phase === phase)
        .map(({ id }) => id)
    expect([of('during'), of('after')]).toEqual([
      ['stop', 'rotate', 'restart'],
      ['key-integrity', 'dashboard', 'config-save'],
    ])
    expect(step('key-integrity').expected).toBe('Key presence/integrity check: PASS')
    const back = aRotation().steps.filter(({ phase }) => phase === 'rollback')
    expect(back.map(({ refersTo }) => refersTo)).toEqual(['stop', 'rotate', 'snapshot', 'restart', null])
    expect(step('restore-config').asks).toBe('if config corruption is suspected')
  })
})

describe('a plan', () => {
  it('drops steps whose condition names other profiles, and keeps those that a person answers (003.4, 003.5)', () => {
    const ids = (rule: string) => aRotation({ rule }).steps.map(({ id }) => id)
    expect(ids('prod')).toContain('announce')
    expect(ids('staging')).not.toContain('announce')
    expect(ids('staging')).toContain('dashboard')
    expect(aRotation().steps.find(({ id }) => id === 'dashboard')?.asks).toBe('if applicable')
  })

  it('is named by a hash that moves with whatever is approved: window, way, incident, cause', () => {
    const hash = (changes: Parameters<typeof aRotation>[0]) => aRotation(changes).sealed?.hash
    const window = { startsAt: hours(1), endsAt: hours(2) }
    const incident = { id: 'INC-0001', title: 'x', severity: 'sev2', closedAt: null }
    const hashes = [{}, { window }, { variant: 'docker' }, { incident }, { cause: 'offboarding' as const }, { rule: 'staging' }].map(hash)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(hash({})).toBe(hashes[0])
  })

  it('refuses part of what is rotated together, in the words of the policy (000.15, 000.17)', () => {
    const rule = aRotation().ownership
    expect(whyNotTogether(robodj, rule, undefined)).toBeNull()
    expect(whyNotTogether(robodj, rule, ['secret-v2-key', 'secret-key'])).toBeNull()
    expect(whyNotTogether(robodj, rule, ['secret-v2-key'])?.sentence).toBe(
      'Rotating one key of the pair without the other is a violation. Rotate as a pair with v2 key. Rotate ROBODJ_SECRET_KEY with it.',
    )
    expect(whyNotTogether(robodj, rule, ['secret-key', 'other'])?.code).toBe('invalid')
    const database = stack.rotation.ownership.find(({ id }) => id === 'staging-database')
    if (!database) throw new Error('no rule')
    // An independent group may be rotated in parts.
    expect(whyNotTogether(stack, database, ['api-database-url'])).toBeNull()
  })

  it('marks the last step where a runbook names none that brings new keys, so that no rotation leaves the keys unrecorded', () => {
    const plain = structuredClone(robodj)
    for (const item of plain.runbooks.find(({ id }) => id === 'key-rotation')?.items ?? []) delete item.records
    const rule = plain.rotation.ownership.find(({ id }) => id === 'prod')
    if (!rule) throw new Error('no rule')
    expect(
      planSteps(plain, rule)
        .filter(({ records }) => records === 'new-key')
        .map(({ id }) => id),
    ).toEqual(['restart'])
  })

  it('shows the `.env` way as refused with its rule where the policy does not allow it, and offers it in dev (003 against 000)', () => {
    const way = (rule: string) => offeredVariants(aRotation({ rule }).plan.steps).find(({ id }) => id === 'env-file')
    expect(way('dev')?.refused).toBeNull()
    for (const rule of ['staging', 'prod']) expect(way(rule)?.refused).toContain('Fallback secret files are prohibited')
    expect(whyNotPlanVariant(aRotation().plan.steps, 'env-file')?.code).toBe('policy_forbids')
    expect(whyNotPlanVariant(aRotation().plan.steps, 'teletype')?.code).toBe('invalid')
    expect(whyNotPlanVariant(aRotation().plan.steps, undefined)).toBeNull()
  })

  it('depends on nothing but what it is given', () => {
    const { ownership, policy } = aRotation()
    const input = {
      id: 'ROT-0001',
      number: 3,
      policy,
      ownership,
      cause: 'scheduled' as const,
      reason: null,
      incident: null,
      dueAt: NOW,
      secrets: undefined,
      variant: null,
      window: null,
    }
    expect(sealPlan(buildPlan(input))).toEqual(sealPlan(buildPlan(input)))
    expect(buildPlan(input).dueAt).toBe(NOW.toISOString())
  })
})

describe('where a rotation stands', () => {
  it('is derived: approved only while every slot stands signed on the plan that stands', () => {
    expect(rotationPhase(aRotation())).toBe('planned')
    expect(rotationPhase(aRotation({ signOffs: signed(ines) }))).toBe('approved')
    expect(rotationPhase(aRotation({ signOffs: signed(ines), declined: true }))).toBe('planned')
    for (const status of ROTATION_STATUSES.slice(1)) expect(rotationPhase(aRotation({ status, signOffs: signed(ines) }))).toBe(status)
    expect(ROTATION_STATUSES.filter(isHalfDone)).toEqual(['in_progress', 'verifying', 'rolling_back'])
  })

  it('has one step open at a time once it runs; pre-checks may be taken in any order (003.8, 003.14)', () => {
    const open = (facts: RotationFacts) => facts.steps.filter(({ state }) => state === 'open').map(({ id }) => id)
    expect(open(aRotation()).length).toBe(9)
    const base = aRotation()
    const before = allDone(base, rita, 'prerequisite', 'before')
    const at = (status: RotationStatus, ...records: StepRecord[]) => aRotation({ status, records: [...before, ...records] })
    expect(open(at('in_progress'))).toEqual(['stop'])
    expect(open(at('in_progress', aRecord('stop', rita)))).toEqual(['rotate'])
    const failed = at('in_progress', aRecord('stop', rita, { state: 'failed', note: 'It hangs' }))
    expect([open(failed), openStep(failed)?.id, openStep(failed)?.state]).toEqual([[], 'stop', 'failed'])
    expect(openStep(at('completed'))).toBeNull()
    expect(open(at('rolling_back'))).toEqual(['rollback-stop'])
  })

  it('a failure stays on the record when the step is done in the end', () => {
    const records = [aRecord('stop', rita, { state: 'failed', note: 'It hangs', at: hours(-3) }), aRecord('stop', rita)]
    const step = aRotation({ status: 'in_progress', records }).steps.find(({ id }) => id === 'stop')
    expect([step?.state, step?.earlier.map(({ note }) => note)]).toEqual(['done', ['It hangs']])
  })

  it('the way chosen at one step applies to those that offer it, else the planned one (003.9)', () => {
    const step = (facts: RotationFacts, id: string) => facts.steps.find((each) => each.id === id)
    expect(step(aRotation(), 'stop')?.choices.map(({ id }) => id)).toEqual(['windows', 'docker'])
    expect(step(aRotation({ variant: 'docker' }), 'stop')).toMatchObject({
      choices: [],
      command: 'docker compose -f docker-compose.yaml down',
    })
    const chosen = aRotation({ status: 'in_progress', records: [aRecord('stop', rita, { variant: 'windows' })] })
    expect(step(chosen, 'restart')?.command).toBe('.\\RoboDJ_Launcher.bat')
    // Only one way may be taken on prod, so it needs no choice.
    expect(step(aRotation(), 'rotate')).toMatchObject({ choices: [], variant: { id: 'secret-store' } })
  })

  it('reaches the states that the runbook names, from the steps that were recorded (003.17)', () => {
    const reached = (facts: RotationFacts) => statesReached(facts).flatMap(({ id, at }) => (at ? [id] : []))
    expect(statesReached(aRotation()).map(({ title }) => title)).toEqual([
      'Planned',
      'Announced',
      'Snapshot taken',
      'Services stopped',
      'Rotated',
      'Restarted',
      'Verified',
      'Rolled back',
      'Incident logged',
    ])
    expect(reached(aRotation())).toEqual(['planned'])
    const facts = aRotation({ status: 'in_progress', records: [...allDone(aRotation(), rita, 'before'), aRecord('stop', rita)] })
    expect(reached(facts)).toEqual(['planned', 'announced', 'snapshot-taken', 'services-stopped'])
    const failed = aRotation({ status: 'in_progress', records: [aRecord('stop', rita, { state: 'failed' })] })
    expect(reached(failed)).toEqual(['planned'])
    expect(statesReached(aRotation({ rule: 'staging' })).find(({ id }) => id === 'announced')?.applies).toBe(false)
  })

  it('counts each step once, in its phase', () => {
    fc.assert(
      fc.property(fc.subarray(aRotation().steps.map(({ id }) => id)), fc.constantFrom('done', 'failed', 'not_applicable'), (ids, state) => {
        const facts = aRotation({ records: ids.map((id) => aRecord(id, rita, { state })) })
        const counts = Object.values(phaseCounts(facts))
        const sum = (key: 'done' | 'open' | 'failed' | 'notApplicable') => counts.reduce((total, each) => total + each[key], 0)
        expect(sum('done') + sum('open') + sum('failed') + sum('notApplicable')).toBe(facts.steps.length)
        expect(counts.reduce((total, each) => total + each.total, 0)).toBe(facts.steps.length - sum('notApplicable'))
      }),
      { numRuns: runs(50) },
    )
  })
})

describe('owners (000.18 to 000.22)', () => {
  it('a slot is filled by a person in its role, their token, or its own agent, and by no other software', () => {
    const slots = (actor: Actor) => ownerSlotsFor(aRotation().plan.owners, AGENTS, actor, 'robodj', NOW).map(({ id }) => id)
    expect(slots(rita)).toEqual(['release-manager-agent'])
    expect(slots(sam)).toEqual(['secops-secrets-auditor-agent'])
    expect(slots(agent)).toEqual(['release-manager-agent'])
    expect(slots(anAgent('agent-other', 'rita'))).toEqual([])
    expect(slots(ines)).toEqual([])
    expect(slots(aToken(rita, ['rotation:run']))).toEqual(['release-manager-agent'])
    expect(slots(aToken(rita, ['read']))).toEqual([])
    expect(slots(aToken(rita, ['rotation:run'], 'stack'))).toEqual([])
  })

  it('open it, and so do SecOps and Release Managers; nobody else, and no other system’s', () => {
    const rule = aRotation({ rule: 'dev' }).ownership
    const system = { id: 'robodj', name: 'RoboDJ' }
    const may = (actor: Actor) => whyNotOpen(actor, system, rule, AGENTS, NOW) === null
    expect(may(aPerson('ed', ['engineer']))).toBe(true)
    for (const role of ['secops', 'release_manager', 'dev_lead'] as const) expect(may(aPerson('x', [role]))).toBe(true)
    for (const role of ['management', 'auditor', 'admin', 'incident_commander', 'production_approver'] as const)
      expect(may(aPerson('x', [role]))).toBe(false)
    expect(may(aToken(aPerson('ed', ['engineer']), ['rotation:run']))).toBe(true)
    expect(may(aToken(aPerson('ed', ['engineer']), ['promotion:open']))).toBe(false)
    expect(may(anAgent('agent-rm', 'rita'))).toBe(false)
  })

  it('an emergency has an open incident, and what is scheduled an age (003)', () => {
    const rule = aRotation().ownership
    const open = { id: 'INC-0001', isOpen: true }
    for (const cause of ['suspected_exposure', 'offboarding', 'integrity_failure'] as const) {
      expect(whyNotCause(cause, null, rule)?.place).toBe('incident')
      expect(whyNotCause(cause, open, rule)).toBeNull()
      expect(whyNotCause(cause, { ...open, isOpen: false }, rule)?.code).toBe('wrong_state')
    }
    expect(whyNotCause('scheduled', null, rule)).toBeNull()
    expect(whyNotCause('scheduled', null, { ...rule, maxAge: undefined })?.code).toBe('policy_forbids')
    expect(whyNotCause('by_hand', null, rule)).toBeNull()
  })

  it('never approve what they opened, perform or confirm, nor the other way round', () => {
    const hash = aRotation().sealed?.hash ?? ''
    const olga = aPerson('olga', ['incident_commander'])
    expect(code(whyNotApprove(aRotation(), SLOT, olga, hash, NOW))).toBe('separation_of_duties')
    expect(whyNotApprove(aRotation(), SLOT, ines, hash, NOW)).toBeNull()
    expect(code(whyNotApprove(aRotation(), SLOT, { ...agent, grants: ines.grants }, hash, NOW))).toBe('separation_of_duties')
    expect(code(whyNotApprove(aRotation({ records: [aRecord('env-identified', ines)] }), SLOT, ines, hash, NOW))).toBe(
      'separation_of_duties',
    )
    const confirmed = [{ owner: OWNERS[1], by: whoIs(ines), note: null, at: NOW }]
    expect(rotationApproval(aRotation({ confirmations: confirmed }), NOW).ownActs.get('ines')).toBe('confirmed this rotation')
    const hats = aPerson('hats', ['release_manager', 'secops', 'incident_commander'])
    const approved = aRotation({ signOffs: signed(hats) })
    for (const actor of [hats, anAgent('agent-rm', 'hats'), aToken(hats, ['rotation:run'])]) {
      expect(code(whyNotStart(approved, OWNERS[0], actor, NOW))).toBe('separation_of_duties')
      expect(code(whyNotRecordStep(approved, { step: 'env-identified', state: 'done' }, actor, NOW))).toBe('separation_of_duties')
    }
  })
})

describe('confirming', () => {
  it('is each other owner’s, once, never by who performed or recorded its steps, whatever else they hold (000.21, 000.22)', () => {
    const hats = aPerson('hats', ['release_manager', 'secops'])
    const base = aRotation()
    const before = allDone(base, rita, 'prerequisite', 'before')
    const verified = (performer: Actor, by: Actor, more: Parameters<typeof aRotation>[0] = {}) =>
      aRotation({
        status: 'verifying',
        signOffs: signed(ines),
        performer: { ...whoIs(performer), slot: OWNERS[0] },
        records: [...before, ...allDone(base, by, 'during', 'after')],
        ...more,
      })
    const confirm = (facts: RotationFacts, actor: Actor, owner: string = OWNERS[1]) => code(whyNotConfirm(facts, owner, actor, NOW))
    expect(confirm(verified(rita, rita), sam)).toBeNull()
    expect(confirm(verified(rita, rita), anAgent('agent-sec', 'sam'))).toBeNull()
    expect(confirm(verified(hats, rita), hats)).toBe('separation_of_duties')
    expect(confirm(verified(rita, hats), hats)).toBe('separation_of_duties')
    expect(confirm(verified(rita, rita), anAgent('agent-sec', 'rita'))).toBe('separation_of_duties')
    expect(confirm(verified(rita, rita, { signOffs: signed(sam) }), sam)).toBe('separation_of_duties')
    expect(confirm(verified(rita, rita), sam, OWNERS[0])).toBe('not_allowed')
    expect(confirm(verified(rita, rita), rita, OWNERS[0])).toBe('separation_of_duties')
    expect(confirm(verified(rita, rita, { records: before }), sam)).toBe('held')
    expect(confirm(aRotation({ rule: 'staging', status: 'verifying' }), rita, OWNERS[0])).toBe('policy_forbids')
    const once = [{ owner: OWNERS[1], by: whoIs(sam), note: null, at: NOW }]
    expect(confirm(verified(rita, rita, { confirmations: once }), sam)).toBe('conflict')
  })
})

describe('starting', () => {
  const ready = (more: Parameters<typeof aRotation>[0] = {}) =>
    aRotation({ signOffs: signed(ines), records: allDone(aRotation(), rita, 'prerequisite', 'before'), ...more })

  it('takes approval, every prerequisite and pre-check, the window, and an owner (003.2 to 003.4, 003.18)', () => {
    expect(whyNotStart(ready(), OWNERS[0], agent, NOW)).toBeNull()
    expect(code(whyNotStart(ready({ signOffs: [] }), OWNERS[0], rita, NOW))).toBe('held')
    expect(code(whyNotStart(ready({ declined: true }), OWNERS[0], rita, NOW))).toBe('held')
    expect(code(whyNotStart(ready(), OWNERS[1], rita, NOW))).toBe('not_allowed')
    expect(code(whyNotStart(ready(), 'no-such-owner', rita, NOW))).toBe('not_found')
    for (const step of aRotation().steps.filter(({ phase }) => phase === 'prerequisite' || phase === 'before')) {
      const records = allDone(aRotation(), rita, 'prerequisite', 'before').filter((record) => record.step !== step.id)
      expect([step.id, code(whyNotStart(ready({ records }), OWNERS[0], rita, NOW))]).toEqual([step.id, 'held'])
    }
    const window = { startsAt: hours(1), endsAt: hours(2) }
    expect(code(whyNotStart(ready({ window }), OWNERS[0], rita, NOW))).toBe('outside_window')
    expect(whyNotStart(ready({ window }), OWNERS[0], rita, hours(1))).toBeNull()
    expect(code(whyNotStart(ready({ window }), OWNERS[0], rita, hours(2)))).toBe('outside_window')
    for (const status of ROTATION_STATUSES.slice(1)) expect(code(whyNotStart(ready({ status }), OWNERS[0], rita, NOW))).toBe('wrong_state')
  })
})

describe('rolling back', () => {
  it('is open at any running step, by the triggers of the runbook or another reason (003.13)', () => {
    expect(triggersOf(aRotation().plan).map(({ id }) => id)).toEqual(['boot-failure', 'decryption-errors', 'failed-step', 'other'])
    const can = (status: RotationStatus, actor: Actor = rita) => code(whyNotRollBack(aRotation({ status }), 'boot-failure', actor, NOW))
    expect([can('in_progress'), can('verifying')]).toEqual([null, null])
    expect([can('planned'), can('rolling_back'), can('completed'), can('rolled_back'), can('cancelled')]).toEqual([
      'wrong_state',
      'conflict',
      'wrong_state',
      'wrong_state',
      'wrong_state',
    ])
    expect([can('verifying', ines), can('verifying', sam), can('verifying', agent)]).toEqual([null, null, null])
    for (const role of ['engineer', 'management', 'auditor', 'admin'] as const)
      expect(can('verifying', aPerson('x', [role]))).toBe('not_allowed')
    expect(whyNotRollBack(aRotation({ status: 'verifying' }), 'weather', rita, NOW)?.place).toBe('trigger')
  })

  it('ends when each of its steps is settled, and owes a postmortem until there is a reference (003.14, 003.19)', () => {
    const performer = { ...whoIs(rita), slot: OWNERS[0] }
    const back = (records: StepRecord[]) => aRotation({ status: 'rolling_back', performer, records })
    const all = allDone(aRotation(), rita, 'rollback')
    expect(whyNotFinishRollback(back(all), rita, NOW)).toBeNull()
    expect(code(whyNotFinishRollback(back(all.slice(1)), rita, NOW))).toBe('held')
    expect(code(whyNotFinishRollback(back(all), sam, NOW))).toBe('not_allowed')
    expect(code(whyNotFinishRollback(aRotation({ status: 'verifying' }), rita, NOW))).toBe('wrong_state')
    expect(owesPostmortem({ status: 'rolled_back', postmortem: null })).toBe(true)
    expect(owesPostmortem({ status: 'rolled_back', postmortem: 'Wiki' })).toBe(false)
  })

  it('what has not started is cancelled, by its owners, SecOps, a Release Manager or whoever opened it', () => {
    expect(whyNotCancel(aRotation(), aPerson('olga', ['engineer']), NOW)).toBeNull()
    for (const actor of [rita, sam, agent]) expect(whyNotCancel(aRotation(), actor, NOW)).toBeNull()
    expect(code(whyNotCancel(aRotation(), ines, NOW))).toBe('not_allowed')
    expect(code(whyNotCancel(aRotation({ status: 'in_progress' }), rita, NOW))).toBe('wrong_state')
  })
})

describe('done', () => {
  it('is what no fingerprint contradicts (003, 002.21)', () => {
    const facts = aRotation({
      rule: 'staging',
      status: 'verifying',
      performer: { ...whoIs(rita), slot: OWNERS[0] },
      records: allDone(aRotation({ rule: 'staging' }), rita, 'prerequisite', 'before', 'during', 'after'),
    })
    const finding = (more: object) => ({
      kind: 'changed_nothing' as const,
      system: 'robodj',
      profile: 'staging',
      mapping: 'secret-key',
      sentence: 'It still has the value it had.',
      other: null,
      rotation: 'ROT-0031',
      since: NOW,
      ...more,
    })
    expect(whyNotComplete(facts, rita, [], NOW)).toBeNull()
    for (const kind of ['changed_nothing', 'pair_not_shifted', 'old_secondary_in_use'] as const)
      expect(code(whyNotComplete(facts, rita, [finding({ kind })], NOW))).toBe('held')
    expect(code(whyNotComplete(facts, rita, [finding({ kind: 'pair_identical', rotation: null })], NOW))).toBe('held')
    expect(contradictions(facts, [finding({ rotation: 'ROT-0030' })])).toEqual([])
    expect(contradictions(facts, [finding({ kind: 'pair_identical', rotation: null, profile: 'prod' })])).toEqual([])
    expect(contradictions(facts, [finding({ kind: 'shared_between_profiles' })])).toEqual([])
  })

  it('is said in the first person by whoever approves, with what and where', () => {
    const facts = aRotation({ window: { startsAt: hours(1), endsAt: hours(2) } })
    expect(rotationStatement(facts, { name: 'Ines', capacity: 'Incident commander', decision: 'approve' }, windowInWords)).toBe(
      'I, Ines, as Incident commander, approve the rotation of ROBODJ_SECRET_KEY and ROBODJ_SECRET_V2_KEY of RoboDJ on prod (shift pair), as version 1 of the plan of ROT-0031 says. It starts in the window 19 Nov 2026, 13:00–14:00 UTC.',
    )
    const discogs = aRotation({ policyOf: waxwatch, rule: 'production-discogs' })
    expect(rotationStatement(discogs, { name: 'Ines', capacity: 'X', decision: 'decline' }, windowInWords)).toContain(
      'decline the rotation of DISCOGS_TOKEN of WaxWatch on production (replace, then revoke)',
    )
  })
})

// ---------- no sequence of actions completes a rotation without its approvals, checklist and verification ----------

const CAST: Record<string, Actor> = {
  rita,
  sam,
  ines,
  agent,
  auditor: anAgent('agent-sec', 'sam'),
  pat: aPerson('pat', ['production_approver']),
  hats: aPerson('hats', ['release_manager', 'secops', 'incident_commander']),
  stranger: aPerson('stranger', ['engineer']),
}
type World = { facts: RotationFacts; records: StepRecord[]; tick: number }

const rejoin = (world: World, more: Partial<RotationFacts> = {}): World => {
  const facts = { ...world.facts, ...more }
  return { ...world, facts: { ...facts, steps: joinSteps(facts.plan, world.records, facts.status, facts.variant) }, tick: world.tick + 1 }
}
const at = (world: World) => new Date(NOW.getTime() + world.tick * 1_000)

/** What an accepted act makes of the world; a refused one leaves it as it is. The guards are those of the use cases. */
function act(world: World, verb: number, who: string, pick: number): World {
  const actor = CAST[who] as Actor
  const { facts } = world
  const now = at(world)
  switch (verb) {
    case 0: {
      const hash = facts.sealed?.hash ?? ''
      if (whyNotApprove(facts, SLOT, actor, hash, now)) return world
      const signOff = {
        id: `SIG-${world.tick}`,
        slotKey: SLOT,
        signerId: actor.id,
        signerName: actor.name,
        decision: 'approve' as const,
        signedAt: now,
      }
      return rejoin(world, { signOffs: [...facts.signOffs, signOff] })
    }
    case 1: {
      const owner = OWNERS[pick % 2] as string
      if (whyNotStart(facts, owner, actor, now)) return world
      return rejoin(world, { status: 'in_progress', startedAt: now, performer: { ...whoIs(actor), slot: owner } })
    }
    case 2:
    case 3:
    case 4: {
      const next = openStep(facts)
      const step = verb === 4 ? facts.steps[pick % facts.steps.length] : next
      if (!step) return world
      const state = verb === 3 && pick % 7 === 0 ? 'failed' : pick % 11 === 0 ? 'not_applicable' : 'done'
      const input = {
        step: step.id,
        state: state as StepRecord['state'],
        note: 'Seen',
        reference: 'Safe 12',
        ...(state === 'done' && step.records === 'new-key' ? { newKeys: { 'secret-key': 'k8' } } : {}),
        ...(step.choices[0] ? { variant: step.choices[0].id } : {}),
        how: 'hand' as const,
      }
      if (whyNotRecordStep(facts, input, actor, now)) return world
      const record = aRecord(step.id, actor, { state: input.state, variant: input.variant ?? null, at: now })
      const after = rejoin({ ...world, records: [...world.records, record] })
      return facts.status === 'in_progress' && openStep(after.facts) === null
        ? rejoin(after, { status: 'verifying', verifyingAt: now })
        : after
    }
    case 5: {
      const owner = OWNERS[pick % 2] as string
      if (whyNotConfirm(facts, owner, actor, now)) return world
      return rejoin(world, { confirmations: [...facts.confirmations, { owner, by: whoIs(actor), note: null, at: now }] })
    }
    case 6:
      return whyNotComplete(facts, actor, [], now) ? world : rejoin(world, { status: 'completed', endedAt: now })
    case 7:
      return pick % 5 !== 0 || whyNotRollBack(facts, 'other', actor, now) ? world : rejoin(world, { status: 'rolling_back' })
    default:
      return whyNotFinishRollback(facts, actor, now) ? world : rejoin(world, { status: 'rolled_back', endedAt: now })
  }
}

/** What a completed rotation must look like, asked of the records alone and in other words than the guards'. */
function ensureSound({ facts, records }: World): void {
  const acts = [
    ...records.map(({ by }) => by.countsAsId),
    facts.performer?.countsAsId,
    ...facts.confirmations.map(({ by }) => by.countsAsId),
  ]
  for (const { signerId } of facts.signOffs) {
    expect([...acts, facts.openedBy.countsAsId]).not.toContain(signerId)
    expect(['ines', 'pat', 'hats']).toContain(signerId)
  }
  if (facts.status === 'completed') {
    expect(facts.signOffs.map(({ slotKey }) => slotKey)).toEqual([SLOT])
    for (const step of facts.plan.steps.filter(({ phase }) => phase !== 'rollback')) {
      const last = records.filter((record) => record.step === step.id).at(-1)
      expect([step.id, last?.state === 'done' || (last?.state === 'not_applicable' && step.asks !== null)]).toEqual([step.id, true])
    }
    expect(facts.confirmations.map(({ owner }) => owner)).toEqual(OWNERS.filter((owner) => owner !== facts.performer?.slot))
    expect(facts.confirmations.map(({ by }) => by.countsAsId)).not.toContain(facts.performer?.countsAsId)
    expect(openConfirmations(facts)).toEqual([])
  }
  // Steps stand in the order in which they were open: nothing of a later phase before an earlier one is settled.
  const running = records.filter(
    ({ step, state }) => state !== 'failed' && facts.plan.steps.find(({ id }) => id === step)?.phase === 'during',
  )
  expect(running.map(({ step }) => step)).toEqual(['stop', 'rotate', 'restart'].slice(0, running.length))
  expect(facts.steps.filter(({ state }) => state === 'open').length <= 1 || facts.status === 'planned').toBe(true)
}

describe('a rotation walked at random', () => {
  const names = Object.keys(CAST)
  const step = fc.record({ verb: fc.nat(8), who: fc.nat(names.length - 1), pick: fc.nat(1_000) })
  // Whom one would expect: without them a random walk hardly ever gets to the end.
  const natural = ['ines', 'rita', 'rita', 'rita', 'rita', 'auditor', 'rita', 'sam', 'rita']

  it('no sequence of actions completes it without its approvals, its checklist and its verification (000.21, 003.2 to 003.12)', () => {
    let completed = 0
    let rolledBack = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean()), { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        let world: World = { facts: aRotation({ variant: 'docker' }), records: [], tick: 0 }
        for (const [{ verb, who, pick }, expected] of steps) {
          const name = expected ? (natural[verb] as string) : (names[who] as string)
          world = act(world, verb, name, pick)
          ensureSound(world)
        }
        // Then somebody finishes in earnest what is left, so that ends are reached.
        for (let i = 0; i < 60; i += 1)
          world = act(
            world,
            [0, 2, 1, 2, 5, 6, 8][i % 7] as number,
            i % 2 ? 'rita' : (natural[[0, 2, 1, 2, 5, 6, 8][i % 7] as number] as string),
            i % 2 ? 1 : 2,
          )
        ensureSound(world)
        if (world.facts.status === 'completed') completed += 1
        if (world.facts.status === 'rolled_back') rolledBack += 1
      }),
      { numRuns: runs(150) },
    )
    // Few walks may all end elsewhere; a full run reaches both ends.
    if (runs(150) >= 1_500) expect([completed > 0, rolledBack > 0]).toEqual([true, true])
  })

  it('every settled step stays settled, and what has ended takes nothing more', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
        let world: World = { facts: aRotation({ variant: 'docker' }), records: [], tick: 0 }
        for (const { verb, who, pick } of steps) {
          const before = world.facts.steps.filter(isSettled).map(({ id }) => id)
          const ended = ['completed', 'rolled_back'].includes(world.facts.status)
          const next = act(world, verb, names[who] as string, pick)
          if (ended) expect(next).toBe(world)
          expect(next.facts.steps.filter(isSettled).map(({ id }) => id)).toEqual(expect.arrayContaining(before))
          world = next
        }
      }),
      { numRuns: runs(60) },
    )
  })
})

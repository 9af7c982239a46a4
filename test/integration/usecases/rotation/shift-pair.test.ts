import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { phaseCounts, rotationPhase, statesReached } from '@/lib/domain/rotation'
import { recordStepInput } from '@/lib/schemas/rotation'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { openRotation } from '@/lib/usecases/rotation/open-rotation'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aPerson, aToken } from '../../../support/people'
import { anAgent, approve, aRotation, doAll, doStep, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

// RoboDJ's pair of keys on its three profiles, by its own runbook (000.15, 000.17 to 000.22, 003).

let scene: Scene
let agent: Ctx
let auditor: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  agent = await anAgent(scene, 'Release Manager Agent', scene.people.release_manager)
  auditor = await anAgent(scene, 'SecOps Secrets Auditor Agent', scene.people.secops)
}, 60_000)

const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)
const PROOF = { proof: 'Overwritten in the store, entry 4711' }

describe('staging: the Release Manager Agent owns, Management approves (000.20, 000.22)', () => {
  it('walks from plan to completion: approval, checks, steps one at a time, verification, the old key retired with proof (003.2 to 003.12)', async () => {
    const { people } = scene
    const opened = await aRotation(scene, 'staging', { variant: 'windows', reason: 'The quarter is over.' })
    expect(opened).toMatchObject({ id: expect.stringMatching(/^ROT-\d{4}$/), number: 1 })
    const planned = await rotationOf(opened.id)
    expect(rotationPhase(planned)).toBe('planned')
    expect(planned.members.map(({ variable, brings }) => [variable, brings])).toEqual([
      ['ROBODJ_SECRET_KEY', true],
      ['ROBODJ_SECRET_V2_KEY', false],
    ])
    // "If production": announcing is not part of a staging rotation (003.4, 003.5).
    expect(planned.steps.map(({ id }) => id)).not.toContain('announce')
    expect(planned.plan.steps.find(({ id }) => id === 'stop')?.variants.map(({ id }) => id)).toEqual(['windows', 'docker'])

    expect((await refusalOf(startRotation(agent, { rotation: opened.id, owner: 'release-manager-agent' }))).sentence).toBe(
      `${opened.id} waits for approval by Management.`,
    )
    const { id: signature } = await approve(people.management, opened.id, 'management', opened.hash)
    expect(signature).toMatch(/^SIG-/)
    expect(rotationPhase(await rotationOf(opened.id))).toBe('approved')

    const early = await refusalOf(startRotation(agent, { rotation: opened.id, owner: 'release-manager-agent' }))
    expect(early.code).toBe('held')
    expect(early.details?.join(' ')).toContain('Nothing depends on the old v2 key any more')
    // Where the values before are kept is a reference, and never left out (003.16).
    expect((await refusalOf(recordStep(agent, { rotation: opened.id, step: 'values-captured', state: 'done', note: 'Yes' }))).place).toBe(
      'reference',
    )
    await doAll(agent, opened.id, 'prerequisite', 'before')
    expect(await startRotation(agent, { rotation: opened.id, owner: 'release-manager-agent' })).toEqual({
      status: 'in_progress',
      next: 'stop',
    })

    const outOfTurn = await refusalOf(doStep(agent, opened.id, 'restart'))
    expect(outOfTurn.sentence).toBe('One step is open at a time. 3.1 Stop Runtime Services comes first.')
    expect(await doStep(agent, opened.id, 'stop')).toEqual({ status: 'in_progress', next: 'rotate' })
    // Whether the script did it or somebody by hand is part of the evidence (003.10); the new key's id too, of the primary only (003.7, 003.11).
    const rotate = { rotation: opened.id, step: 'rotate', state: 'done' as const }
    expect((await refusalOf(recordStep(agent, { ...rotate, newKeys: { 'secret-key': 'k8' } }))).place).toBe('how')
    expect((await refusalOf(recordStep(agent, { ...rotate, how: 'hand' }))).sentence).toBe(
      'Give the id of the new key of ROBODJ_SECRET_KEY, never its value.',
    )
    expect(
      (await refusalOf(recordStep(agent, { ...rotate, how: 'hand', newKeys: { 'secret-key': 'k8', 'secret-v2-key': 'k9' } }))).code,
    ).toBe('invalid')
    await recordStep(agent, { ...rotate, how: 'hand', newKeys: { 'secret-key': 'k8' }, note: 'The script is not there yet' })
    expect(await doStep(agent, opened.id, 'restart')).toEqual({ status: 'verifying', next: 'key-integrity' })

    // A log entry is shown, not only claimed (003.12).
    expect(
      (await refusalOf(recordStep(agent, { rotation: opened.id, step: 'key-integrity', state: 'done', how: 'script' }))).sentence,
    ).toMatch(/takes evidence/)
    await doStep(agent, opened.id, 'key-integrity')
    expect((await refusalOf(completeRotation(agent, { rotation: opened.id, ...PROOF }))).code).toBe('held')
    const na = { rotation: opened.id, step: 'dashboard', state: 'not_applicable' as const }
    expect((await refusalOf(recordStep(agent, na))).sentence).toBe('Say in a note why it does not apply (if applicable).')
    await recordStep(agent, { ...na, note: 'No dashboard here' })
    await doStep(agent, opened.id, 'config-save')
    expect((await refusalOf(completeRotation(people.management, { rotation: opened.id, ...PROOF }))).code).toBe('not_allowed')
    await completeRotation(agent, { rotation: opened.id, ...PROOF, link: 'https://store.example.org/entries/4711' })

    const done = await rotationOf(opened.id)
    expect(rotationPhase(done)).toBe('completed')
    expect(phaseCounts(done)).toMatchObject({
      prerequisite: { total: 3, done: 3 },
      before: { total: 5, done: 5 },
      during: { total: 3, done: 3, open: 0, failed: 0 },
      after: { total: 2, done: 2, notApplicable: 1 },
      rollback: { done: 0, open: 5 },
    })
    const step = done.steps.find(({ id }) => id === 'rotate')
    expect(step?.record).toMatchObject({
      how: 'hand',
      newKeys: { 'secret-key': 'k8' },
      by: { name: 'Release Manager Agent', kind: 'agent' },
    })
    expect(step?.variant?.id).toBe('secret-store')
    expect(statesReached(done).map(({ id, applies, at }) => [id, applies, at !== null])).toEqual([
      ['planned', true, true],
      ['announced', false, false],
      ['snapshot-taken', true, true],
      ['services-stopped', true, true],
      ['rotated', true, true],
      ['restarted', true, true],
      ['verified', true, true],
      ['rolled-back', true, false],
      ['incident-logged', true, false],
    ])
    const [key] = await db.keyVersion.findMany({ where: { systemId: 'robodj', profileKey: 'staging', endedAt: null } })
    expect(key).toMatchObject({ mappingKey: 'secret-key', keyId: 'k8', use: 'current', rotationId: opened.id })
    const told = await actions(opened.id)
    expect(told.slice(0, 3)).toEqual(['rotation.opened', 'rotation.planned', 'rotation.approved'])
    expect(told.filter((action) => action === 'rotation.step_recorded')).toHaveLength(14)
    expect(told.slice(-1)).toEqual(['rotation.completed'])
    expect((await refusalOf(doStep(agent, opened.id, 'rollback-stop'))).code).toBe('wrong_state')
  })

  it('a second rotation of the profile is planned by the way of the last one (003.9), and shifts what is there: old primary second, old second retired', async () => {
    const opened = await aRotation(scene, 'staging')
    expect((await rotationOf(opened.id)).variant).toBe('windows')
    await approve(scene.people.management, opened.id, 'management', opened.hash)
    await doAll(scene.people.release_manager, opened.id, 'prerequisite', 'before')
    await startRotation(scene.people.release_manager, { rotation: opened.id, owner: 'release-manager-agent' })
    await doAll(scene.people.release_manager, opened.id, 'during', 'after')
    await completeRotation(scene.people.release_manager, { rotation: opened.id, ...PROOF })
    const keys = await db.keyVersion.findMany({ where: { systemId: 'robodj', profileKey: 'staging', endedAt: null } })
    expect(keys.map(({ mappingKey, use }) => [mappingKey, use]).toSorted()).toEqual([
      ['secret-key', 'current'],
      ['secret-v2-key', 'current'],
    ])
    expect(keys.find(({ mappingKey }) => mappingKey === 'secret-v2-key')?.keyId).toBe('k8')
  })

  it('one key of the pair is not rotated alone, in the words of the policy, and nothing is left behind (000.15, 000.17)', async () => {
    const before = await trailLength()
    const alone = await refusalOf(aRotation(scene, 'staging', { secrets: ['secret-key'] }))
    expect(alone).toMatchObject({ code: 'policy_forbids', place: 'secrets' })
    expect(alone.sentence).toBe(
      'Rotating one key of the pair without the other is a violation. Rotate as a pair with v2 key. Rotate ROBODJ_SECRET_V2_KEY with it.',
    )
    expect(await trailLength()).toBe(before)
  })

  it('is open once at a time, and opened by its owners, SecOps and Release Managers only (000.18)', async () => {
    for (const role of ['engineer', 'management', 'auditor', 'admin', 'incident_commander'] as const)
      expect((await refusalOf(aRotation(scene, 'staging', {}, scene.people[role]))).code).toBe('not_allowed')
    const token = await aToken(scene.people.release_manager, { scopes: ['read'], systemId: 'robodj' })
    expect((await refusalOf(aRotation(scene, 'staging', {}, token))).place).toBe('rotation:run')
    const { id } = await aRotation(scene, 'staging', {}, agent)
    expect((await refusalOf(aRotation(scene, 'staging', {}, scene.people.secops))).code).toBe('conflict')
    await cancelRotation(agent, { rotation: id, reason: 'Opened to see.' })
    expect(rotationPhase(await rotationOf(id))).toBe('cancelled')
  })

  it('neither unknown rules nor other systems are answered for (T23)', async () => {
    expect((await refusalOf(aRotation(scene, 'no-such-rule'))).code).toBe('not_found')
    const stranger = await aPerson('Stranger Here', ['release_manager'], 'elsewhere')
    expect((await refusalOf(aRotation(scene, 'staging', {}, stranger))).code).toBe('not_found')
    expect((await refusalOf(startRotation(stranger, { rotation: 'ROT-0001', owner: 'x' }))).code).toBe('not_found')
  })

  it('what looks like a value is refused in every field, also where the id of a key belongs (T18)', async () => {
    const value = `hunter-${'q7Zk2LmP9xVw4TnB8rYc'.repeat(2)}`
    expect(recordStepInput.safeParse({ rotation: 'ROT-0001', step: 'x', state: 'done', newKeys: { a: `${value}${value}` } }).success).toBe(
      false,
    )
    const before = await trailLength()
    const token = ['ghp', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('_')
    const refusal = await refusalOf(
      recordStep(agent, { rotation: 'ROT-0001', step: 'rotate', state: 'done', how: 'hand', newKeys: { 'secret-key': token } }),
    )
    expect(refusal.code).toBe('secret_refused')
    expect(await trailLength()).toBe(before)
    const reason = `The value was ${token}`
    expect((await refusalOf(openRotation(agent, { system: 'robodj', rule: 'staging', cause: 'by_hand', reason }))).code).toBe(
      'secret_refused',
    )
  })
})

describe('prod: two owners, one of them an agent, and the incident commander approves (000.21, 000.22)', () => {
  it('one performs, the other confirms, and nobody of them approves', async () => {
    const { people } = scene
    const opened = await aRotation(scene, 'prod', { variant: 'docker' })
    const facts = await rotationOf(opened.id)
    expect(facts.steps.find(({ id }) => id === 'announce')?.state).toBe('open')
    const both = await aPerson('Both Hats', ['production_approver', 'release_manager', 'secops'], 'robodj')
    await approve(people.incident_commander, opened.id, 'incident-commander-or-approver', opened.hash)
    await doAll(people.release_manager, opened.id, 'prerequisite', 'before')
    await startRotation(people.release_manager, { rotation: opened.id, owner: 'release-manager-agent' })
    await doAll(people.release_manager, opened.id, 'during')
    expect((await refusalOf(confirmRotation(auditor, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' }))).code).toBe('held')
    // The other owner does not perform, and who performs does not confirm.
    expect((await refusalOf(doStep(auditor, opened.id, 'key-integrity'))).code).toBe('not_allowed')
    await doAll(people.release_manager, opened.id, 'after')
    expect((await refusalOf(completeRotation(people.release_manager, { rotation: opened.id, ...PROOF }))).sentence).toBe(
      `SecOps Secrets Auditor Agent still has to confirm ${opened.id}.`,
    )
    expect(
      (await refusalOf(confirmRotation(people.release_manager, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' }))).code,
    ).toBe('not_allowed')
    expect((await refusalOf(confirmRotation(both, { rotation: opened.id, owner: 'release-manager-agent' }))).code).toBe(
      'separation_of_duties',
    )
    expect(await confirmRotation(auditor, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' })).toEqual({ waiting: [] })
    expect((await refusalOf(confirmRotation(people.secops, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' }))).code).toBe(
      'conflict',
    )
    await completeRotation(people.release_manager, { rotation: opened.id, ...PROOF })
    expect((await actions(opened.id)).slice(-2)).toEqual(['rotation.confirmed', 'rotation.completed'])
  })

  it('an agent’s act counts as its maker’s: who approved cannot let their agent perform, and who performed by an agent cannot confirm', async () => {
    const boss = await aPerson('Boss Of Agents', ['release_manager', 'production_approver', 'secops'], 'robodj')
    const theirs = await anAgent(scene, 'Release Manager Agent', boss)
    const opened = await aRotation(scene, 'prod')
    await approve(boss, opened.id, 'incident-commander-or-approver', opened.hash)
    await doAll(agent, opened.id, 'prerequisite', 'before')
    for (const who of [boss, theirs])
      expect((await refusalOf(startRotation(who, { rotation: opened.id, owner: 'release-manager-agent' }))).code).toBe(
        'separation_of_duties',
      )
    await startRotation(agent, { rotation: opened.id, owner: 'release-manager-agent' })
    await doAll(agent, opened.id, 'during', 'after')
    expect((await refusalOf(confirmRotation(boss, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' }))).code).toBe(
      'separation_of_duties',
    )
    const maker = await aPerson('Maker Of Both', ['release_manager', 'secops'], 'robodj')
    const byMaker = await anAgent(scene, 'SecOps Secrets Auditor Agent', scene.people.release_manager)
    expect((await refusalOf(confirmRotation(byMaker, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' }))).sentence).toMatch(
      /^You performed/,
    )
    await confirmRotation(maker, { rotation: opened.id, owner: 'secops-secrets-auditor-agent' })
    await completeRotation(agent, { rotation: opened.id, ...PROOF })
  })
})

describe('dev: any of its owners, a dev lead approves (000.19)', () => {
  it('offers the `.env` variant, which staging and prod show as refused with the rule (003 against 000)', async () => {
    const { people } = scene
    const opened = await aRotation(scene, 'dev', { variant: 'docker' }, people.engineer)
    const other = await aPerson('Lead Too', ['dev_lead'], 'robodj')
    await approve(other, opened.id, 'dev-lead', opened.hash)
    await doAll(people.engineer, opened.id, 'prerequisite', 'before')
    await startRotation(people.engineer, { rotation: opened.id, owner: 'feature-owner' })
    await doStep(people.engineer, opened.id, 'stop')
    const step = (await rotationOf(opened.id)).steps.find(({ id }) => id === 'rotate')
    expect(step?.choices.map(({ id }) => id)).toEqual(['secret-store', 'env-file'])
    const done = { rotation: opened.id, step: 'rotate', state: 'done' as const, how: 'hand' as const, newKeys: { 'secret-key': 'd1' } }
    expect((await refusalOf(recordStep(people.engineer, done))).sentence).toBe('Say by which way it was done: Secret store or `.env` file.')
    await recordStep(people.engineer, { ...done, variant: 'env-file' })
    await doAll(people.engineer, opened.id, 'during', 'after')
    // One of several owners performs; nobody has to confirm.
    expect((await refusalOf(confirmRotation(people.dev_lead, { rotation: opened.id, owner: 'local-operator' }))).code).toBe(
      'policy_forbids',
    )
    await completeRotation(people.engineer, { rotation: opened.id, ...PROOF })

    const refused = 'Fallback secret files are prohibited outside explicit local dev/break-glass scenarios.'
    for (const rule of ['staging', 'prod']) {
      const no = await refusalOf(aRotation(scene, rule, { variant: 'env-file' }))
      expect(no).toMatchObject({ code: 'policy_forbids', place: 'variant' })
      expect(no.sentence).toBe(`\`.env\` file: local development only, so not on ${rule}. ${refused}`)
    }
    const { id } = await aRotation(scene, 'staging')
    const shown = (await rotationOf(id)).steps.find((each) => each.id === 'rotate')
    expect(shown?.variants.map((variant) => [variant.id, variant.refused === null])).toEqual([
      ['secret-store', true],
      ['env-file', false],
    ])
  })

  it('who opened it does not approve it', async () => {
    const { people } = scene
    const opened = await aRotation(scene, 'dev', {}, people.dev_lead)
    expect((await refusalOf(approve(people.dev_lead, opened.id, 'dev-lead', opened.hash))).sentence).toBe(
      'You opened this rotation. Nobody signs what they opened, own or performed.',
    )
    await cancelRotation(people.dev_lead, { rotation: opened.id, reason: 'Opened to see.' })
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { openStep, rotationPhase, statesReached } from '@/lib/domain/rotation'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { recordPostmortem } from '@/lib/usecases/rotation/record-postmortem'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { anAgent, approve, aRotation, aStartedRotation, doAll, doStep, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

// What happens when a rotation fails (003.13, 003.14, 003.19), and what an emergency is.

let scene: Scene
let agent: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  agent = await anAgent(scene, 'Release Manager Agent', scene.people.release_manager)
}, 60_000)

const OWNER = 'release-manager-agent'
const staging = () =>
  aStartedRotation(scene, 'staging', { owner: OWNER, performer: agent, approver: scene.people.management, slot: 'management' })

describe('a verification that fails', () => {
  it('leads to the rollback list in order, with an incident made for it, keys as they were, and the postmortem on record (003.13, 003.14, 003.19)', async () => {
    await recordKeyVersion(scene.people.release_manager, { system: 'robodj', profile: 'staging', mapping: 'secret-key', keyId: 'k1' })
    await recordKeyVersion(scene.people.release_manager, { system: 'robodj', profile: 'staging', mapping: 'secret-v2-key', keyId: 'k0' })
    const bornAt = async (keyId: string) =>
      (await db.keyVersion.findFirstOrThrow({ where: { systemId: 'robodj', keyId }, orderBy: { recordedAt: 'desc' } })).bornAt.getTime()
    const born = [await bornAt('k1'), await bornAt('k0')]
    const { id } = await staging()
    await doAll(agent, id, 'during')
    await doStep(agent, id, 'key-integrity')
    // A step that failed says what, holds the completion, and may be tried again.
    const failed = { rotation: id, step: 'dashboard', state: 'failed' as const }
    expect((await refusalOf(recordStep(agent, failed))).place).toBe('note')
    await recordStep(agent, { ...failed, note: 'Nobody gets in' })
    const facts = await rotationOf(id)
    expect([openStep(facts)?.id, openStep(facts)?.state]).toEqual(['dashboard', 'failed'])
    expect((await refusalOf(doStep(agent, id, 'config-save'))).code).toBe('wrong_state')
    expect((await refusalOf(completeRotation(agent, { rotation: id, proof: 'None' }))).code).toBe('held')

    expect((await refusalOf(rollBack(agent, { rotation: id, trigger: 'bad-mood', reason: 'So it is.' }))).place).toBe('trigger')
    expect((await refusalOf(rollBack(scene.people.engineer, { rotation: id, trigger: 'boot-failure', reason: 'Mine.' }))).code).toBe(
      'not_allowed',
    )
    const back = await rollBack(agent, { rotation: id, trigger: 'decryption-errors', reason: 'Fields do not open.' })
    expect(back).toMatchObject({ status: 'rolling_back', next: 'rollback-stop', incident: expect.stringMatching(/^INC-/) })
    expect(await db.incident.findUniqueOrThrow({ where: { id: back.incident } })).toMatchObject({
      systemId: 'robodj',
      profileKey: 'staging',
      severity: 'sev3',
      closedAt: null,
      title: `${id}: Primary and v2 key on staging is rolled back`,
    })
    expect((await trail({ subject: back.incident })).map(({ action }) => action)).toEqual(['incident.declared'])
    expect((await refusalOf(doStep(agent, id, 'config-save'))).code).toBe('wrong_state')
    expect((await refusalOf(finishRollback(agent, { rotation: id }))).code).toBe('held')
    expect((await refusalOf(doStep(agent, id, 'restore-secrets'))).sentence).toContain('5.1 Stop services comes first')
    await doStep(agent, id, 'rollback-stop')
    await doStep(agent, id, 'restore-secrets')
    await recordStep(agent, { rotation: id, step: 'restore-config', state: 'not_applicable', note: 'The files are whole' })
    await doStep(agent, id, 'rollback-restart')
    await recordStep(agent, { rotation: id, step: 'log-incident', state: 'done', reference: 'Postmortem 31' })
    expect(await finishRollback(agent, { rotation: id })).toEqual({ status: 'rolled_back', postmortem: 'Postmortem 31' })

    const ended = await rotationOf(id)
    expect(rotationPhase(ended)).toBe('rolled_back')
    expect(ended).toMatchObject({ trigger: { id: 'decryption-errors' }, endReason: 'Fields do not open.', incident: { id: back.incident } })
    expect(statesReached(ended).flatMap(({ id: state, at }) => (at ? [state] : []))).toEqual([
      'planned',
      'snapshot-taken',
      'services-stopped',
      'rotated',
      'restarted',
      'rolled-back',
      'incident-logged',
    ])
    const held = await db.keyVersion.findMany({ where: { systemId: 'robodj', profileKey: 'staging', endedAt: null } })
    expect(held.map(({ mappingKey, keyId, use }) => [mappingKey, keyId, use]).toSorted()).toEqual([
      ['secret-key', 'k1', 'current'],
      ['secret-v2-key', 'k0', 'current'],
    ])
    expect([await bornAt('k1'), await bornAt('k0')]).toEqual(born)
    expect((await refusalOf(recordPostmortem(agent, { rotation: id, postmortem: 'Another' }))).code).toBe('wrong_state')
  })

  it('without a reference the postmortem is owed, and recorded once (003.19)', async () => {
    const { id } = await staging()
    // The commander who is called to it may call it off; performing it is not theirs.
    await rollBack(scene.people.incident_commander, { rotation: id, trigger: 'boot-failure', reason: 'It does not come up.' })
    expect((await refusalOf(doStep(scene.people.incident_commander, id, 'rollback-stop'))).code).toBe('not_allowed')
    await doAll(agent, id, 'rollback')
    expect(await finishRollback(agent, { rotation: id })).toEqual({ status: 'rolled_back', postmortem: null })
    expect((await refusalOf(recordPostmortem(scene.people.engineer, { rotation: id, postmortem: 'Postmortem 32' }))).code).toBe(
      'not_allowed',
    )
    await recordPostmortem(scene.people.secops, { rotation: id, postmortem: 'Postmortem 32' })
    expect((await rotationOf(id)).postmortem).toBe('Postmortem 32')
    expect((await trail({ subject: id })).at(-1)?.action).toBe('rotation.postmortem_recorded')
  })

  it('what has not started is cancelled rather than rolled back: plan and signatures end with it and stay readable', async () => {
    const opened = await aRotation(scene, 'prod', { secrets: ['secret-key', 'secret-v2-key'] })
    const { people } = scene
    await approve(people.incident_commander, opened.id, 'incident-commander-or-approver', opened.hash)
    expect(
      (await refusalOf(rollBack(people.incident_commander, { rotation: opened.id, trigger: 'other', reason: 'No.' }))).sentence,
    ).toContain('Cancel it instead')
    await cancelRotation(people.release_manager, { rotation: opened.id, reason: 'Not now.' })
    const ended = await rotationOf(opened.id)
    expect([ended.sealed, ended.signOffs, ended.status]).toEqual([null, [], 'cancelled'])
    expect(await db.signOff.count({ where: { sealedHash: opened.hash } })).toBe(1)
    expect((await refusalOf(cancelRotation(people.release_manager, { rotation: opened.id, reason: 'Again.' }))).code).toBe('wrong_state')
  })
})

describe('an emergency (suspected exposure, offboarding, integrity failure)', () => {
  it('needs an open incident of its system, is approved like any other, and rolls back under the same incident', async () => {
    const { people } = scene
    const before = await trailLength()
    for (const cause of ['suspected_exposure', 'offboarding', 'integrity_failure'] as const)
      expect(await refusalOf(aRotation(scene, 'prod', { cause }))).toMatchObject({ code: 'policy_forbids', place: 'incident' })
    expect((await refusalOf(aRotation(scene, 'prod', { cause: 'offboarding', incident: 'INC-9999' }))).code).toBe('not_found')
    expect(await trailLength()).toBe(before)
    const declared = {
      systemId: 'robodj',
      title: 'A laptop is missing',
      severity: 'sev2',
      declaredById: people.secops.actor.id,
      declaredForId: people.secops.actor.id,
      openedAt: new Date(),
    }
    const { id: incident } = await db.incident.create({ data: declared })
    const { id: closed } = await db.incident.create({
      data: { ...declared, closedAt: new Date(), closedById: people.incident_commander.actor.id },
    })
    expect((await refusalOf(aRotation(scene, 'prod', { cause: 'suspected_exposure', incident: closed }))).code).toBe('wrong_state')
    const { id } = await aStartedRotation(
      scene,
      'prod',
      {
        owner: 'secops-secrets-auditor-agent',
        performer: people.secops,
        approver: people.incident_commander,
        slot: 'incident-commander-or-approver',
      },
      { cause: 'suspected_exposure', incident },
    )
    expect((await rotationOf(id)).plan).toMatchObject({ cause: 'suspected_exposure', incident })
    const statement = await db.auditText.findMany({ where: { body: { contains: id } } })
    expect(statement.map(({ body }) => body).join()).toContain(`Its cause is suspected exposure, under ${incident}.`)
    expect((await rollBack(people.secops, { rotation: id, trigger: 'failed-step', reason: 'Stopped.' })).incident).toBe(incident)
    await doAll(people.secops, id, 'rollback')
    await finishRollback(people.secops, { rotation: id, postmortem: 'Postmortem 33' })
  })
})

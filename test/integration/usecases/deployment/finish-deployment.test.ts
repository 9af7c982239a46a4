import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { finishDeploymentInput, startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { aPerson } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, signAll } from '../../../support/promotions'
import { aGovernedSystem, aRelease, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let robodj: Scene
let dreichor: Scene

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
})

const finish = (scene: Scene, deployment: string, more: Record<string, unknown>) =>
  finishDeployment(scene.people.release_manager, finishDeploymentInput.parse({ deployment, ...more }))

async function started(scene: Scene, profile: string, version: string): Promise<string> {
  return (await startDeployment(scene.people.release_manager, startDeploymentInput.parse({ system: scene.slug, profile, version }))).id
}

/** A deployment to staging with a promotion behind it. */
async function underWay(scene: Scene, to: string, release: Parameters<typeof aRelease>[1] = {}) {
  const sealed = await aSealedPromotion(scene, to, { release })
  await signAll(scene, sealed)
  return { ...sealed, deployment: await started(scene, to, sealed.version) }
}

describe('a success', () => {
  it('ends its promotion as deployed, both on the record in one transaction', async () => {
    const { id, deployment } = await underWay(robodj, 'staging')
    expect(await finish(robodj, deployment, { result: 'succeeded' })).toEqual({ id: deployment, status: 'succeeded' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'deployed' })
    expect((await trail({ subject: deployment })).map(({ action }) => action)).toEqual(['deployment.started', 'deployment.succeeded'])
    expect((await trail({ subject: id })).at(-1)).toMatchObject({ action: 'promotion.deployed', after: { deployment } })
  })

  it('supersedes open promotions of older releases to the profile, and voids sealed ones of newer releases whose baseline moved', async () => {
    const older = await anOpenPromotion(robodj, 'staging', { release: { version: '40.1.0' } })
    const newer = await aSealedPromotion(robodj, 'staging', { release: { version: '40.3.0' } })
    const { id, deployment } = await underWay(robodj, 'staging', { version: '40.2.0' })
    await finish(robodj, deployment, { result: 'succeeded' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id: older.id } })).toMatchObject({ status: 'superseded', endReason: id })
    expect(await db.promotion.findUniqueOrThrow({ where: { id: newer.id } })).toMatchObject({ status: 'open' })
    expect(await db.sealedVersion.findFirstOrThrow({ where: { promotionId: newer.id, subject: 'promotion' } })).toMatchObject({
      endedBy: 'voided',
    })
    expect((await trail({ subject: older.id })).at(-1)).toMatchObject({ action: 'promotion.superseded', after: { by: id } })
    expect((await trail({ subject: newer.id })).at(-1)).toMatchObject({ action: 'promotion.voided' })
  })

  it('a stamp that differs from the release cannot be a success (002.27), and nothing of it is kept', async () => {
    const { deployment } = await underWay(robodj, 'staging', { version: '40.9.0' })
    const before = await trailLength()
    const refusal = await refusalOf(
      finish(robodj, deployment, {
        result: 'succeeded',
        stamp: { GIT_SHA: 'deadbeefdeadbeefdeadbeefdeadbeefdeadbeef', APP_VERSION: '9.9.9' },
      }),
    )
    expect(refusal.code).toBe('policy_forbids')
    expect(refusal.details?.join(' ')).toMatch(/GIT_SHA says deadbeef.*APP_VERSION says 9.9.9/)
    expect(await db.deployment.findUniqueOrThrow({ where: { id: deployment } })).toMatchObject({ status: 'started', stamp: null })
    expect(await trailLength()).toBe(before)
    const { release } = await db.deployment.findUniqueOrThrow({ where: { id: deployment }, include: { release: true } })
    const stamp = { GIT_SHA: release.gitSha.slice(0, 12), APP_VERSION: release.version, BUILD_DATE: release.buildDate.toISOString() }
    await finish(robodj, deployment, { result: 'succeeded', stamp })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: deployment } })).toMatchObject({ status: 'succeeded', stamp })
  })

  it('one without authority changes nothing for the others', async () => {
    const waiting = await anOpenPromotion(robodj, 'staging', { release: { version: '41.0.0' } })
    const { version } = await aRelease(robodj, { version: '42.0.0' })
    const deployment = await started(robodj, 'staging', version)
    await finish(robodj, deployment, { result: 'succeeded' })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: deployment } })).toMatchObject({ authorised: false, status: 'succeeded' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id: waiting.id } })).toMatchObject({ status: 'open' })
  })
})

describe('a failure', () => {
  it('ends its promotion as failed, with its class; a new promotion may follow', async () => {
    const { id, deployment } = await underWay(robodj, 'staging', { version: '43.0.0' })
    await finish(robodj, deployment, {
      result: 'failed',
      failureClass: 'health-check',
      failureSignature: '/ready answered 503 for ten minutes',
    })
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'failed' })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: deployment } })).toMatchObject({
      status: 'failed',
      failureClass: 'health-check',
      failureSignature: '/ready answered 503 for ten minutes',
    })
  })

  it('a crash from an invalid environment is one failed deployment, known by its signature, however often it restarts (004.18, 004.19)', async () => {
    const { version } = await aRelease(dreichor)
    const deployment = await started(dreichor, 'dev', version)
    await finish(dreichor, deployment, { result: 'failed', failureClass: 'other', failureSignature: 'restart-loop' })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: deployment } })).toMatchObject({
      failureClass: 'invalid-environment',
      failureSignature: 'restart-loop',
    })
    expect((await trail({ subject: deployment })).at(-1)).toMatchObject({
      action: 'deployment.failed',
      after: { class: 'invalid-environment', signature: 'restart-loop' },
    })
    for (let restart = 0; restart < 3; restart += 1) {
      expect(await refusalOf(finish(dreichor, deployment, { result: 'failed', failureClass: 'invalid-environment' }))).toMatchObject({
        code: 'wrong_state',
      })
    }
    expect(await db.deployment.count({ where: { release: { version, systemId: 'dreichor' } } })).toBe(1)
  })

  it('says of what kind it was', () => {
    const parsed = finishDeploymentInput.safeParse({ deployment: 'DEP-0001', result: 'failed' })
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['failureClass'], message: 'Say what kind of failure it was.' })
  })
})

describe('who may record a result', () => {
  it('a Release Manager; others are refused and nothing changes', async () => {
    const { version } = await aRelease(robodj)
    const deployment = await started(robodj, 'dev', version)
    const before = await trailLength()
    for (const role of ['engineer', 'management', 'auditor'] as const) {
      expect(await refusalOf(finishDeployment(robodj.people[role], { deployment, result: 'succeeded' }))).toMatchObject({
        code: 'not_allowed',
      })
    }
    const stranger = await aPerson('A stranger', ['release_manager'], 'dreichor')
    const hidden = await refusalOf(finishDeployment(stranger, { deployment, result: 'succeeded' }))
    expect(hidden).toMatchObject({ code: 'not_found', sentence: `There is no deployment ${deployment} that you can see.` })
    expect(await trailLength()).toBe(before)
    await finish(robodj, deployment, { result: 'succeeded' })
  })
})

describe('two results at once', () => {
  it('one of them counts, the other is told (T07)', async () => {
    const { id, deployment } = await underWay(robodj, 'staging', { version: '50.0.0' })
    const { won, lost } = await race(
      finish(robodj, deployment, { result: 'succeeded' }),
      finish(robodj, deployment, { result: 'failed', failureClass: 'other' }),
    )
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'wrong_state' }])
    const status = won[0]?.status === 'succeeded' ? 'deployed' : 'failed'
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({ status })
    expect((await trail({ subject: deployment })).filter(({ action }) => action !== 'deployment.started')).toHaveLength(1)
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aPerson, aToken } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { aGovernedSystem, aRelease, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let robodj: Scene
let dreichor: Scene

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
})

const start = (
  scene: Scene,
  profile: string,
  version: string,
  more: { inputs?: string[]; reverts?: string; targetLabel?: string } = {},
  options?: { onlyAuthorised?: boolean },
  by = scene.people.release_manager,
) => startDeployment(by, startDeploymentInput.parse({ system: scene.slug, profile, version, ...more }), options)

/** Puts a release on a profile with a promotion, every signature and a success. */
async function shipped(scene: Scene, to: string, release: Parameters<typeof aRelease>[1] = {}) {
  const sealed = await aSealedPromotion(scene, to, { release })
  await signAll(scene, sealed)
  const started = await start(scene, to, sealed.version)
  await finishDeployment(scene.people.release_manager, { deployment: started.id, result: 'succeeded' })
  return { ...sealed, deployment: started.id }
}

describe('starting a deployment', () => {
  it('an approved promotion that holds authorises it, at this instant, on the record with the dossier it rests on', async () => {
    const sealed = await aSealedPromotion(robodj, 'staging')
    await signAll(robodj, sealed)
    const started = await start(robodj, 'staging', sealed.version, { inputs: ['bundle'] })
    expect(started).toMatchObject({ kind: 'deploy', authorised: true, reasons: [], violations: [] })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: started.id } })).toMatchObject({
      promotionId: sealed.id,
      status: 'started',
      profileKey: 'staging',
      inputs: ['bundle'],
    })
    const [event] = await trail({ subject: started.id })
    expect(event).toMatchObject({
      action: 'deployment.started',
      system: 'robodj',
      after: { authorised: true, promotion: sealed.id, release: sealed.version, profile: 'staging' },
    })
    await finishDeployment(robodj.people.release_manager, { deployment: started.id, result: 'failed', failureClass: 'other' })
  })

  it('without a promotion it is still recorded, with every reason, and is nobody’s authority (domain.md: unauthorised)', async () => {
    const { version } = await aRelease(robodj)
    const started = await start(robodj, 'prod', version)
    expect(started).toMatchObject({ kind: 'deploy', authorised: false })
    expect(started.reasons).toEqual([`No open promotion leads ${version} to prod.`])
    const row = await db.deployment.findUniqueOrThrow({ where: { id: started.id } })
    expect(row).toMatchObject({ authorised: false, promotionId: null, reasons: started.reasons })
    await finishDeployment(robodj.people.release_manager, { deployment: started.id, result: 'failed', failureClass: 'other' })
  })

  it('a promotion that lacks a signature or a gate gives no authority, and each lack is a reason', async () => {
    const opened = await anOpenPromotion(robodj, 'staging', { except: ['docs-updated'] })
    const unsealed = await start(robodj, 'staging', opened.version)
    expect(unsealed.authorised).toBe(false)
    expect(unsealed.reasons.join(' ')).toMatch(/Roadmap-critical docs updated: No evidence yet/)
    expect(unsealed.reasons.join(' ')).toMatch(/No version is sealed/)
    await finishDeployment(robodj.people.release_manager, { deployment: unsealed.id, result: 'failed', failureClass: 'other' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id: opened.id } })).toMatchObject({ status: 'open' })
  })

  it('the screen refuses what has no authority and leaves nothing behind', async () => {
    const { version } = await aRelease(robodj)
    const before = await trailLength()
    const refusal = await refusalOf(start(robodj, 'prod', version, {}, { onlyAuthorised: true }))
    expect(refusal).toMatchObject({ code: 'held', details: [`No open promotion leads ${version} to prod.`] })
    expect(await db.deployment.count({ where: { release: { version } } })).toBe(0)
    expect(await trailLength()).toBe(before)
  })

  it('outside its window it has no authority', async () => {
    const soon = Date.now() + 3_600_000
    const sealed = await aSealedPromotion(robodj, 'staging', { window: { startsAt: new Date(soon), endsAt: new Date(soon + 3_600_000) } })
    await signAll(robodj, sealed)
    const refusal = await refusalOf(start(robodj, 'staging', sealed.version, {}, { onlyAuthorised: true }))
    expect(refusal.details?.join(' ')).toMatch(/The window opens at/)
  })

  it('a profile no way leads to needs no promotion; a name nobody declared counts as production and does (001.7)', async () => {
    const { version } = await aRelease(robodj)
    const here = await start(robodj, 'dev', version)
    expect(here).toMatchObject({ authorised: true, reasons: [] })
    await finishDeployment(robodj.people.release_manager, { deployment: here.id, result: 'succeeded' })
    const nowhere = await start(robodj, 'prdo', version)
    expect(nowhere.authorised).toBe(false)
    expect(nowhere.reasons.join(' ')).toMatch(/No open promotion leads/)
  })

  it('the same release again is a redeployment and keeps its authority', async () => {
    const live = await shipped(dreichor, 'prod')
    const again = await start(dreichor, 'prod', live.version, { inputs: ['image'] })
    expect(again).toMatchObject({ kind: 'redeploy', authorised: true, reasons: [] })
    await finishDeployment(dreichor.people.release_manager, { deployment: again.id, result: 'succeeded' })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: again.id } })).toMatchObject({ promotionId: null })
  })

  it('inputs the policy does not list, forbids or misses are violations on the record (004.6, 004.15, 004.21)', async () => {
    const { version } = await aRelease(dreichor)
    const started = await start(dreichor, 'dev', version, {
      inputs: ['env', 'per-run LOG_LEVEL override', 'volume-mounts'],
      targetLabel: 'dev',
    })
    expect(started.violations.join(' ')).toMatch(/per-run LOG_LEVEL override: No ad-hoc per-run/)
    expect(started.violations.join(' ')).toMatch(/volume-mounts: the policy does not list it/)
    expect(started.violations.join(' ')).toMatch(/Image reference is required/)
    expect(await db.deployment.findUniqueOrThrow({ where: { id: started.id } })).toMatchObject({
      violations: started.violations,
      targetLabel: 'dev',
      authorised: true,
    })
    await finishDeployment(dreichor.people.release_manager, { deployment: started.id, result: 'failed', failureClass: 'other' })
  })

  it('a fallback secret file is a violation in staging and prod, not in dev (003.9)', async () => {
    const { version } = await aRelease(robodj)
    const dev = await start(robodj, 'dev', version, { inputs: ['bundle', 'secret.key'] })
    expect(dev.violations).toEqual([])
    await finishDeployment(robodj.people.release_manager, { deployment: dev.id, result: 'failed', failureClass: 'other' })
    const prod = await start(robodj, 'prod', version, { inputs: ['bundle', 'secret.key'] })
    expect(prod.violations.join(' ')).toMatch(/^secret.key: Fallback secret files are prohibited/)
    await finishDeployment(robodj.people.release_manager, { deployment: prod.id, result: 'failed', failureClass: 'other' })
  })
})

describe('a rollback', () => {
  it('names what it reverts and goes back only when the schema of that is backward compatible (002.32)', async () => {
    const scene = dreichor
    const first = await shipped(scene, 'prod', { version: '20.0.0', schemaBackwardCompatible: true })
    const second = await shipped(scene, 'prod', { version: '21.0.0' })
    const kept = await start(scene, 'prod', first.version, { reverts: second.deployment, inputs: ['image'] })
    expect(kept).toMatchObject({ kind: 'rollback', authorised: false })
    expect(kept.reasons.join(' ')).toMatch(/schema of 21.0.0 is not marked backward compatible/)
    await finishDeployment(scene.people.release_manager, { deployment: kept.id, result: 'failed', failureClass: 'other' })
    const third = await shipped(scene, 'prod', { version: '22.0.0', schemaBackwardCompatible: true })
    const back = await start(scene, 'prod', second.version, { reverts: third.deployment, inputs: ['image'] })
    expect(back).toMatchObject({ kind: 'rollback', authorised: true, reasons: [] })
    await finishDeployment(scene.people.release_manager, { deployment: back.id, result: 'succeeded' })
    expect(await db.deployment.findUniqueOrThrow({ where: { id: third.deployment } })).toMatchObject({ status: 'rolled_back' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id: third.id } })).toMatchObject({ status: 'rolled_back' })
    const again = await start(scene, 'prod', first.version, { reverts: third.deployment, inputs: ['image'] })
    expect(again.reasons.join(' ')).toMatch(/already rolled back/)
    await finishDeployment(scene.people.release_manager, { deployment: again.id, result: 'failed', failureClass: 'other' })
  })

  it('never goes back to something that had no authority there', async () => {
    const live = await shipped(dreichor, 'prod', { version: '30.0.0', schemaBackwardCompatible: true })
    const { version } = await aRelease(dreichor)
    const back = await start(dreichor, 'prod', version, { reverts: live.deployment })
    expect(back.reasons.join(' ')).toMatch(/never ran on prod with authority/)
    await finishDeployment(dreichor.people.release_manager, { deployment: back.id, result: 'failed', failureClass: 'other' })
  })
})

describe('who may start one', () => {
  it('a Release Manager or a token with the scope; everybody else is refused and nothing is recorded', async () => {
    const { version } = await aRelease(robodj)
    const before = await trailLength()
    for (const role of ['management', 'secops', 'engineer', 'dev_lead', 'auditor', 'admin'] as const) {
      expect(await refusalOf(start(robodj, 'dev', version, {}, undefined, robodj.people[role]))).toMatchObject({ code: 'not_allowed' })
    }
    const unscoped = await aToken(robodj.people.release_manager, { scopes: ['evidence:bring'], systemId: 'robodj' })
    expect(await refusalOf(start(robodj, 'dev', version, {}, undefined, unscoped))).toMatchObject({ code: 'not_allowed' })
    expect(await trailLength()).toBe(before)
    const token = await aToken(robodj.people.release_manager, { scopes: ['deployment:record'], systemId: 'robodj' })
    const started = await start(robodj, 'dev', version, {}, undefined, token)
    expect(started.authorised).toBe(true)
    await finishDeployment(token, { deployment: started.id, result: 'succeeded' })
  })

  it('a system one does not see is not found, in the words for one that does not exist (T23)', async () => {
    const stranger = await aPerson('A stranger', ['release_manager'], 'dreichor')
    const hidden = await refusalOf(start(robodj, 'dev', '1.0.0', {}, undefined, stranger))
    const none = await refusalOf(
      startDeployment(stranger, startDeploymentInput.parse({ system: 'nowhere', profile: 'dev', version: '1.0.0' })),
    )
    expect(hidden.code).toBe('not_found')
    expect(hidden.sentence.replace('robodj', 'X')).toBe(none.sentence.replace('nowhere', 'X'))
  })
})

describe('two at once end well', () => {
  it('two starts on one profile: one runs, the other is told (T07)', async () => {
    const { version } = await aRelease(robodj)
    const { won, lost } = await race(...Array.from({ length: 4 }, () => start(robodj, 'dev', version)))
    expect(won).toHaveLength(1)
    expect(lost.map(({ code }) => code)).toEqual(['conflict', 'conflict', 'conflict'])
    expect(await db.deployment.count({ where: { systemId: 'robodj', profileKey: 'dev', status: 'started' } })).toBe(1)
    await finishDeployment(robodj.people.release_manager, { deployment: won[0]?.id as string, result: 'succeeded' })
  })

  it('a signature withdrawn while it starts: either it was too late to withdraw, or the start has no authority (T08)', async () => {
    for (let round = 0; round < 4; round += 1) {
      const sealed = await aSealedPromotion(robodj, 'staging')
      const signer = await inBrowser(robodj.people.release_manager)
      const { id: signature } = await sign(signer, sealed.id, 'release-manager', sealed.hash)
      const [started, withdrawn] = await Promise.allSettled([
        start(robodj, 'staging', sealed.version),
        withdrawSignOff(signer, { signOff: signature, reason: 'Second thoughts' }),
      ])
      if (started.status === 'rejected') throw started.reason
      expect(started.value.authorised).toBe(withdrawn.status === 'rejected')
      await finishDeployment(robodj.people.release_manager, { deployment: started.value.id, result: 'failed', failureClass: 'other' })
    }
  })
})

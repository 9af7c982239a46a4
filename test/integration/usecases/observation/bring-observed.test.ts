import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import type { Ctx } from '@/lib/domain/context'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { anApprovedException } from '../../../support/drift'
import { closeIt } from '../../../support/exceptions'
import { aReporter, observe, robodjStaging, robodjVariables } from '../../../support/observations'
import { anOpenPromotion, aSealedPromotion } from '../../../support/promotions'
import { aGovernedSystem, policyText, type Scene, trail } from '../../../support/scene'

let scene: Scene
let runtime: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  runtime = await aReporter(scene)
})

const GATE = 'secret-preflight'
const missing = { variables: [{ name: 'ROBODJ_SECRET_KEY', present: false }, ...robodjVariables('staging').slice(1)] }
const staging = (facts: Parameters<typeof observe>[3], by = runtime, more = {}) => observe(by, 'robodj', 'staging', facts, more)
const evidenceOf = (releaseId: string) =>
  db.evidence.findMany({
    where: { releaseId, gateKey: GATE },
    orderBy: { recordedAt: 'asc' },
    select: { id: true, verdict: true, broughtById: true, onBehalfOfId: true, ranOn: true, summary: true },
  })
const end = (id: string) => db.promotion.update({ where: { id }, data: { status: 'withdrawn', endedAt: new Date() } })

describe('evidence of observations for gates that the policy binds to reported facts (000.11)', () => {
  it('passes a gate with the facts, once while it is fresh, and fails it when they deviate', async () => {
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    const first = await staging(robodjStaging())
    expect(first.evidence).toMatchObject([{ promotion: promotion.id, gate: GATE, verdict: 'pass' }])
    expect((await staging(robodjStaging())).evidence).toEqual([])
    const failed = await staging(missing)
    expect(failed.evidence).toMatchObject([{ verdict: 'fail' }])
    const rows = await evidenceOf(promotion.releaseId)
    expect(rows).toMatchObject([
      { verdict: 'pass', ranOn: 'Observed on staging', broughtById: runtime.actor.id, onBehalfOfId: scene.people.admin.actor.id },
      { verdict: 'fail', summary: expect.stringContaining('ROBODJ_SECRET_KEY') },
    ])
    expect(await trail({ subject: failed.evidence[0]?.id })).toMatchObject([
      { action: 'evidence.recorded', after: { gate: GATE, verdict: 'fail', promotion: promotion.id } },
    ])
    const [facts] = await loadPromotions(db, { id: promotion.id }, new Date())
    expect(facts?.gates.find(({ gate }) => gate.id === GATE)?.verdict).toBe('fail')
    expect((await staging(robodjStaging())).evidence).toMatchObject([{ verdict: 'pass' }])
    await end(promotion.id)
  })

  it('a gate that facts fail passes with exceptions of every rule it fails by, and says so; when one is closed it fails again (000.32)', async () => {
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    await staging(missing)
    const gateNow = async () => {
      const [facts] = await loadPromotions(db, { id: promotion.id }, new Date())
      return facts?.gates.find(({ gate }) => gate.id === GATE)
    }
    expect(await gateNow()).toMatchObject({ verdict: 'fail', exception: null })
    const id = await anApprovedException(scene, { profile: 'staging', rule: 'variable.ROBODJ_SECRET_KEY' })
    expect(await gateNow()).toMatchObject({
      verdict: 'pass_with_exception',
      found: 'fail',
      exception: { id },
      sentence: expect.stringContaining(`Covered by ${id} until`),
    })
    await closeIt(scene.people.engineer, id)
    expect(await gateNow()).toMatchObject({ verdict: 'fail', exception: null })
    await staging(robodjStaging())
    await end(promotion.id)
  })

  it('renews a gate when a tenth of its time is used up', async () => {
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    await staging(robodjStaging())
    const [only] = await evidenceOf(promotion.releaseId)
    // Evidence never changes for the application; the clock is moved as the owner of the tables.
    const { asOwner } = await import('../../../support/record')
    await asOwner(`UPDATE "Evidence" SET "recordedAt" = now() - interval '2 hours' WHERE id = '${only?.id}'`)
    expect((await staging(robodjStaging())).evidence).toEqual([])
    await asOwner(`UPDATE "Evidence" SET "recordedAt" = now() - interval '3 hours' WHERE id = '${only?.id}'`)
    expect((await staging(robodjStaging())).evidence).toMatchObject([{ verdict: 'pass' }])
    await end(promotion.id)
  })

  it('a gate that fails voids what was sealed over it, and a pass is an addendum (T04)', async () => {
    const promotion = await aSealedPromotion(scene, 'staging')
    expect((await staging(robodjStaging())).evidence).toEqual([]) // there is fresh evidence already
    const failed = await staging(missing)
    expect(failed.evidence).toMatchObject([{ promotion: promotion.id, verdict: 'fail' }])
    expect(await db.sealedVersion.findFirstOrThrow({ where: { subject: 'promotion', subjectId: promotion.id } })).toMatchObject({
      endedBy: 'voided',
    })
    expect((await trail({ subject: promotion.id })).at(-1)?.action).toBe('promotion.voided')
    expect(await db.observation.count({ where: { id: failed.observations[0]?.id } })).toBe(1)
    await staging(robodjStaging())
    await end(promotion.id)
  })

  it('only by who may bring it: a token bound to other gates reports facts and brings nothing (T11)', async () => {
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    expect((await staging(robodjStaging(), await aReporter(scene, { gates: ['diff-secrets'] }))).evidence).toEqual([])
    expect((await staging(robodjStaging(), scene.people.engineer)).evidence).toMatchObject([{ verdict: 'pass' }])
    await end(promotion.id)
  })

  it('only for what was reported: facts of another profile, and promotions elsewhere, are left alone', async () => {
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    expect((await observe(runtime, 'robodj', 'prod', { variables: robodjVariables('prod') })).evidence).toEqual([])
    await end(promotion.id)
    expect((await staging(robodjStaging())).evidence).toEqual([])
  })

  it('a gate that looks at another profile counts only while that runs the release (004.24)', async () => {
    const text = policyText('robodj').replace(
      '        observed: [{ by: contract, variables: [ROBODJ_SECRET_KEY, ROBODJ_SECRET_V2_KEY] }, { by: sources }]\n',
      (line) => `${line}        observedOn: dev\n`,
    )
    await applyPolicy(await openConsole(), { text, fileName: 'policies/robodj.yaml' })
    const promotion = await anOpenPromotion(scene, 'staging', { except: [GATE] })
    const { artefact } = await db.release.findUniqueOrThrow({ where: { id: promotion.releaseId } })
    const dev = (reference?: string) =>
      observe(runtime, 'robodj', 'dev', {
        variables: robodjVariables('dev'),
        environment: { name: 'dev', sources: ['environment'] },
        files: { present: [] },
        ...(reference ? { artefact: { reference } } : {}),
      })
    expect((await dev()).evidence).toEqual([])
    expect((await dev('example/robodj:other')).evidence).toEqual([])
    expect((await dev(artefact)).evidence).toMatchObject([{ promotion: promotion.id, verdict: 'pass' }])
    expect((await staging(missing)).evidence).toEqual([])
    await end(promotion.id)
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aPerson, aToken } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, signAll } from '../../../support/promotions'
import { phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const REASON = 'Superseded by a hotfix.'

describe('withdrawing a promotion', () => {
  it.each([['dev_lead'], ['release_manager']] as const)('is for %s: who opened it and a Release Manager', async (role) => {
    const { id } = await anOpenPromotion(scene, 'staging')
    await withdrawPromotion(scene.people[role], { promotion: id, reason: REASON })
    const row = await db.promotion.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({ status: 'withdrawn' })
    expect(await db.auditText.findUniqueOrThrow({ where: { digest: row.endReason as string } })).toMatchObject({ body: REASON })
    const events = await trail({ subject: id })
    expect(events.at(-1)).toMatchObject({ action: 'promotion.withdrawn', before: { status: 'open' }, after: { status: 'withdrawn' } })
    expect(JSON.stringify(events)).not.toContain(REASON)
  })

  it('ends what was sealed and the notes with it; seals, signatures and evidence stay readable', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    await withdrawPromotion(scene.people.release_manager, { promotion: sealed.id, reason: REASON })
    expect(await phaseOf(sealed.id)).toBe('withdrawn')
    const versions = await db.sealedVersion.findMany({ where: { promotionId: sealed.id }, include: { signOffs: true } })
    expect(versions.map(({ subject, endedBy }) => [subject, endedBy]).sort()).toEqual([
      ['promotion', 'withdrawn'],
      ['release_notes', 'withdrawn'],
    ])
    expect(versions.find(({ subject }) => subject === 'promotion')?.signOffs).toHaveLength(4)
    expect(await db.evidence.count({ where: { releaseId: sealed.releaseId } })).toBeGreaterThan(0)
    expect((await trail({ subject: sealed.id })).slice(-2).map(({ action }) => action)).toEqual([
      'promotion.withdrawn',
      'release_notes.voided',
    ])
  })

  it('is refused to everybody else, twice, while its deployment runs, and across systems, without a trace', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const attempt = (who: typeof scene.people.admin, promotion = id) =>
      refusedWithoutTrace(() => withdrawPromotion(who, { promotion, reason: REASON }))
    for (const role of ['management', 'secops', 'engineer', 'admin', 'auditor', 'production_approver', 'incident_commander'] as const)
      expect((await attempt(scene.people[role])).code).toBe('not_allowed')
    const [unseen, unknown] = [await attempt(await aPerson('Nobody Yet', [])), await attempt(await aPerson('Nobody Else', []), 'PRM-9999')]
    expect(unseen.sentence.replace(id, 'PRM-9999')).toBe(unknown.sentence)
    await withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: REASON })
    expect((await attempt(scene.people.dev_lead)).code).toBe('wrong_state')
    const running = await aSealedPromotion(scene, 'staging')
    await signAll(scene, running)
    await startDeployment(
      scene.people.release_manager,
      startDeploymentInput.parse({ system: 'robodj', profile: 'staging', version: running.version }),
    )
    expect((await attempt(scene.people.release_manager, running.id)).code).toBe('wrong_state')
  })

  it('a token takes back only what it opened itself, not what its maker may (T11)', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const token = await aToken(scene.people.dev_lead, { scopes: ['promotion:open'], systemId: 'robodj' })
    expect((await refusedWithoutTrace(() => withdrawPromotion(token, { promotion: id, reason: REASON }))).code).toBe('not_allowed')
    const own = await anOpenPromotion({ ...scene, people: { ...scene.people, dev_lead: token } }, 'staging')
    await withdrawPromotion(token, { promotion: own.id, reason: REASON })
    expect(await phaseOf(own.id)).toBe('withdrawn')
  })
})

import { beforeAll, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { aPerson, aToken } from '../../../support/people'
import { aSealedPromotion, sign } from '../../../support/promotions'
import { factsOf, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const TEXT = 'Which host did the drill run on?'

it('a question lies apart from the record, leaves the hash and the signatures alone, and is on the record by its digest', async () => {
  const { id, hash } = await aSealedPromotion(scene, 'prod')
  await sign(scene.people.management, id, 'management', hash)
  const { id: question } = await askQuestion(scene.people.secops, { promotion: id, text: TEXT })
  const row = await db.question.findUniqueOrThrow({ where: { id: question } })
  expect(row).toMatchObject({ promotionId: id, askedById: scene.people.secops.actor.id })
  expect(await db.auditText.findUniqueOrThrow({ where: { digest: row.text } })).toMatchObject({ body: TEXT })
  const [event] = await trail({ subject: id, action: 'question.asked' })
  expect(event).toMatchObject({ text: row.text })
  expect(JSON.stringify(event)).not.toContain('drill')
  expect((await factsOf(id)).sealed?.hash).toBe(hash)
  expect(await phaseOf(id)).toBe('signing')
  expect((await sign(scene.people.secops, id, 'secops', hash)).signed).toBe(2)
})

it('the discussion is for whoever acts on the system: auditors and admins read it, software and strangers do not take part (T23)', async () => {
  const { id } = await aSealedPromotion(scene, 'staging')
  const asks = (who: typeof scene.people.admin, promotion = id) => askQuestion(who, { promotion, text: TEXT })
  for (const role of [
    'release_manager',
    'management',
    'secops',
    'incident_commander',
    'production_approver',
    'dev_lead',
    'engineer',
  ] as const)
    await asks(scene.people[role])
  expect(await db.question.count({ where: { promotionId: id } })).toBe(7)
  for (const role of ['auditor', 'admin'] as const)
    expect((await refusedWithoutTrace(() => asks(scene.people[role]))).code).toBe('not_allowed')
  const token = await aToken(scene.people.engineer, { scopes: ['promotion:open'], systemId: 'robodj' })
  expect((await refusedWithoutTrace(() => asks(token))).code).toBe('not_allowed')
  const stranger = await aPerson('A Stranger', [])
  const [unseen, unknown] = [await refusedWithoutTrace(() => asks(stranger)), await refusedWithoutTrace(() => asks(stranger, 'PRM-9999'))]
  expect(unseen).toEqual({ ...unknown, sentence: unknown.sentence.replace('PRM-9999', id) })
})

import { beforeAll, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aPerson } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion } from '../../../support/promotions'
import { decline, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, race, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

it('the first opening of each version is recorded once a person, with the hash they had before them (T32)', async () => {
  const { id, hash } = await aSealedPromotion(scene, 'prod')
  const { openedAt } = await openDossier(scene.people.management, { promotion: id })
  expect((await refusedWithoutTrace(() => openDossier(scene.people.management, { promotion: id }))).code).toBe('wrong_state')
  await openDossier(scene.people.secops, { promotion: id })
  expect(await db.dossierOpening.findFirstOrThrow({ where: { principalId: scene.people.management.actor.id } })).toMatchObject({ openedAt })
  const opened = await trail({ subject: id, action: 'dossier.opened' })
  expect(opened.map(({ actor }) => actor.id)).toEqual([scene.people.management.actor.id, scene.people.secops.actor.id])
  expect(opened).toMatchObject([
    { subject: { version: 1 }, dossier: hash },
    { subject: { version: 1 }, dossier: hash },
  ])
  await decline(scene.people.secops, id, 'secops', hash)
  await sealPromotion(scene.people.release_manager, { promotion: id })
  await openDossier(scene.people.management, { promotion: id })
  expect((await trail({ subject: id, action: 'dossier.opened' })).at(-1)).toMatchObject({ subject: { version: 2 } })
})

it('with nothing sealed, nothing is recorded; what one does not see answers as what does not exist (T23)', async () => {
  const { id } = await anOpenPromotion(scene, 'staging')
  expect((await refusedWithoutTrace(() => openDossier(scene.people.management, { promotion: id }))).code).toBe('wrong_state')
  const stranger = await aPerson('A Stranger', [])
  const attempt = (promotion: string) => refusedWithoutTrace(() => openDossier(stranger, { promotion }))
  const [unseen, unknown] = [await attempt(id), await attempt('PRM-9999')]
  expect(unseen).toEqual({ ...unknown, sentence: unknown.sentence.replace('PRM-9999', id) })
})

it('opened in two tabs at once, it was opened once', async () => {
  const { id } = await aSealedPromotion(scene, 'staging')
  const { won, lost } = await race(...[1, 2, 3].map(() => openDossier(scene.people.release_manager, { promotion: id })))
  expect([won.length, lost.length]).toEqual([1, 2])
  expect(await trail({ subject: id, action: 'dossier.opened' })).toHaveLength(1)
})

import { beforeAll, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { ReleaseNotes } from '@/lib/domain/release-notes'
import { editNotesSummary } from '@/lib/usecases/promotion/edit-notes-summary'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aToken } from '../../../support/people'
import { aSealedPromotion, sign, signAll } from '../../../support/promotions'
import { factsOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const edit = (promotion: string, summary: string, by = scene.people.release_manager) => editNotesSummary(by, { promotion, summary })

it('the summary is a Release Manager’s until the last signature seals the notes with it; the dossier’s hash does not know it', async () => {
  const sealed = await aSealedPromotion(scene, 'prod')
  await edit(sealed.id, 'First words')
  await signAll(scene, sealed, ['production-approver'])
  await edit(sealed.id, 'Mixing no longer stutters.')
  expect((await factsOf(sealed.id)).sealed?.hash).toBe(sealed.hash)
  const last = await sign(scene.people.production_approver, sealed.id, 'production-approver', sealed.hash)
  const notes = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'release_notes', subjectId: sealed.id } })
  expect((JSON.parse(notes.canonical) as ReleaseNotes).summary).toBe('Mixing no longer stutters.')
  expect(await refusedWithoutTrace(() => edit(sealed.id, 'Too late'))).toMatchObject({
    code: 'wrong_state',
    sentence: expect.stringContaining('errata'),
  })
  // Once the approval ended, so did the seal of the notes.
  await withdrawSignOff(scene.people.production_approver, { signOff: last.id, reason: 'I want to read it again.' })
  await edit(sealed.id, 'Third words')
  const events = await trail({ subject: sealed.id, action: 'release_notes.summary_edited' })
  expect(events).toHaveLength(3)
  expect(JSON.stringify(events)).not.toContain('words')
})

it('is refused to everybody else and to software, without a trace', async () => {
  const { id } = await aSealedPromotion(scene, 'staging')
  const roles = ['dev_lead', 'engineer', 'management', 'secops', 'admin', 'auditor', 'incident_commander', 'production_approver'] as const
  for (const role of roles) expect((await refusedWithoutTrace(() => edit(id, 'Mine', scene.people[role]))).code).toBe('not_allowed')
  const token = await aToken(scene.people.release_manager, { scopes: ['promotion:open'], systemId: 'robodj' })
  expect((await refusedWithoutTrace(() => edit(id, 'Mine', token))).code).toBe('not_allowed')
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aPerson } from '../../../support/people'
import { aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { decline, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
let dreichor: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
})

const REASON = 'I read the wrong drill.'

describe('taking a signature back', () => {
  it('ends the approval and the sealed notes; the signature stays readable with when and why', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    expect(await phaseOf(sealed.id)).toBe('approved')
    const { id: signature } = await db.signOff.findFirstOrThrow({ where: { sealedHash: sealed.hash, slotKey: 'management' } })
    expect(await withdrawSignOff(scene.people.management, { signOff: signature, reason: REASON })).toEqual({ promotion: sealed.id })
    expect(await phaseOf(sealed.id)).toBe('signing')
    const row = await db.signOff.findUniqueOrThrow({ where: { id: signature } })
    expect(row.withdrawnAt).not.toBeNull()
    expect(await db.auditText.findUniqueOrThrow({ where: { digest: row.withdrawReason as string } })).toMatchObject({ body: REASON })
    const notes = await db.sealedVersion.findMany({ where: { subject: 'release_notes', subjectId: sealed.id } })
    expect(notes).toMatchObject([{ number: 1, endedBy: 'withdrawn' }])
    expect(await trail({ subject: signature })).toMatchObject([
      { action: 'sign_off.withdrawn', subject: { kind: 'sign_off' }, after: { promotion: sealed.id, slot: 'management' } },
    ])
    expect((await trail({ subject: sealed.id })).at(-1)).toMatchObject({ action: 'release_notes.voided', subject: { version: 1 } })
  })

  it('the slot is free again: for the same person or another, and the next approval seals notes of the next number', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed, ['production-approver'])
    const first = await sign(scene.people.production_approver, sealed.id, 'production-approver', sealed.hash)
    await withdrawSignOff(scene.people.production_approver, { signOff: first.id, reason: REASON })
    await sign(scene.people.incident_commander, sealed.id, 'production-approver', sealed.hash)
    const again = await db.signOff.findFirstOrThrow({ where: { sealedHash: sealed.hash, slotKey: 'management' } })
    await withdrawSignOff(scene.people.management, { signOff: again.id, reason: REASON })
    await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    expect(await phaseOf(sealed.id)).toBe('approved')
    const notes = await db.sealedVersion.findMany({
      where: { subject: 'release_notes', subjectId: sealed.id },
      orderBy: { number: 'asc' },
      select: { number: true, endedBy: true },
    })
    expect(notes).toEqual([
      { number: 1, endedBy: 'withdrawn' },
      { number: 2, endedBy: 'withdrawn' },
      { number: 3, endedBy: null },
    ])
    const told = (await trail({ subject: sealed.id })).filter(({ action }) => action.startsWith('release_notes.'))
    expect(told.map(({ action, subject }) => [action.split('.')[1], subject.version])).toEqual([
      ['sealed', 1],
      ['voided', 1],
      ['sealed', 2],
      ['voided', 2],
      ['sealed', 3],
    ])
  })

  it('is refused to anybody else, a second time, and on a version that has ended, without a trace', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const { id: signature } = await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    for (const role of ['release_manager', 'secops', 'dev_lead', 'admin', 'auditor'] as const) {
      const refusal = await refusedWithoutTrace(() => withdrawSignOff(scene.people[role], { signOff: signature, reason: REASON }))
      expect(refusal).toMatchObject({ code: 'not_allowed' })
    }
    await withdrawSignOff(scene.people.management, { signOff: signature, reason: REASON })
    const twice = await refusedWithoutTrace(() => withdrawSignOff(scene.people.management, { signOff: signature, reason: REASON }))
    expect(twice).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining('already withdrawn') })
    const { id: no } = await decline(scene.people.secops, sealed.id, 'secops', sealed.hash)
    const ended = await refusedWithoutTrace(() => withdrawSignOff(scene.people.secops, { signOff: no, reason: REASON }))
    expect(ended).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining('has ended') })
  })

  it('is possible until the deployment starts, and no longer', async () => {
    const sealed = await aSealedPromotion(scene, 'staging')
    const signer = await inBrowser(scene.people.release_manager)
    const { id: signature } = await sign(signer, sealed.id, 'release-manager', sealed.hash)
    const { id: deployment, authorised } = await startDeployment(
      scene.people.release_manager,
      startDeploymentInput.parse({ system: 'robodj', profile: 'staging', version: sealed.version }),
    )
    expect(authorised).toBe(true)
    const refusal = await refusedWithoutTrace(() => withdrawSignOff(signer, { signOff: signature, reason: REASON }))
    expect(refusal).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining(deployment) })
  })

  it('one of a system that one does not see answers as one that does not exist (T23)', async () => {
    const sealed = await aSealedPromotion(dreichor, 'prod')
    const { id: signature } = await sign(dreichor.people.management, sealed.id, 'management', sealed.hash)
    const stranger = await aPerson('Other House', ['management'], 'robodj')
    const attempt = (signOff: string) => refusedWithoutTrace(() => withdrawSignOff(stranger, { signOff, reason: REASON }))
    const [unseen, unknown] = [await attempt(signature), await attempt('SIG-9999')]
    expect(unseen).toEqual({ ...unknown, sentence: unknown.sentence.replace('SIG-9999', signature) })
    expect(unseen.sentence).not.toContain(sealed.id)
  })
})

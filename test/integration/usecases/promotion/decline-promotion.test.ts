import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aPerson, aToken } from '../../../support/people'
import { aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { ageEvidence, decline, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, digestOf, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

describe('declining', () => {
  it('ends the sealed version and not the promotion, keeps the reason apart, and is on the record in one transaction', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    await sign(scene.people.management, id, 'management', hash)
    const { id: signOff } = await decline(scene.people.secops, id, 'secops', hash, 'The drill was about another host.')
    const row = await db.signOff.findUniqueOrThrow({ where: { id: signOff }, include: { sealedVersion: true } })
    expect(row).toMatchObject({ decision: 'decline', role: 'secops', reasonKind: 'evidence', withdrawnAt: null })
    expect(row.sealedVersion).toMatchObject({ endedBy: 'declined', moved: [] })
    const text = await db.auditText.findUniqueOrThrow({ where: { digest: row.reason as string } })
    expect(text.body).toBe('The drill was about another host.')
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'open', endedAt: null })
    expect(await phaseOf(id)).toBe('ready_to_seal')
    const [event] = await trail({ subject: id, action: 'promotion.declined' })
    expect(event).toMatchObject({
      subject: { version: 1 },
      actor: { roles: ['secops'] },
      after: { signature: signOff, slot: 'secops', reason: row.reason },
    })
    expect(JSON.stringify(event)).not.toContain('another host')
  })

  it('a version declined takes no signature any more; the next one starts with none (T04)', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    await sign(scene.people.management, id, 'management', hash)
    await decline(scene.people.secops, id, 'secops', hash)
    expect(await refusedWithoutTraceOfSigning('release_manager', id, 'release-manager', hash)).toMatchObject({ code: 'wrong_state' })
    const next = await sealPromotion(scene.people.release_manager, { promotion: id })
    expect(next).toMatchObject({ number: 2 })
    expect(next.hash).not.toBe(hash)
    expect(await phaseOf(id)).toBe('signing')
    expect(await db.signOff.count({ where: { sealedHash: next.hash } })).toBe(0)
    expect(await refusedWithoutTraceOfSigning('management', id, 'management', hash)).toMatchObject({ code: 'stale_version' })
    expect((await sign(scene.people.management, id, 'management', next.hash)).signed).toBe(1)
  })

  it('whoever signs last may decline first, and old evidence keeps nobody from a no', async () => {
    const early = await aSealedPromotion(scene, 'prod')
    await decline(scene.people.production_approver, early.id, 'production-approver', early.hash)
    const old = await aSealedPromotion(scene, 'prod')
    await ageEvidence(old.releaseId, 'secret-preflight', '25 hours')
    expect(await phaseOf(old.id)).toBe('held')
    await decline(scene.people.management, old.id, 'management', old.hash)
    expect(await db.sealedVersion.findFirstOrThrow({ where: { promotionId: old.id } })).toMatchObject({ endedBy: 'declined' })
  })

  it('an approved promotion can be declined by nobody: every slot is taken', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    const other = await inBrowser(await aPerson('Late Manager', ['management'], 'robodj'))
    const proof = await aProof(other, sealed.hash, 'management', 'decline')
    const refusal = await refusedWithoutTrace(() => declinePromotion(other, input(sealed, 'management', proof)))
    expect(refusal).toMatchObject({
      code: 'conflict',
      sentence: expect.stringContaining('The management has already signed as Management'),
    })
    expect(await phaseOf(sealed.id)).toBe('approved')
  })

  it('is refused to whoever could not sign, without a trace: other roles, the opener, software, another version (T02)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const attempt = async (who: typeof scene.people.admin, slot: string, hash = sealed.hash) => {
      const browser = await inBrowser(who)
      const proof = await aProof(browser, hash, slot, 'decline')
      return refusedWithoutTrace(() => declinePromotion(browser, { ...input(sealed, slot, proof), sealedHash: hash }))
    }
    for (const role of ['admin', 'auditor', 'engineer', 'dev_lead'] as const)
      expect((await attempt(scene.people[role], 'management')).code).toBe('not_allowed')
    expect((await attempt(scene.people.management, 'no-such-slot')).code).toBe('not_found')
    expect((await attempt(scene.people.management, 'management', digestOf('read elsewhere'))).code).toBe('stale_version')
    const token = await aToken(scene.people.management, { scopes: ['promotion:open'], systemId: 'robodj' })
    const byToken = await refusedWithoutTrace(() => declinePromotion(token, input(sealed, 'management', crypto.randomUUID())))
    expect(byToken).toMatchObject({ code: 'separation_of_duties', sentence: expect.stringContaining('Software') })
  })

  it('needs a step-up proof for declining: one for approving does not do (T01)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const browser = await inBrowser(scene.people.management)
    const proof = await aProof(browser, sealed.hash, 'management', 'approve')
    expect((await refusedWithoutTrace(() => declinePromotion(browser, input(sealed, 'management', proof)))).code).toBe('step_up_required')
  })
})

function input(sealed: { id: string; hash: string }, slot: string, proof: string) {
  return { promotion: sealed.id, slot, sealedHash: sealed.hash, proof, reasonKind: 'risk' as const, reason: 'Not now.' }
}

/** Signing in vain: the proof is made first, since it is a change of its own. */
async function refusedWithoutTraceOfSigning(role: 'release_manager' | 'management', id: string, slot: string, hash: string) {
  const browser = await inBrowser(scene.people[role])
  const proof = await aProof(browser, hash, slot)
  const { signPromotion } = await import('@/lib/usecases/promotion/sign-promotion')
  return refusedWithoutTrace(() => signPromotion(browser, { promotion: id, slot, sealedHash: hash, proof, confirmed: 'yes' }))
}

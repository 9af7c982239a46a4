import { beforeAll, describe, expect, it, vi } from 'vitest'
import { receiptLead, receiptTitle, standingOf } from '@/components/receipt/promotion-receipt-words'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getReceipt, type Receipt } from '@/lib/queries/receipt'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aPerson } from '../../support/people'
import { aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

let scene: Scene
let who: Ctx | null = null
vi.mock('@/lib/auth/session', () => ({ viewer: async () => who && { actor: who.actor, now: new Date(), ctx: who } }))

const looker = (ctx: Ctx) => ({ actor: ctx.actor, now: new Date() })
async function receiptOf(ctx: Ctx, id: string): Promise<Receipt> {
  const found = await getReceipt(looker(ctx), id)
  if (!found) throw new Error('There is no receipt')
  return found
}

beforeAll(async () => {
  scene = await aGovernedSystem('dreichor')
}, 60_000)

describe('the receipt of a signature', () => {
  it('holds what was signed, by whom, in which capacity, how it was confirmed and what comes next', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await openDossier(await inBrowser(scene.people.management), { promotion: sealed.id })
    const { id } = await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    const receipt = await receiptOf(scene.people.management, id)
    expect(receipt).toMatchObject({
      id,
      mine: true,
      decision: 'approve',
      signer: 'The management',
      capacity: 'Management',
      role: 'management',
      method: 'password',
      statement: expect.stringMatching(/^I, The management, as Management, approve promoting/),
      promotion: { id: sealed.id, phase: 'signing', system: { id: 'dreichor' }, from: { id: 'dev' }, to: { id: 'prod' } },
      dossier: { number: 1, hash: sealed.hash, endedAt: null },
      signed: 1,
      withdrawn: null,
      whyNotWithdraw: null,
    })
    expect(receipt.openedAt?.getTime()).toBeLessThanOrEqual(receipt.signedAt.getTime())
    expect((await getPromotionDossier(looker(scene.people.auditor), sealed.id))?.openings).toEqual([
      { name: 'The management', at: receipt.openedAt },
    ])
    expect(sha256Hex(receipt.dossier.canonical)).toBe(sealed.hash)
    expect(receipt.slots).toHaveLength(3)
    expect(receipt.separation[0]?.sentence).toMatch(/^You hold Management/)
    expect(receipt.entry?.id).toBeTruthy()
    expect(receiptTitle(receipt)).toBe('Your signature is on record')
    expect(receiptLead(receipt)).toMatch(/^Next is Release Manager: The release manager\.$/)
    const other = await receiptOf(scene.people.auditor, id)
    expect(receiptTitle(other)).toBe('The management’s signature is on record')
    expect(other.mine).toBe(false)
    expect(other.whyNotWithdraw?.sentence).toBe('Only the person who signed can withdraw a signature.')
  })

  it('says that the last one was signed, and refuses a withdrawal once the deployment has started', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed, ['management'])
    const { id } = await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    expect(receiptLead(await receiptOf(scene.people.management, id))).toBe('All slots are signed. It may be deployed now.')
    await startDeployment(scene.people.release_manager, {
      system: 'dreichor',
      profile: 'prod',
      version: sealed.version,
      inputs: [],
    })
    const running = await receiptOf(scene.people.management, id)
    expect(running.promotion.phase).toBe('deploying')
    expect(running.whyNotWithdraw).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining('has started') })
  })

  it('stays after a withdrawal, with its reason', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const { id } = await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    await withdrawSignOff(scene.people.management, { signOff: id, reason: 'Looked at the wrong release' })
    const receipt = await receiptOf(scene.people.management, id)
    expect(receipt).toMatchObject({
      signed: 0,
      withdrawn: { reason: 'Looked at the wrong release' },
      whyNotWithdraw: { code: 'wrong_state' },
    })
    expect([standingOf(receipt), receiptTitle(receipt)]).toEqual(['withdrawn', 'Your signature was withdrawn'])
  })

  it('tells of a decline with its reason, and of a version that ended since', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const signature = await sign(scene.people.secops, sealed.id, 'secops', sealed.hash)
    const browser = await inBrowser(scene.people.management)
    const { id } = await declinePromotion(browser, {
      promotion: sealed.id,
      slot: 'management',
      sealedHash: sealed.hash,
      proof: await aProof(browser, sealed.hash, 'management', 'decline'),
      reasonKind: 'risk',
      reason: 'The rollback was not tried',
    })
    const decline = await receiptOf(scene.people.management, id)
    expect(decline).toMatchObject({ decision: 'decline', reason: { kind: 'risk', text: 'The rollback was not tried' }, next: null })
    expect([receiptTitle(decline), standingOf(decline)]).toEqual(['Your decline is on record', 'stands'])
    expect(receiptLead(decline)).toContain('It ended version 1.')
    const ended = await receiptOf(scene.people.secops, signature.id)
    expect([standingOf(ended), ended.dossier.endedBy]).toEqual(['ended', 'declined'])
    expect(receiptLead(ended)).toContain('(declined)')
    expect(ended.whyNotWithdraw?.sentence).toContain('has ended')
  })

  it('says what moved when the version was voided', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const { id } = await sign(scene.people.secops, sealed.id, 'secops', sealed.hash)
    const window = { startsAt: new Date(Date.now() + 60_000), endsAt: new Date(Date.now() + 3_600_000) }
    await setWindow(scene.people.release_manager, { promotion: sealed.id, ...window })
    expect(receiptLead(await receiptOf(scene.people.secops, id))).toMatch(/voided: .*window changed/i)
  })

  it('does not exist for somebody who may not see the system (T23)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const { id } = await sign(scene.people.secops, sealed.id, 'secops', sealed.hash)
    expect(await getReceipt(looker(await aPerson('A Stranger', ['secops'], 'waxwatch-of-nobody')), id)).toBeNull()
    expect(await getReceipt(looker(scene.people.secops), 'SIG-9999')).toBeNull()
  })
})

describe('the file', () => {
  it('holds the sealed text, so that anybody can compute the hash, and nothing of who looks', async () => {
    const { GET } = await import('@/app/(dashboard)/signatures/[id]/receipt.json/route')
    const sealed = await aSealedPromotion(scene, 'prod')
    const { id } = await sign(scene.people.secops, sealed.id, 'secops', sealed.hash)
    const get = () => GET(new Request('http://localhost/'), { params: Promise.resolve({ id }) })
    who = null
    expect((await get()).status).toBe(401)
    who = await aPerson('A Stranger', ['secops'], 'waxwatch-of-nobody')
    expect((await get()).status).toBe(404)
    who = scene.people.auditor
    const response = await get()
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${id}.json"`)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const file = (await response.json()) as { receipt: string; dossier: { sha256: string; canonical: string } }
    expect(file.receipt).toBe(id)
    expect(sha256Hex(file.dossier.canonical)).toBe(file.dossier.sha256)
    expect(file).not.toHaveProperty('inbox')
    expect(file).not.toHaveProperty('mine')
  })
})

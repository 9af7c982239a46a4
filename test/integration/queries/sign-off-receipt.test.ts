import { beforeAll, describe, expect, it, vi } from 'vitest'
import { signOffLead, signOffTitle, standingOf } from '@/components/receipt/sign-off-words'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { getReceipt } from '@/lib/queries/receipt'
import { getSignOffReceipt, type SignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { askFallbackInput } from '@/lib/schemas/fallback'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'
import { askFallback } from '@/lib/usecases/fallback/ask-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aPerson } from '../../support/people'
import { aProof, inBrowser } from '../../support/promotions'
import { approve, aRotation, declinePlan, doAll } from '../../support/rotations'
import { aGovernedSystem, refusalOf, type Scene } from '../../support/scene'

let scene: Scene
let who: Ctx | null = null
vi.mock('@/lib/auth/session', () => ({ viewer: async () => who && { actor: who.actor, now: new Date(), ctx: who } }))

const looker = (ctx: Ctx) => ({ actor: ctx.actor, now: new Date() })
async function receiptOf(ctx: Ctx, id: string): Promise<SignOffReceipt> {
  const found = await getSignOffReceipt(looker(ctx), id)
  if (!found) throw new Error('There is no receipt')
  return found
}

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
}, 60_000)

describe('the receipt of an approval of a rotation', () => {
  it('holds what was approved, by whom, in which capacity, how it was confirmed, its hash and what comes next', async () => {
    const { people } = scene
    const opened = await aRotation(scene, 'staging')
    const { id } = await approve(people.management, opened.id, 'management', opened.hash)
    const receipt = await receiptOf(people.management, id)
    expect(receipt).toMatchObject({
      id,
      mine: true,
      decision: 'approve',
      signer: 'The management',
      capacity: 'Management',
      role: 'management',
      method: 'password',
      statement: expect.stringMatching(/^I, The management, as Management, approve the rotation of ROBODJ_SECRET_KEY/),
      subject: {
        kind: 'rotation',
        id: opened.id,
        system: { id: 'robodj' },
        profile: { id: 'staging' },
        what: 'Primary and v2 key, shift pair',
        standing: 'Approved',
      },
      sealed: { number: 1, hash: opened.hash, endedAt: null },
      signed: 1,
      withdrawn: null,
      next: null,
      whyNotWithdraw: null,
    })
    expect(sha256Hex(receipt.sealed.canonical)).toBe(opened.hash)
    expect(receipt.separation.map(({ sentence }) => sentence)).toContain('You did not open this rotation')
    expect(receipt.entry?.id).toBeTruthy()
    expect([signOffTitle(receipt), standingOf(receipt)]).toEqual(['Your signature is on record', 'stands'])
    expect(signOffLead(receipt)).toMatch(/^Its pre-checks come next/)
    const other = await receiptOf(people.auditor, id)
    expect(signOffTitle(other)).toBe('The management’s signature is on record')
    expect(other.whyNotWithdraw?.sentence).toBe('Only the person who signed can withdraw a signature.')
    // That of a promotion stays what it was, and neither answers for the other.
    expect(await getReceipt(looker(people.management), id)).toBeNull()
    expect(await getSignOffReceipt(looker(await aPerson('Elsewhere Only', ['management'], 'stack')), id)).toBeNull()

    await withdrawApproval(people.management, { signOff: id, reason: 'Second thoughts.' })
    const back = await receiptOf(people.management, id)
    expect([standingOf(back), back.withdrawn?.reason, back.next?.capacity]).toEqual(['withdrawn', 'Second thoughts.', 'Management'])
    expect(back.next?.who.map(({ name }) => name)).toEqual(['The management'])

    const { id: again } = await approve(people.management, opened.id, 'management', opened.hash)
    await doAll(people.release_manager, opened.id, 'prerequisite', 'before')
    await startRotation(people.release_manager, { rotation: opened.id, owner: 'release-manager-agent' })
    const running = await receiptOf(people.management, again)
    expect(running.subject.standing).toBe('In progress')
    expect(running.whyNotWithdraw?.code).toBe('wrong_state')
    expect(signOffLead(running)).toContain('Stop Runtime Services')
  })

  it('of a decline says what it ended', async () => {
    const opened = await aRotation(scene, 'prod')
    const { id } = await declinePlan(scene.people.incident_commander, opened.id, 'incident-commander-or-approver', opened.hash)
    const receipt = await receiptOf(scene.people.incident_commander, id)
    expect(receipt.reason).toEqual({ kind: 'timing', text: 'Not this week.' })
    expect(signOffLead(receipt)).toMatch(/^It ended version 1 of the plan\. The plan was declined/)
  })

  it('is a file too, with the sealed text that its hash names; a stranger finds nothing (T23)', async () => {
    const { GET } = await import('@/app/(dashboard)/signatures/[id]/receipt.json/route')
    const { id } = await db.signOff.findFirstOrThrow({ where: { sealedVersion: { subject: 'rotation' } }, orderBy: { signedAt: 'asc' } })
    const ask = () => GET(new Request('https://localhost/'), { params: Promise.resolve({ id }) })
    who = scene.people.auditor
    const file = (await (await ask()).json()) as Record<string, Record<string, unknown>>
    expect(file).toMatchObject({ receipt: id, rotation: { system: 'robodj', profile: 'staging' } })
    expect(sha256Hex(file.sealed?.canonical as string)).toBe(file.sealed?.sha256)
    who = await aPerson('File Stranger', ['auditor'], 'stack')
    expect((await ask()).status).toBe(404)
    who = null
    expect((await ask()).status).toBe(401)
  })
})

describe('the receipt of a grant of a fallback use', () => {
  it('holds the request that was granted, and that it can no longer be withdrawn once it is open', async () => {
    const { people } = scene
    const asked = await askFallback(
      await inBrowser(people.engineer),
      askFallbackInput.parse({
        system: 'robodj',
        rule: 'staging',
        purpose: 'break-glass',
        reason: 'The store does not answer.',
        ticket: 'OPS-4711',
        until: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    )
    const fallback = asked.id
    const version = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'fallback', subjectId: fallback } })
    const browser = await inBrowser(people.management)
    const proof = await aProof(browser, version.hash, 'management')
    await grantFallback(browser, { fallback, slot: 'management', sealedHash: version.hash, proof, confirmed: 'yes' })
    const { id } = await db.signOff.findFirstOrThrow({ where: { sealedVersionId: version.id } })
    const receipt = await receiptOf(people.management, id)
    expect(receipt).toMatchObject({
      subject: { kind: 'fallback', id: fallback, profile: { id: 'staging' }, standing: 'Open', what: expect.stringMatching(/^Allow /) },
      capacity: 'Management',
      signed: 1,
      statement: expect.stringContaining('The management'),
    })
    expect(receipt.entry).not.toBeNull()
    expect(receipt.whyNotWithdraw?.sentence).toContain('What is open is closed, not withdrawn.')
    expect((await refusalOf(withdrawApproval(people.management, { signOff: id, reason: 'Too late.' }))).code).toBe('wrong_state')
  })
})

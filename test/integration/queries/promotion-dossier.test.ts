import { beforeAll, describe, expect, it } from 'vitest'
import { bannersOf, headChip, nextNumber } from '@/components/promotion/dossier-words'
import type { Ctx } from '@/lib/domain/context'
import { sealText } from '@/lib/domain/dossier'
import { getPromotionDossier, type PromotionDossier } from '@/lib/queries/promotion-dossier'
import { getComparison, getVersion } from '@/lib/queries/promotion-version'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aPerson } from '../../support/people'
import { anOpenPromotion, aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../support/promotions'
import { aGovernedSystem, digestOf, type Scene } from '../../support/scene'

let robodj: Scene
let stranger: Ctx

const seen = async (who: Ctx, id: string, now = new Date()): Promise<PromotionDossier> => {
  const dossier = await getPromotionDossier({ actor: who.actor, now }, id)
  if (!dossier) throw new Error('It should be seen')
  return dossier
}
const gateOf = (d: PromotionDossier, id: string) => {
  const view = d.gates.find(({ gate }) => gate.id === id)
  if (!view) throw new Error(`There is no gate ${id}`)
  return view
}

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stranger = await aPerson('Olu Stranger', ['management'], (await aGovernedSystem('dreichor')).slug)
}, 90_000)

describe('a draft', () => {
  it('001.12: asks for the set of variables that was chosen for its target', async () => {
    const waxwatch = await aGovernedSystem('waxwatch')
    const { id } = await anOpenPromotion(waxwatch, 'production')
    const names = async () => (await seen(waxwatch.people.engineer, id)).contract.variables.map(({ name }) => name)
    expect(await names()).toContain('EBAY_CLIENT_ID')
    const choice = { system: 'waxwatch', profile: 'production', variant: 'without-providers', reason: 'No providers here' }
    await chooseContractVariant(waxwatch.people.release_manager, choice)
    expect(await names()).not.toContain('EBAY_CLIENT_ID')
    expect(await names()).toContain('DATABASE_URL')
  })

  it('says for a missing gate what it asks, its exact command, who can bring it, and why the viewer may not (000.24 to 000.26)', async () => {
    const { id } = await anOpenPromotion(robodj, 'prod', { except: ['secret-preflight', 'rollback-drill'] })
    const d = await seen(robodj.people.management, id)
    expect(d).toMatchObject({ phase: 'collecting', sealed: null, counts: { total: 4, passed: 2 }, isFirstOpening: false, yours: null })
    const preflight = gateOf(d, 'secret-preflight')
    expect(preflight).toMatchObject({ verdict: 'missing', sealedVerdict: null, evidence: null, seenAt: null, used: null })
    expect(preflight.gate.command).toMatch(/--require-env-only/)
    expect(preflight.whyNotBring?.sentence).toMatch(/brought by .* of RoboDJ, a role you do not hold/)
    expect(gateOf(await seen(robodj.people.engineer, id), 'secret-preflight').whyNotBring).toBeNull()
    expect(d.hold).toMatchObject({ kind: 'gate', state: 'waiting' })
    expect(d.notYet.map(({ code }) => code)).toEqual(expect.arrayContaining(['gate_not_passed', 'wrong_state']))
    expect(d.may.seal?.sentence).toBe('Only a Release Manager of RoboDJ seals a dossier.')
    const manager = await seen(robodj.people.release_manager, id)
    expect(manager.may.seal).toMatchObject({
      code: 'gate_not_passed',
      details: expect.arrayContaining([expect.stringMatching(/Can bring it:/)]),
    })
    expect(headChip(manager)).toEqual({ status: 'waiting', words: 'Collecting evidence' })
  })

  it('is the Release Manager’s to seal once every gate passes', async () => {
    const { id } = await anOpenPromotion(robodj, 'prod')
    const d = await seen(robodj.people.release_manager, id)
    expect(d).toMatchObject({ phase: 'ready_to_seal', may: { seal: null }, manages: true })
    expect(headChip(d)).toEqual({ status: 'yours', words: 'Yours to seal' })
    expect(nextNumber(d)).toBe(1)
    expect(d.dossier.number).toBe(1)
  })

  it('is not there for somebody without a role on the system (T23)', async () => {
    const { id } = await anOpenPromotion(robodj, 'prod')
    expect(await getPromotionDossier({ actor: stranger.actor, now: new Date() }, id)).toBeNull()
    expect(await getVersion({ actor: stranger.actor, now: new Date() }, id, 1)).toBeNull()
    expect(await getComparison({ actor: stranger.actor, now: new Date() }, id, null, null)).toBeNull()
    expect(await getPromotionDossier({ actor: robodj.people.management.actor, now: new Date() }, 'PRM-9999')).toBeNull()
  })
})

describe('a sealed version', () => {
  it('shows its exact bytes, offers the viewer their slot with the computed lines, and records a first opening once', async () => {
    const { id, hash } = await aSealedPromotion(robodj, 'prod')
    const { management, auditor, engineer } = robodj.people
    const d = await seen(management, id)
    expect(d.sealed).toMatchObject({ number: 1, hash, sealedBy: 'The release manager' })
    expect(sealText(JSON.parse(d.sealed?.canonical ?? '')).hash).toBe(hash)
    expect(sealText(d.dossier).hash).toBe(hash)
    expect(headChip(d)).toEqual({ status: 'yours', words: 'Your signature is needed' })
    expect(d.yours?.slot).toMatchObject({ title: 'Management', whyNotSign: null })
    expect(d.yours?.lines[0]).toEqual({ holds: true, sentence: expect.stringMatching(/You hold Management/) })
    expect(d.isFirstOpening).toBe(true)
    await openDossier(management, { promotion: id })
    expect((await seen(management, id)).isFirstOpening).toBe(false)

    const read = await seen(auditor, id)
    expect(read).toMatchObject({ isReadOnly: true, yours: null, isFirstOpening: false })
    const without = await seen(engineer, id)
    expect(without).toMatchObject({ isReadOnly: false, yours: null, isFirstOpening: false })
    expect(without.whyNotYours?.sentence).toMatch(/a role you do not hold|Contributors do not sign/)
  })

  it('keeps what it rests on: evidence that comes later is an addendum beside it (T32)', async () => {
    const { id, version } = await aSealedPromotion(robodj, 'prod')
    const before = gateOf(await seen(robodj.people.secops, id), 'escalation-contacts')
    await recordEvidence(
      robodj.people.release_manager,
      recordEvidenceInput.parse({
        system: 'robodj',
        version,
        profile: 'prod',
        gate: 'escalation-contacts',
        verdict: 'pass',
        summary: 'Reached again',
        digest: digestOf('again', id),
      }),
    )
    const d = await seen(robodj.people.secops, id)
    expect(gateOf(d, 'escalation-contacts')).toMatchObject({
      evidence: { id: before.evidence?.id },
      addendum: { summary: 'Reached again' },
      sealedVerdict: 'pass',
    })
    expect(d).toMatchObject({ phase: 'signing', moved: [] })
  })

  it('is held while evidence is stale, and says which and how old', async () => {
    const { id } = await aSealedPromotion(robodj, 'prod')
    const d = await seen(robodj.people.management, id, new Date(Date.now() + 9 * 3_600_000))
    expect(d.phase).toBe('held')
    expect(gateOf(d, 'escalation-contacts')).toMatchObject({ verdict: 'stale', sealedVerdict: 'pass', used: 1 })
    const [banner] = bannersOf(d)
    expect(banner).toMatchObject({ status: 'stale', title: 'Signing waits for fresh evidence' })
    expect(banner?.list?.join()).toMatch(/9 h old, limit 8 h/)
    expect(d.yours?.slot.whyNotSign?.code).toBe('held')
  })

  it('flags questions that came after the seal, and leaves the hash alone', async () => {
    const { id, hash } = await aSealedPromotion(robodj, 'prod')
    await askQuestion(robodj.people.secops, { promotion: id, text: 'Which host?' })
    const d = await seen(robodj.people.management, id)
    expect(d.discussion).toMatchObject([{ text: 'Which host?', sinceSeal: true, by: { name: 'The secops' } }])
    expect(bannersOf(d).map(({ title }) => title)).toContain('1 entry in the discussion since version 1 was sealed')
    expect(d.sealed?.hash).toBe(hash)
    expect((await seen(robodj.people.auditor, id)).may.ask?.code).toBe('not_allowed')
  })

  it('is approved once every slot is signed, and names what still stands before the deployment', async () => {
    const sealed = await aSealedPromotion(robodj, 'prod')
    await signAll(robodj, sealed)
    const d = await seen(robodj.people.release_manager, sealed.id)
    expect(d.phase).toBe('approved')
    expect(d.slots.every(({ signed }) => signed !== null)).toBe(true)
    expect(bannersOf(d)[0]?.title).toMatch(/^Fully signed/)
    expect(d.may.deploy === null).toBe(d.notYet.length === 0)
  })
})

describe('versions that fell', () => {
  it('keep their signatures and reasons, and two of them compare to what differs', async () => {
    const { id, hash } = await aSealedPromotion(robodj, 'prod')
    await sign(robodj.people.release_manager, id, 'release-manager', hash)
    const startsAt = new Date(Date.now() + 3_600_000)
    await setWindow(robodj.people.release_manager, { promotion: id, startsAt, endsAt: new Date(startsAt.getTime() + 3_600_000) })
    const fallen = await seen(robodj.people.management, id)
    expect(fallen).toMatchObject({ sealed: null, phase: 'ready_to_seal' })
    expect(bannersOf(fallen)[0]).toMatchObject({ title: 'Version 1 was voided', list: ['The window changed'] })
    expect(fallen.versions[0]).toMatchObject({ endedBy: 'voided', signOffs: [{ capacity: 'Release Manager', decision: 'approve' }] })

    await sealPromotion(robodj.people.release_manager, { promotion: id })
    const looker = { actor: robodj.people.auditor.actor, now: new Date() }
    const compared = await getComparison(looker, id, null, null)
    if (!compared || !('differences' in compared)) throw new Error('There are two versions')
    expect([compared.from.number, compared.to.number]).toEqual([1, 2])
    expect(compared.differences.map(({ field }) => field)).toEqual(['Window'])
    expect(await getComparison(looker, id, 1, 7)).toMatchObject({ only: 2 })
    expect((await getVersion(looker, id, 1))?.version).toMatchObject({ hash, endedBy: 'voided' })
    expect(await getVersion(looker, id, 3)).toBeNull()
  })

  it('name who declined, as what, and why; the promotion goes on', async () => {
    const { id, hash } = await aSealedPromotion(robodj, 'prod')
    const secops = await inBrowser(robodj.people.secops)
    const proof = await aProof(secops, hash, 'secops', 'decline')
    await declinePromotion(secops, {
      promotion: id,
      slot: 'secops',
      sealedHash: hash,
      proof,
      reasonKind: 'evidence',
      reason: 'No host is named.',
    })
    const d = await seen(robodj.people.release_manager, id)
    expect(bannersOf(d)[0]).toMatchObject({
      status: 'fail',
      title: 'The secops declined version 1 as SecOps',
      text: expect.stringMatching(/^No host is named\./),
    })
    expect(d.may.seal).toBeNull()
  })

  it('of a withdrawn promotion stay readable, with the reason', async () => {
    const { id } = await aSealedPromotion(robodj, 'prod')
    await withdrawPromotion(robodj.people.release_manager, { promotion: id, reason: 'Built from the wrong branch.' })
    const d = await seen(robodj.people.management, id)
    expect(d).toMatchObject({ phase: 'withdrawn', endReason: 'Built from the wrong branch.', yours: null })
    expect(bannersOf(d)).toMatchObject([{ key: 'withdrawn', text: expect.stringMatching(/Built from the wrong branch\.$/) }])
    expect(d.versions).toHaveLength(1)
    expect(d.may.withdraw?.code).toBe('wrong_state')
  })
})

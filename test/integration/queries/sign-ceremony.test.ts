import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { type Ceremony, getCeremony, type NoCeremony } from '@/lib/queries/sign-ceremony'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { aPerson } from '../../support/people'
import { aSealedPromotion, sign, signAll } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

let scene: Scene
const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })

type Asked = { slot?: string; read?: number; decision?: 'approve' | 'decline' }
const opened = (who: Ctx, id: string, { decision = 'approve', ...asked }: Asked = {}): Promise<Ceremony | NoCeremony | null> =>
  getCeremony(looker(who), id, decision, asked)
async function ceremony(who: Ctx, id: string, asked: Asked = {}): Promise<Ceremony> {
  const found = await opened(who, id, asked)
  if (!found || !('slot' in found)) throw new Error('There is no ceremony')
  return found
}

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
}, 60_000)

describe('what is signed', () => {
  it('comes with the sealed bytes, the statement, the gates by their titles and the lines of separation (000.24, T32)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod', {
      window: { startsAt: new Date(Date.now() - 3_600_000), endsAt: new Date(Date.now() + 3_600_000) },
    })
    const found = await ceremony(scene.people.management, sealed.id)
    expect(found.slot).toEqual({ key: 'management', title: 'Management' })
    expect(found.whyNot).toBeNull()
    expect(found.choices).toEqual([found.slot])
    expect(sha256Hex(found.sealed.canonical)).toBe(sealed.hash)
    expect(found.sealed).toMatchObject({ number: 1, hash: sealed.hash })
    expect(found.statement).toMatch(
      /^I, The management, as Management, approve promoting RoboDJ .* from staging to prod in the window .* UTC\.$/,
    )
    const sealedGates = (JSON.parse(found.sealed.canonical) as { gates: { id: string }[] }).gates.map(({ id }) => id)
    expect(found.gates.map(({ id }) => id)).toEqual(sealedGates)
    expect(found.gates.every(({ title, verdict }) => title.length > 0 && verdict === 'pass')).toBe(true)
    expect(found.lines[0]).toEqual({ holds: true, sentence: 'You hold Management for RoboDJ' })
    expect(found.newerLive).toBeNull()
  })

  it('offers each slot that somebody may fill, and follows the one they chose', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const both = await aPerson('Rosa Two Roles', ['secops', 'management'], scene.slug)
    const [first, chosen] = [await ceremony(both, sealed.id), await ceremony(both, sealed.id, { slot: 'management' })]
    expect(first.choices.map(({ title }) => title).sort()).toEqual(['Management', 'SecOps'])
    expect(chosen.slot.title).toBe('Management')
    expect(chosen.statement).toContain('as Management')
    expect(chosen.lines).toContainEqual({ holds: false, sentence: 'You cannot also sign as SecOps. One person, one signature' })
    await sign(both, sealed.id, 'secops', sealed.hash)
    const after = await ceremony(both, sealed.id, { slot: 'management' })
    expect(after.whyNot).toMatchObject({ code: 'separation_of_duties', sentence: 'You have signed as SecOps. One person, one signature.' })
    expect(after.choices).toEqual([])
    expect((await ceremony(both, sealed.id)).whyNot?.sentence).toBe('You have already signed as SecOps.')
  })

  it('says that something newer runs', async () => {
    const system = await aGovernedSystem('dreichor')
    const live = await aSealedPromotion(system, 'prod', { release: { buildDate: new Date(Date.now() - 3_600_000).toISOString() } })
    await signAll(system, live)
    const { id } = await startDeployment(system.people.release_manager, {
      system: 'dreichor',
      profile: 'prod',
      version: live.version,
      inputs: [],
    })
    await finishDeployment(system.people.release_manager, { deployment: id, result: 'succeeded' })
    const old = await aSealedPromotion(system, 'prod', { release: { version: '0.1.0', buildDate: '2025-01-01T00:00:00Z' } })
    const found = await ceremony(system.people.management, old.id)
    expect(found.newerLive).toBe(live.version)
    expect(found.statement).toContain(`I know that it is older than ${live.version}, which runs there.`)
  })

  it('counts the questions since the seal, and who has opened it', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    expect(await ceremony(scene.people.management, sealed.id)).toMatchObject({ questions: 0, isFirstOpening: true })
    await askQuestion(scene.people.secops, { promotion: sealed.id, text: 'Why now?' })
    await openDossier(scene.people.management, { promotion: sealed.id })
    expect(await ceremony(scene.people.management, sealed.id)).toMatchObject({ questions: 1, isFirstOpening: false })
    expect((await ceremony(scene.people.engineer, sealed.id)).isFirstOpening).toBe(false)
  })
})

describe('why not, in a sentence', () => {
  it.each([
    ['engineer', undefined, 'not_allowed', /a role you do not hold/],
    ['auditor', 'management', 'not_allowed', /Management is signed by Management/],
    ['production_approver', 'production-approver', 'held', /signs last, after/],
    ['management', 'no-such-slot', 'not_found', /not in the rule/],
  ] as const)('%s in slot %s', async (role, slot, code, sentence) => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const slots = sealed.edge.signOff.slots
    const key = slot === 'production-approver' ? slots.find(({ order }) => order === 'last')?.id : slot
    const found = await ceremony(scene.people[role], sealed.id, { slot: key })
    expect(found.whyNot).toMatchObject({ code, sentence: expect.stringMatching(sentence) })
  })

  it('names who took the slot, and lets the last slot decline early', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const last = sealed.edge.signOff.slots.find(({ order }) => order === 'last')?.id
    expect((await ceremony(scene.people.production_approver, sealed.id, { slot: last, decision: 'decline' })).whyNot).toBeNull()
    const other = await aPerson('Sofia Marek', ['management'], scene.slug)
    await sign(other, sealed.id, 'management', sealed.hash)
    expect((await ceremony(scene.people.management, sealed.id, { slot: 'management' })).whyNot).toMatchObject({
      code: 'conflict',
      sentence: 'Sofia Marek has already signed as Management. Nothing of yours was recorded.',
    })
  })

  it('keeps the opener and the self-granted out', async () => {
    const opener = await aPerson('Olga Opener', ['release_manager', 'management'], scene.slug)
    const sealed = await aSealedPromotion({ ...scene, people: { ...scene.people, dev_lead: opener } }, 'prod')
    expect((await ceremony(opener, sealed.id, { slot: 'management' })).whyNot?.sentence).toMatch(/^You opened this promotion\./)
    const selfish = await aPerson('Sel Fish', [], scene.slug)
    await db.roleGrant.create({
      data: {
        principalId: selfish.actor.id,
        role: 'management',
        systemId: scene.slug,
        startsAt: new Date('2025-09-01'),
        grantedById: selfish.actor.id,
      },
    })
    const fresh = await aPersonAgain(selfish)
    expect((await ceremony(fresh, sealed.id, { slot: 'management' })).whyNot?.sentence).toMatch(/^You granted yourself/)
  })
})

/** The same person with their roles read again. */
async function aPersonAgain(who: Ctx): Promise<Ctx> {
  const { loadActor } = await import('@/lib/db/load-actor')
  const actor = await loadActor(db, { id: who.actor.id, session: null, token: null }, new Date())
  if (!actor) throw new Error('They do not stand')
  return { ...who, actor }
}

describe('when something moved', () => {
  it('stops and names the version that is live, or that none is', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await setWindow(scene.people.release_manager, {
      promotion: sealed.id,
      startsAt: new Date(Date.now() + 60_000),
      endsAt: new Date(Date.now() + 3_600_000),
    })
    expect(await opened(scene.people.management, sealed.id, { read: 1 })).toEqual({ promotion: sealed.id, read: 1, live: null })
    const { number } = await sealPromotion(scene.people.release_manager, { promotion: sealed.id })
    expect(await opened(scene.people.management, sealed.id, { read: 1 })).toEqual({ promotion: sealed.id, read: 1, live: number })
    expect((await ceremony(scene.people.management, sealed.id, { read: number })).whyNot).toBeNull()
  })

  it('does not exist for somebody who may not see the system (T23)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const stranger = await aPerson('A Stranger', ['management'], 'waxwatch-of-nobody')
    expect(await opened(stranger, sealed.id)).toBeNull()
    expect(await opened(scene.people.management, 'PRM-9999')).toBeNull()
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { extendFallback } from '@/lib/usecases/fallback/extend-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { openFallback } from '@/lib/usecases/fallback/open-fallback'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { withdrawFallback } from '@/lib/usecases/fallback/withdraw-fallback'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import {
  anIncident,
  ask,
  cleanUp,
  fallbackOf,
  fallbackPhaseOf,
  grant,
  inHours,
  openAlone,
  passTime,
  refuseIt,
} from '../../../support/fallbacks'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { asOwner, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, refusalOf, type Scene, trail } from '../../../support/scene'

// Break-glass from request to paid debt, on the real policy of RoboDJ.

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const SLOT = 'incident-commander-or-approver'
const debts = async (id?: string) =>
  (await loadDebts(db, ['robodj'], new Date())).filter((debt) => id === undefined || debt.subject.id === id)
const kinds = async (id: string) => (await debts(id)).map(({ kind }) => kind)
const review = (by: Parameters<typeof reviewFallback>[0], fallback: string) =>
  reviewFallback(by, { fallback, finding: 'accepted', note: 'Looked at the listing and the log.' })
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)

/** A use of prod granted by the production approver, asked for by SecOps. */
async function aGrantedUse() {
  const incident = await anIncident(scene)
  const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
  await grant(scene.people.production_approver, asked, SLOT)
  return { ...asked, incident }
}

/** Ends a use and pays all it owes, so that the next may be asked for. */
async function pay(id: string) {
  if ((await fallbackPhaseOf(id)) === 'open') await returnFallback(scene.people.secops, { fallback: id })
  if ((await fallbackPhaseOf(id)) === 'ended') await cleanUp(scene.people.secops, id)
  const reviewer = await aPerson('Second Pair', ['secops'], 'robodj')
  if ((await fallbackPhaseOf(id)) === 'cleaned_up') await review(reviewer, id)
}

describe('production, only during an incident, then cleaned up with evidence (000.21, 000.23)', () => {
  it('asked for, granted by a second person, ended by itself, cleaned up, reviewed; each on the record', async () => {
    const incident = await anIncident(scene)
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident, until: inHours(2).toISOString() })
    expect(asked).toMatchObject({ number: 1, opensAlone: false, isOpen: false })
    expect(await fallbackPhaseOf(asked.id)).toBe('requested')
    expect(await debts(asked.id)).toEqual([])
    const granted = await grant(scene.people.production_approver, asked, SLOT)
    expect(granted).toMatchObject({ signed: 1, of: 1 })
    const facts = await fallbackOf(asked.id)
    expect(facts).toMatchObject({
      status: 'granted',
      ownRequest: false,
      mappings: ['secret-key', 'secret-v2-key'],
      reason: 'Decrypt errors after the restart.',
    })
    expect(facts.expiresAt).toEqual(facts.askedUntil)
    expect(await debts(asked.id)).toEqual([])
    await passTime(asked.id, '2 hours')
    expect(await fallbackPhaseOf(asked.id)).toBe('ended')
    expect((await debts(asked.id)).map(({ kind, incident: of, profile }) => [kind, of, profile])).toEqual([
      ['clean_up', incident, 'prod'],
      ['review', incident, 'prod'],
    ])
    await cleanUp(scene.people.secops, asked.id, { link: 'https://wiki.example.org/evidence/1' })
    expect(await kinds(asked.id)).toEqual(['review'])
    const reviewer = await aPerson('Another Secops', ['secops'], 'robodj')
    await review(reviewer, asked.id)
    expect(await fallbackPhaseOf(asked.id)).toBe('reviewed')
    expect(await debts(asked.id)).toEqual([])
    expect(await actions(asked.id)).toEqual([
      'fallback.requested',
      'fallback.approved',
      'fallback.opened',
      'fallback.cleaned_up',
      'fallback.reviewed',
    ])
  })

  it('a commander’s own request opens at once with a step-up, owes a review, and is extended only by a second person', async () => {
    const commander = await inBrowser(scene.people.incident_commander)
    const incident = await anIncident(scene, commander)
    const asked = await ask(scene, commander, { rule: 'prod', incident, until: inHours(1).toISOString() })
    expect(asked.opensAlone).toBe(true)
    // Nobody opens it for them, and not without confirming who they are (T01).
    expect(
      (
        await refusedWithoutTrace(() =>
          openFallback(commander, { fallback: asked.id, sealedHash: asked.sealedHash, proof: crypto.randomUUID() }),
        )
      ).code,
    ).toBe('step_up_required')
    expect(
      (
        await refusedWithoutTrace(async () =>
          openFallback(scene.people.secops, { fallback: asked.id, sealedHash: asked.sealedHash, proof: crypto.randomUUID() }),
        )
      ).code,
    ).toBe('separation_of_duties')
    const own = await aProof(commander, asked.sealedHash, SLOT)
    expect(
      (
        await refusedWithoutTrace(() =>
          grantFallback(commander, { fallback: asked.id, slot: SLOT, sealedHash: asked.sealedHash, proof: own, confirmed: 'yes' }),
        )
      ).code,
    ).toBe('separation_of_duties')
    await openAlone(commander, asked)
    expect(await fallbackOf(asked.id)).toMatchObject({ ownRequest: true, status: 'granted' })
    const [opened] = await trail({ subject: asked.id, action: 'fallback.opened' })
    expect(opened?.after).toMatchObject({ ownRequest: true, incident, secrets: ['secret-key', 'secret-v2-key'] })

    const more = await extendFallback(commander, { fallback: asked.id, until: inHours(3), reason: 'The fix takes longer.' })
    expect((await refusalOf(grant(commander, { id: asked.id, sealedHash: more.sealedHash }, SLOT))).code).toBe('separation_of_duties')
    expect((await refusalOf(openAlone(commander, { id: asked.id, sealedHash: more.sealedHash }))).code).toBe('wrong_state')
    await grant(scene.people.production_approver, { id: asked.id, sealedHash: more.sealedHash }, SLOT)
    const extended = await fallbackOf(asked.id)
    expect([extended.extensions, extended.expiresAt?.getTime()]).toEqual([1, extended.askedUntil.getTime()])
    // At most once.
    expect(
      (await refusedWithoutTrace(() => extendFallback(commander, { fallback: asked.id, until: inHours(4), reason: 'Still longer.' }))).code,
    ).toBe('policy_forbids')

    await returnFallback(commander, { fallback: asked.id })
    await cleanUp(commander, asked.id)
    expect(await kinds(asked.id)).toEqual(['review'])
    // Neither who asked, nor who granted the extension.
    expect((await refusalOf(review(commander, asked.id))).sentence).toContain('You asked for it')
    expect((await refusalOf(review(scene.people.production_approver, asked.id))).sentence).toContain('You granted it')
    await review(scene.people.secops, asked.id)
    expect(await debts(asked.id)).toEqual([])
  })

  it('while the review of one such use is owed, the next is no grant of itself: a second person has to come first (T33)', async () => {
    const commander = await inBrowser(scene.people.incident_commander)
    const incident = await anIncident(scene, commander)
    const first = await ask(scene, commander, { rule: 'prod', incident })
    await openAlone(commander, first)
    await returnFallback(commander, { fallback: first.id })
    const again = await ask(scene, commander, { rule: 'prod', incident })
    expect(again.opensAlone).toBe(false)
    expect((await refusalOf(openAlone(commander, again))).sentence).toContain(`${first.id} was opened the same way`)
    await grant(scene.people.production_approver, again, SLOT)
    await pay(again.id)
    await pay(first.id)
  })

  it('exposure owes a completed rotation of those secrets whose new keys came after its end; nothing older pays it', async () => {
    const { id } = await aGrantedUse()
    await returnFallback(scene.people.secops, { fallback: id })
    await cleanUp(scene.people.secops, id, { exposed: 'yes' })
    expect(await kinds(id)).toEqual(['review', 'rotate'])
    expect((await debts(id)).find(({ kind }) => kind === 'rotate')?.sentence).toContain('ROBODJ_SECRET_KEY and ROBODJ_SECRET_V2_KEY')
    await aRotation(['secret-key', 'secret-v2-key'], '-1 day')
    // Completed since, but its new keys were there while the glass was open: they are exposed too.
    await aRotation(['secret-key', 'secret-v2-key'], '-1 day', '1 second')
    expect(await kinds(id)).toEqual(['review', 'rotate'])
    await aRotation(['secret-key'], '1 second')
    expect((await debts(id)).find(({ kind }) => kind === 'rotate')?.sentence).toContain('ROBODJ_SECRET_V2_KEY.')
    await aRotation(['secret-v2-key'], '1 second')
    expect(await kinds(id)).toEqual(['review'])
    await pay(id)
  })

  it('never longer than the policy says from its grant, whatever was asked', async () => {
    const incident = await anIncident(scene)
    const long = { rule: 'prod', incident, until: inHours(5).toISOString() }
    expect(await refusedWithoutTrace(() => ask(scene, scene.people.secops, long))).toMatchObject({ code: 'policy_forbids', place: 'until' })
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident, until: inHours(4).toISOString() })
    await asOwner(`UPDATE "FallbackUse" SET "askedUntil" = "askedUntil" + interval '3 hours' WHERE id = $1`, [asked.id])
    const { until } = await grant(scene.people.production_approver, asked, SLOT)
    expect((until as Date).getTime()).toBeLessThanOrEqual(Date.now() + 4 * 3_600_000)
    await pay(asked.id)
  })

  it('an extension moves the end; a refused one does not, and what has ended is not extended', async () => {
    const { id } = await aGrantedUse()
    const before = (await fallbackOf(id)).expiresAt
    const asked = await extendFallback(scene.people.secops, { fallback: id, until: inHours(2), reason: 'A little more.' })
    expect((await refusalOf(extendFallback(scene.people.secops, { fallback: id, until: inHours(3), reason: 'And more.' }))).code).toBe(
      'conflict',
    )
    await refuseIt(scene.people.production_approver, { id, sealedHash: asked.sealedHash }, SLOT)
    expect((await fallbackOf(id)).expiresAt).toEqual(before)
    expect(await fallbackPhaseOf(id)).toBe('open')
    const second = await extendFallback(scene.people.secops, { fallback: id, until: inHours(3), reason: 'Really needed.' })
    await passTime(id, '1 hour')
    expect((await refusalOf(grant(scene.people.production_approver, { id, sealedHash: second.sealedHash }, SLOT))).code).toBe('wrong_state')
    expect((await refusalOf(extendFallback(scene.people.secops, { fallback: id, until: inHours(2), reason: 'Too late.' }))).code).toBe(
      'wrong_state',
    )
    await pay(id)
  })
})

describe('what stands in the way', () => {
  it('one request at a time, none while one is open, and only who asked withdraws', async () => {
    const incident = await anIncident(scene)
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
    expect((await refusedWithoutTrace(() => ask(scene, scene.people.release_manager, { rule: 'prod', incident }))).code).toBe('conflict')
    const withdraw = (by: Parameters<typeof withdrawFallback>[0]) =>
      withdrawFallback(by, { fallback: asked.id, reason: 'Found another way.' })
    expect((await refusedWithoutTrace(() => withdraw(scene.people.release_manager))).code).toBe('not_allowed')
    await withdraw(scene.people.secops)
    expect(await fallbackPhaseOf(asked.id)).toBe('withdrawn')
    expect((await refusalOf(grant(scene.people.production_approver, asked, SLOT))).code).toBe('wrong_state')
    const next = await ask(scene, scene.people.secops, { rule: 'prod', incident })
    await grant(scene.people.production_approver, next, SLOT)
    expect((await refusedWithoutTrace(() => ask(scene, scene.people.secops, { rule: 'prod', incident }))).sentence).toContain(
      `${next.id} is open until`,
    )
    await pay(next.id)
  })

  it('a refusal ends the request, with its reason kept apart', async () => {
    const incident = await anIncident(scene)
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
    await refuseIt(scene.people.production_approver, asked, SLOT)
    expect(await fallbackPhaseOf(asked.id)).toBe('refused')
    expect((await refusalOf(grant(scene.people.incident_commander, asked, SLOT))).code).toBe('wrong_state')
  })

  it('a request whose incident closed, or whose end passed, is not granted, and gives way to the next', async () => {
    const incident = await anIncident(scene)
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
    await closeIncident(scene.people.incident_commander, { incident, note: 'A false alarm.' })
    expect((await refusalOf(grant(scene.people.production_approver, asked, SLOT))).sentence).toContain(`${incident}, for which`)
    const another = await anIncident(scene)
    const next = await ask(scene, scene.people.secops, { rule: 'prod', incident: another })
    expect(await fallbackPhaseOf(asked.id)).toBe('withdrawn')
    await passTime(next.id, '1 hour')
    expect((await refusalOf(grant(scene.people.production_approver, next, SLOT))).sentence).toContain('has passed')
    const last = await ask(scene, scene.people.secops, { rule: 'prod', incident: another })
    expect(await fallbackPhaseOf(next.id)).toBe('withdrawn')
    await withdrawFallback(scene.people.secops, { fallback: last.id, reason: 'Done with the test.' })
  })

  it('clean-up comes after the end and wants evidence; review comes after the clean-up', async () => {
    const { id } = await aGrantedUse()
    expect((await refusedWithoutTrace(() => cleanUp(scene.people.secops, id))).sentence).toContain('still open')
    expect((await refusedWithoutTrace(() => review(scene.people.incident_commander, id))).code).toBe('wrong_state')
    await passTime(id, '1 hour')
    expect(await refusedWithoutTrace(() => cleanUp(scene.people.secops, id, { note: undefined }))).toMatchObject({
      code: 'policy_forbids',
      place: 'note',
    })
    expect((await refusedWithoutTrace(() => cleanUp(scene.people.engineer, id))).code).toBe('not_allowed')
    expect(
      (await refusedWithoutTrace(() => cleanUp(scene.people.secops, id, { note: 'ROBODJ_SECRET_KEY=Zk3n8Vq2Lw9xT5rB7yHc4MdPfJ6gSaEu' })))
        .code,
    ).toBe('secret_refused')
    expect((await refusedWithoutTrace(() => review(scene.people.incident_commander, id))).code).toBe('wrong_state')
    await cleanUp(scene.people.secops, id)
    expect((await refusedWithoutTrace(() => cleanUp(scene.people.secops, id))).code).toBe('wrong_state')
    expect((await refusedWithoutTrace(() => review(scene.people.secops, id))).code).toBe('separation_of_duties')
    expect((await refusedWithoutTrace(() => review(scene.people.engineer, id))).code).toBe('not_allowed')
    await review(scene.people.incident_commander, id)
  })

  it('what somebody may not see is answered like what is not there (T23)', async () => {
    const { id } = await aGrantedUse()
    const stranger = await aPerson('Of Elsewhere', ['secops', 'incident_commander'], 'waxwatch')
    const seen = await refusedWithoutTrace(() => returnFallback(stranger, { fallback: id }))
    const unseen = await refusedWithoutTrace(() => returnFallback(stranger, { fallback: 'BG-9999' }))
    expect([seen.code, seen.sentence.replace(id, '')]).toEqual([unseen.code, unseen.sentence.replace('BG-9999', '')])
    await pay(id)
  })
})

/** A completed rotation of some secrets of prod, as far as the debts look at it. */
async function aRotation(mappings: string[], rotated: string, completed = rotated) {
  const version = await db.policyVersion.findFirstOrThrow({ where: { systemId: 'robodj', status: 'active' } })
  const ownership = await db.rotationOwnership.findFirstOrThrow({ where: { policyVersionId: version.id, key: 'prod' } })
  const by = scene.people.secops.actor.id
  await asOwner(
    `INSERT INTO "Rotation" ("systemId", "profileKey", "policyVersionId", "ownershipId", "ownershipKey", "mappingKeys", method, cause, status, "openedById", "openedForId", "openedAt", "startedAt", "endedAt")
     VALUES ('robodj', 'prod', $1, $2, 'prod', $3, 'shift-pair', 'suspected_exposure', 'completed', $4, $4, now() - interval '2 days', now() + $5::interval, now() + $6::interval)`,
    [version.id, ownership.id, mappings, by, rotated, completed],
  )
}

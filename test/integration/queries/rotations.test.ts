import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { getRotation, type RotationDetail } from '@/lib/queries/rotation'
import { getRotationCeremony, type RotationCeremony } from '@/lib/queries/rotation-ceremony'
import { getRotationStart } from '@/lib/queries/rotation-new'
import { getRotations, type RotationFilter } from '@/lib/queries/rotations'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { aPerson } from '../../support/people'
import { asOwner } from '../../support/record'
import { approve, aRotation, aStartedRotation, declinePlan, doStep } from '../../support/rotations'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let robodj: Scene
let stack: Scene
let outsider: Ctx
const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const list = (who: Ctx, filter: RotationFilter = {}, after: readonly [string, string] | null = null, limit = 25) =>
  getRotations(looker(who), filter, { limit, after })

async function detail(who: Ctx, id: string): Promise<RotationDetail> {
  const found = await getRotation(looker(who), id)
  if (!found) throw new Error(`There is no ${id}`)
  return found
}
async function ceremony(who: Ctx, id: string, asked: { slot?: string; read?: number } = {}): Promise<RotationCeremony> {
  const found = await getRotationCeremony(looker(who), id, 'approve', asked)
  if (!found || !('slot' in found)) throw new Error('There is no ceremony')
  return found
}

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  const dreichor = await aGovernedSystem('dreichor')
  outsider = dreichor.people.secops
}, 90_000)

const staging = { owner: 'release-manager-agent', slot: 'management' }
const started = () =>
  aStartedRotation(robodj, 'staging', { ...staging, performer: robodj.people.release_manager, approver: robodj.people.management })

describe('a rotation on its page', () => {
  it('shows the plan, the open step, the picture of the keys, who approved and who may act (000.19 to 000.21, 003.8)', async () => {
    const opened = await started()
    const seen = await detail(robodj.people.release_manager, opened.id)
    expect(seen.phase).toBe('in_progress')
    expect(seen.steps.filter(({ isNow }) => isNow).map(({ id }) => id)).toEqual(['stop'])
    expect(seen.steps.find(({ id }) => id === 'stop')?.whyNot.done).toBeNull()
    expect(seen.steps.find(({ id }) => id === 'rotate')?.newKeys.map(({ mapping }) => mapping)).toEqual(['secret-key'])
    expect(seen.shift.shifts).toBe(true)
    expect(seen.approvals).toMatchObject([{ title: 'Management', signed: { name: 'The management', mine: false } }])
    expect(seen.whyNot.rollBack).toBeNull()
    expect(seen.whyNot.cancel?.code).toBe('wrong_state')
    expect(seen.isReadOnly).toBe(false)
    expect(seen.ages.map(({ standing }) => standing.profile.id)).toEqual(['dev', 'staging', 'prod'])
    expect(seen.ages.filter(({ here }) => here)).toHaveLength(1)
    // The file that the policy forbids here is shown with its rule, not offered (003 against 000).
    const ways = seen.steps.find(({ id }) => id === 'rotate')?.variants.filter(({ refused }) => refused !== null)
    expect(ways?.map(({ id }) => id)).toEqual(['env-file'])
    // A step of the rollback names the step it takes back, by the number of the document (003.15).
    expect(seen.steps.find(({ id }) => id === 'restore-secrets')?.about).toEqual({ id: 'rotate', words: 'step 10, Rotate Keys (3.2)' })
    expect(seen.steps.find(({ id }) => id === 'stop')?.about).toBeNull()
    expect(seen.whyNot.audit).toMatchObject({ code: 'wrong_state' })
  })

  it('says to whoever only watches why the step is not theirs, and to an auditor that there is nothing to do', async () => {
    const open = await db.rotation.findFirstOrThrow({ where: { systemId: robodj.slug, status: 'in_progress' } })
    const watching = await detail(robodj.people.management, open.id)
    expect(watching.steps.find(({ isNow }) => isNow)?.whyNot.done).toMatchObject({ code: 'not_allowed' })
    const reading = await detail(robodj.people.auditor, open.id)
    expect(reading.isReadOnly).toBe(true)
    await rollBack(robodj.people.release_manager, { rotation: open.id, trigger: 'boot-failure', reason: 'It does not come up.' })
    const back = await detail(robodj.people.release_manager, open.id)
    expect(back.phase).toBe('rolling_back')
    expect(back.steps.find(({ isNow }) => isNow)?.phase).toBe('rollback')
    expect(back.facts.incident?.id).toMatch(/^INC-/)
    expect(back.openIncidents.map(({ id }) => id)).toContain(back.facts.incident?.id)
    for (const step of back.steps.filter(({ phase }) => phase === 'rollback')) await doStep(robodj.people.release_manager, open.id, step.id)
    expect((await detail(robodj.people.release_manager, open.id)).whyNot.finishRollback).toBeNull()
    await finishRollback(robodj.people.release_manager, { rotation: open.id })
    // Over, it is audited from its own page, by SecOps who had no hand in it (domain.md, roles).
    expect((await detail(robodj.people.secops, open.id)).whyNot.audit).toBeNull()
    expect((await detail(robodj.people.release_manager, open.id)).whyNot.audit).toMatchObject({ code: 'not_allowed' })
    const both = await aPerson('Of Both', ['secops', 'management'], 'robodj')
    await asOwner(`UPDATE "Rotation" SET "openedForId" = $2 WHERE id = $1`, [open.id, both.actor.id])
    expect((await detail(both, open.id)).whyNot.audit).toMatchObject({ code: 'separation_of_duties' })
  })

  it('keeps what was declined, with the reason (T32)', async () => {
    const opened = await aRotation(robodj, 'dev', {}, robodj.people.release_manager)
    await declinePlan(robodj.people.dev_lead, opened.id, 'dev-lead', opened.hash)
    const seen = await detail(robodj.people.engineer, opened.id)
    expect(seen.facts.sealed).toBeNull()
    expect(seen.versions).toMatchObject([{ number: 1, endedBy: 'declined', signOffs: [{ decision: 'decline', reason: 'Not this week.' }] }])
    expect(seen.whyNot.changePlan).toBeNull()
    await cancelRotation(robodj.people.release_manager, { rotation: opened.id, reason: 'Not needed.' })
    expect((await detail(robodj.people.engineer, opened.id)).phase).toBe('cancelled')
  })

  it('is not there for who may not see the system (T23)', async () => {
    const any = await db.rotation.findFirstOrThrow({ where: { systemId: robodj.slug } })
    expect(await getRotation(looker(outsider), any.id)).toBeNull()
    expect(await getRotationCeremony(looker(outsider), any.id, 'approve', {})).toBeNull()
    expect((await list(outsider)).keys.some(({ system }) => system.slug === robodj.slug)).toBe(false)
    expect((await list(outsider)).ended).toEqual([])
    expect((await getRotationStart(looker(outsider), { system: robodj.slug })).system?.slug).not.toBe(robodj.slug)
  })
})

describe('the ceremony', () => {
  it('comes with the sealed bytes, the statement and the lines of separation, and follows the version that stands', async () => {
    const opened = await aRotation(stack, 'staging-signing-keys')
    const found = await ceremony(stack.people.management, opened.id)
    expect(sha256Hex(found.sealed.canonical)).toBe(opened.hash)
    expect(found.whyNot).toBeNull()
    expect(found.statement).toMatch(/^I, The management, as Management, approve the rotation of .*version 1 of the plan/)
    expect(found.lines[0]).toEqual({ holds: true, sentence: 'You hold Management for Phase 2 Stack' })
    expect((await ceremony(stack.people.release_manager, opened.id)).whyNot).not.toBeNull()
    expect((await ceremony(stack.people.management, opened.id, { slot: 'nobody' })).whyNot?.code).toBe('not_found')
    expect(await getRotationCeremony(looker(stack.people.management), opened.id, 'approve', { read: 7 })).toEqual({
      rotation: opened.id,
      read: 7,
      live: 1,
    })
    await approve(stack.people.management, opened.id, 'management', opened.hash)
    expect((await ceremony(stack.people.management, opened.id)).whyNot?.code).toBe('conflict')
  })
})

describe('the list', () => {
  it('has every rule as one row, a pair too, the longest over its limit first, and unknown ages in sight (000.17, 000.18)', async () => {
    const born = (days: number) => new Date(Date.now() - days * 86_400_000)
    const key = (profileKey: string, mappingKey: string, keyId: string, days: number) => ({
      systemId: robodj.slug,
      profileKey,
      mappingKey,
      keyId,
      use: 'current',
      bornAt: born(days),
      activatedAt: born(days),
      recordedById: robodj.people.release_manager.actor.id,
      recordedForId: robodj.people.release_manager.actor.id,
      recordedAt: born(days),
    })
    await db.keyVersion.createMany({ data: [key('prod', 'secret-key', 'k7', 97), key('dev', 'secret-key', 'k3', 12)] })
    const both = await aPerson('Somebody Everywhere', ['secops'])
    const view = await list(both)
    expect(view.keys[0]).toMatchObject({ system: { slug: 'robodj' }, profile: { id: 'prod' }, state: 'overdue' })
    expect(view.keys.filter(({ system }) => system.slug === 'robodj')).toHaveLength(3)
    expect(view.counts.overdue).toBe(1)
    const states = view.keys.map(({ state }) => state)
    expect(states.indexOf('unknown')).toBeLessThan(states.indexOf('ok'))
    expect((await list(both, { state: 'overdue' })).keys).toHaveLength(1)
    expect((await list(both, { state: 'overdue' })).open).toEqual([])
    expect((await list(both, { system: 'stack' })).keys.every(({ system }) => system.slug === 'stack')).toBe(true)
    const pending = await list(both, { state: 'open', system: 'stack' })
    expect(pending.open.map(({ ownership }) => ownership.id)).toEqual(['staging-signing-keys'])
  })

  it('pages what has ended by keyset, the newest first', async () => {
    for (const _ of [1, 2]) {
      const { id } = await aRotation(robodj, 'dev')
      await cancelRotation(robodj.people.release_manager, { rotation: id, reason: 'Only tried.' })
    }
    const all = await list(robodj.people.secops)
    const first = await list(robodj.people.secops, {}, null, 1)
    expect(first.ended.map(({ id }) => id)).toEqual([all.ended[0]?.id])
    const second = await list(robodj.people.secops, {}, first.next, 1)
    expect(second.ended.map(({ id }) => id)).toEqual([all.ended[1]?.id])
    expect(all.next).toBeNull()
    expect((await list(robodj.people.secops, { state: 'completed' })).ended).toEqual([])
  })

  it('asks no more of the database for many rotations than for a few (speed.md)', async () => {
    const both = await aPerson('Somebody With Both', ['secops'])
    // Policies are kept in memory after the first look, and a connection that is new says hello: the fewest of a few looks is what it takes.
    const fewest = async () => {
      const counts: number[] = []
      for (const _ of [1, 2, 3]) counts.push((await countStatements(() => list(both))).statements)
      return Math.min(...counts)
    }
    const before = await fewest()
    await aRotation(stack, 'staging-database')
    await aRotation(stack, 'staging-cache')
    await aRotation(stack, 'production-database')
    expect(await fewest()).toBe(before)
  })
})

describe('opening one', () => {
  it('offers the rules of one system with what belongs together, what is refused there and why not (000.15, 000.17)', async () => {
    const start = await getRotationStart(looker(robodj.people.engineer), { system: robodj.slug })
    const rule = (id: string) => start.rules.find((each) => each.id === id)
    expect(rule('staging')).toMatchObject({ together: expect.any(String), owners: 'Release Manager Agent' })
    expect(rule('staging')?.whyNot?.code).toBe('not_allowed')
    expect(rule('dev')?.whyNot).toBeNull()
    expect(
      rule('prod')
        ?.variants.filter(({ refused }) => refused !== null)
        .map(({ id }) => id),
    ).toEqual(['env-file'])
    expect(rule('dev')?.variants.every(({ refused }) => refused === null)).toBe(true)
  })
})

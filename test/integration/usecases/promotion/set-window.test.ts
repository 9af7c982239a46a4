import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { setWindowInput } from '@/lib/schemas/promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aToken } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, signAll } from '../../../support/promotions'
import { factsOf, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const NOW = Date.now()
/** An instant so many hours from the start of these tests. */
const inHours = (count: number) => new Date(NOW + count * 3_600_000).toISOString()
const set = (promotion: string, startsAt = '', endsAt = '', by: Ctx = scene.people.release_manager) =>
  setWindow(by, setWindowInput.parse({ promotion, startsAt, endsAt }))

describe('the window of a promotion', () => {
  it('is set and removed by a Release Manager, on the record with what it was before', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const [startsAt, endsAt] = [inHours(1), inHours(2)]
    expect(await set(id, startsAt, endsAt)).toEqual({ voided: false })
    expect((await factsOf(id)).window).toEqual({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })
    await set(id)
    expect((await factsOf(id)).window).toBeNull()
    const events = await trail({ subject: id, action: 'promotion.window_set' })
    expect(events).toMatchObject([
      { before: { startsAt: null, endsAt: null }, after: { startsAt, endsAt } },
      { before: { startsAt, endsAt }, after: { startsAt: null, endsAt: null } },
    ])
  })

  it('is material: moving it voids what was signed, setting it to what it was voids nothing', async () => {
    const window = { startsAt: new Date(inHours(1)), endsAt: new Date(inHours(2)) }
    const sealed = await aSealedPromotion(scene, 'prod', { window })
    await signAll(scene, sealed)
    expect(await set(sealed.id, inHours(1), inHours(2))).toEqual({ voided: false })
    expect(await phaseOf(sealed.id)).toBe('approved')
    expect(await set(sealed.id, inHours(1), inHours(3))).toEqual({ voided: true })
    expect(await phaseOf(sealed.id)).toBe('ready_to_seal')
    expect((await trail({ subject: sealed.id })).slice(-3)).toMatchObject([
      { action: 'promotion.window_set' },
      { action: 'promotion.voided', subject: { version: 1 }, after: { moved: ['The window changed'] } },
      { action: 'release_notes.voided', subject: { version: 1 } },
    ])
    expect(await sealPromotion(scene.people.release_manager, { promotion: sealed.id })).toMatchObject({ number: 2 })
    expect(await db.signOff.count({ where: { sealedVersion: { promotionId: sealed.id } } })).toBe(4)
  })

  it('is refused to others, in the past, after the end and for software, without a trace', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const roles = ['dev_lead', 'engineer', 'management', 'secops', 'admin', 'auditor', 'incident_commander', 'production_approver'] as const
    for (const role of roles)
      expect((await refusedWithoutTrace(() => set(id, inHours(1), inHours(2), scene.people[role]))).code).toBe('not_allowed')
    const token = await aToken(scene.people.release_manager, { scopes: ['promotion:open'], systemId: 'robodj' })
    expect((await refusedWithoutTrace(() => set(id, inHours(1), inHours(2), token))).code).toBe('not_allowed')
    expect(await refusedWithoutTrace(() => set(id, inHours(-2), inHours(-1)))).toMatchObject({ code: 'invalid', place: 'endsAt' })
    await withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: 'No longer needed.' })
    expect((await refusedWithoutTrace(() => set(id, inHours(1), inHours(2)))).code).toBe('wrong_state')
  })

  it('has both ends, in order', () => {
    const parse = (startsAt: string, endsAt: string) => setWindowInput.safeParse({ promotion: 'PRM-0001', startsAt, endsAt }).success
    expect([
      parse('', ''),
      parse(inHours(1), inHours(2)),
      parse(inHours(1), ''),
      parse('', inHours(1)),
      parse(inHours(2), inHours(1)),
    ]).toEqual([true, true, false, false, false])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aToken } from '../../../support/people'
import { aGovernedSystem, aRelease, bringAll, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

describe('opening a promotion', () => {
  it('goes along an edge of the policy, pinned to the active version, and is on the record (000.31)', async () => {
    const { version } = await aRelease(scene)
    await bringAll(scene, version, 'staging')
    const { id } = await openPromotion(scene.people.engineer, { system: 'robodj', version, to: 'staging' })
    expect(id).toMatch(/^PRM-\d{4}$/)
    const row = await db.promotion.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({
      edgeKey: 'dev->staging',
      fromKey: 'dev',
      toKey: 'staging',
      status: 'open',
      policyVersionId: scene.applied.versionId,
    })
    expect(row.openedForId).toBe(scene.people.engineer.actor.id)
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'promotion.opened', system: 'robodj', after: { release: version, from: 'dev', to: 'staging' } },
    ])
  })

  it('resolves an alias of the target, and refuses any way that is no edge: dev straight to prod is a deviation (000.31)', async () => {
    const { version } = await aRelease(scene)
    const before = await trailLength()
    const refusal = await refusalOf(openPromotion(scene.people.engineer, { system: 'robodj', version, from: 'dev', to: 'prod' }))
    expect(refusal).toMatchObject({ code: 'policy_forbids', place: 'to' })
    expect(refusal.sentence).toContain('dev to staging, staging to prod')
    expect(await db.promotion.count({ where: { release: { version } } })).toBe(0)
    expect(await trailLength()).toBe(before)
    const { id } = await openPromotion(scene.people.engineer, { system: 'robodj', version, to: 'production' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({ toKey: 'prod' })
  })

  it('asks for what the target requires before a release candidate (000.8)', async () => {
    const { version } = await aRelease(scene)
    const refusal = await refusalOf(openPromotion(scene.people.engineer, { system: 'robodj', version, to: 'staging' }))
    expect(refusal.code).toBe('gate_not_passed')
    expect(refusal.sentence).toContain('config/validate_config.py')
  })

  it.each([['management'], ['secops'], ['auditor'], ['admin'], ['production_approver'], ['incident_commander']] as const)(
    'is not for %s',
    async (role) => {
      const { version } = await aRelease(scene)
      expect(await refusalOf(openPromotion(scene.people[role], { system: 'robodj', version, to: 'prod' }))).toMatchObject({
        code: 'not_allowed',
      })
    },
  )

  it('is for a token with the scope; its act counts as its maker’s (T11)', async () => {
    const { version } = await aRelease(scene)
    const without = await aToken(scene.people.engineer, { scopes: ['evidence:bring'], systemId: 'robodj' })
    expect(await refusalOf(openPromotion(without, { system: 'robodj', version, to: 'prod' }))).toMatchObject({ code: 'not_allowed' })
    const token = await aToken(scene.people.engineer, { scopes: ['promotion:open'], systemId: 'robodj' })
    const { id } = await openPromotion(token, { system: 'robodj', version, to: 'prod' })
    expect(await db.promotion.findUniqueOrThrow({ where: { id } })).toMatchObject({
      openedById: token.actor.id,
      openedForId: scene.people.engineer.actor.id,
    })
  })

  it('answers the same for an unknown system and one of others (T23)', async () => {
    const unknown = await refusalOf(openPromotion(scene.people.engineer, { system: 'nowhere', version: '1', to: 'prod' }))
    await aGovernedSystem('dreichor')
    const unseen = await refusalOf(openPromotion(scene.people.engineer, { system: 'dreichor', version: '1', to: 'prod' }))
    expect(unseen).toEqual({ ...unknown, sentence: unknown.sentence.replace('nowhere', 'dreichor') })
    expect(unseen.code).toBe('not_found')
  })

  it('refuses a window in the past', async () => {
    const { version } = await aRelease(scene)
    const ago = (ms: number) => new Date(Date.now() - ms)
    expect(
      await refusalOf(
        openPromotion(scene.people.engineer, { system: 'robodj', version, to: 'prod', windowStartsAt: ago(9e6), windowEndsAt: ago(1e6) }),
      ),
    ).toMatchObject({ code: 'invalid', place: 'windowEndsAt' })
  })

  it('two at once: one is opened, the other is told (T07); after a withdrawal it can be opened again', async () => {
    const { version } = await aRelease(scene)
    const open = () => openPromotion(scene.people.engineer, { system: 'robodj', version, to: 'prod' })
    const { won, lost } = await race(open(), open(), open(), open())
    expect(won).toHaveLength(1)
    expect(lost.map(({ code }) => code)).toEqual(['conflict', 'conflict', 'conflict'])
    await withdrawPromotion(scene.people.engineer, { promotion: won[0]?.id as string, reason: 'Not yet.' })
    await open()
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { approveBundle } from '@/lib/usecases/release/approve-bundle'
import { aPerson, aToken } from '../../../support/people'
import { aGovernedSystem, aRelease, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

describe('approving a release bundle (000.5)', () => {
  it('is a Release Manager’s act, kept with who and when and on the record', async () => {
    const { id, version } = await aRelease(scene)
    const { release_manager } = scene.people
    const { approvedAt } = await approveBundle(release_manager, { system: 'robodj', version })
    expect(await db.release.findUniqueOrThrow({ where: { id } })).toMatchObject({
      bundleApprovedById: release_manager.actor.id,
      bundleApprovedAt: approvedAt,
    })
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['release.registered', 'bundle.approved'])
    expect(await refusalOf(approveBundle(release_manager, { system: 'robodj', version }))).toMatchObject({ code: 'conflict' })
  })

  it('whoever registered it does not approve it, neither in person nor through a token', async () => {
    const { release_manager } = scene.people
    const own = await aRelease(scene, {}, release_manager)
    expect(await refusalOf(approveBundle(release_manager, { system: 'robodj', version: own.version }))).toMatchObject({
      code: 'separation_of_duties',
    })
    const viaToken = await aRelease(scene, {}, await aToken(release_manager, { scopes: ['release:register'], systemId: 'robodj' }))
    expect(await refusalOf(approveBundle(release_manager, { system: 'robodj', version: viaToken.version }))).toMatchObject({
      code: 'separation_of_duties',
    })
  })

  it('nobody else approves, nor software', async () => {
    const { version } = await aRelease(scene)
    const before = await trailLength()
    const { engineer, admin, release_manager } = scene.people
    for (const who of [engineer, admin, await aToken(release_manager, { scopes: ['release:register', 'read'] })])
      expect(await refusalOf(approveBundle(who, { system: 'robodj', version }))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(approveBundle(release_manager, { system: 'robodj', version: '0.0.0' }))).toMatchObject({ code: 'not_found' })
    expect(
      await refusalOf(approveBundle(await aPerson('Elsewhere', ['release_manager'], 'stack'), { system: 'robodj', version })),
    ).toMatchObject({ code: 'not_found' })
    expect(await trailLength()).toBe(before)
  })

  it('two at once: one approves, the other is told', async () => {
    const { version } = await aRelease(scene)
    const second = await aPerson('Second manager', ['release_manager'], 'robodj')
    const { won, lost } = await race(
      approveBundle(scene.people.release_manager, { system: 'robodj', version }),
      approveBundle(second, { system: 'robodj', version }),
    )
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'conflict' }])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { recordSnapshotInput } from '@/lib/schemas/snapshot'
import { recordSnapshot } from '@/lib/usecases/snapshot/record-snapshot'
import { aPerson, aToken } from '../../../support/people'
import { aGovernedSystem, digestOf, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const input = (name: string, more: object = {}) =>
  recordSnapshotInput.parse({
    system: 'robodj',
    profile: 'prod',
    takenAt: '2026-11-18T03:00:00+01:00',
    digest: digestOf(name),
    location: `config/backups/${name}.zip`,
    ...more,
  })

describe('recording a snapshot (000.29)', () => {
  it('keeps its identity, date and place, and says so on the record', async () => {
    const token = await aToken(scene.people.admin, { scopes: ['snapshot:record'], systemId: 'robodj' })
    const { id } = await recordSnapshot(token, input('one'))
    expect(await db.snapshot.findUniqueOrThrow({ where: { id } })).toMatchObject({
      profileKey: 'prod',
      digest: digestOf('one'),
      takenAt: new Date('2026-11-18T02:00:00Z'),
      recordedById: token.actor.id,
    })
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'snapshot.recorded', after: { profile: 'prod', takenAt: '2026-11-18T02:00:00.000Z', digest: digestOf('one') } },
    ])
  })

  it('an alias names its profile', async () => {
    expect(await recordSnapshot(scene.people.secops, input('alias', { profile: 'production' }))).toMatchObject({ profile: 'prod' })
  })

  it('is refused without right, for an unknown profile or system, or with a date to come, and leaves nothing', async () => {
    const before = [await trailLength(), await db.snapshot.count()]
    const { auditor, engineer, release_manager } = scene.people
    expect(await refusalOf(recordSnapshot(auditor, input('two')))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(recordSnapshot(await aToken(engineer, { scopes: ['evidence:bring'] }), input('two')))).toMatchObject({
      code: 'not_allowed',
      place: 'snapshot:record',
    })
    expect(await refusalOf(recordSnapshot(release_manager, input('two', { profile: 'moon' })))).toMatchObject({
      code: 'not_found',
      sentence: 'RoboDJ has no profile moon. Its profiles are dev, staging, prod.',
    })
    expect(await refusalOf(recordSnapshot(release_manager, input('two', { takenAt: '2099-01-01T00:00:00Z' })))).toMatchObject({
      code: 'invalid',
      place: 'takenAt',
    })
    expect(await refusalOf(recordSnapshot(await aPerson('Elsewhere', ['engineer'], 'stack'), input('two')))).toMatchObject({
      code: 'not_found',
    })
    expect([await trailLength(), await db.snapshot.count()]).toEqual(before)
  })

  it('of the same digest twice at once, one is recorded and the other is told', async () => {
    const { won, lost } = await race(
      recordSnapshot(scene.people.engineer, input('same')),
      recordSnapshot(scene.people.dev_lead, input('same')),
    )
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'conflict', place: 'digest' }])
  })
})

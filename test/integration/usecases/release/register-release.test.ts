import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { registerReleaseInput } from '@/lib/schemas/release'
import { registerRelease } from '@/lib/usecases/release/register-release'
import { aPerson, aToken, emailOf } from '../../../support/people'
import { aGovernedSystem, aRelease, digestOf, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const sha = digestOf('some commit').slice(0, 40)
const input = (more: object) =>
  registerReleaseInput.parse({
    system: 'robodj',
    version: '9.0.0',
    gitSha: sha,
    artefact: `example/robodj:9.0.0-${sha.slice(0, 12)}`,
    buildDate: '2026-11-01T09:00:00Z',
    ...more,
  })

describe('registering a release', () => {
  it('keeps commit, artefact, build stamp, changes and contributors, and says so on the record', async () => {
    const { people } = scene
    const { id } = await registerRelease(
      people.engineer,
      input({
        version: '2.0.0',
        appVersion: '2.0.0+build.7',
        schemaBackwardCompatible: true,
        changes: [
          { kind: 'feature', summary: 'Crossfade', reference: '#12' },
          { kind: 'fix', summary: 'Silence at midnight' },
        ],
      }),
    )
    const row = await db.release.findUniqueOrThrow({ where: { id }, include: { changes: { orderBy: { position: 'asc' } } } })
    expect(row).toMatchObject({
      version: '2.0.0',
      gitSha: sha,
      appVersion: '2.0.0+build.7',
      schemaBackwardCompatible: true,
      registeredById: people.engineer.actor.id,
      registeredForId: people.engineer.actor.id,
    })
    expect(row.changes.map(({ position, kind, summary, reference }) => [position, kind, summary, reference])).toEqual([
      [0, 'feature', 'Crossfade', '#12'],
      [1, 'fix', 'Silence at midnight', null],
    ])
    const [event] = await trail({ subject: id })
    expect(event).toMatchObject({
      action: 'release.registered',
      system: 'robodj',
      actor: { id: people.engineer.actor.id, roles: ['engineer'] },
      after: { version: '2.0.0', gitSha: sha, changes: 2 },
    })
    expect(JSON.stringify(event)).not.toContain('Crossfade')
  })

  it('author, committer and co-author are each linked to the person who commits by that address, a bot to nobody (T05)', async () => {
    const { engineer, dev_lead } = scene.people
    const author = await emailOf(engineer)
    const committer = await emailOf(dev_lead)
    await db.commitIdentity.create({ data: { email: 'second.address@example.org', principalId: engineer.actor.id } })
    const contributors = [
      { identity: author.toUpperCase(), commits: 2 },
      { identity: author, commits: 1 },
      { identity: committer },
      { identity: 'second.address@example.org', commits: 4 },
      { identity: 'bot@ci.example.org', commits: 9 },
    ]
    const { id } = await registerRelease(scene.people.release_manager, input({ version: '2.0.1', contributors }))
    const rows = await db.releaseContributor.findMany({ where: { releaseId: id } })
    expect(new Map(rows.map(({ identity, commits, principalId }) => [identity, [commits, principalId]]))).toEqual(
      new Map([
        [author, [3, engineer.actor.id]],
        [committer, [1, dev_lead.actor.id]],
        ['second.address@example.org', [4, engineer.actor.id]],
        ['bot@ci.example.org', [9, null]],
      ]),
    )
  })

  it('by a token it counts as its maker’s act', async () => {
    const { admin } = scene.people
    const token = await aToken(admin, { scopes: ['release:register'], systemId: 'robodj' })
    const { id } = await aRelease(scene, {}, token)
    expect(await db.release.findUniqueOrThrow({ where: { id } })).toMatchObject({
      registeredById: token.actor.id,
      registeredForId: admin.actor.id,
    })
  })

  it.each([
    ['a mutable tag', { artefact: 'example/robodj:latest' }, 'policy_forbids', 'artefact'],
    ['a semantic tag', { artefact: 'example/robodj:2.1.0' }, 'policy_forbids', 'artefact'],
    ['a build date to come', { buildDate: '2099-01-01T00:00:00Z' }, 'invalid', 'buildDate'],
    ['another system that nobody knows', { system: 'nowhere' }, 'not_found', 'system'],
  ])('%s is refused and leaves nothing (004.15)', async (_, more, code, place) => {
    const before = await trailLength()
    expect(await refusalOf(registerRelease(scene.people.engineer, input({ version: '3.0.0', ...more })))).toMatchObject({ code, place })
    expect(await trailLength()).toBe(before)
    expect(await db.release.count({ where: { version: '3.0.0' } })).toBe(0)
  })

  it('unseen and unknown systems are refused in the same words (T23)', async () => {
    const outsider = await aPerson('An outsider', ['engineer'], 'elsewhere')
    const unseen = await refusalOf(registerRelease(outsider, input({})))
    const unknown = await refusalOf(registerRelease(outsider, input({ system: 'nowhere' })))
    expect(unknown).toEqual({ ...unseen, sentence: unseen.sentence.replace('robodj', 'nowhere') })
  })

  it('is for Release Managers, dev leads, engineers and tokens with the scope', async () => {
    const { secops, auditor, management, engineer } = scene.people
    for (const who of [secops, auditor, management])
      expect(await refusalOf(aRelease(scene, {}, who))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(aRelease(scene, {}, await aToken(engineer, { scopes: ['read'], systemId: 'robodj' })))).toMatchObject({
      place: 'release:register',
    })
    expect(await refusalOf(aRelease(scene, {}, await aToken(engineer, { scopes: ['release:register'], systemId: 'stack' })))).toMatchObject(
      { code: 'not_found' },
    )
    const gone = await aPerson('Gone', [], 'robodj')
    expect(await refusalOf(aRelease(scene, {}, await aToken(gone, { scopes: ['release:register'], systemId: 'robodj' })))).toMatchObject({
      code: 'not_allowed',
    })
  })

  it('of two with one version, one is registered and the other is told', async () => {
    const before = await trailLength()
    const { won, lost } = await race(
      registerRelease(scene.people.engineer, input({ version: '4.0.0', contributors: [{ identity: 'a@example.org' }] })),
      registerRelease(scene.people.dev_lead, input({ version: '4.0.0', contributors: [{ identity: 'b@example.org' }] })),
    )
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'conflict', place: 'version' }])
    expect(await db.releaseContributor.count({ where: { releaseId: won[0]?.id } })).toBe(1)
    expect(await trailLength()).toBe(before + 1)
  })
})

describe('the shape of a release', () => {
  it('unknown keys are refused by name, so nobody assigns what is not theirs (T24)', () => {
    const parsed = registerReleaseInput.safeParse({
      system: 'robodj',
      version: '1',
      gitSha: sha,
      artefact: 'a',
      buildDate: '2026-11-01T09:00:00Z',
      bundleApprovedAt: '2026-11-01T09:00:00Z',
    })
    expect(parsed.error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['bundleApprovedAt'] })
  })
})

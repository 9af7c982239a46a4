import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadFingerprintFindings, loadKeyStandings } from '@/lib/db/load-keys'
import { mutate, type Work } from '@/lib/db/mutate'
import { bringNewKeys, restoreKeys, retireOldKeys } from '@/lib/db/write-keys'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { aReport, aRotationRow, type RotationRow } from '../../support/rotation-rows'
import { aGovernedSystem, digestOf, refusalOf, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

const BORN = new Date('2026-08-01T00:00:00Z')
let scene: Scene
let stack: Scene

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
})

/** One change as the system's Release Manager. */
async function change(events: (work: Work) => Promise<AuditEvent[]>, by = scene): Promise<AuditEvent[]> {
  return mutate(by.people.release_manager, async (work) => {
    const made = await events(work)
    const none: AuditEvent = { action: 'rotation.verifying', system: by.slug, subject: { kind: 'rotation', id: 'ROT-none' } }
    return { result: made, events: [made[0] ?? none, ...made.slice(1)] }
  })
}

async function aKey(system: string, profile: string, mapping: string, keyId: string, more: object = {}): Promise<void> {
  const { actor } = scene.people.engineer
  await db.keyVersion.create({
    data: {
      systemId: system,
      profileKey: profile,
      mappingKey: mapping,
      keyId,
      use: 'current',
      bornAt: BORN,
      activatedAt: BORN,
      recordedAt: BORN,
      recordedById: actor.id,
      recordedForId: actor.countsAsId,
      ...more,
    },
  })
}

/** "mapping keyId use", as the profile holds them now. */
async function held(rotation: RotationRow): Promise<string[]> {
  const rows = await db.keyVersion.findMany({ where: { systemId: rotation.systemId, profileKey: rotation.profileKey, endedAt: null } })
  return rows.map(({ mappingKey, keyId, use }) => `${mappingKey} ${keyId} ${use}`).sort()
}

const born = async (keyId: string) =>
  (await db.keyVersion.findMany({ where: { keyId }, orderBy: [{ activatedAt: 'asc' }], select: { bornAt: true } })).map(
    ({ bornAt }) => bornAt,
  )

describe('a shifted pair (000.17, 003)', () => {
  const members = ['secret-key', 'secret-v2-key']
  const method = 'shift-pair'
  let rotation: RotationRow

  beforeEach(async () => {
    rotation = await aRotationRow('robodj', 'prod', scene.people.release_manager, { endedAt: new Date(), status: 'completed' })
    await db.$executeRaw`UPDATE "KeyVersion" SET "endedAt" = now(), "endedHow" = 'moved' WHERE "endedAt" IS NULL`
    await db.$executeRaw`UPDATE "KeyVersion" SET "endedHow" = 'moved' WHERE "endedHow" = 'retired'`
    await aKey('robodj', 'prod', 'secret-key', 'k7')
    await aKey('robodj', 'prod', 'secret-v2-key', 'k6')
  })

  it('moves the primary to the second place, keeps its birth, and accepts the old second until it is retired with proof', async () => {
    await aReport(scene.people.engineer, { system: 'robodj', profile: 'prod', mapping: 'secret-key', fingerprint: digestOf('k7') })
    const events = await change((work) => bringNewKeys(work, { rotation, method, members, newKeys: { 'secret-key': 'k8' } }))
    expect(events).toMatchObject([
      { action: 'key.recorded', after: { profile: 'prod', mapping: 'secret-key', keyId: 'k8', rotation: rotation.id } },
    ])
    expect(await held(rotation)).toEqual(['secret-key k8 current', 'secret-v2-key k6 accepted', 'secret-v2-key k7 current'])
    expect((await born('k7')).slice(-2)).toEqual([BORN, BORN])
    // What the primary was seen with goes with it.
    const moved = await db.keyVersion.findFirstOrThrow({ where: { keyId: 'k7', endedAt: null } })
    expect(moved).toMatchObject({ fingerprint: digestOf('k7'), fingerprintKeyId: 'h1', rotationId: rotation.id })

    const retired = await change((work) => retireOldKeys(work, rotation.id, 'https://example.org/run/12'))
    expect(retired).toMatchObject([{ action: 'key.retired', after: { keyId: 'k6', mapping: 'secret-v2-key' } }])
    expect(await held(rotation)).toEqual(['secret-key k8 current', 'secret-v2-key k7 current'])
    expect(await db.keyVersion.findFirst({ where: { keyId: 'k6', use: 'accepted', endedHow: 'retired' } })).toMatchObject({
      retirementProof: 'https://example.org/run/12',
      endedByRotationId: rotation.id,
    })
  })

  it('rolled back it is as before, births kept; restoring twice, or what brought nothing, does nothing (003.13)', async () => {
    expect(await change((work) => restoreKeys(work, rotation.id))).toEqual([])
    await change((work) => bringNewKeys(work, { rotation, method, members, newKeys: { 'secret-key': 'k8' } }))
    const events = await change((work) => restoreKeys(work, rotation.id))
    expect(events.map(({ after }) => after?.keyId).sort()).toEqual(['k6', 'k7'])
    expect(await held(rotation)).toEqual(['secret-key k7 current', 'secret-v2-key k6 current'])
    expect(await db.keyVersion.findFirst({ where: { keyId: 'k8', rotationId: rotation.id } })).toMatchObject({ endedHow: 'rolled_back' })
    expect((await born('k7')).at(-1)).toEqual(BORN)
    expect(await change((work) => restoreKeys(work, rotation.id))).toEqual([])
    expect(await held(rotation)).toEqual(['secret-key k7 current', 'secret-v2-key k6 current'])
  })

  it('a key that is there already, or none, is refused', async () => {
    const bring = (newKeys: Record<string, string>) => change((work) => bringNewKeys(work, { rotation, method, members, newKeys }))
    expect(await refusalOf(bring({ 'secret-key': 'k7' }))).toMatchObject({ code: 'conflict', place: 'newKeys' })
    expect(await refusalOf(bring({ 'secret-v2-key': 'k9' }))).toMatchObject({ code: 'invalid', place: 'newKeys' })
    // What is on record as gone does not come back under a new date (003).
    await aKey('robodj', 'prod', 'secret-key', 'k5', {
      use: 'accepted',
      endedAt: new Date(),
      endedHow: 'retired',
      retirementProof: 'run 3',
    })
    expect(await refusalOf(bring({ 'secret-key': 'k5' }))).toMatchObject({ code: 'conflict', sentence: expect.stringContaining('retired') })
    expect(await held(rotation)).toEqual(['secret-key k7 current', 'secret-v2-key k6 current'])
  })

  it('what runtimes report afterwards is held against it (003)', async () => {
    const report = (mapping: string, value: string) =>
      aReport(scene.people.engineer, { system: 'robodj', profile: 'prod', mapping, fingerprint: digestOf(value) })
    await report('secret-key', 'seven')
    await report('secret-v2-key', 'six')
    await change((work) => bringNewKeys(work, { rotation, method, members, newKeys: { 'secret-key': 'k8' } }))
    const kinds = async () => (await loadFingerprintFindings(db, ['robodj'])).map(({ kind, rotation: of }) => [kind, of === rotation.id])
    expect(await kinds()).toEqual([])
    await report('secret-key', 'seven')
    await report('secret-v2-key', 'six')
    expect(await kinds()).toEqual([
      ['changed_nothing', true],
      ['old_secondary_in_use', true],
    ])
    await report('secret-key', 'eight')
    await report('secret-v2-key', 'seven')
    expect(await kinds()).toEqual([])
  })
})

describe('the other methods', () => {
  it.each([
    ['dual-credentials', 'production-database', ['api-database-url', 'worker-database-url']],
    ['kid', 'production-signing-keys', ['jwt-private-key']],
  ] as const)('%s: the old key goes on as accepted until it is retired (002.21, 002.22)', async (method, rule, members) => {
    const rotation = await aRotationRow('stack', rule, stack.people.release_manager)
    for (const mapping of members) await aKey('stack', 'production', mapping, 'old')
    const newKeys = Object.fromEntries(members.map((mapping) => [mapping, 'new']))
    await change((work) => bringNewKeys(work, { rotation, method, members, newKeys }), stack)
    const mine = async () => (await held(rotation)).filter((line) => members.some((mapping) => line.startsWith(mapping)))
    expect(await mine()).toEqual(members.flatMap((mapping) => [`${mapping} new current`, `${mapping} old accepted`]))
    await change((work) => retireOldKeys(work, rotation.id, 'run 7'), stack)
    expect(await mine()).toEqual(members.map((mapping) => `${mapping} new current`))
  })

  it('a mapping of which nothing was recorded simply gets its key', async () => {
    const rotation = await aRotationRow('stack', 'production-cache', stack.people.release_manager)
    const members = ['api-redis-url', 'worker-redis-url']
    const newKeys = { 'api-redis-url': '1', 'worker-redis-url': '1' }
    await change((work) => bringNewKeys(work, { rotation, method: 'dual-credentials', members, newKeys }), stack)
    await change((work) => restoreKeys(work, rotation.id), stack)
    expect((await held(rotation)).filter((line) => line.includes('redis'))).toEqual([])
  })
})

describe('the standing of keys', () => {
  it('has every rule, its rotation and the newest fingerprint, in the same few statements for one system or all', async () => {
    for (const systems of [null, ['robodj']]) await loadKeyStandings(db, systems, new Date()) // policies are read once a process
    const one = await countStatements(() => loadKeyStandings(db, ['robodj'], new Date()))
    const all = await countStatements(() => loadKeyStandings(db, null, new Date()))
    expect(
      [one.statements, all.statements].every((count) => count <= 4),
      `${one.statements} ${all.statements}`,
    ).toBe(true)
    const standings = all.result
    expect(standings.map(({ system, ownership }) => `${system} ${ownership.id}`)).toEqual(
      expect.arrayContaining(['robodj prod', 'stack production-database']),
    )
    expect(standings.find(({ ownership }) => ownership.id === 'dev')?.state).toBe('unknown')
    expect(standings.find(({ ownership }) => ownership.id === 'production-cache')?.rotation).toMatchObject({ status: 'in_progress' })
  })
})

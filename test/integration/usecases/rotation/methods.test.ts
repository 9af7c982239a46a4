import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { rotationPhase, statesReached } from '@/lib/domain/rotation'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { reportFingerprints } from '@/lib/usecases/key/report-fingerprints'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { answerOf, aStartedRotation, doAll, doStep, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, digestOf, refusalOf, type Scene, trail } from '../../../support/scene'

// Each method has its own steps and its own "done" (002.24): by the policy's own runbook, and by one of ours where it names none.

let stack: Scene
let waxwatch: Scene
beforeAll(async () => {
  stack = await aGovernedSystem('stack')
  waxwatch = await aGovernedSystem('waxwatch')
}, 60_000)

const OWNER = 'release-manager'
const PROOF = { proof: 'Run 4712: the old one is refused' }

const started = (scene: Scene, rule: string, approver: Ctx, slot: string) =>
  aStartedRotation(scene, rule, { owner: OWNER, performer: scene.people.release_manager, approver, slot })

/** What a mapping holds now, and what it held. */
async function keysOf(system: string, profile: string, mapping: string): Promise<string[]> {
  const rows = await db.keyVersion.findMany({
    where: { systemId: system, profileKey: profile, mappingKey: mapping },
    orderBy: [{ recordedAt: 'asc' }, { id: 'asc' }],
  })
  return rows.map(({ keyId, use, endedHow }) => `${keyId} ${use} ${endedHow ?? 'held'}`)
}

/** The keys in use before the rotation. */
async function holding(scene: Scene, profile: string, keys: Record<string, string>): Promise<void> {
  for (const [mapping, keyId] of Object.entries(keys))
    await recordKeyVersion(scene.people.release_manager, { system: scene.slug, profile, mapping, keyId })
}

describe('signing keys by key id: several verify at once (002.24)', () => {
  it('the new kid signs, the old one verifies until it is taken out, and only then is it done', async () => {
    const { people } = stack
    await holding(stack, 'production', { 'jwt-private-key': '2026-08' })
    const { id } = await started(stack, 'production-signing-keys', people.incident_commander, 'incident-commander-or-approver')
    const by = people.release_manager
    const facts = await rotationOf(id)
    expect(facts.plan.runbook).toMatchObject({ id: 'signing-key-rotation', assumed: false })
    expect(facts.method).toBe('kid')
    await recordStep(by, { rotation: id, step: 'new-key', state: 'done', how: 'script', newKeys: { 'jwt-private-key': '2026-11' } })
    expect(await keysOf('stack', 'production', 'jwt-private-key')).toEqual(
      expect.arrayContaining(['2026-08 current moved', '2026-08 accepted held', '2026-11 current held']),
    )
    await doAll(by, id, 'during')
    await doStep(by, id, 'verify')
    expect((await refusalOf(completeRotation(by, { rotation: id, ...PROOF }))).details?.join(' ')).toContain('Retire the old key id')
    await doStep(by, id, 'last-expired')
    // Retiring takes what shows it; saying so is not enough.
    expect((await refusalOf(recordStep(by, { rotation: id, step: 'retire-old', state: 'done' }))).code).toBe('invalid')
    await doStep(by, id, 'retire-old')
    await completeRotation(by, { rotation: id, ...PROOF })
    expect(await keysOf('stack', 'production', 'jwt-private-key')).toEqual(
      expect.arrayContaining(['2026-08 accepted retired', '2026-11 current held']),
    )
    const retired = await db.keyVersion.findFirstOrThrow({ where: { systemId: 'stack', keyId: '2026-08', endedHow: 'retired' } })
    expect(retired.retirementProof).toContain('the old one is refused')
    expect((await trail({ action: 'key.retired' })).at(-1)?.after).toMatchObject({ keyId: '2026-08', rotation: id })
    expect(statesReached(await rotationOf(id)).flatMap(({ id: state, at }) => (at ? [state] : []))).toEqual([
      'planned',
      'both-verify',
      'signs-with-new',
      'verified',
      'old-retired',
    ])
  })
})

describe('dual credentials: two are valid for a window (002.24)', () => {
  it('each member gets its own new credential, and the window ends with the old one revoked', async () => {
    const { people } = stack
    await holding(stack, 'staging', { 'api-database-url': 'a1', 'worker-database-url': 'w1' })
    const { id } = await started(stack, 'staging-database', people.management, 'management')
    const by = people.release_manager
    const one = { rotation: id, step: 'second-credential', state: 'done' as const, how: 'script' as const }
    expect((await refusalOf(recordStep(by, { ...one, newKeys: { 'api-database-url': 'a2' } }))).sentence).toContain('WORKER__DATABASE_URL')
    await recordStep(by, { ...one, newKeys: { 'api-database-url': 'a2', 'worker-database-url': 'w2' } })
    const both = await db.keyVersion.findMany({ where: { systemId: 'stack', profileKey: 'staging', endedAt: null } })
    expect(both.map(({ keyId, use }) => `${keyId} ${use}`).toSorted()).toEqual(['a1 accepted', 'a2 current', 'w1 accepted', 'w2 current'])
    await doAll(by, id, 'during', 'after')
    await completeRotation(by, { rotation: id, ...PROOF })
    const left = await db.keyVersion.findMany({ where: { systemId: 'stack', profileKey: 'staging', endedAt: null } })
    expect(left.map(({ keyId, use }) => `${keyId} ${use}`).toSorted()).toEqual(['a2 current', 'w2 current'])
  })

  it('a key that is there already is no new one', async () => {
    const { people } = stack
    const { id } = await started(stack, 'staging-database', people.management, 'management')
    const newKeys = { 'api-database-url': 'a2', 'worker-database-url': 'w3' }
    const again = await refusalOf(
      recordStep(people.release_manager, { rotation: id, step: 'second-credential', state: 'done', how: 'script', newKeys }),
    )
    expect(again.code).toBe('conflict')
    expect((await rotationOf(id)).steps.find(({ id: step }) => step === 'second-credential')?.state).toBe('open')
    await rollBack(people.release_manager, { rotation: id, trigger: 'other', reason: 'Only tried.' })
  })

  it('is not completed over fingerprints that say that nothing changed (002.21)', async () => {
    const { people } = stack
    await holding(stack, 'production', { 'api-redis-url': 'r1', 'worker-redis-url': 'q1' })
    const report = (mapping: string, value: string) =>
      reportFingerprints(people.release_manager, {
        system: 'stack',
        profile: 'production',
        fingerprintKeyId: 'h1',
        fingerprints: [{ mapping, fingerprint: digestOf(value) }],
      })
    await report('api-redis-url', 'old')
    const { id } = await started(stack, 'production-cache', people.production_approver, 'incident-commander-or-approver')
    await doAll(people.release_manager, id, 'during', 'after')
    await report('api-redis-url', 'old')
    const held = await refusalOf(completeRotation(people.release_manager, { rotation: id, ...PROOF }))
    expect(held.code).toBe('held')
    expect(held.sentence).toContain(`API__REDIS_URL on production still has the value it had before ${id}.`)
    await report('api-redis-url', 'new')
    await completeRotation(people.release_manager, { rotation: id, ...PROOF })
    expect(rotationPhase(await rotationOf(id))).toBe('completed')
  })
})

describe('replace, then revoke: create, update the store, revoke the old (002.24)', () => {
  it('the Discogs token: revoked last, with proof, and from then there is no way back', async () => {
    const { people } = waxwatch
    await holding(waxwatch, 'production', { 'discogs-token': 't1' })
    const { id } = await started(waxwatch, 'production-discogs', people.incident_commander, 'incident-commander-or-approver')
    const by = people.release_manager
    const order = (await rotationOf(id)).steps.filter(({ phase }) => phase === 'during' || phase === 'after').map((step) => step.id)
    expect(order).toEqual(['create', 'switch', 'verify', 'retire'])
    expect((await refusalOf(doStep(by, id, 'retire'))).code).toBe('wrong_state')
    const facts = await rotationOf(id)
    const create = facts.steps.find((step) => step.id === 'create')
    if (!create) throw new Error('No step brings the new key')
    await recordStep(by, { rotation: id, ...answerOf(create, facts), newKeys: { 'discogs-token': 't2' } })
    await doStep(by, id, 'switch')
    await doStep(by, id, 'verify')
    await doStep(by, id, 'retire')
    const late = await refusalOf(rollBack(by, { rotation: id, trigger: 'access-failure', reason: 'It is refused.' }))
    expect(late.sentence).toContain('there is no old key to go back to')
    await completeRotation(by, { rotation: id, ...PROOF })
    expect(await keysOf('waxwatch', 'production', 'discogs-token')).toEqual(
      expect.arrayContaining(['t1 current moved', 't1 accepted retired', 't2 current held']),
    )
  })
})

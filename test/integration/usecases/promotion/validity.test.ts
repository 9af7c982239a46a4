import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { anOpenPromotion, aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { ageEvidence, asOwner, decline, factsOf, later, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, aSnapshot, digestOf, type Scene, trail } from '../../../support/scene'

// How long what was sealed and signed stands: holds, voids, addenda, superseding and expiry (domain.md, what always holds, 4).

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

let brought = 0
const bring = (version: string, gate: string, verdict: 'pass' | 'fail', more: Record<string, unknown> = {}) =>
  recordEvidence(
    scene.people.engineer,
    recordEvidenceInput.parse({
      system: 'robodj',
      version,
      profile: 'prod',
      gate,
      verdict,
      summary: verdict === 'pass' ? 'exit 0' : 'exit 1',
      digest: digestOf('validity', gate, brought++),
      ...more,
    }),
  )
const start = (version: string, profile = 'prod') =>
  startDeployment(scene.people.release_manager, { system: 'robodj', profile, version, inputs: [] }, { onlyAuthorised: true })

/** Puts a release on a profile with every signature. */
async function ship(version: string, profile: string) {
  const sealed = await aSealedPromotion(scene, profile, { release: { version } })
  await signAll(scene, sealed)
  const { id } = await start(version, profile)
  await finishDeployment(scene.people.release_manager, { deployment: id, result: 'succeeded' })
  return sealed
}

/** Signs as somebody with a proof made for it, and says whether the box about an older release is ticked. */
async function attempt(
  role: 'management' | 'secops' | 'release_manager',
  sealed: { id: string; hash: string },
  more: { acceptsOlder?: 'yes'; at?: number } = {},
) {
  const browser = await inBrowser(scene.people[role])
  const slot = role.replace('_', '-')
  const proof = await aProof(browser, sealed.hash, slot)
  const ctx = more.at === undefined ? browser : later(browser, more.at)
  return () =>
    signPromotion(ctx, { promotion: sealed.id, slot, sealedHash: sealed.hash, proof, confirmed: 'yes', acceptsOlder: more.acceptsOlder })
}

describe('what grows old holds and voids nothing', () => {
  it('an approved promotion stops being approved for as long as its evidence is old: no deployment, no void (000.33)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    await ageEvidence(sealed.releaseId, 'escalation-contacts', '9 hours')
    expect(await phaseOf(sealed.id)).toBe('held')
    expect(await refusedWithoutTrace(() => start(sealed.version))).toMatchObject({
      code: 'held',
      sentence: expect.stringContaining('Incident contacts confirmed'),
    })
    expect(await trail({ subject: sealed.id, action: 'promotion.voided' })).toEqual([])
    await recordEvidence(
      scene.people.release_manager,
      recordEvidenceInput.parse({
        system: 'robodj',
        version: sealed.version,
        profile: 'prod',
        gate: 'escalation-contacts',
        verdict: 'pass',
        summary: 'Called them',
        digest: digestOf(sealed.id),
      }),
    )
    expect(await phaseOf(sealed.id)).toBe('approved')
    expect((await factsOf(sealed.id)).sealed?.hash).toBe(sealed.hash)
    const { id } = await start(sealed.version)
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'failed', failureClass: 'other' })
  })

  it('a newer snapshot makes the drill stale, and a drill on it is an addendum (000.29)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const snapshot = await aSnapshot(scene, 'prod')
    expect(await phaseOf(sealed.id)).toBe('held')
    expect((await factsOf(sealed.id)).gates.find(({ gate }) => gate.id === 'rollback-drill')).toMatchObject({ verdict: 'stale' })
    expect(await refusedWithoutTrace(await attempt('management', sealed))).toMatchObject({ code: 'held' })
    expect(await bring(sealed.version, 'rollback-drill', 'pass', { snapshot })).toMatchObject({ voided: false })
    expect(await phaseOf(sealed.id)).toBe('signing')
    await sign(scene.people.management, sealed.id, 'management', sealed.hash)
  })
})

describe('what is material voids, and says which input moved (T04)', () => {
  it('withdrawn, changed and brought back: a failure that is mended leaves the version void all the same', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    expect(await bring(sealed.version, 'secret-preflight', 'fail')).toMatchObject({ voided: true })
    expect(await bring(sealed.version, 'secret-preflight', 'pass')).toMatchObject({ voided: false })
    expect(await phaseOf(sealed.id)).toBe('ready_to_seal')
    expect((await refusedWithoutTrace(() => start(sealed.version))).details?.join(' ')).toContain('No version is sealed')
    const notes = await db.sealedVersion.findMany({ where: { subject: 'release_notes', subjectId: sealed.id } })
    expect(notes).toMatchObject([{ endedBy: 'voided' }])
    const next = await sealPromotion(scene.people.release_manager, { promotion: sealed.id })
    expect((await factsOf(sealed.id)).signOffs).toEqual([])
    expect(next).toMatchObject({ number: 2 })
    expect(await refusedWithoutTrace(await attempt('management', sealed))).toMatchObject({ code: 'stale_version' })
  })

  it('what is brought once the deployment has started moves nothing: it counted when it started, and the notes stand', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed)
    const { id } = await start(sealed.version)
    expect(await bring(sealed.version, 'secret-preflight', 'fail')).toMatchObject({ voided: false })
    expect(await phaseOf(sealed.id)).toBe('deploying')
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'failed', failureClass: 'other' })
    const versions = await db.sealedVersion.findMany({ where: { promotionId: sealed.id } })
    expect(versions.map(({ endedAt }) => endedAt)).toEqual([null, null])
  })

  it('what nobody recorded yet is computed when read: a row that moved under the seal refuses signing and starting, and the next seal records it (T32)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await asOwner(`UPDATE "Release" SET artefact = artefact || 'f' WHERE id = $1`, [sealed.releaseId])
    expect(await phaseOf(sealed.id)).toBe('voided')
    const refusal = await refusedWithoutTrace(await attempt('management', sealed))
    expect(refusal).toMatchObject({ code: 'stale_version', details: ['The artefact changed'] })
    expect((await refusedWithoutTrace(() => start(sealed.version))).sentence).toContain('The artefact changed; version 1 is void.')
    const row = await db.sealedVersion.findFirstOrThrow({ where: { promotionId: sealed.id } })
    expect([row.endedAt, sha256Hex(row.canonical)]).toEqual([null, sealed.hash])
    await sealPromotion(scene.people.release_manager, { promotion: sealed.id })
    expect((await trail({ subject: sealed.id })).slice(-2)).toMatchObject([
      { action: 'promotion.sealed', subject: { version: 2 } },
      { action: 'promotion.voided', subject: { version: 1 }, after: { moved: ['The artefact changed'] } },
    ])
  })
})

describe('a window that passes', () => {
  it('makes the version expire, a verdict: nobody signs or declines any more, and nothing starts', async () => {
    const window = { startsAt: new Date(Date.now() - 60_000), endsAt: new Date(Date.now() + 600_000) }
    const sealed = await aSealedPromotion(scene, 'prod', { window })
    await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    const AFTER = 660_000
    expect(await refusedWithoutTrace(await attempt('secops', sealed, { at: AFTER }))).toMatchObject({ code: 'outside_window' })
    const secops = await inBrowser(scene.people.secops)
    const proof = await aProof(secops, sealed.hash, 'secops', 'decline')
    const no = { promotion: sealed.id, slot: 'secops', sealedHash: sealed.hash, proof, reasonKind: 'timing', reason: 'Too late.' } as const
    expect(await refusedWithoutTrace(() => declinePromotion(later(secops, AFTER), no))).toMatchObject({ code: 'outside_window' })
    await signAll(scene, sealed, ['management'])
    expect(await phaseOf(sealed.id)).toBe('approved')
    const late = later(scene.people.release_manager, AFTER)
    const refusal = await refusedWithoutTrace(() =>
      startDeployment(late, { system: 'robodj', profile: 'prod', version: sealed.version, inputs: [] }, { onlyAuthorised: true }),
    )
    expect(refusal.sentence).toContain('The window closed at')
    expect((await refusedWithoutTrace(() => sealPromotion(late, { promotion: sealed.id }))).code).toBe('wrong_state')
  })
})

it('our own clock decides nothing: a day off either way, instants are the database’s, evidence is as fresh and windows as open as there (T17)', async () => {
  const window = { startsAt: new Date(Date.now() - 60_000), endsAt: new Date(Date.now() + 3_600_000) }
  for (const off of [86_400_000, -86_400_000]) {
    const { id } = await anOpenPromotion(scene, 'prod', { window })
    const before = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: before + off })
    const { hash } = await sealPromotion(scene.people.release_manager, { promotion: id }).finally(() => vi.useRealTimers())
    const { sealedAt } = await db.sealedVersion.findFirstOrThrow({ where: { hash } })
    expect(Math.abs(sealedAt.getTime() - before)).toBeLessThan(30_000)
    expect(await phaseOf(id)).toBe('signing')
  }
})

describe('a release older than what runs', () => {
  it('is approved only with a confirmation of its own, which the statement says; a decline needs none', async () => {
    await ship('60.2.0', 'prod')
    const sealed = await aSealedPromotion(scene, 'prod', { release: { version: '60.1.0' } })
    expect(await factsOf(sealed.id)).toMatchObject({ isOlderThanLive: true, live: { version: '60.2.0' } })
    const refusal = await refusedWithoutTrace(await attempt('management', sealed))
    expect(refusal).toMatchObject({
      code: 'invalid',
      place: 'acceptsOlder',
      sentence: expect.stringContaining('60.1.0 is older than 60.2.0'),
    })
    const { id } = await (await attempt('management', sealed, { acceptsOlder: 'yes' }))()
    const { statement } = await db.signOff.findUniqueOrThrow({ where: { id } })
    const text = await db.auditText.findUniqueOrThrow({ where: { digest: statement } })
    expect(text.body).toContain('I know that it is older than 60.2.0, which runs there.')
    await decline(scene.people.secops, sealed.id, 'secops', sealed.hash)
  })

  it('is superseded when a newer one is deployed: its seal and notes end with it, and it takes no more decisions', async () => {
    const older = await aSealedPromotion(scene, 'staging', { release: { version: '70.1.0' } })
    await signAll(scene, older)
    const collecting = await anOpenPromotion(scene, 'staging', { release: { version: '70.2.0' }, except: ['docs-updated'] })
    const newer = await anOpenPromotion(scene, 'staging', { release: { version: '70.4.0' } })
    const shipped = await ship('70.3.0', 'staging')
    expect([await phaseOf(older.id), await phaseOf(collecting.id), await phaseOf(newer.id)]).toEqual([
      'superseded',
      'superseded',
      'ready_to_seal',
    ])
    const versions = await db.sealedVersion.findMany({ where: { promotionId: older.id }, orderBy: { subject: 'asc' } })
    expect(versions).toMatchObject([
      { subject: 'promotion', endedBy: 'withdrawn' },
      { subject: 'release_notes', endedBy: 'withdrawn' },
    ])
    expect((await trail({ subject: older.id })).slice(-2)).toMatchObject([
      { action: 'promotion.superseded', after: { by: shipped.id } },
      { action: 'release_notes.voided', subject: { version: 1 } },
    ])
    const refusal = await refusedWithoutTrace(() => sealPromotion(scene.people.release_manager, { promotion: older.id }))
    expect(refusal).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining('superseded') })
  })
})

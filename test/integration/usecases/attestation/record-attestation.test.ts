import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenFindings } from '@/lib/db/load-findings'
import { loadVerdicts } from '@/lib/db/load-judge-context'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { recordAttestationInput } from '@/lib/schemas/attestation'
import { recordAttestation } from '@/lib/usecases/attestation/record-attestation'
import { aPerson } from '../../../support/people'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('stack')
})

const input = (more: object = {}) =>
  recordAttestationInput.parse({
    system: 'stack',
    topic: 'attestation.hardening',
    profile: 'production',
    holds: true,
    note: 'Looked at the service accounts, CORS, headers and limits.',
    owner: scene.people.secops.actor.id,
    ...more,
  })
const stateOf = async () => {
  const verdicts = (await loadVerdicts(db, [await loadActivePolicy(db, 'stack')], new Date())).get('stack') ?? []
  return verdicts.find(({ profile, rule }) => profile === 'production' && rule === 'attestation.hardening')?.state
}
const open = async () => (await loadOpenFindings(db, ['stack'])).map(({ profile, rule }) => `${profile} ${rule}`).sort()

describe('attesting what no machine reports (002.14, 002.43)', () => {
  it('is dated, owned, good as long as the policy says, and judged at once', async () => {
    expect(await stateOf()).toBe('unknown')
    const { id, nextDueAt } = await recordAttestation(scene.people.secops, input())
    const row = await db.attestation.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({
      topic: 'attestation.hardening',
      profileKey: 'production',
      holds: true,
      ownerId: scene.people.secops.actor.id,
    })
    expect(nextDueAt.getTime() - row.attestedAt.getTime()).toBe(90 * 86_400_000)
    expect(await stateOf()).toBe('met')
    const [event] = await trail({ subject: id })
    expect(event).toMatchObject({
      action: 'attestation.recorded',
      after: { topic: 'attestation.hardening', holds: true, profile: 'production' },
    })
    expect(JSON.stringify(event)).not.toContain('CORS')
  })

  it('that it does not hold opens a finding without any report, and the next good one closes it', async () => {
    await recordAttestation(scene.people.release_manager, input({ holds: 'false', note: 'No rate limit at the edge.' }))
    expect(await stateOf()).toBe('deviates')
    expect(await open()).toContain('production attestation.hardening')
    await recordAttestation(scene.people.secops, input())
    expect(await open()).not.toContain('production attestation.hardening')
  })

  it('acceptance criteria of the document are attested for the whole system (002.44)', async () => {
    const { id, nextDueAt } = await recordAttestation(scene.people.dev_lead, input({ topic: 'acceptance.config', profile: undefined }))
    expect(await db.attestation.findUniqueOrThrow({ where: { id } })).toMatchObject({ profileKey: null })
    expect(nextDueAt.getTime()).toBeGreaterThan(Date.now() + 100 * 86_400_000)
  })

  it('is refused for what the policy does not want, the wrong profile, role, owner or a secret, and leaves nothing', async () => {
    const before = [await trailLength(), await db.attestation.count()]
    const { secops, engineer, auditor } = scene.people
    const refused = async (more: object, by = secops) => refusalOf((async () => recordAttestation(by, input(more)))())
    expect(await refused({ topic: 'attestation.moon' })).toMatchObject({
      code: 'not_found',
      place: 'topic',
      sentence: expect.stringContaining('attestation.hardening'),
    })
    expect(await refused({ profile: 'staging' })).toMatchObject({ code: 'invalid', place: 'profile' })
    expect(await refused({ profile: undefined })).toMatchObject({ code: 'invalid', place: 'profile' })
    expect(await refused({ topic: 'acceptance.secrets' })).toMatchObject({ code: 'invalid', place: 'profile' })
    expect(await refused({}, engineer)).toMatchObject({ code: 'not_allowed' })
    expect(await refused({ owner: auditor.actor.id })).toMatchObject({ code: 'invalid', place: 'owner' })
    expect(await refused({ owner: (await aPerson('Elsewhere', ['secops'], 'robodj')).actor.id })).toMatchObject({
      code: 'invalid',
      place: 'owner',
    })
    expect(await refused({ note: 'token=ghp_0123456789abcdefghijABCDEFGHIJ012345' })).toMatchObject({
      code: 'secret_refused',
      place: 'note',
    })
    expect([await trailLength(), await db.attestation.count()]).toEqual(before)
  })
})

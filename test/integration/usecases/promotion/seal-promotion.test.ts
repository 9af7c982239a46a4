import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Dossier } from '@/lib/domain/dossier'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { emailOf } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, sign } from '../../../support/promotions'
import { aGovernedSystem, digestOf, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const failing = (version: string, gate: string) =>
  recordEvidenceInput.parse({
    system: 'robodj',
    version,
    profile: 'prod',
    gate,
    verdict: 'fail',
    summary: 'exit 1',
    digest: digestOf('failing', version, gate, Math.random()),
  })

describe('sealing', () => {
  it('stores the canonical text named by its SHA-256, ids instead of names, and is on the record', async () => {
    const { id, version } = await anOpenPromotion(scene, 'prod')
    const { number, hash } = await sealPromotion(scene.people.release_manager, { promotion: id })
    const row = await db.sealedVersion.findFirstOrThrow({ where: { promotionId: id } })
    expect(row).toMatchObject({
      number: 1,
      hash,
      subject: 'promotion',
      requesterId: scene.people.dev_lead.actor.id,
      sealedById: scene.people.release_manager.actor.id,
      endedAt: null,
    })
    expect(number).toBe(1)
    expect(sha256Hex(row.canonical)).toBe(hash)
    const dossier = JSON.parse(row.canonical) as Dossier
    expect(dossier).toMatchObject({
      promotion: id,
      release: { version },
      edge: { from: 'staging', to: 'prod' },
      policy: { version: 1, hash: scene.applied.hash },
    })
    expect(dossier.gates.map(({ id: gate, verdict }) => [gate, verdict])).toEqual([
      ['pre-release-checklist', 'pass'],
      ['secret-preflight', 'pass'],
      ['rollback-drill', 'pass'],
      ['escalation-contacts', 'pass'],
    ])
    expect(dossier.gates[0]?.checklist).toMatch(/^[0-9a-f]{64}$/)
    expect(row.canonical).not.toContain(scene.people.release_manager.actor.name)
    expect(await trail({ subject: id, action: 'promotion.sealed' })).toMatchObject([
      { subject: { version: 1 }, policy: scene.applied.hash },
    ])
  })

  it('names every gate that does not pass, and who can bring what it asks', async () => {
    const { id } = await anOpenPromotion(scene, 'prod', { except: ['rollback-drill', 'escalation-contacts'] })
    const before = await trailLength()
    const refusal = await refusalOf(sealPromotion(scene.people.release_manager, { promotion: id }))
    expect(refusal.code).toBe('gate_not_passed')
    expect(refusal.sentence).toBe('2 gates of 4 stand in the way.')
    expect(refusal.details?.join(' ')).toMatch(/Rollback drill.*Engineer.*contacts.*Release Manager or Incident commander/is)
    expect(await db.sealedVersion.count({ where: { promotionId: id } })).toBe(0)
    expect(await trailLength()).toBe(before)
  })

  it.each([['dev_lead'], ['engineer'], ['management'], ['secops'], ['admin'], ['auditor']] as const)('is not for %s', async (role) => {
    const { id } = await anOpenPromotion(scene, 'prod')
    expect(await refusalOf(sealPromotion(scene.people[role], { promotion: id }))).toMatchObject({ code: 'not_allowed' })
  })

  it('takes approved bundles only where the policy asks for that (000.5)', async () => {
    const { id, releaseId } = await anOpenPromotion(scene, 'prod')
    await db.release.update({ where: { id: releaseId }, data: { bundleApprovedAt: null, bundleApprovedById: null } })
    expect(await refusalOf(sealPromotion(scene.people.release_manager, { promotion: id }))).toMatchObject({ code: 'policy_forbids' })
  })

  it('names the slot nobody could fill: the only holder wrote the release', async () => {
    const { id } = await anOpenPromotion(scene, 'prod', {
      release: { contributors: [{ identity: await emailOf(scene.people.management), commits: 4 }] },
    })
    const refusal = await refusalOf(sealPromotion(scene.people.release_manager, { promotion: id }))
    expect(refusal.code).toBe('slot_gap')
    expect(refusal.sentence).toContain('Nobody could fill Management')
    expect(refusal.sentence).toContain('wrote 4 commits')
  })

  it('names the slot when the only holder opened the promotion', async () => {
    const { id } = await anOpenPromotion(scene, 'prod', { opener: 'release_manager' })
    const refusal = await refusalOf(sealPromotion(scene.people.release_manager, { promotion: id }))
    expect(refusal).toMatchObject({ code: 'slot_gap' })
    expect(refusal.sentence).toContain('Release Manager')
  })

  it('is refused while a version stands, and seals the next one after a failure voided it, with what moved', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    expect(await refusalOf(sealPromotion(scene.people.release_manager, { promotion: sealed.id }))).toMatchObject({ code: 'wrong_state' })
    await sign(scene.people.release_manager, sealed.id, 'release-manager', sealed.hash)
    expect(await recordEvidence(scene.people.engineer, failing(sealed.version, 'secret-preflight'))).toMatchObject({ voided: true })
    const [first] = await db.sealedVersion.findMany({ where: { promotionId: sealed.id } })
    expect(first).toMatchObject({ endedBy: 'voided', moved: ['The gate secret-preflight failed'] })
    expect(await db.signOff.count({ where: { sealedVersionId: first?.id } })).toBe(1)
    expect(await trail({ subject: sealed.id, action: 'promotion.voided' })).toMatchObject([
      { after: { moved: ['The gate secret-preflight failed'] } },
    ])
    expect((await refusalOf(sealPromotion(scene.people.release_manager, { promotion: sealed.id }))).code).toBe('gate_not_passed')
  })

  it('two at once: one version, the other is told (T07)', async () => {
    const { id } = await anOpenPromotion(scene, 'prod')
    const seal = () => sealPromotion(scene.people.release_manager, { promotion: id })
    const { won, lost } = await race(seal(), seal(), seal())
    expect(won).toHaveLength(1)
    expect(lost.map(({ code }) => code)).toEqual(['wrong_state', 'wrong_state'])
  })

  it('racing evidence that fails: either it is sealed and voided on the record, or refused for the gate, never sealed over a failure (T04)', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { id, version } = await anOpenPromotion(scene, 'prod')
      const [seal] = await Promise.allSettled([
        sealPromotion(scene.people.release_manager, { promotion: id }),
        recordEvidence(scene.people.engineer, failing(version, 'secret-preflight')),
      ])
      const live = await db.sealedVersion.count({ where: { promotionId: id, subject: 'promotion', endedAt: null } })
      const voided = await trail({ subject: id, action: 'promotion.voided' })
      expect(live).toBe(0)
      expect(voided).toHaveLength(seal.status === 'fulfilled' ? 1 : 0)
    }
  })
})

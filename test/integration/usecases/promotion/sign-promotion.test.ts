import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import { promotionPhase } from '@/lib/domain/promotion'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aPerson, aToken } from '../../../support/people'
import { aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { aGovernedSystem, digestOf, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const phaseOf = async (id: string) => {
  const now = new Date()
  const [facts] = await loadPromotions(db, { id }, now)
  return facts && promotionPhase(facts, now)
}

describe('signing', () => {
  it('fills the chosen slot with statement, role, grant and separation, and is on the record with the hash', async () => {
    const { id, hash, version } = await aSealedPromotion(scene, 'prod')
    const signed = await sign(scene.people.management, id, 'management', hash)
    expect(signed).toMatchObject({ signed: 1, of: 4 })
    const row = await db.signOff.findUniqueOrThrow({ where: { id: signed.id } })
    expect(row).toMatchObject({
      capacity: 'Management',
      role: 'management',
      decision: 'approve',
      sealedHash: hash,
      signerId: scene.people.management.actor.id,
    })
    const statement = await db.auditText.findUniqueOrThrow({ where: { digest: row.statement } })
    expect(statement.body).toBe(`I, The management, as Management, approve promoting RoboDJ ${version} from staging to prod.`)
    expect(row.separation).toEqual(expect.arrayContaining([{ holds: true, sentence: 'You did not open this promotion' }]))
    expect(await trail({ subject: id, action: 'promotion.signed' })).toMatchObject([
      { actor: { id: scene.people.management.actor.id, roles: ['management'] }, after: { capacity: 'Management', signature: signed.id } },
    ])
  })

  it('is approved when the last slot is filled, and the release notes are sealed then', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, sealed, ['production-approver'])
    expect(await phaseOf(sealed.id)).toBe('signing')
    await sign(scene.people.incident_commander, sealed.id, 'production-approver', sealed.hash)
    expect(await phaseOf(sealed.id)).toBe('approved')
    const notes = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'release_notes', subjectId: sealed.id } })
    expect(JSON.parse(notes.canonical)).toMatchObject({ dossier: { hash: sealed.hash }, signatures: [{}, {}, {}, {}] })
    expect(await trail({ subject: sealed.id, action: 'release_notes.sealed' })).toHaveLength(1)
  })

  it('keeps the ordered slot for last', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    expect(await refusalOf(sign(scene.people.production_approver, id, 'production-approver', hash))).toMatchObject({
      code: 'held',
      sentence: expect.stringContaining('signs last'),
    })
  })

  it.each([
    ['release_manager', 'management', 'not_allowed'],
    ['engineer', 'management', 'not_allowed'],
    ['admin', 'management', 'not_allowed'],
    ['auditor', 'secops', 'not_allowed'],
  ] as const)('%s does not fill the slot %s', async (role, slot, code) => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    const before = await trailLength()
    expect(await refusalOf(sign(scene.people[role], id, slot, hash))).toMatchObject({ code })
    expect(await db.signOff.count({ where: { sealedHash: hash } })).toBe(0)
    expect(await trailLength()).toBe(before)
  })

  it('nobody signs what they opened, whatever roles they hold (T02)', async () => {
    const both = await aPerson('Opener And Signer', ['release_manager', 'management'], 'robodj')
    const { id, hash } = await aSealedPromotion({ ...scene, people: { ...scene.people, dev_lead: both } }, 'prod')
    expect(await refusalOf(sign(both, id, 'management', hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('opened'),
    })
  })

  it('the database itself refuses the requester and a second signature of one person (T02)', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    const { id: signature } = await sign(scene.people.management, id, 'management', hash)
    const { id: _, stepUpId: __, ...row } = await db.signOff.findUniqueOrThrow({ where: { id: signature } })
    const copy = { ...row, separation: [], sessionId: null }
    await expect(db.signOff.create({ data: { ...copy, slotKey: 'secops' } })).rejects.toThrow()
    await expect(db.signOff.create({ data: { ...copy, signerId: scene.people.dev_lead.actor.id, slotKey: 'secops' } })).rejects.toThrow(
      /check constraint|sign_off_not_by_requester/i,
    )
    await expect(
      db.signOff.create({
        data: { ...copy, signerId: scene.people.secops.actor.id, requesterId: scene.people.auditor.actor.id, slotKey: 'secops' },
      }),
    ).rejects.toThrow()
  })

  it('nobody fills two slots of one approval', async () => {
    const two = await aPerson('Two Hats', ['management', 'secops'], 'robodj')
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    await sign(two, id, 'management', hash)
    expect(await refusalOf(sign(two, id, 'secops', hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: 'You have signed as Management. One person, one signature.',
    })
  })

  it('not with a role one granted oneself, nor with a grant newer than the seal (T03)', async () => {
    const self = await aPerson('Self Granter', [], 'robodj')
    await db.roleGrant.create({
      data: {
        principalId: self.actor.id,
        role: 'management',
        systemId: 'robodj',
        grantedById: self.actor.id,
        startsAt: new Date('2026-01-01'),
      },
    })
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    expect(await refusalOf(sign(self, id, 'management', hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('granted yourself'),
    })
    const late = await aPerson('Late Comer', [], 'robodj')
    await db.roleGrant.create({
      data: {
        principalId: late.actor.id,
        role: 'management',
        systemId: 'robodj',
        grantedById: scene.people.admin.actor.id,
        startsAt: new Date(),
      },
    })
    expect(await refusalOf(sign(late, id, 'management', hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('after this version was sealed'),
    })
  })

  it('software does not sign: a token of somebody in the role is refused', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    const token = await aToken(scene.people.management, { scopes: ['promotion:open'], systemId: 'robodj' })
    const refusal = await refusalOf(
      signPromotion(token, { promotion: id, slot: 'management', sealedHash: hash, proof: crypto.randomUUID(), confirmed: 'yes' }),
    )
    expect(refusal).toMatchObject({ code: 'separation_of_duties', sentence: expect.stringContaining('Software does not sign') })
  })

  it('needs a step-up proof of this person, session, hash, slot and decision, once, within two minutes (T01)', async () => {
    const { id, hash } = await aSealedPromotion(scene, 'prod')
    const browser = await inBrowser(scene.people.management)
    const attempt = (proof: string) =>
      signPromotion(browser, { promotion: id, slot: 'management', sealedHash: hash, proof, confirmed: 'yes' })
    const other = await inBrowser(scene.people.management)
    const proofs = [
      crypto.randomUUID(),
      await aProof(browser, digestOf('another'), 'management'),
      await aProof(browser, hash, 'secops'),
      await aProof(browser, hash, 'management', 'decline'),
      await aProof(browser, hash, 'management', 'approve', -1),
      await aProof(other, hash, 'management'),
    ]
    for (const proof of proofs) expect(await refusalOf(attempt(proof))).toMatchObject({ code: 'step_up_required' })
    const good = await aProof(browser, hash, 'management')
    await attempt(good)
    expect(await refusalOf(attempt(good))).toMatchObject({ code: 'conflict' })
  })

  it('names the version that was read: another hash is refused', async () => {
    const { id } = await aSealedPromotion(scene, 'prod')
    expect(await refusalOf(sign(scene.people.management, id, 'management', digestOf('what I read')))).toMatchObject({
      code: 'stale_version',
    })
  })

  it('evidence grown old holds and voids nothing; renewed with the same verdict, signatures stand', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await sign(scene.people.release_manager, sealed.id, 'release-manager', sealed.hash)
    await db.$disconnect()
    const { default: pg } = await import('pg')
    const owner = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
    await owner.connect()
    await owner.query(
      `UPDATE "Evidence" SET "recordedAt" = "recordedAt" - interval '25 hours' WHERE "releaseId" = $1 AND "gateKey" = 'secret-preflight'`,
      [sealed.releaseId],
    )
    await owner.end()
    expect(await phaseOf(sealed.id)).toBe('held')
    expect(await refusalOf(sign(scene.people.management, sealed.id, 'management', sealed.hash))).toMatchObject({ code: 'held' })
    await recordEvidence(
      scene.people.engineer,
      recordEvidenceInput.parse({
        system: 'robodj',
        version: sealed.version,
        profile: 'prod',
        gate: 'secret-preflight',
        verdict: 'pass',
        summary: 'exit 0 again',
        digest: digestOf('again', sealed.id),
      }),
    )
    expect(await phaseOf(sealed.id)).toBe('signing')
    expect((await sign(scene.people.management, sealed.id, 'management', sealed.hash)).signed).toBe(2)
  })
})

describe('races for a signature, on real PostgreSQL', () => {
  const rounds = Number(process.env.TEST_SCALE ?? 1) * 5

  it('two people for one slot: one signs, the other is told by name (T07)', async () => {
    const second = await aPerson('Second Manager', ['management'], 'robodj')
    for (let round = 0; round < rounds; round += 1) {
      const { id, hash } = await aSealedPromotion(scene, 'prod')
      const { won, lost } = await race(sign(scene.people.management, id, 'management', hash), sign(second, id, 'management', hash))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      expect(await db.signOff.count({ where: { sealedHash: hash } })).toBe(1)
    }
  })

  it('one person for two slots: one signature (T02)', async () => {
    const two = await aPerson('Racing Hats', ['management', 'secops'], 'robodj')
    for (let round = 0; round < rounds; round += 1) {
      const { id, hash } = await aSealedPromotion(scene, 'prod')
      const { won } = await race(sign(two, id, 'management', hash), sign(two, id, 'secops', hash))
      expect(won).toHaveLength(1)
    }
  })

  it('a withdrawal of the promotion against a signature: one outcome (T07)', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { id, hash } = await aSealedPromotion(scene, 'prod')
      await race<unknown>(
        sign(scene.people.management, id, 'management', hash),
        withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: 'Stop.' }),
      )
      const order = (await trail({ subject: id }))
        .map(({ action }) => action)
        .filter((action) => ['promotion.signed', 'promotion.withdrawn'].includes(action))
      expect(order.at(-1)).toBe('promotion.withdrawn')
      expect(await phaseOf(id)).toBe('withdrawn')
    }
  })

  it('a grant that ends while signing: no signature after it ended (T08)', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const fleeting = await aPerson(`Fleeting Manager ${'abcdefghij'[round % 10]}`, ['management'], 'robodj')
      const { id, hash } = await aSealedPromotion(scene, 'prod')
      const end = db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM "RoleGrant" WHERE "principalId" = ${fleeting.actor.id}::uuid FOR UPDATE`
        const [row] = await tx.$queryRaw<
          { at: Date }[]
        >`UPDATE "RoleGrant" SET "endsAt" = clock_timestamp() WHERE "principalId" = ${fleeting.actor.id}::uuid RETURNING clock_timestamp() AS at`
        return row?.at as Date
      })
      const [ended, signed] = await Promise.allSettled([end, sign(fleeting, id, 'management', hash)])
      if (signed.status === 'fulfilled' && ended.status === 'fulfilled') {
        const row = await db.signOff.findUniqueOrThrow({ where: { id: signed.value.id } })
        expect(row.signedAt.getTime()).toBeLessThanOrEqual(ended.value.getTime())
      }
    }
  })
})

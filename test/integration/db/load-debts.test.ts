import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { anIncident } from '../../support/fallbacks'
import { anOpenPromotion } from '../../support/promotions'
import { asOwner } from '../../support/record'
import { aGovernedSystem, aSnapshot, digestOf, type Scene, tickAll } from '../../support/scene'

// What an emergency promotion owes, read from the rows as they lie there; the life cycles of the others have tests of their own.

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const kinds = async () => (await loadDebts(db, ['robodj'], new Date())).map(({ kind, what }) => `${kind}: ${what}`)

describe('the debts of an emergency promotion', () => {
  it('evidence of each skipped gate brought after its opening, and a review in each ordinary slot; none before it went', async () => {
    const incident = await anIncident(scene)
    const { id, version } = await anOpenPromotion(scene, 'prod', { except: ['rollback-drill', 'pre-release-checklist'] })
    await asOwner(
      `UPDATE "Promotion" SET emergency = true, "incidentId" = $2, "skippedGates" = '{pre-release-checklist,rollback-drill,escalation-contacts}' WHERE id = $1`,
      [id, incident],
    )
    expect(await kinds()).toEqual([])
    await asOwner(`UPDATE "Promotion" SET status = 'deployed', "endedAt" = now() WHERE id = $1`, [id])
    // What was brought before it was opened as an emergency is no payment: it was skipped.
    expect((await kinds()).toSorted()).toEqual([
      'emergency_review: Review as Management',
      'emergency_review: Review as Production approver',
      'emergency_review: Review as Release Manager',
      'emergency_review: Review as SecOps',
      'skipped_gate: Incident contacts confirmed',
      'skipped_gate: Pre-release checklist complete',
      'skipped_gate: Rollback drill on the latest snapshot',
    ])
    const [first] = await loadDebts(db, ['robodj'], new Date())
    expect(first).toMatchObject({ incident, profile: 'prod', subject: { kind: 'promotion', id }, overdue: false })
    const bring = (gate: string, verdict: string, snapshot?: string) =>
      recordEvidence(
        scene.people.release_manager,
        recordEvidenceInput.parse({
          system: 'robodj',
          version,
          profile: 'prod',
          gate,
          verdict,
          summary: 'After the fact',
          snapshot,
          digest: digestOf(gate, verdict),
        }),
      )
    await bring('escalation-contacts', 'pass')
    await bring('rollback-drill', 'fail', await aSnapshot(scene, 'prod'))
    await tickAll(scene, version, 'prod', 'pre-release', scene.people.engineer)
    expect((await kinds()).filter((each) => each.startsWith('skipped'))).toEqual(['skipped_gate: Rollback drill on the latest snapshot'])
    // What went back has nothing to show any more; that it went is still reviewed.
    await asOwner(`UPDATE "Promotion" SET status = 'rolled_back' WHERE id = $1`, [id])
    expect((await kinds()).filter((each) => each.startsWith('skipped'))).toEqual([])
    const slots = await db.signOffSlot.findMany({ where: { subject: 'promotion', rule: 'staging->prod' } })
    for (const slot of slots) {
      const role = slot.roles[0] as keyof Scene['people']
      const grant = await db.roleGrant.findFirstOrThrow({ where: { principalId: scene.people[role].actor.id } })
      await asOwner(
        `INSERT INTO "PromotionReview" (id, "promotionId", "slotId", "slotKey", role, "grantId", finding, note, "byId", at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'accepted', 'digest', $6, now())`,
        [id, slot.id, slot.key, role, grant.id, scene.people[role].actor.id],
      )
    }
    expect(await kinds()).toEqual([])
  })

  it('of systems nobody asked about nothing is read', async () => {
    expect(await loadDebts(db, [], new Date())).toEqual([])
    expect(await loadDebts(db, ['elsewhere'], new Date())).toEqual([])
  })
})

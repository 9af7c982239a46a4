import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { Refused } from '@/lib/domain/refusal'
import { openStep, type RotationPhase, rotationPhase } from '@/lib/domain/rotation'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'
import { approveRotation } from '@/lib/usecases/rotation/approve-rotation'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { changePlan } from '@/lib/usecases/rotation/change-plan'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { declineRotation } from '@/lib/usecases/rotation/decline-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { asOwner, databaseDigest } from '../../../support/record'
import { anAgent, answerOf, aRotation, doAll, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, type Scene } from '../../../support/scene'

// Random walks over a rotation of prod on real PostgreSQL (domain.md, what always holds, 2, 3, 7, 9): a refusal leaves every table as it was, a change is on
// the record, and none completes without its approval, its checklist, its verification and its other owner. Length and number follow TEST_SCALE.

const SCALE = Number(process.env.TEST_SCALE ?? 1)
vi.setConfig({ testTimeout: 120_000 * Math.max(1, SCALE) })
const SLOT = 'incident-commander-or-approver'
const OWNERS = ['release-manager-agent', 'secops-secrets-auditor-agent'] as const
const VERBS = [
  'approve',
  'step',
  'start',
  'any step',
  'confirm',
  'complete',
  'roll back',
  'finish',
  'decline',
  'plan',
  'withdraw',
  'cancel',
] as const
type Verb = (typeof VERBS)[number]

let scene: Scene
const cast: Record<string, Ctx> = {}
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  const { people } = scene
  cast.commander = await inBrowser(people.incident_commander)
  cast.manager = await inBrowser(people.release_manager)
  cast.secops = await inBrowser(people.secops)
  cast.engineer = await inBrowser(people.engineer)
  cast.hats = await inBrowser(await aPerson('All Hats', ['release_manager', 'secops', 'incident_commander'], 'robodj'))
  cast.agent = await anAgent(scene, 'Release Manager Agent', people.release_manager)
  cast.auditor = await anAgent(scene, 'SecOps Secrets Auditor Agent', people.secops)
}, 60_000)

/** Whom one would expect to do it: walks take them more often than others. */
const NATURAL: Record<Verb, string> = {
  approve: 'commander',
  step: 'manager',
  start: 'manager',
  'any step': 'agent',
  confirm: 'auditor',
  complete: 'manager',
  'roll back': 'secops',
  finish: 'agent',
  decline: 'commander',
  plan: 'manager',
  withdraw: 'commander',
  cancel: 'manager',
}

/** Gets an act ready, proofs and all; what it gives back does it once. Null where there is nothing to try. */
async function prepare(id: string, verb: Verb, who: Ctx, pick: number): Promise<(() => Promise<unknown>) | null> {
  const by = { ...who, request: { ...who.request, id: crypto.randomUUID() } }
  const facts = await rotationOf(id)
  const owner = OWNERS[pick % 2] as string
  switch (verb) {
    case 'approve':
    case 'decline': {
      if (!by.actor.session) return null
      const sealedHash = facts.sealed?.hash ?? '0'.repeat(64)
      const proof = await aProof(by, sealedHash, SLOT, verb)
      const decision = { rotation: id, slot: SLOT, sealedHash, proof }
      return verb === 'approve'
        ? () => approveRotation(by, { ...decision, confirmed: 'yes' })
        : () => declineRotation(by, { ...decision, reasonKind: 'other', reason: 'As the walk goes.' })
    }
    case 'step':
    case 'any step': {
      const step = verb === 'step' ? openStep(facts) : facts.steps[pick % facts.steps.length]
      if (!step) return null
      const answer = answerOf(step, facts)
      const input =
        pick % 13 === 0 ? { step: step.id, state: pick % 2 ? ('failed' as const) : ('not_applicable' as const), note: 'So it is' } : answer
      return () => recordStep(by, { rotation: id, ...input })
    }
    case 'start':
      return () => startRotation(by, { rotation: id, owner })
    case 'confirm':
      return () => confirmRotation(by, { rotation: id, owner })
    case 'complete':
      return () => completeRotation(by, { rotation: id, proof: 'Overwritten, entry 4711' })
    case 'roll back':
      return () => rollBack(by, { rotation: id, trigger: 'other', reason: 'As the walk goes.' })
    case 'finish':
      return () => finishRollback(by, { rotation: id })
    case 'plan':
      return () => changePlan(by, { rotation: id, variant: pick % 2 ? 'windows' : 'docker' })
    case 'withdraw': {
      const signOff = facts.signOffs[0]?.id
      return signOff ? () => withdrawApproval(by, { signOff, reason: 'As the walk goes.' }) : null
    }
    default:
      return () => cancelRotation(by, { rotation: id, reason: 'As the walk goes.' })
  }
}

const eventsNow = async () => Number((await asOwner<{ n: string }>('SELECT count(*) AS n FROM audit.event'))[0]?.n)

/** What must hold of the rows whatever happened, asked in SQL and not of the rules. */
async function ensureSound(id: string): Promise<void> {
  const [row] = await asOwner<{ sound: boolean; why: string }>(
    `SELECT
       (r.status <> 'completed' OR (
         EXISTS (SELECT FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId"
           WHERE v.subject = 'rotation' AND v."subjectId" = r.id AND v."endedAt" IS NULL AND s.decision = 'approve' AND s."withdrawnAt" IS NULL)
         AND EXISTS (SELECT FROM "RotationConfirmation" c WHERE c."rotationId" = r.id AND c."ownerKey" <> r."performerSlot" AND c."forId" <> r."performerForId")
         AND NOT EXISTS (
           SELECT FROM "SealedVersion" v, jsonb_array_elements(v.canonical::jsonb -> 'steps') step
           WHERE v.subject = 'rotation' AND v."subjectId" = r.id AND v."endedAt" IS NULL AND step ->> 'phase' <> 'rollback'
             AND NOT EXISTS (SELECT FROM "RotationStep" t WHERE t."rotationId" = r.id AND t."stepId" = step ->> 'id'
               AND (t.state = 'done' OR (t.state = 'not_applicable' AND step ->> 'asks' IS NOT NULL))))
         AND NOT EXISTS (SELECT FROM "KeyVersion" k WHERE k."rotationId" = r.id AND k.use = 'accepted' AND k."endedAt" IS NULL)))
       AND NOT EXISTS (
         SELECT FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId"
         WHERE v.subject = 'rotation' AND v."subjectId" = r.id AND v."endedAt" IS NULL AND s."withdrawnAt" IS NULL AND s.decision = 'approve'
           AND (s."signerId" IN (r."openedForId", r."performerForId")
             OR s."signerId" IN (SELECT t."forId" FROM "RotationStep" t WHERE t."rotationId" = r.id)
             OR s."signerId" IN (SELECT c."forId" FROM "RotationConfirmation" c WHERE c."rotationId" = r.id)))
       AND (r.status NOT IN ('in_progress', 'verifying', 'completed') OR EXISTS (
         SELECT FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId"
         WHERE v.subject = 'rotation' AND v."subjectId" = r.id AND v."endedAt" IS NULL AND s."withdrawnAt" IS NULL AND s.decision = 'approve' AND s."signedAt" <= r."startedAt"))
       AND (r.status NOT IN ('rolling_back', 'rolled_back') OR r."incidentId" IS NOT NULL) AS sound, r.status AS why
     FROM "Rotation" r WHERE r.id = $1`,
    [id],
  )
  expect(row).toEqual({ sound: true, why: row?.why })
}

/** Every row of the rotation was written by a transaction that also wrote an event (domain.md, 3). */
async function ensureEverythingIsOnRecord(id: string): Promise<void> {
  const unrecorded = await asOwner<{ what: string }>(
    `SELECT what FROM (
       SELECT 'rotation' AS what, xmin FROM "Rotation" WHERE id = $1
       UNION ALL SELECT 'step', xmin FROM "RotationStep" WHERE "rotationId" = $1
       UNION ALL SELECT 'confirmation', xmin FROM "RotationConfirmation" WHERE "rotationId" = $1
       UNION ALL SELECT 'key', xmin FROM "KeyVersion" WHERE "rotationId" = $1 OR "endedByRotationId" = $1
       UNION ALL SELECT 'incident', i.xmin FROM "Incident" i JOIN "Rotation" r ON r."incidentId" = i.id WHERE r.id = $1
       UNION ALL SELECT 'sealed', xmin FROM "SealedVersion" WHERE subject = 'rotation' AND "subjectId" = $1
       UNION ALL SELECT 'signature', s.xmin FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId" WHERE v.subject = 'rotation' AND v."subjectId" = $1) rows
     WHERE NOT EXISTS (SELECT FROM audit.event e WHERE (e.xid::text::numeric % 4294967296)::text = rows.xmin::text)`,
    [id],
  )
  expect(unrecorded).toEqual([])
}

/** Leaves the rule free for the next walk. */
async function leave(id: string): Promise<void> {
  const { status } = await rotationOf(id)
  const by = scene.people.release_manager
  if (status === 'planned') await cancelRotation(by, { rotation: id, reason: 'The walk ends.' })
  if (status === 'in_progress' || status === 'verifying') await rollBack(by, { rotation: id, trigger: 'other', reason: 'The walk ends.' })
  const facts = await rotationOf(id)
  if (facts.status !== 'rolling_back') return
  // Whoever fills the performer's slot and did not approve it.
  const performer = facts.performer?.slot === OWNERS[1] ? scene.people.secops : by
  await doAll(performer, id, 'rollback')
  await finishRollback(performer, { rotation: id })
}

const seen = new Set<RotationPhase>()
type Step = { verb: Verb; who: string; pick: number }

async function walk(steps: readonly Step[]): Promise<void> {
  const { id } = await aRotation(scene, 'prod', { variant: 'docker' })
  try {
    for (const { verb, who, pick } of steps) {
      const run = await prepare(id, verb, cast[who] as Ctx, pick)
      if (!run) continue
      const before = await databaseDigest()
      const events = await eventsNow()
      const code = await run().then(
        () => null,
        (error: unknown) => {
          if (error instanceof Refused) return error.refusal.code
          throw error
        },
      )
      if (code !== null) {
        expect([verb, who, await databaseDigest()]).toEqual([verb, who, before])
        continue
      }
      expect(await eventsNow()).toBeGreaterThan(events)
      await ensureSound(id)
      seen.add(rotationPhase(await rotationOf(id)))
    }
    await ensureEverythingIsOnRecord(id)
  } finally {
    await leave(id)
  }
}

const step = fc
  .record({
    verb: fc.constantFrom(...VERBS.slice(0, 6), ...VERBS),
    natural: fc.integer({ min: 0, max: 3 }),
    other: fc.nat(6),
    pick: fc.nat(1_000),
  })
  .map(
    ({ verb, natural, other, pick }): Step => ({
      verb,
      who: natural > 0 ? NATURAL[verb] : (Object.keys(CAST_NAMES)[other] as string),
      pick,
    }),
  )
const CAST_NAMES = { commander: 0, manager: 0, secops: 0, engineer: 0, hats: 0, agent: 0, auditor: 0 }

const go = (verb: Verb, pick = 2, who = NATURAL[verb]): Step => ({ verb, who, pick })
/** To the end, with tries on the way that are refused; and one that fails and goes back. */
const TOUR: Step[] = [
  go('start'),
  go('approve', 2, 'hats'),
  go('plan', 1),
  go('approve'),
  go('complete'),
  ...Array.from({ length: 9 }, () => go('step')),
  go('start', 2, 'commander'),
  go('start'),
  go('confirm', 1),
  ...Array.from({ length: 3 }, () => go('step')),
  go('complete'),
  ...Array.from({ length: 3 }, () => go('step')),
  go('complete'),
  go('confirm', 1, 'manager'),
  go('confirm', 1),
  go('complete'),
  go('roll back'),
]
const FALL: Step[] = [
  go('approve'),
  go('withdraw'),
  go('approve'),
  ...Array.from({ length: 9 }, () => go('step')),
  go('start'),
  go('step'),
  go('step', 13),
  go('step'),
  go('roll back'),
  go('complete'),
  ...Array.from({ length: 5 }, () => go('step')),
  go('finish'),
]

describe('a rotation walked at random', () => {
  it('never completes without its approval, checklist, verification and other owner; a refusal leaves no trace, a change is on the record (T02, T07)', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 30, size: 'max' }), walk), {
      numRuns: Math.max(4, Math.round(4 * SCALE)),
      examples: [[TOUR], [FALL]],
      endOnFailure: SCALE <= 1,
    })
    expect([...seen]).toEqual(
      expect.arrayContaining(['planned', 'approved', 'in_progress', 'verifying', 'completed', 'rolling_back', 'rolled_back']),
    )
    expect(await db.rotation.count({ where: { systemId: 'robodj', endedAt: null } })).toBe(0)
  })
})

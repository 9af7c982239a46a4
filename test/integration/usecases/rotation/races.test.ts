import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { isSettled, rotationPhase } from '@/lib/domain/rotation'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'
import { approveRotation } from '@/lib/usecases/rotation/approve-rotation'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { changePlan } from '@/lib/usecases/rotation/change-plan'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import {
  approve,
  aRotation,
  aStartedRotation,
  declinePlan,
  doAll,
  doStep,
  type OpenedRotation,
  rotationOf,
} from '../../../support/rotations'
import { aGovernedSystem, race, type Scene, trail } from '../../../support/scene'

// Two deciders at once on real PostgreSQL (domain.md, what always holds, 9; T07): one outcome, and the loser is told.

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
}, 60_000)

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(2 * SCALE))
vi.setConfig({ testTimeout: 30_000 * Math.max(1, SCALE) })
const OWNER = 'release-manager-agent'
const SLOT = 'incident-commander-or-approver'
const PROOF = { proof: 'Overwritten, entry 4711' }
const REASON = 'Not now.'
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)

/** Somebody in a browser with the proof made beforehand, so that only the decision itself races. */
async function ready(who: Ctx, { id, hash }: OpenedRotation, slot: string): Promise<() => Promise<{ id: string }>> {
  const browser = await inBrowser(who)
  const proof = await aProof(browser, hash, slot)
  return () => approveRotation(browser, { rotation: id, slot, sealedHash: hash, proof, confirmed: 'yes' })
}

/** Leaves the rule free, however the round ended. */
async function leave(id: string): Promise<void> {
  const { status } = await rotationOf(id)
  const by = scene.people.release_manager
  if (status === 'planned') await cancelRotation(by, { rotation: id, reason: REASON })
  if (status === 'in_progress' || status === 'verifying') await rollBack(by, { rotation: id, trigger: 'other', reason: REASON })
  if (['in_progress', 'verifying', 'rolling_back'].includes(status)) {
    await doAll(by, id, 'rollback')
    await finishRollback(by, { rotation: id, postmortem: 'Postmortem 1' })
  }
}

async function rounds(run: () => Promise<string>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await leave(await run())
}

const staging = () =>
  aStartedRotation(scene, 'staging', {
    owner: OWNER,
    performer: scene.people.release_manager,
    approver: scene.people.management,
    slot: 'management',
  })

describe('for one approval', () => {
  it('two approvers of one slot: one signs, the other is told who (T07)', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'prod')
      const { won, lost } = await race(
        (await ready(scene.people.incident_commander, opened, SLOT))(),
        (await ready(scene.people.production_approver, opened, SLOT))(),
      )
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      expect((await rotationOf(opened.id)).signOffs).toHaveLength(1)
      expect((await actions(opened.id)).filter((action) => action === 'rotation.approved')).toHaveLength(1)
      return opened.id
    }))

  it('one proof used in two tabs: one signature (T01)', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'prod')
      const attempt = await ready(scene.people.incident_commander, opened, SLOT)
      const { won, lost } = await race(attempt(), attempt(), attempt())
      expect([won.length, lost.length]).toEqual([1, 2])
      return opened.id
    }))

  it('an approval against the cancelling: nothing is approved after the end', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'prod')
      const approving = await ready(scene.people.incident_commander, opened, SLOT)
      const { won, lost } = await race<unknown>(
        approving(),
        cancelRotation(scene.people.release_manager, { rotation: opened.id, reason: REASON }),
      )
      expect(rotationPhase(await rotationOf(opened.id))).toBe('cancelled')
      const order = (await actions(opened.id)).filter((action) => /approved|cancelled/.test(action))
      expect(order.at(-1)).toBe('rotation.cancelled')
      expect([won.length, lost.map(({ code }) => code)]).toEqual(order.length === 2 ? [2, []] : [1, ['wrong_state']])
      return opened.id
    }))

  it('an approval against another plan: the plan that stands is approved by nobody who read the one before', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'prod', { variant: 'windows' })
      const approving = await ready(scene.people.incident_commander, opened, SLOT)
      const { lost } = await race<unknown>(approving(), changePlan(scene.people.secops, { rotation: opened.id, variant: 'docker' }))
      const facts = await rotationOf(opened.id)
      expect([facts.sealed?.number, facts.signOffs]).toEqual([2, []])
      expect(lost.map(({ code }) => code)).toEqual((await actions(opened.id)).includes('rotation.approved') ? [] : ['stale_version'])
      return opened.id
    }))

  it('an approval against a decline: one of them decides', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'prod')
      const approving = await ready(scene.people.incident_commander, opened, SLOT)
      const { won, lost } = await race<{ id: string }>(
        approving(),
        declinePlan(scene.people.production_approver, opened.id, SLOT, opened.hash),
      )
      expect([won.length, lost.length]).toEqual([1, 1])
      expect(await db.signOff.count({ where: { sealedHash: opened.hash } })).toBe(1)
      return opened.id
    }))

  it('a withdrawal against the start: a rotation never runs without its approval', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'staging')
      const { id: signOff } = await approve(scene.people.management, opened.id, 'management', opened.hash)
      await doAll(scene.people.release_manager, opened.id, 'prerequisite', 'before')
      const { won, lost } = await race<unknown>(
        withdrawApproval(scene.people.management, { signOff, reason: REASON }),
        startRotation(scene.people.release_manager, { rotation: opened.id, owner: OWNER }),
      )
      expect([won.length, lost.length]).toEqual([1, 1])
      const facts = await rotationOf(opened.id)
      expect([facts.status, facts.signOffs.length]).toEqual(facts.status === 'planned' ? ['planned', 0] : ['in_progress', 1])
      return opened.id
    }))

  it('an approval by somebody who records a step in the same moment: never both', () =>
    rounds(async () => {
      const both = await aPerson('Two Hats At Once', ['release_manager', 'management'], 'robodj')
      const opened = await aRotation(scene, 'staging')
      const approving = await ready(both, opened, 'management')
      const { won, lost } = await race<unknown>(approving(), doStep(both, opened.id, 'env-identified'))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['separation_of_duties']])
      return opened.id
    }))
})

describe('for one step', () => {
  it('a step done twice at once is recorded once (003.8)', () =>
    rounds(async () => {
      const { id } = await staging()
      const { won, lost } = await race(doStep(scene.people.release_manager, id, 'stop'), doStep(scene.people.release_manager, id, 'stop'))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      expect(await db.rotationStep.count({ where: { rotationId: id, stepId: 'stop' } })).toBe(1)
      return id
    }))

  it('the next two steps at once: in order, or the second waits its turn; keys change once', () =>
    rounds(async () => {
      const { id } = await staging()
      const by = scene.people.release_manager
      await race(doStep(by, id, 'stop'), doStep(by, id, 'rotate'))
      const facts = await rotationOf(id)
      const done = facts.steps.filter((step) => step.phase === 'during' && isSettled(step)).map((step) => step.id)
      expect(done).toEqual(['stop', 'rotate'].slice(0, done.length))
      expect(await db.keyVersion.count({ where: { rotationId: id, mappingKey: 'secret-key', use: 'current' } })).toBe(done.length - 1)
      return id
    }))

  it('started twice at once: one performs', () =>
    rounds(async () => {
      const opened = await aRotation(scene, 'staging')
      await approve(scene.people.management, opened.id, 'management', opened.hash)
      await doAll(scene.people.release_manager, opened.id, 'prerequisite', 'before')
      const other = await aPerson('Other Manager', ['release_manager'], 'robodj')
      const start = (who: Ctx) => startRotation(who, { rotation: opened.id, owner: OWNER })
      const { won, lost } = await race(start(scene.people.release_manager), start(other))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      return opened.id
    }))

  it('opened twice at once: one is open, and the loser is told (000.17)', () =>
    rounds(async () => {
      const { won, lost } = await race(aRotation(scene, 'staging'), aRotation(scene, 'staging', {}, scene.people.secops))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      return won[0]?.id as string
    }))
})

describe('for the end', () => {
  it('completing against rolling back: one of them, with the keys to match', () =>
    rounds(async () => {
      const { id } = await staging()
      const by = scene.people.release_manager
      await doAll(by, id, 'during', 'after')
      const { won, lost } = await race<unknown>(
        completeRotation(by, { rotation: id, ...PROOF }),
        rollBack(scene.people.secops, { rotation: id, trigger: 'other', reason: REASON }),
      )
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      const { status, incident } = await rotationOf(id)
      expect(['completed', 'rolling_back']).toContain(status)
      expect(incident === null).toBe(status === 'completed')
      const accepted = await db.keyVersion.count({ where: { rotationId: id, use: 'accepted', endedAt: null } })
      if (status === 'completed') expect(accepted).toBe(0)
      return id
    }))

  it('rolled back twice at once: one incident', () =>
    rounds(async () => {
      const { id } = await staging()
      const incidents = await db.incident.count()
      const back = (who: Ctx) => rollBack(who, { rotation: id, trigger: 'other', reason: REASON })
      const { won, lost } = await race(back(scene.people.secops), back(scene.people.release_manager))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      expect(await db.incident.count()).toBe(incidents + 1)
      return id
    }))

  it('confirmed by two of the same owner at once: one confirmation (000.22)', () =>
    rounds(async () => {
      const { people } = scene
      const { id } = await aStartedRotation(scene, 'prod', {
        owner: OWNER,
        performer: people.release_manager,
        approver: people.incident_commander,
        slot: SLOT,
      })
      await doAll(people.release_manager, id, 'during', 'after')
      const other = await aPerson('Other SecOps', ['secops'], 'robodj')
      const confirm = (who: Ctx) => confirmRotation(who, { rotation: id, owner: 'secops-secrets-auditor-agent' })
      const { won, lost } = await race(confirm(people.secops), confirm(other))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      await completeRotation(people.release_manager, { rotation: id, ...PROOF })
      return id
    }))
})

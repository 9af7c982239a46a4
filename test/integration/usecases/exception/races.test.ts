import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenExceptions } from '@/lib/db/load-exceptions'
import type { Ctx } from '@/lib/domain/context'
import { isHonoured } from '@/lib/domain/exception'
import { addCondition } from '@/lib/usecases/exception/add-condition'
import { approveException } from '@/lib/usecases/exception/approve-exception'
import { declineException } from '@/lib/usecases/exception/decline-exception'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'
import { withdrawExtension } from '@/lib/usecases/exception/withdraw-extension'
import { approveIt, closeIt, exceptionOf, exceptionStateOf, extendIt, fileIt, isoIn } from '../../../support/exceptions'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { aGovernedSystem, race, type Scene, trail } from '../../../support/scene'

// Two deciders at once on a drift exception (domain.md, what always holds, 9; T07): one outcome, and the loser is told. Rounds follow TEST_SCALE.

let scene: Scene
let first: Ctx
let second: Ctx
let engineer: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  first = await inBrowser(scene.people.release_manager)
  second = await inBrowser(await aPerson('Second Manager', ['release_manager'], 'robodj'))
  engineer = scene.people.engineer
})

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(3 * SCALE))
vi.setConfig({ testTimeout: 30_000 * Math.max(1, SCALE) })
const RM = 'release-manager'
const LAUNCH = { profile: 'staging', rule: 'runtime.launchPath' }
const REASON = 'Second thoughts.'

async function rounds(run: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await run()
}

type Asked = { id: string; sealedHash: string }

/** An approval with its proof made beforehand, so that only the decision races. */
async function ready(by: Ctx, { id, sealedHash }: Asked, slot = RM): Promise<() => Promise<unknown>> {
  const proof = await aProof(by, sealedHash, slot)
  return () => approveException(by, { exception: id, slot, sealedHash, proof, confirmed: 'yes', conditions: undefined })
}

async function readyToDecline(by: Ctx, { id, sealedHash }: Asked): Promise<() => Promise<unknown>> {
  const proof = await aProof(by, sealedHash, RM, 'decline')
  return () => declineException(by, { exception: id, slot: RM, sealedHash, proof, reasonKind: 'risk', reason: REASON })
}

const aFiling = (hours = 24) => fileIt(scene, engineer, { ...LAUNCH, until: isoIn(hours) })

async function aRunning(): Promise<Asked> {
  const filed = await aFiling()
  await approveIt(first, filed, RM)
  return filed
}

const codes = (lost: { code: string }[]) => lost.map(({ code }) => code)
const withdraw = (id: string) => withdrawException(engineer, { exception: id, reason: REASON })
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)

/** Brings an exception to where nothing stands in the next one's way. */
async function settle(id: string): Promise<void> {
  const state = await exceptionStateOf(id)
  if (state === 'filed') await withdraw(id)
  if (state === 'running' || state === 'overdue') await closeIt(engineer, id)
}

describe('for one filing', () => {
  it('two approvers of one slot: it holds once, and the other is told', () =>
    rounds(async () => {
      const filed = await aFiling()
      const { won, lost } = await race((await ready(first, filed))(), (await ready(second, filed))())
      expect([won.length, codes(lost)]).toEqual([1, ['wrong_state']])
      expect((await actions(filed.id)).filter((action) => action === 'exception.took_effect')).toHaveLength(1)
      expect(await db.exceptionTerm.count({ where: { exceptionId: filed.id } })).toBe(1)
      await settle(filed.id)
    }))

  it('two approvers of one of two slots: one signature, and it still waits for the other slot', () =>
    rounds(async () => {
      const filed = await aFiling(20 * 24)
      const { won, lost } = await race((await ready(first, filed))(), (await ready(second, filed))())
      expect([won.length, codes(lost)]).toEqual([1, ['conflict']])
      expect(await db.signOff.count({ where: { sealedHash: filed.sealedHash } })).toBe(1)
      expect(await exceptionStateOf(filed.id)).toBe('filed')
      await settle(filed.id)
    }))

  it('the last two slots at once: both signatures, and it takes effect once', () =>
    rounds(async () => {
      const filed = await aFiling(20 * 24)
      const management = await inBrowser(scene.people.management)
      const { won } = await race((await ready(first, filed))(), (await ready(management, filed, 'management'))())
      expect(won.length).toBe(2)
      expect(await exceptionStateOf(filed.id)).toBe('running')
      expect(await db.exceptionTerm.count({ where: { exceptionId: filed.id } })).toBe(1)
      await settle(filed.id)
    }))

  it('an approval against the withdrawal: running and not withdrawn, or withdrawn and never running', () =>
    rounds(async () => {
      const filed = await aFiling()
      const approving = await ready(first, filed)
      const { won, lost } = await race<unknown>(approving(), withdraw(filed.id))
      expect([won.length, codes(lost)]).toEqual([1, ['wrong_state']])
      const held = (await actions(filed.id)).includes('exception.took_effect')
      expect(await exceptionStateOf(filed.id)).toBe(held ? 'running' : 'withdrawn')
      expect(await db.exceptionTerm.count({ where: { exceptionId: filed.id } })).toBe(held ? 1 : 0)
      await settle(filed.id)
    }))

  it('an approval against a decline in the same slot: one decision on it', () =>
    rounds(async () => {
      const filed = await aFiling()
      const [approving, declining] = [await ready(first, filed), await readyToDecline(second, filed)]
      const { won, lost } = await race(approving(), declining())
      expect([won.length, lost.length]).toEqual([1, 1])
      expect(await db.signOff.count({ where: { sealedHash: filed.sealedHash } })).toBe(1)
      await settle(filed.id)
    }))

  it('two filings of one rule: one is filed, the other told of it', () =>
    rounds(async () => {
      const { won, lost } = await race(aFiling(), fileIt(scene, scene.people.dev_lead, LAUNCH))
      expect([won.length, codes(lost)]).toEqual([1, ['conflict']])
      expect(await db.driftException.count({ where: { endedAt: null, rule: LAUNCH.rule } })).toBe(1)
      const { id } = won[0] as Asked
      const { filedBy } = await exceptionOf(id)
      await withdrawException(filedBy.id === engineer.actor.id ? engineer : scene.people.dev_lead, { exception: id, reason: REASON })
    }))

  it('two approvals with one proof: once (T01)', () =>
    rounds(async () => {
      const filed = await aFiling()
      const approving = await ready(first, filed)
      const { won, lost } = await race(approving(), approving())
      expect([won.length, lost.length]).toEqual([1, 1])
      await settle(filed.id)
    }))
})

describe('for a running one', () => {
  it('its closing against an extension being asked for or approved: it ends closed, and nothing moves its end afterwards', () =>
    rounds(async () => {
      const one = await aRunning()
      const asking = await race<unknown>(closeIt(engineer, one.id), extendIt(engineer, one.id, 48))
      expect(codes(asking.lost)).toEqual(asking.won.length === 2 ? [] : ['wrong_state'])
      expect(await exceptionOf(one.id)).toMatchObject({ status: 'closed', asked: null })

      const other = await aRunning()
      const asked = await extendIt(engineer, other.id, 48)
      const approving = await ready(second, asked)
      await race<unknown>(approving(), closeIt(engineer, other.id))
      const facts = await exceptionOf(other.id)
      expect(facts).toMatchObject({ status: 'closed', asked: null })
      const order = (await actions(other.id)).filter((action) => /extended|closed/.test(action))
      expect(order.at(-1)).toBe('exception.closed')
      expect(facts.history.length).toBe(1 + facts.extensions)
      expect(isHonoured(facts, new Date(Date.now() + 3_600_000))).toBe(false)
    }))

  it('two who close it: once', () =>
    rounds(async () => {
      const { id } = await aRunning()
      const { won, lost } = await race(closeIt(engineer, id), closeIt(first, id))
      expect([won.length, codes(lost)]).toEqual([1, ['wrong_state']])
      expect((await actions(id)).filter((action) => action === 'exception.closed')).toHaveLength(1)
    }))

  it('two extensions at once: one is asked', () =>
    rounds(async () => {
      const { id } = await aRunning()
      const { won, lost } = await race(extendIt(engineer, id, 48), extendIt(first, id, 72))
      expect([won.length, codes(lost)]).toEqual([1, ['conflict']])
      expect(await db.sealedVersion.count({ where: { subject: 'exception', subjectId: id, endedAt: null } })).toBe(1)
      await settle(id)
    }))

  it('an extension approved against its withdrawal: counted, or gone', () =>
    rounds(async () => {
      const { id } = await aRunning()
      const before = await exceptionOf(id)
      const approving = await ready(second, await extendIt(engineer, id, 48))
      const { won, lost } = await race<unknown>(approving(), withdrawExtension(engineer, { exception: id }))
      expect([won.length, codes(lost)]).toEqual([1, ['wrong_state']])
      const after = await exceptionOf(id)
      expect(after.asked).toBeNull()
      expect(after.extensions).toBe(after.endsAt > before.endsAt ? 1 : 0)
      await settle(id)
    }))

  it('conditions made at once: none is lost', () =>
    rounds(async () => {
      const { id } = await aRunning()
      await race(
        addCondition(first, { exception: id, condition: 'One.' }),
        addCondition(second, { exception: id, condition: 'Two.' }),
        addCondition(scene.people.secops, { exception: id, condition: 'Three.' }),
      )
      expect((await exceptionOf(id)).conditions.map(({ text }) => text).toSorted()).toEqual(['One.', 'Three.', 'Two.'])
      await settle(id)
    }))

  it('a new filing against the closing of the old one: never two open from one rule', () =>
    rounds(async () => {
      const { id } = await aRunning()
      await race<unknown>(closeIt(engineer, id), aFiling())
      const open = (await loadOpenExceptions(db, ['robodj'])).filter(({ rule }) => rule === LAUNCH.rule)
      expect(open.length).toBeLessThanOrEqual(1)
      for (const each of open) await settle(each.id)
    }))
})

import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import type { Ctx } from '@/lib/domain/context'
import { OWN_REQUEST_SLOT } from '@/lib/domain/fallback'
import { extendFallback } from '@/lib/usecases/fallback/extend-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { openFallback } from '@/lib/usecases/fallback/open-fallback'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { withdrawFallback } from '@/lib/usecases/fallback/withdraw-fallback'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { anIncident, ask, cleanUp, fallbackOf, fallbackPhaseOf, grant, inHours, refuseIt } from '../../../support/fallbacks'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { aGovernedSystem, race, type Scene, trail } from '../../../support/scene'

// Two deciders at once on a fallback use (domain.md, what always holds, 9; T07): one outcome, and the loser is told. Rounds follow TEST_SCALE.

let scene: Scene
let reviewer: Ctx
let commander: Ctx
let approver: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  reviewer = await aPerson('Second Pair', ['secops'], 'robodj')
  commander = await inBrowser(scene.people.incident_commander)
  approver = await inBrowser(scene.people.production_approver)
})

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(3 * SCALE))
vi.setConfig({ testTimeout: 30_000 * Math.max(1, SCALE) })
const SLOT = 'incident-commander-or-approver'
const REASON = 'Second thoughts.'

async function rounds(run: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await run()
}

type Asked = { id: string; sealedHash: string }

/** A grant with its proof made beforehand, so that only the decision races. */
async function ready(by: Ctx, { id, sealedHash }: Asked): Promise<() => Promise<unknown>> {
  const proof = await aProof(by, sealedHash, SLOT)
  return () => grantFallback(by, { fallback: id, slot: SLOT, sealedHash, proof, confirmed: 'yes' })
}

async function readyAlone({ id, sealedHash }: Asked): Promise<() => Promise<unknown>> {
  const proof = await aProof(commander, sealedHash, OWN_REQUEST_SLOT)
  return () => openFallback(commander, { fallback: id, sealedHash, proof })
}

/** A use of prod that was asked for and, unless `only`, granted. */
async function aUse(only?: 'asked'): Promise<Asked & { incident: string }> {
  const incident = await anIncident(scene)
  const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
  if (only !== 'asked') await grant(approver, asked, SLOT)
  return { ...asked, incident }
}

/** Brings a use to where it owes nothing and nothing stands in the next one's way. */
async function settle(id: string): Promise<void> {
  const phase = await fallbackPhaseOf(id)
  if (phase === 'requested')
    await withdrawFallback(scene.people.secops, { fallback: id, reason: REASON }).catch(() =>
      withdrawFallback(commander, { fallback: id, reason: REASON }),
    )
  if (phase === 'open') await returnFallback(scene.people.secops, { fallback: id })
  if ((await fallbackPhaseOf(id)) === 'ended') await cleanUp(scene.people.secops, id)
  if ((await fallbackPhaseOf(id)) === 'cleaned_up') await reviewFallback(reviewer, { fallback: id, finding: 'accepted', note: 'Seen.' })
}

const close = (incident: string) => closeIncident(commander, { incident, note: 'The key is back.' })
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)

describe('for one request', () => {
  it('two granters: it opens once', () =>
    rounds(async () => {
      const asked = await aUse('asked')
      const { won, lost } = await race((await ready(approver, asked))(), (await ready(commander, asked))())
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      expect((await actions(asked.id)).filter((action) => action === 'fallback.opened')).toHaveLength(1)
      await settle(asked.id)
    }))

  it('a grant against the withdrawal: open and not withdrawn, or withdrawn and never open', () =>
    rounds(async () => {
      const asked = await aUse('asked')
      const granting = await ready(approver, asked)
      const { won, lost } = await race<unknown>(granting(), withdrawFallback(scene.people.secops, { fallback: asked.id, reason: REASON }))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      const opened = (await actions(asked.id)).includes('fallback.opened')
      expect(await fallbackPhaseOf(asked.id)).toBe(opened ? 'open' : 'withdrawn')
      await settle(asked.id)
    }))

  it('a grant against a refusal in the same slot: one decision on it', () =>
    rounds(async () => {
      const asked = await aUse('asked')
      const granting = await ready(approver, asked)
      const { won, lost } = await race<unknown>(granting(), refuseIt(commander, asked, SLOT))
      expect([won.length, lost.length]).toEqual([1, 1])
      expect(await db.signOff.count({ where: { sealedHash: asked.sealedHash } })).toBe(1)
      await settle(asked.id)
    }))

  it('two requests for the same: one is asked, the other told of it', () =>
    rounds(async () => {
      const incident = await anIncident(scene)
      const more = { rule: 'prod', incident }
      const { won, lost } = await race(ask(scene, scene.people.secops, more), ask(scene, scene.people.release_manager, more))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      const { id } = won[0] as Asked
      const { askedBy } = await fallbackOf(id)
      const who = [scene.people.secops, scene.people.release_manager].find(({ actor }) => actor.id === askedBy.id) as Ctx
      await withdrawFallback(who, { fallback: id, reason: REASON })
    }))

  it('a request while the one before it is granted: never two open under one rule', () =>
    rounds(async () => {
      const asked = await aUse('asked')
      const granting = await ready(approver, asked)
      const { lost } = await race<unknown>(granting(), ask(scene, scene.people.release_manager, { rule: 'prod', incident: asked.incident }))
      expect(lost.map(({ code }) => code)).toEqual(['conflict'])
      expect(
        await db.fallbackUse.count({ where: { rule: 'prod', status: 'granted', returnedAt: null, expiresAt: { gt: new Date() } } }),
      ).toBe(1)
      await settle(asked.id)
    }))

  it('a commander opening alone in two tabs with one proof: once', () =>
    rounds(async () => {
      const incident = await anIncident(scene, commander)
      const asked = await ask(scene, commander, { rule: 'prod', incident })
      const opening = await readyAlone(asked)
      const { won, lost } = await race(opening(), opening())
      expect([won.length, lost.length]).toEqual([1, 1])
      await settle(asked.id)
    }))
})

describe('for an open use', () => {
  it('its return against an extension being asked for or granted: it ends, and nothing moves its end afterwards', () =>
    rounds(async () => {
      const asked = await aUse()
      const first = await race<unknown>(
        returnFallback(scene.people.secops, { fallback: asked.id }),
        extendFallback(scene.people.secops, { fallback: asked.id, until: inHours(2), reason: REASON }),
      )
      expect(first.lost.map(({ code }) => code)).toEqual(first.won.length === 2 ? [] : ['wrong_state'])
      expect(await fallbackPhaseOf(asked.id)).toBe('ended')
      expect(await db.sealedVersion.count({ where: { subjectId: asked.id, number: 2, endedAt: null } })).toBe(0)
      await settle(asked.id)

      const second = await aUse()
      const more = await extendFallback(scene.people.secops, { fallback: second.id, until: inHours(2), reason: REASON })
      const granting = await ready(approver, { id: second.id, sealedHash: more.sealedHash })
      await race<unknown>(granting(), returnFallback(scene.people.secops, { fallback: second.id }))
      expect(await fallbackPhaseOf(second.id)).toBe('ended')
      const order = (await actions(second.id)).filter((action) => /extended|returned/.test(action))
      expect(order.at(-1)).toBe('fallback.returned')
      await settle(second.id)
    }))

  it('two who clean up, two who review: once each', () =>
    rounds(async () => {
      const { id } = await aUse()
      await returnFallback(scene.people.secops, { fallback: id })
      const cleaned = await race(cleanUp(scene.people.secops, id), cleanUp(scene.people.release_manager, id))
      expect([cleaned.won.length, cleaned.lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      const note = { fallback: id, finding: 'accepted' as const, note: 'Seen.' }
      const reviewed = await race(reviewFallback(reviewer, note), reviewFallback(commander, note))
      expect([reviewed.won.length, reviewed.lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
    }))
})

describe('closing an incident against what puts a debt under it', () => {
  /** Whichever came first, a closed incident owes nothing and has nothing running under it. */
  async function expectNothingOwedUnder(incident: string) {
    const { closedAt } = await db.incident.findUniqueOrThrow({ where: { id: incident } })
    if (closedAt === null) return false
    expect((await loadDebts(db, ['robodj'], new Date())).filter((debt) => debt.incident === incident)).toEqual([])
    expect(await db.fallbackUse.count({ where: { incidentId: incident, status: 'granted', cleanedUpAt: null } })).toBe(0)
    return true
  }

  it('a commander’s own opening, and a second person’s grant', () =>
    rounds(async () => {
      const incident = await anIncident(scene, commander)
      const own = await ask(scene, commander, { rule: 'prod', incident })
      const opening = await readyAlone(own)
      const first = await race<unknown>(opening(), close(incident))
      expect([first.won.length, first.lost.length]).toEqual([1, 1])
      expect(['held', 'policy_forbids']).toContain(first.lost[0]?.code)
      expect(await expectNothingOwedUnder(incident)).toBe((await fallbackPhaseOf(own.id)) === 'requested')
      await settle(own.id)

      const asked = await aUse('asked')
      const granting = await ready(approver, asked)
      const second = await race<unknown>(close(asked.incident), granting())
      expect([second.won.length, second.lost.length]).toEqual([1, 1])
      expect(await expectNothingOwedUnder(asked.incident)).toBe((await fallbackPhaseOf(asked.id)) === 'requested')
      await settle(asked.id)
    }))

  it('a clean-up that says that something was exposed, and a request', () =>
    rounds(async () => {
      const { id, incident } = await aUse()
      await returnFallback(scene.people.secops, { fallback: id })
      await race<unknown>(cleanUp(scene.people.secops, id, { exposed: 'yes' }), close(incident))
      expect(await expectNothingOwedUnder(incident)).toBe(false)

      const empty = await anIncident(scene)
      await race<unknown>(ask(scene, scene.people.secops, { rule: 'prod', incident: empty }), close(empty))
      expect(await expectNothingOwedUnder(empty)).toBe(true)
      const waiting = await db.fallbackUse.findFirst({ where: { status: 'requested' } })
      if (waiting) await settle(waiting.id)
    }))
})

import { beforeAll, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { findActorBySession } from '@/lib/db/find-actor'
import { getInbox } from '@/lib/queries/inbox'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getBoard } from '@/lib/queries/promotions-board'
import { getRotation } from '@/lib/queries/rotation'
import { getRotations } from '@/lib/queries/rotations'
import { getShell } from '@/lib/queries/shell'
import { getSystemHead } from '@/lib/queries/system-head'
import type { Looker } from '@/lib/queries/system-standing'
import { aSealedPromotion, inBrowser } from '../../support/promotions'
import { aRotation } from '../../support/rotations'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

// React keeps what `cache` wraps for one request only where it renders on a server; here a looker stands for the request.
vi.mock('react', async (original) => ({
  ...(await original<object>()),
  cache: <A extends [object, ...unknown[]], R>(read: (...args: A) => R) => {
    const kept = new WeakMap<object, Map<string, R>>()
    return (...args: A): R => {
      const of = kept.get(args[0]) ?? new Map<string, R>()
      kept.set(args[0], of)
      const key = JSON.stringify(args.slice(1))
      if (!of.has(key)) of.set(key, read(...args))
      return of.get(key) as R
    }
  },
}))

let robodj: Scene
let promotion: string
let rotation: string

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  await aGovernedSystem('dreichor')
  promotion = (await aSealedPromotion(robodj, 'prod')).id
  rotation = (await aRotation(robodj, 'prod')).id
}, 90_000)

it.each<[string, number, (looker: Looker) => Promise<unknown>]>([
  ['/', 20, getInbox],
  ['/promotions', 27, (looker) => getBoard(looker)],
  ['/promotions/[id]', 34, (looker) => getPromotionDossier(looker, promotion)],
  ['/systems/[slug]', 18, (looker) => getSystemHead(looker, robodj.slug)],
  ['/rotations', 22, (looker) => getRotations(looker, {}, { limit: 25, after: null })],
  ['/rotations/[id]', 25, (looker) => getRotation(looker, rotation)],
])('%s asks the database at most %i times, frame included (speed.md)', async (_, most, page) => {
  const { actor } = await inBrowser(robodj.people.release_manager)
  const { session } = actor
  if (!session) throw new Error('Somebody in a browser has a session')
  const render = async () => {
    const looker = await findActorBySession(db, session)
    if (!looker) throw new Error('The session is open')
    await Promise.all([getShell(looker), page(looker)])
  }
  await render() // policies are kept in memory after the first look
  const { statements } = await countStatements(render)
  expect(statements).toBeGreaterThan(0)
  expect(statements).toBeLessThanOrEqual(most)
})

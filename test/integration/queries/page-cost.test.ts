import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { findActorBySession } from '@/lib/db/find-actor'
import { getAttestations } from '@/lib/queries/attestations'
import { getTrailChoices, getTrailHead, listAuditRows } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import { answerQuestion, countQuestions } from '@/lib/queries/auditor/answer'
import { getChangeDossier } from '@/lib/queries/auditor/change-dossier'
import { checkPopulation, getPopulation, wordsOfChanges } from '@/lib/queries/auditor/population'
import { getSegregation } from '@/lib/queries/auditor/segregation'
import { getContractView } from '@/lib/queries/contract'
import { getException } from '@/lib/queries/exception'
import { getExceptionCeremony } from '@/lib/queries/exception-ceremony'
import { getExceptionStart } from '@/lib/queries/exception-new'
import { getExceptions } from '@/lib/queries/exceptions'
import { getFinding } from '@/lib/queries/finding'
import { getFindingStart } from '@/lib/queries/finding-start'
import { getFindings } from '@/lib/queries/findings'
import { getInbox } from '@/lib/queries/inbox'
import { getIsolation } from '@/lib/queries/isolation'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getBoard } from '@/lib/queries/promotions-board'
import { getRotation } from '@/lib/queries/rotation'
import { getRotations } from '@/lib/queries/rotations'
import { getShell } from '@/lib/queries/shell'
import { getSystemHead, type SystemHead } from '@/lib/queries/system-head'
import type { Looker } from '@/lib/queries/system-standing'
import { anApprovedException } from '../../support/drift'
import { fileIt, isoIn } from '../../support/exceptions'
import { startLog, type TestLog } from '../../support/log'
import { aReporter, observe, robodjStaging } from '../../support/observations'
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
let filed: string
let finding: string
let entry: string
let log: TestLog

/** A tab of a system: its frame's head, and then what stands under it. */
const tab = (read: (looker: Looker, head: SystemHead) => Promise<unknown>) => async (looker: Looker) =>
  read(looker, (await getSystemHead(looker, robodj.slug)) as SystemHead) // made below

/** The list of the trail with its head and filters, and an entry of it, as their pages read them. */
const trailPage = (looker: Looker) =>
  Promise.all([getTrailChoices(looker), getTrailHead(looker), listAuditRows(looker, {}, { take: 51, after: null })])
const entryPage = (looker: Looker) => getAuditEntry(looker, entry)

/** The auditor's room: a period, and what each of its pages asks. */
const lately = () => ({ from: new Date(Date.now() - 90 * 86_400_000), to: new Date(Date.now() + 86_400_000) })
const inRoom = (read: (looker: Looker) => Promise<unknown>) => (looker: Looker) => Promise.all([getAuditorAccess(looker), read(looker)])
const populationPage = async (looker: Looker) => {
  const population = await getPopulation(looker, lately())
  await Promise.all([
    wordsOfChanges(population.changes.map(({ id }) => id)),
    population.range && checkPopulation(population, population.range, lately()),
  ])
}

beforeAll(async () => {
  log = await startLog()
  robodj = await aGovernedSystem('robodj')
  await aGovernedSystem('dreichor')
  promotion = (await aSealedPromotion(robodj, 'prod')).id
  rotation = (await aRotation(robodj, 'prod')).id
  // One deviation that is covered, one that is open, and an exception that waits for its approval: every part of the pages has something to read.
  const reporter = await aReporter(robodj)
  const runtime = { ...robodjStaging().runtime, launchPath: 'main.py', dataSource: 'Production database' }
  await observe(reporter, 'robodj', 'staging', robodjStaging({ runtime, isolation: [] }))
  await anApprovedException(robodj, { profile: 'staging', rule: 'runtime.launchPath' })
  filed = (await fileIt(robodj, robodj.people.engineer, { profile: 'prod', rule: 'runtime.launchPath', until: isoIn(120) })).id
  finding = (await db.finding.findFirstOrThrow({ where: { rule: 'runtime.dataSource' } })).id
  const sealed = { action: 'promotion.sealed' as const }
  const looker = { actor: robodj.people.release_manager.actor, now: new Date() }
  entry = (await listAuditRows(looker, sealed, { take: 1, after: null }))[0]?.row.id ?? ''
  await log.integrate()
}, 90_000)
afterAll(() => log.close())

it.each<[string, number, (looker: Looker) => Promise<unknown>]>([
  ['/', 22, getInbox],
  ['/promotions', 29, (looker) => getBoard(looker)],
  ['/promotions/[id]', 33, (looker) => getPromotionDossier(looker, promotion)],
  ['/systems/[slug]', 20, (looker) => getSystemHead(looker, robodj.slug)],
  ['/audit', 30, trailPage],
  ['/audit/[id]', 28, entryPage],
  ['/audit/room', 27, inRoom((looker) => countQuestions(looker, lately()))],
  [
    '/audit/room/[question]',
    27,
    inRoom((looker) =>
      Promise.all([
        answerQuestion(looker, 'break-glass', lately(), { take: 50, after: null }),
        countQuestions(looker, lately(), ['break-glass']),
      ]),
    ),
  ],
  ['/audit/population', 36, inRoom(populationPage)],
  ['/audit/population/[change]', 37, inRoom((looker) => getChangeDossier(looker, promotion))],
  ['/audit/segregation', 21, inRoom((looker) => getSegregation(looker, { at: new Date() }))],
  ['/rotations', 24, (looker) => getRotations(looker, {}, { limit: 25, after: null })],
  ['/rotations/[id]', 24, (looker) => getRotation(looker, rotation)],
  ['/exceptions', 26, (looker) => getExceptions(looker, {}, { limit: 25, after: null })],
  ['/exceptions/new', 25, (looker) => getExceptionStart(looker, { system: 'robodj', profile: 'staging', finding })],
  ['/exceptions/[id]', 30, (looker) => getException(looker, filed)],
  ['/exceptions/[id]/approve', 22, (looker) => getExceptionCeremony(looker, filed, 'approve', {})],
  ['/findings', 22, (looker) => getFindings(looker, {}, { limit: 50, after: null })],
  ['/findings/new', 20, (looker) => getFindingStart(looker, { system: 'robodj' })],
  ['/findings/[id]', 32, (looker) => getFinding(looker, finding)],
  ['/systems/[slug]/exceptions', 26, tab((looker) => getExceptions(looker, { system: 'robodj' }, { limit: 25, after: null }))],
  ['/systems/[slug]/contract', 21, tab(getContractView)],
  ['/systems/[slug]/isolation', 21, tab(getIsolation)],
  ['/systems/[slug]/attestations', 23, tab(getAttestations)],
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

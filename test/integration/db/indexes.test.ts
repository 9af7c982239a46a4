import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { loadExceptionsDuring, loadOpenExceptions, loadRecentExceptions } from '@/lib/db/load-exceptions'
import type { Ctx } from '@/lib/domain/context'
import { getProfile } from '@/lib/queries/account/get-profile'
import { listTokens } from '@/lib/queries/account/list-tokens'
import * as checklists from '@/lib/queries/api/checklists'
import * as deployments from '@/lib/queries/api/deployments'
import * as exceptions from '@/lib/queries/api/exceptions'
import * as observations from '@/lib/queries/api/observations'
import * as promotions from '@/lib/queries/api/promotions'
import * as releases from '@/lib/queries/api/releases'
import { getVerdict } from '@/lib/queries/api/verdict'
import { getAttestations } from '@/lib/queries/attestations'
import { listDeployments } from '@/lib/queries/deployments'
import { getExceptions } from '@/lib/queries/exceptions'
import { getFinding } from '@/lib/queries/finding'
import { getFindings } from '@/lib/queries/findings'
import { getInbox } from '@/lib/queries/inbox'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getBoard, listPromotions } from '@/lib/queries/promotions-board'
import { getSystemHead, type SystemHead } from '@/lib/queries/system-head'
import { aPerson } from '../../support/people'
import { aSealedPromotion, type Opened } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

// What a list asks of tables that grow for years has an index to be asked by. The tables of a test are small, so the planner is told not to read a
// table as it lies where it can help it: what it then still reads that way has no index at all.

/** Tables that grow with every release; the others hold people and policies. */
const GROWING = [
  'Release',
  'ReleaseChange',
  'ReleaseContributor',
  'Evidence',
  'Snapshot',
  'Promotion',
  'SealedVersion',
  'SignOff',
  'Deployment',
  'DriftException',
  'ExceptionTerm',
  'Observation',
  'Finding',
  'Attestation',
  'EnvironmentFlag',
  'GovernedChange',
  'VariantChoice',
]
const ALSO = ['ChecklistRun', 'ChecklistTick', 'DossierOpening', 'Question', 'StepUpProof', 'Session', 'AuditText']

type Asked = { text: string; values: unknown[] }
let asked: Asked[] | null = null
const original = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown

let scene: Scene
let opened: Opened & { hash: string }
let reader: Ctx
let app: pg.Client

beforeAll(async () => {
  pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
    const [first, values] = args as [{ text?: string; values?: unknown[] } | string, unknown[] | undefined]
    const text = typeof first === 'string' ? first : first.text
    if (asked && text && /^\s*(?:\/\* kept \*\/\s*)?(?:SELECT|WITH|\()/i.test(text))
      asked.push({ text, values: (typeof first === 'string' ? values : (first.values ?? values)) ?? [] })
    return original.apply(this, args)
  } as typeof pg.Client.prototype.query
  scene = await aGovernedSystem('dreichor')
  opened = await aSealedPromotion(scene, 'prod')
  reader = await aPerson('Clare Adeyemi', ['auditor'])
  app = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await app.connect()
  await app.query('SET enable_seqscan = off')
}, 60_000)

afterAll(async () => {
  pg.Client.prototype.query = original as typeof pg.Client.prototype.query
  await app.end()
})

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] }
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

/** The growing tables that some work read as they lie, with the statement that did. */
async function readAsTheyLie(work: () => Promise<unknown>): Promise<string[]> {
  asked = []
  await work()
  const statements = asked
  asked = null
  expect(statements.length).toBeGreaterThan(0)
  const found: string[] = []
  for (const { text, values } of statements) {
    if (/^\s*SELECT set_config/i.test(text) || /audit\./.test(text)) continue // the trail has tests of its own
    const { rows } = await app.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>({ text: `EXPLAIN (FORMAT JSON) ${text}`, values })
    const plan = (rows[0] as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan
    for (const node of nodes(plan)) {
      const table = node['Relation Name'] ?? ''
      if (node['Node Type'] === 'Seq Scan' && [...GROWING, ...ALSO].includes(table)) found.push(`${table}: ${text.slice(0, 2_000)}`)
    }
  }
  return found
}

describe('what is asked of growing tables has an index', () => {
  const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
  const slice = { take: 51, after: null }
  const system = 'dreichor'

  test.each<[string, () => Promise<unknown>]>([
    ['releases', () => releases.listReleases(looker(reader), system, slice)],
    ['one release', () => releases.getRelease(looker(reader), system, opened.version)],
    ['evidence', () => releases.listEvidence(looker(reader), { system, version: opened.version }, slice)],
    ['snapshots', () => releases.listSnapshots(looker(reader), { system }, slice)],
    ['promotions of the API', () => promotions.listPromotions(looker(reader), { system }, slice)],
    ['promotions', () => listPromotions(looker(reader), { system }, { limit: 50, after: null })],
    ['the board', () => getBoard(looker(reader))],
    ['a dossier', () => getPromotionDossier(looker(scene.people.secops), opened.id)],
    ['the inbox', () => getInbox(looker(scene.people.secops))],
    ['a verdict', () => getVerdict(looker(reader), { system, profile: 'prod', release: opened.version })],
    ['deployments of the API', () => deployments.listDeployments(looker(reader), { system, profile: 'prod' }, slice)],
    ['deployments', () => listDeployments(looker(reader), { system }, { limit: 50, after: null })],
    ['exceptions of the API', () => exceptions.listExceptions(looker(reader), { system, profile: 'prod', state: 'running' }, slice)],
    ['open exceptions', () => loadOpenExceptions(db, [system])],
    ['exceptions of a budget', () => loadRecentExceptions(db, [system], new Date(0))],
    ['exceptions of notes', () => loadExceptionsDuring(db, system, 'prod', new Date(0), new Date())],
    ['observations of the API', () => observations.listObservations(looker(reader), { system, profile: 'prod' }, slice)],
    ['findings of the API', () => observations.listFindings(looker(reader), { system }, slice)],
    ['findings', () => getFindings(looker(reader), { system }, { limit: 50, after: null })],
    ['a finding', () => getFinding(looker(reader), 'FND-0001')],
    ['attestations', async () => getAttestations(looker(reader), (await getSystemHead(looker(reader), system)) as SystemHead)],
    ['exceptions', () => getExceptions(looker(reader), { system }, { limit: 25, after: null })],
    ['runs of checklists', () => checklists.listRuns(looker(reader), { system }, slice)],
    ['somebody’s sessions', () => getProfile(looker(scene.people.secops))],
    ['tokens', () => listTokens(looker(scene.people.secops))],
  ])('%s', async (_, work) => {
    expect(await readAsTheyLie(work)).toEqual([])
  })

  test('and what has none is noticed', async () => {
    const found = await readAsTheyLie(() => db.evidence.findMany({ where: { summary: 'made up' } }))
    expect(found).toEqual([expect.stringMatching(/^Evidence: SELECT/)])
  })
})

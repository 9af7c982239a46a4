import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import { isComplete } from '@/lib/domain/auditor/completeness'
import { drawSample as draw, sampleId } from '@/lib/domain/auditor/sample'
import type { Ctx } from '@/lib/domain/context'
import { fromHex, toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { EXPORTS_AN_HOUR } from '@/lib/domain/trail-export'
import { getChangeDossier } from '@/lib/queries/auditor/change-dossier'
import { type populationFile, sampleArchive } from '@/lib/queries/auditor/files'
import { checkPopulation, findDraw, getPopulation, type Population } from '@/lib/queries/auditor/population'
import { periodOf } from '@/lib/schemas/auditor'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { drawSample } from '@/lib/usecases/trail/draw-sample'
import { recordFile } from '@/lib/usecases/trail/record-file'
import { startLog, type TestLog } from '../../../support/log'
import { aPerson } from '../../../support/people'
import { aSealedPromotion, signAll } from '../../../support/promotions'
import { aGovernedSystem, aRelease, refusalOf, type Scene, trail } from '../../../support/scene'

let one: Scene
let two: Scene
let auditor: Ctx
let narrow: Ctx
let log: TestLog
let promotion: string
let deployments: string[]

const today = () => new Date().toISOString().slice(0, 10)
const days = () => ({ from: today(), to: today() })
/** From when the log had its first entries, so that a checkpoint lies before the period. */
let started: Date
const within = () => ({ ...periodOf(days()), from: started })
const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const population = (who: Ctx = auditor, system?: string) => getPopulation(looker(who), { ...within(), system })
const check = (found: Population, system?: string) => {
  if (!found.range) throw new Error('nothing is in the log')
  return checkPopulation(found, found.range, { ...within(), system })
}

beforeAll(async () => {
  log = await startLog()
  const size = await log.integrate()
  expect(size).toBe(1)
  started = new Date()
  one = await aGovernedSystem('dreichor')
  two = await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  narrow = await aPerson('Narrow Auditor', ['auditor'], 'robodj')
  const sealed = await aSealedPromotion(one, 'prod')
  promotion = sealed.id
  await signAll(one, sealed)
  deployments = []
  for (const profile of ['dev', 'prod']) {
    const { version } = await aRelease(two)
    deployments.push((await startDeployment(two.people.release_manager, { system: 'robodj', profile, version, inputs: [] })).id)
  }
  await log.integrate()
}, 90_000)
afterAll(() => log.close())

describe('the population of changes', () => {
  it('is every change of the period in the order of the log, and rows and trail agree', async () => {
    const found = await population()
    expect(found.changes.map(({ id }) => id)).toEqual([promotion, ...deployments])
    expect(found.changes.map(({ index }) => index)).toEqual(
      found.changes.map(({ index }) => index).toSorted((a, b) => Number(a) - Number(b)),
    )
    expect(found).toMatchObject({ onlyRows: [], onlyTrail: [], waiting: 0, isTooMany: false })
    expect(found.range).toMatchObject({ before: { size: 1 }, after: { size: expect.any(Number) } })
  })

  it('is proved complete from the bytes of every entry between two checkpoints (T13, T14)', async () => {
    const found = await population()
    expect(await check(found)).toMatchObject({ isWhole: true, firstBad: null, isSame: true, changes: [promotion, ...deployments] })
    // A list with one change left out is not what the entries say.
    expect(await check({ ...found, changes: found.changes.slice(1) })).toMatchObject({ isWhole: true, isSame: false })
  })

  it('is, for somebody who reads one system, that of this system alone, and its proof still covers the log (T23)', async () => {
    const found = await population(narrow)
    expect(found.changes.map(({ id }) => id)).toEqual(deployments)
    expect(await check(found)).toMatchObject({ isWhole: true, isSame: true, changes: deployments })
    expect((await population(narrow, 'dreichor')).changes).toEqual([])
  })

  it('shows a row without an entry, and a change that waits for its place', async () => {
    const [bare] = await db.deployment.findMany({ where: { id: deployments[0] } })
    if (!bare) throw new Error('no deployment')
    const { stamp: _, ...copy } = bare
    await db.deployment.create({ data: { ...copy, id: 'DEP-9999', status: 'failed' } })
    expect((await population()).onlyRows).toEqual(['DEP-9999'])
    const { version } = await aRelease(one)
    await startDeployment(one.people.release_manager, { system: 'dreichor', profile: 'dev', version, inputs: [] })
    expect((await population()).waiting).toBe(1)
    await log.integrate()
    expect((await population()).waiting).toBe(0)
  })
})

describe('a sample', () => {
  it('is drawn on the record, and anybody draws the same again', async () => {
    const { seed, drawn } = await drawSample(auditor, { ...days(), system: undefined, count: 2, seed: undefined })
    const found = await population()
    expect(drawn).toEqual(
      draw(
        found.changes.map(({ id }) => id),
        2,
        seed,
      ),
    )
    const [event] = (await trail({ action: 'trail.sampled' })).slice(-1)
    expect(event).toMatchObject({
      actor: { id: auditor.actor.id },
      after: { seed, drawn: 2, population: found.changes.length, sample: drawn },
    })
    await log.integrate()
    const id = sampleId({ ...days(), system: null, count: 2, seed })
    expect(await findDraw(looker(auditor), id)).toMatchObject({
      by: 'Clare Adeyemi',
      population: found.changes.length,
      entry: { number: expect.any(Number) },
    })
    expect(await findDraw(looker(narrow), id)).toBeNull()
  })

  it('is refused where there is nothing to draw from, without a system for those who read only some, and of a system they do not read', async () => {
    const input = { ...days(), system: undefined, count: 2, seed: 'a-seed' }
    expect(await refusalOf(drawSample(auditor, { ...input, from: '2025-08-01', to: '2025-08-02' }))).toMatchObject({ code: 'wrong_state' })
    expect(await refusalOf(drawSample(narrow, input))).toMatchObject({ code: 'invalid', place: 'system' })
    expect(await refusalOf(drawSample(narrow, { ...input, system: 'dreichor' }))).toMatchObject({ code: 'not_found' })
    expect((await drawSample(narrow, { ...input, system: 'robodj' })).drawn.toSorted()).toEqual(deployments)
    expect((await trail({ action: 'trail.sampled' })).at(-1)).toMatchObject({ system: 'robodj' })
  })

  it('comes as an archive from which a stranger checks the draw, the proof and every dossier', async () => {
    await log.integrate()
    const { seed } = await drawSample(auditor, { ...days(), system: undefined, count: 100, seed: 'dice-6-2-5' })
    const found = await population()
    const record = await findDraw(looker(auditor), sampleId({ ...days(), system: null, count: 100, seed }))
    if (!record) throw new Error('the draw is not on the record')
    const ids = found.changes.map(({ id }) => id)
    const sample = { days: { ...days(), system: null }, count: 100, seed, drawn: draw(ids, 100, seed), record }
    const files = new Map<string, string>()
    for await (const { path, body } of sampleArchive(looker(auditor), sample, found)) files.set(path, body)

    const file = JSON.parse(files.get('population.json') as string) as Awaited<ReturnType<typeof populationFile>>
    const entries = [...files.keys()].filter((path) => path.startsWith('entries/')).flatMap((path) => rowsOf(files.get(path) as string))
    const of = file.log
    if (!of?.before) throw new Error('no proof')
    const leaves = entries.map(({ canonical }) => nodeTree.leafHash(new TextEncoder().encode(canonical as string)))
    const proof = {
      before: { size: of.before.size, root: fromHex(of.before.root) as Uint8Array },
      range: of.subtreesBefore.map((hash) => fromHex(hash) as Uint8Array),
      leaves,
      after: { size: of.after.size, root: parseCheckpoint(of.after.note)?.root as Uint8Array },
    }
    expect(isComplete(proof, nodeTree)).toBe(true)
    expect(isComplete({ ...proof, leaves: leaves.toSpliced(3, 1) }, nodeTree)).toBe(false)
    const told = entries
      .map(({ canonical }) => JSON.parse(canonical as string))
      .filter(({ action }) => ['promotion.opened', 'deployment.started'].includes(action))
    expect(told.map(({ subject }) => subject.id)).toEqual(ids)
    expect(JSON.parse(files.get('sample.json') as string)).toMatchObject({ seed, drawn: sample.drawn })

    for (const id of ids) expect(files.has(`dossiers/${id}/dossier.json`)).toBe(true)
    const dossier = JSON.parse(files.get(`dossiers/${promotion}/dossier.json`) as string)
    const sealed = files.get(`dossiers/${promotion}/sealed-v1.json`) as string
    expect(createHash('sha256').update(sealed).digest('hex')).toBe(dossier.seals[0].hash)
    expect(
      createHash('sha256')
        .update(files.get('policies/dreichor-v1.json') as string)
        .digest('hex'),
    ).toBe(dossier.policy.hash)
    const { body, salt, digest } = dossier.seals[0].signOffs[0].statement
    expect(createHash('sha256').update(`${salt}\n${body}`).digest('hex')).toBe(digest)
    const root = parseCheckpoint(files.get(`dossiers/${promotion}/checkpoint`) as string)
    for (const { index, leaf, canonical, size, proof: path } of rowsOf(files.get(`dossiers/${promotion}/entries.jsonl`) as string)) {
      const own = nodeTree.leafHash(new TextEncoder().encode(canonical as string))
      expect(toHex(own)).toBe(leaf)
      const hashes = (path as string[]).map((hash) => fromHex(hash) as Uint8Array)
      expect(nodeTree.verifyInclusion(index as number, size as number, own, hashes, root?.root as Uint8Array)).toBe(true)
    }
  })

  it('hides the bytes of other systems in the archive of somebody who reads one, and proves as much (T23)', async () => {
    await drawSample(narrow, { ...days(), system: 'robodj', count: 1, seed: 'narrow-1' })
    const found = await population(narrow, 'robodj')
    const record = await findDraw(looker(narrow), sampleId({ ...days(), system: 'robodj', count: 1, seed: 'narrow-1' }))
    if (!record) throw new Error('the draw is not on the record')
    const sample = {
      days: { ...days(), system: 'robodj' },
      count: 1,
      seed: 'narrow-1',
      drawn: found.changes.slice(0, 1).map(({ id }) => id),
      record,
    }
    const rows: Row[] = []
    for await (const { path, body } of sampleArchive(looker(narrow), sample, found))
      if (path.startsWith('entries/')) rows.push(...rowsOf(body))
    const seen = rows.filter(({ canonical }) => canonical !== null).map(({ canonical }) => JSON.parse(canonical as string).system)
    expect(new Set(seen)).toEqual(new Set(['robodj']))
    expect(rows.length).toBeGreaterThan(seen.length)
  })
})

describe('the dossier of one change', () => {
  it('holds all that is on the record of a promotion, and of a deployment without one', async () => {
    const whole = await getChangeDossier(looker(auditor), promotion)
    expect(whole).toMatchObject({ kind: 'promotion', system: { id: 'dreichor' }, seals: [{ number: 1, matches: true }] })
    expect(whole?.seals[0]?.signOffs.length).toBeGreaterThan(0)
    expect(whole?.entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['promotion.opened', 'promotion.sealed', 'promotion.signed', 'evidence.recorded']),
    )
    const bare = await getChangeDossier(looker(auditor), deployments[1] as string)
    expect(bare).toMatchObject({ kind: 'deployment', promotion: null, seals: [], deployments: [{ authorised: false }] })
  })

  it('is not there for those who do not read its system (T23)', async () => {
    expect(await getChangeDossier(looker(narrow), promotion)).toBeNull()
    expect(await getChangeDossier(looker(auditor), 'PRM-99999999')).toBeNull()
  })
})

it('puts on the record that a file was taken', async () => {
  await recordFile(auditor, { format: 'population', system: null, size: 7, about: { from: '2026-01-01', to: '2026-01-31', changes: 3 } })
  expect((await trail({ action: 'trail.exported' })).at(-1)).toMatchObject({
    subject: { id: 'population' },
    after: { format: 'population', size: 7, changes: 3 },
  })
})

it('gives as many files in an hour as exports, so that a loop cannot fill the record (T30, T35)', async () => {
  const busy = await aPerson('Busy Auditor', ['auditor'])
  const file = { format: 'segregation', system: null, size: 0, about: { at: '2026-01-01T00:00:00.000Z' } } as const
  for (let taken = 0; taken < EXPORTS_AN_HOUR; taken += 1) await recordFile(busy, file)
  const events = await trail({ action: 'trail.exported' })
  expect(await refusalOf(recordFile(busy, file))).toMatchObject({ code: 'throttled' })
  expect(await trail({ action: 'trail.exported' })).toHaveLength(events.length)
  await recordFile(auditor, file) // nobody uses up another's
})

type Row = Record<string, unknown>
const rowsOf = (text: string): Row[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)

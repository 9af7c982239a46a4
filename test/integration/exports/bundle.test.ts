import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { record } from '@/lib/db/record'
import type { Ctx } from '@/lib/domain/context'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { archived } from '@/lib/http/export-response'
import { bundlePieces } from '@/lib/queries/trail-export/bundle'
import { openExport } from '@/lib/queries/trail-export/open'
import { exportTrail } from '@/lib/usecases/trail/export-trail'
import { directorySource } from '../../../cli/sources/directory'
import { anApprovedException } from '../../support/drift'
import { fileOf, framesOf, unpack } from '../../support/exports'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aSealedPromotion, signAll } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

let folder: string
let log: TestLog
let one: Scene
let auditor: Ctx
let narrow: Ctx
let size: number

/** The verifier in Python, which knows nothing of ours; null on a machine without Python. */
async function inPython(directory: string): Promise<{ outcome: string; firstBad: number | null } | null> {
  const script = join(import.meta.dirname, '../../verifier/verify.py')
  try {
    const { stdout } = await promisify(execFile)('python3', [script, directory])
    return JSON.parse(stdout)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** What ours says of an export; the other one has to agree (issue 5, 3). */
async function verify(directory: string) {
  const found = await verifyTrail(await directorySource(directory), { tree: nodeTree, check: checkSignature, pinned: log.vkeys })
  const other = await inPython(directory)
  if (other) expect(other).toMatchObject({ outcome: found.outcome, firstBad: found.firstBad })
  return found
}

/** Old Node, where the machine has one: people run the verifier on what they have. */
const NODES = [...new Set([process.execPath, '/usr/bin/node'])].filter((path) => existsSync(path))

/** Runs the verifier as somebody would who got the bundle: from the file inside it. */
async function run(node: string, directory: string): Promise<{ code: number; says: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(node, ['countersign.mjs', 'verify', '.', '--vkey', log.vkey], { cwd: directory })
    return { code: 0, says: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, says: stdout + stderr }
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  execFileSync(process.execPath, ['scripts/cli-command.mjs'], { stdio: 'pipe' })
  log = await startLog()
  one = await aGovernedSystem('dreichor')
  const two = await aGovernedSystem('robodj')
  auditor = await aPerson('Auditor', ['auditor'])
  narrow = await aPerson('Narrow', ['auditor'], one.slug)
  await signAll(one, await aSealedPromotion(one, 'prod'))
  await anApprovedException(two, { profile: 'staging', rule: 'runtime.launchPath' })
  // Several checkpoints, and enough for full tiles and one at the border.
  await log.integrate()
  const many = (count: number, system: string) =>
    record(
      one.people.admin,
      Array.from({ length: count }, (_, at) => ({
        action: 'contact.confirmed' as const,
        system,
        subject: { kind: 'contact' as const, id: `c-${at}` },
        after: { contact: `n${at}`, list: 'on-call' },
      })) as never,
    )
  await many(400, one.slug)
  await log.integrate()
  await many(300, 'robodj')
  size = await log.integrate()
}, 120_000)

afterAll(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the bundle of the whole log', () => {
  let directory: string

  beforeAll(async () => {
    const { id, size: of } = await exportTrail(auditor, { format: 'bundle' }, null)
    expect(of).toBe(size)
    directory = unpack(await fileOf(auditor, id), folder, 'whole')
  })

  it('verifies: every leaf, tile, checkpoint, text and sealed version, and the rules (T13)', async () => {
    const result = await verify(directory)
    expect(result.findings).toEqual([])
    expect(result).toMatchObject({ outcome: 'good', size, entries: size, firstBad: null, found: 0 })
    expect(result.checkpoints).toBeGreaterThan(2)
    const about = JSON.parse(readFileSync(join(directory, 'export.json'), 'utf8'))
    expect(about).toMatchObject({ format: 'countersign-export/1', size, filter: null, counts: { leaves: size } })
    expect(about.counts.events).toBe(about.counts.leaves + about.counts.pending)
    // The export is an event of its own, behind the checkpoint it stands on.
    expect(about.counts.pending).toBeGreaterThan(0)
    expect(readFileSync(join(directory, 'texts.jsonl'), 'utf8').trim().split('\n').length).toBeGreaterThan(2)
    expect(readFileSync(join(directory, 'sealed.jsonl'), 'utf8')).toContain('"subject":"release_notes"')
  })

  it.each(NODES)('is verified by the file inside it, on %s, and one flipped bit is found', async (node) => {
    expect(await run(node, directory)).toMatchObject({ code: 0 })
    const path = join(directory, 'tile/entries/001')
    const bytes = readFileSync(path)
    const damaged = Buffer.from(bytes)
    damaged[5_000] = (damaged[5_000] as number) ^ 1
    writeFileSync(path, damaged)
    const { code, says } = await run(node, directory)
    writeFileSync(path, bytes)
    expect(code).toBe(1)
    expect(says).toMatch(/#(?:25[7-9]|2[6-9]\d)/)
    rmSync(join(directory, 'export.json.bak'), { force: true })
  })

  it('is nothing to tell of while it is not complete', async () => {
    const { id } = await exportTrail(auditor, { format: 'bundle' }, null)
    const pieces = await framesOf(auditor, id)
    const bytes = Buffer.concat(pieces.map(({ bytes: each }) => each))
    expect(unpack(bytes, folder, 'framed')).toBeTruthy()
    expect(pieces.at(-1)?.next).toBe(5 * size)
    rmSync(join(folder, 'framed', 'export.json'))
    await expect(verify(join(folder, 'framed'))).rejects.toThrow('There is no finished export')
  })
})

describe('a part of the log', () => {
  it.each([
    ['somebody who reads one system', () => narrow, {}],
    ['somebody who asked for an action', () => auditor, { action: 'contact.confirmed' }],
    ['somebody who asked for numbers', () => auditor, { first: 100, last: 300 }],
    ['somebody who asked for what is not there', () => auditor, { action: 'incident.declared' }],
  ])('for %s has those entries, the rest as hashes, and verifies (T23)', async (what, by, asked) => {
    const { id } = await exportTrail(by(), { format: 'bundle', ...asked }, null)
    const directory = unpack(await fileOf(by(), id), folder, what.replaceAll(' ', '-'))
    const result = await verify(directory)
    expect(result.findings).toEqual([])
    expect(result.outcome).toBe('good')
    expect(existsSync(join(directory, 'tile/entries'))).toBe(false)
    const rows = readFileSync(join(directory, 'entries.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { index: number; canonical: string })
    expect(result.entries).toBe(rows.length)
    if (by() === narrow) expect(rows.every(({ canonical }) => JSON.parse(canonical).system === one.slug)).toBe(true)
    if ('first' in asked) expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 201 }, (_, at) => 99 + at))
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toContain('are there as hashes')
  })
})

it('continued behind any place where it may be cut, a bundle is the same archive', async () => {
  const bytesOf = async (pieces: AsyncIterable<{ bytes: Uint8Array; next: number | null }>) => {
    const all: { bytes: Uint8Array; next: number | null }[] = []
    for await (const piece of pieces) all.push(piece)
    return all
  }
  for (const asked of [{}, { system: one.slug }]) {
    const { id } = await exportTrail(auditor, { format: 'bundle', ...asked }, null)
    const open = await openExport({ actor: auditor.actor, now: new Date() }, id)
    // Cut as finely as can be.
    const pieces = (after: number) => bytesOf(archived(bundlePieces(open, after), open.createdAt, 1))
    const whole = await pieces(0)
    const cuts = [...new Set(whole.flatMap(({ next }) => (next === null || next >= open.length ? [] : [next])))]
    expect(cuts).toEqual(expect.arrayContaining([size, 2 * size, 3 * size, 4 * size]))
    const untar = (all: { bytes: Uint8Array }[]) => gunzipSync(Buffer.concat(all.map(({ bytes }) => bytes)))
    const all = untar(whole)
    for (const after of cuts) {
      const before = whole.slice(0, whole.findLastIndex(({ next }) => next === after) + 1)
      const joined = untar([...before, ...(await pieces(after))])
      // All but what is counted anew each time, in the very last file.
      expect(joined.length, `cut at ${after}`).toBe(all.length)
      expect(joined.subarray(0, all.length - 4096).equals(all.subarray(0, all.length - 4096)), `cut at ${after}`).toBe(true)
    }
    // As our page gets it, continued where the connection broke.
    const framed = await framesOf(auditor, id)
    expect((await verify(unpack(Buffer.concat(framed.map(({ bytes }) => bytes)), folder, `framed-${'system' in asked}`))).outcome).toBe(
      'good',
    )
  }
})

it('of a record that somebody damaged is exported all the same, and names the first entry that is gone (T13)', async () => {
  const owner = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await owner.connect()
  const index = 500
  try {
    const { rows } = await owner.query<{ id: string; partition: string }>(
      'SELECT e.id, e.tableoid::regclass::text AS partition FROM audit.event e JOIN audit.leaf l ON l.event_id = e.id WHERE l.seq = $1',
      [index],
    )
    const { id, partition } = rows[0] as { id: string; partition: string }
    await owner.query(`ALTER TABLE ${partition} DISABLE TRIGGER event_append_only`)
    await owner.query('DELETE FROM audit.event WHERE id = $1', [id])
  } finally {
    await owner.end()
  }
  const { id } = await exportTrail(auditor, { format: 'bundle' }, null)
  const directory = unpack(await fileOf(auditor, id), folder, 'damaged')
  expect(await verify(directory)).toMatchObject({ outcome: 'tampered', firstBad: index })
  for (const node of NODES) expect((await run(node, directory)).code, node).toBe(1)
  // And the rest of it can still be taken away in words.
  const lines = await exportTrail(auditor, { format: 'jsonl' }, null)
  expect((await fileOf(auditor, lines.id)).toString('utf8').trimEnd().split('\n')).toHaveLength(size - 1)
})

import { type ExecFileException, execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GET as getVerifier } from '@/app/cli/countersign.mjs/route'
import { GET as getHash } from '@/app/cli/countersign.mjs.sha256/route'
import { databaseSource } from '@/cli/sources/database'
import { withNode } from '@/cli/with-node'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { buildCli, cliPath } from '../../../scripts/cli.mjs'
import { makeExport, newTestKey, writeExport } from '../../support/export-corpus'
import { startLog, type TestLog, testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'
import { appendEvents, connectAs } from '../../support/stored-trail'
import { makeStory } from '../../support/trail-story'

// The one file as strangers run it (issue 5, 3): on this Node and on the machine's own, which may be 20; on exports and on a database.

/** The machine's own Node, outside the project's dependencies; this one where there is none of 20 or newer. */
function otherNode(): string {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const found = path.map((folder) => join(folder, 'node')).find((file) => existsSync(file))
  if (!found) return process.execPath
  const major = Number(execFileSync(found, ['--version'], { encoding: 'utf8' }).slice(1).split('.')[0])
  return major >= 20 ? found : process.execPath
}
const nodes = [...new Set([process.execPath, otherNode()])]

const origin = 'example.org/log'
const key = newTestKey(origin)
let folder: string
let log: TestLog
let app: pg.Client

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-command-'))
  await buildCli()
  const files = await makeExport({ story: makeStory(300), sizes: [100, 300], keys: [key], origin })
  writeExport(join(folder, 'good'), files)
  const bundle = Uint8Array.from(files.get('tile/entries/000') as Uint8Array)
  bundle[100] = (bundle[100] as number) ^ 1
  writeExport(join(folder, 'bad'), new Map(files).set('tile/entries/000', bundle))
  app = await connectAs('countersign_app')
  log = await startLog()
  await appendEvents(app, 700)
  await log.integrate()
})

afterAll(async () => {
  await log.close()
  await app.end()
  rmSync(folder, { recursive: true })
})

/** Runs the file, with nothing of this process's surroundings. */
function run(node: string, args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(node, [cliPath, ...args], { cwd: folder, env: { NODE_ENV: 'production' } }, (error: ExecFileException | null, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    )
  })
}

describe.each(nodes)('countersign verify on %s', (node) => {
  it('ends with 0 for a sound export', async () => {
    const { code, out } = await run(node, ['verify', 'good', '--vkey', key.key.vkey])
    expect(out).toMatch(/^GOOD: example\.org\/log, 300 entries/)
    expect(code).toBe(0)
  })

  it('ends with 1 for one that was tampered with, and names the first bad entry and both values (T13)', async () => {
    const { code, out } = await run(node, ['verify', 'bad'])
    expect(code).toBe(1)
    expect(out).toMatch(/^TAMPERED/)
    expect(out).toMatch(/first bad entry {2}#1 \(index 0\)/)
    expect(out).toMatch(/expected {2}[0-9a-f]{64}\n {4}found {5}[0-9a-f]{64}/)
    expect(JSON.parse((await run(node, ['verify', '--json', 'bad'])).out)).toMatchObject({ outcome: 'tampered', firstBad: 0 })
  })

  it('ends with 2 where it cannot tell, and says what to do', async () => {
    expect(await run(node, ['verify', 'nowhere'])).toMatchObject({ code: 2, err: expect.stringMatching(/no directory. Unpack/) })
    expect(await run(node, ['verify'])).toMatchObject({ code: 2 })
    expect(await run(node, ['verify', folder])).toMatchObject({ code: 2, err: expect.stringMatching(/export\.json/) })
    expect(await run(node, ['sign'])).toMatchObject({ code: 2, err: expect.stringMatching(/no command sign/) })
    const nobody = 'postgresql://nobody:none@127.0.0.1:1/none'
    const refused = await run(node, ['verify', '--database', nobody])
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/could not be reached/) })
    expect(refused.err).not.toContain('nobody')
  })

  it('cannot tell by an anchor file that was emptied, nor by a receipt of another log', async () => {
    writeFileSync(join(folder, 'emptied.jsonl'), '')
    const emptied = await run(node, ['verify', 'good', '--vkey', key.key.vkey, '--anchors', 'emptied.jsonl'])
    expect(emptied).toMatchObject({ code: 2, err: expect.stringMatching(/emptied\.jsonl holds no checkpoint/) })
    writeFileSync(join(folder, 'wrecked.jsonl'), '{"at":"2026-11-22T\n{"no')
    expect(await run(node, ['verify', 'good', '--anchors', 'wrecked.jsonl'])).toMatchObject({ code: 2 })
    writeFileSync(join(folder, 'other.note'), 'other.example.org/log\n3\nAAAA\n')
    expect(await run(node, ['verify', 'good', '--anchors', 'other.note'])).toMatchObject({ code: 2 })
  })

  it('verifies a database as the role that may read all of it, and no other (T17)', async () => {
    const anchors = join(folder, 'anchors.jsonl')
    const { rows } = await app.query<{ note: string }>('SELECT note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1')
    writeFileSync(anchors, `${JSON.stringify({ note: rows[0]?.note })}\n`)
    const address = addressAs('countersign_verify', testDatabase())
    const { code, out, err } = await run(node, [
      'verify',
      '--json',
      '--no-rules',
      '--database',
      address,
      '--vkey',
      log.vkey,
      '--anchors',
      anchors,
    ])
    expect(err).toBe('')
    const result = JSON.parse(out)
    expect(result.findings).toEqual([])
    expect(result).toMatchObject({ outcome: 'good', size: 701, entries: 701 })
    expect(code).toBe(0)
    const denied = await run(node, ['verify', '--database', addressAs('countersign_app', testDatabase())])
    expect(denied).toMatchObject({ code: 2, err: expect.stringMatching(/may not read the whole trail/) })
  })
})

describe('a database that somebody with all of its rights changed (T13, T14)', () => {
  /** Changes the stored trail as only a superuser can, has it verified, and puts it back. */
  async function changedBy(change: string): Promise<{ outcome: string; firstBad: number | null; findings: { check: string }[] }> {
    const root = await connectAs('postgres')
    try {
      await root.query(`BEGIN; SET LOCAL session_replication_role = replica`)
      for (const table of ['event', 'leaf', 'tile', 'checkpoint']) await root.query(`ALTER TABLE audit.${table} DISABLE TRIGGER USER`)
      await root.query(change)
      const { rows } = await root.query('SELECT 1')
      expect(rows).toHaveLength(1)
      // Within the transaction of the change, so that taking it back puts everything as it was.
      const query = async <Row>(text: string, values?: readonly unknown[]) => {
        const { rows: found } = await root.query(text, values ? [...values] : undefined)
        return { rows: found as Row[] }
      }
      return await verifyTrail(await databaseSource(query), { ...withNode, pinned: [log.vkey], rules: false })
    } finally {
      await root.query('ROLLBACK')
      await root.end()
    }
  }
  const nth = (seq: number): string => `(SELECT event_id FROM audit.leaf WHERE seq = ${seq})`

  it.each([
    ['an event changed', `UPDATE audit.event SET canonical = replace(canonical, '"n":', '"m":') WHERE id = ${nth(300)}`, 300, 'leaf'],
    ['an event deleted', `DELETE FROM audit.event WHERE id = ${nth(42)}`, 42, 'order'],
    ['an event and its leaf deleted', `DELETE FROM audit.event WHERE id = ${nth(42)}; DELETE FROM audit.leaf WHERE seq = 42`, 42, 'order'],
    [
      'an event changed with its leaf',
      `UPDATE audit.event SET canonical = replace(canonical, '"n":', '"m":') WHERE id = ${nth(300)};
       UPDATE audit.leaf l SET leaf_hash = e.leaf_hash FROM audit.event e WHERE l.seq = 300 AND e.id = l.event_id`,
      300,
      'tile',
    ],
    ['two leaves swapped', `UPDATE audit.leaf SET leaf_hash = (SELECT leaf_hash FROM audit.leaf WHERE seq = 9) WHERE seq = 8`, 8, 'leaf'],
    [
      'a tile changed',
      `UPDATE audit.tile SET hashes = set_byte(hashes, 64, (get_byte(hashes, 64) + 1) % 256) WHERE level = 0 AND idx = 1`,
      258,
      'tile',
    ],
    ['a tile deleted', `DELETE FROM audit.tile WHERE level = 0 AND idx = 1`, 256, 'tile'],
    ['the newest leaves cut off', `DELETE FROM audit.leaf WHERE seq >= 690`, 690, 'order'],
    ['a root changed', `UPDATE audit.checkpoint SET root = sha256(root)`, 0, 'checkpoint'],
  ])('shows %s', async (_, change, firstBad, check) => {
    const found = await changedBy(change)
    expect(found).toMatchObject({ outcome: 'tampered', firstBad })
    expect(found.findings.map((finding) => finding.check)).toContain(check)
  })

  it('is good again as it was', async () => {
    expect(await changedBy('SELECT 1')).toMatchObject({ outcome: 'good', findings: [] })
  })
})

describe('the file as it is served', () => {
  it('has the hash that is served beside it, and asks for no account: it holds nothing of anybody', async () => {
    const sha256 = createHash('sha256').update(readFileSync(cliPath)).digest('hex')
    const file = await getVerifier(new Request('http://localhost/cli/countersign.mjs'))
    expect(file.status).toBe(200)
    expect(
      createHash('sha256')
        .update(Buffer.from(await file.arrayBuffer()))
        .digest('hex'),
    ).toBe(sha256)
    const hash = await getHash()
    expect(await hash.text()).toBe(`${sha256}  countersign.mjs\n`)
    const again = await getVerifier(new Request('http://localhost/cli/countersign.mjs', { headers: { 'if-none-match': `"${sha256}"` } }))
    expect(again.status).toBe(304)
  })
})

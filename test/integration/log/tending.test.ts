import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMemory } from '@/cli/witness/memory'
import { witnessServer } from '@/cli/witness/server'
import { checkSignature } from '@/lib/crypto/check-signature'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { checkNote, parseVkey, type VerifierKey, verifierKey } from '@/lib/domain/log/note'
import { IN_TOTO_PAYLOAD, preAuthEncoding } from '@/lib/domain/log/statement/dsse'
import { type Anchored, anchor } from '../../../sequencer/anchors'
import type { SequencerOptions } from '../../../sequencer/options'
import { countTrail, whyNotEven } from '../../../sequencer/reconcile'
import { signStatements } from '../../../sequencer/statements'
import { openTending } from '../../../sequencer/tending'
import { verifyStored } from '../../../sequencer/verify-loop'
import { askWitness } from '../../../sequencer/witness-client'
import { startLog, TEST_LOG, type TestLog, testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// What a sequencer does beside sealing (T14, T15): anchors outside the database, witnesses, statements for others, counting and verifying.

let folder: string
let app: pg.Client
let db: pg.Client
let log: TestLog
let options: SequencerOptions
let clock = new Date('2026-11-22T10:00:00Z')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-tending-'))
  app = await connectAs('countersign_app')
  db = await connectAs('countersign_log')
  log = await startLog()
  options = {
    databaseUrl: addressAs('countersign_log', testDatabase()),
    keys: log.keys,
    guardFile: log.guardFile,
    anchorFile: join(folder, 'anchors.jsonl'),
    origin: TEST_LOG,
    now: () => clock,
  }
  await appendEvents(app, 20)
  await log.integrate()
})

afterAll(async () => {
  await log.close()
  await Promise.all([app.end(), db.end()])
  rmSync(folder, { recursive: true, force: true })
})

const later = (seconds: number): void => {
  clock = new Date(clock.getTime() + seconds * 1_000)
}

describe('the anchor file', () => {
  const lines = () =>
    readFileSync(options.anchorFile, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as { at: string; size: number; note: string }]
        } catch {
          return []
        }
      })

  it('gets the newest checkpoint once a minute, and once an hour a newly signed one where nothing happened', async () => {
    let last: Anchored | null = await anchor(db, options, null)
    last = await anchor(db, options, last)
    later(61)
    last = await anchor(db, options, last)
    expect(lines().map(({ size }) => size)).toEqual([21])
    await appendEvents(app, 2)
    await log.integrate()
    last = await anchor(db, options, last)
    expect(lines().map(({ size }) => size)).toEqual([21, 23])
    later(3_601)
    last = await anchor(db, options, last)
    expect(lines().map(({ size }) => size)).toEqual([21, 23, 23])
    const silent = lines().at(-1)
    expect(silent?.at).toBe(clock.toISOString())
    const keys = log.vkeys.map((vkey) => parseVkey(vkey) as VerifierKey)
    const checks = await checkNote(parseCheckpoint(silent?.note as string)?.note as never, keys, checkSignature)
    expect(checks.map(({ state }) => state)).toEqual(['good', 'good'])
    // The cosignature of the second kind says when: newly signed, not copied.
    expect(checks[1]?.at).toBe(Math.floor(clock.getTime() / 1_000))
    const { rows } = await db.query('SELECT tree_size, kind, place FROM audit.anchor ORDER BY tree_size')
    expect(rows).toEqual(['21', '23'].map((tree_size) => ({ tree_size, kind: 'file', place: 'anchors.jsonl' })))
  })

  it('loses nothing behind a line that a crash cut off', async () => {
    appendFileSync(options.anchorFile, '{"at":"2026-')
    await appendEvents(app, 1)
    await log.integrate()
    await anchor(db, options, null)
    expect(lines().at(-1)?.size).toBe(24)
  })

  it('shows a log whose newest entries were taken away, checkpoints and all (T14)', async () => {
    const anchors = lines().map(({ note }) => note)
    expect((await verifyDatabase(log.vkeys, { anchors })).outcome).toBe('good')
    const root = await connectAs('postgres')
    await root.query('BEGIN')
    for (const table of ['leaf', 'checkpoint', 'event', 'anchor']) {
      await root.query(`ALTER TABLE audit.${table} DISABLE TRIGGER USER`)
    }
    await root.query(`DELETE FROM audit.anchor WHERE tree_size > 21`)
    await root.query(`DELETE FROM audit.event e USING audit.leaf l WHERE l.event_id = e.id AND l.seq >= 21`)
    await root.query('DELETE FROM audit.leaf WHERE seq >= 21')
    await root.query('DELETE FROM audit.checkpoint WHERE tree_size > 21')
    for (const table of ['leaf', 'checkpoint', 'event', 'anchor']) await root.query(`ALTER TABLE audit.${table} ENABLE TRIGGER USER`)
    // Without an anchor nobody could tell; with any one of them everybody can. The rollback leaves the trail as it was.
    const { databaseTrail } = await import('../../../sequencer/trail-source')
    const { verifyTrail } = await import('@/lib/domain/log/verify/verify')
    const { nodeTree } = await import('@/lib/crypto/log-hash')
    const counts = { events: 21, leaves: 21, pending: 0 }
    const verify = (held: readonly string[]) =>
      verifyTrail(databaseTrail(root, counts), { tree: nodeTree, check: checkSignature, pinned: log.vkeys, anchors: held, rules: false })
    expect((await verify([])).outcome).toBe('good')
    expect((await verify(anchors)).outcome).toBe('tampered')
    await root.query('ROLLBACK')
    await root.end()
  })
})

describe('witnesses', () => {
  let server: Server
  let key: VerifierKey
  let url: string

  beforeAll(async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    key = verifierKey(
      'witness.example.org/w',
      'ed25519-cosignature',
      Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
    )
    const logs = [parseVkey(log.vkey) as VerifierKey]
    server = witnessServer({ key, privateKey, logs, memory: openMemory(join(folder, 'witness.json')) })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  it('cosign what continues what they saw; their lines are kept and verify', async () => {
    expect(await askWitness(db, { url, key })).toEqual({ state: 'cosigned', says: null })
    await appendEvents(app, 700)
    await log.integrate()
    expect(await askWitness(db, { url, key })).toEqual({ state: 'cosigned', says: null })
    const { rows } = await db.query<{ tree_size: string }>('SELECT tree_size FROM audit.cosignature ORDER BY tree_size')
    expect(rows.map(({ tree_size }) => Number(tree_size))).toEqual([24, 724])
    expect((await verifyDatabase([...log.vkeys, key.vkey])).outcome).toBe('good')
  })

  it('that remember more than we do are asked from there on', async () => {
    await appendEvents(app, 1)
    await log.integrate()
    const root = await connectAs('postgres')
    await root.query(
      'ALTER TABLE audit.cosignature DISABLE TRIGGER USER; DELETE FROM audit.cosignature; ALTER TABLE audit.cosignature ENABLE ALWAYS TRIGGER cosignature_append_only',
    )
    await root.end()
    expect(await askWitness(db, { url, key })).toEqual({ state: 'cosigned', says: null })
  })

  it('that saw more than there is are evidence, and those that do not answer are none', async () => {
    const away: VerifierKey = { ...key, name: 'witness.example.org/away' }
    expect(await askWitness(db, { url: 'http://127.0.0.1:1', key: { ...away, keyId: '00000001' } })).toMatchObject({ state: 'unanswered' })
    const { createServer } = await import('node:http')
    const ahead = createServer((_, response) => response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('9000\n'))
    await new Promise<void>((resolve) => ahead.listen(0, '127.0.0.1', resolve))
    const outcome = await askWitness(db, {
      url: `http://127.0.0.1:${(ahead.address() as AddressInfo).port}`,
      key: { ...away, keyId: '00000002' },
    })
    ahead.close()
    expect(outcome).toEqual({
      state: 'contradicts',
      says: 'The witness witness.example.org/away cosigned 9000 entries, this log has 725: the newest were taken away.',
    })
  })
})

it('a witness that contradicts is not outvoted by a record that agrees with itself: the newest look says what still stands (T15)', async () => {
  const { createServer } = await import('node:http')
  const ahead = createServer((_, response) => response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('9000\n'))
  await new Promise<void>((resolve) => ahead.listen(0, '127.0.0.1', resolve))
  const raw = new Uint8Array(32).fill(7)
  const witness = {
    url: `http://127.0.0.1:${(ahead.address() as AddressInfo).port}`,
    key: verifierKey('witness.example.org/ahead', 'ed25519-cosignature', raw),
  }
  const tending = openTending({ ...options, witnesses: [witness], say: () => {} })
  await tending.tend()
  await tending.close()
  ahead.close()
  const { rows } = await db.query<{ outcome: string; says: string }>(
    'SELECT outcome, says FROM audit.verification ORDER BY id DESC LIMIT 3',
  )
  expect(rows[0]).toMatchObject({ outcome: 'damaged', says: expect.stringContaining('cosigned 9000 entries') })
  expect(rows.map(({ outcome }) => outcome)).toContain('intact')
})

describe('statements', () => {
  const statement = async (payload: string) => {
    const digest = createHash('sha256').update(payload).digest('hex')
    await app.query(
      `INSERT INTO audit.statement (digest, subject_kind, subject_id, form, payload_type, payload) VALUES ($1, 'promotion', 'PRM-0001', 'in-toto', $2, $3)`,
      [digest, IN_TOTO_PAYLOAD, payload],
    )
    return digest
  }

  it('are signed once the event that names them is in the tree, and not before (T16)', async () => {
    const asked = await statement(`{"_type":"https://in-toto.io/Statement/v1","n":"${randomUUID()}"}`)
    const smuggled = await statement('{"nobody":"asked"}')
    const keys = () => Promise.resolve(log.keys)
    await app.query('INSERT INTO audit.event (canonical) VALUES ($1)', [
      `{"action":"statement.requested","actor":{"id":"a","kind":"person"},"after":{"digest":"${asked}"},"request":{"id":"r"},"subject":{"id":"PRM-0001","kind":"statement"},"system":"s"}`,
    ])
    expect(await signStatements(db, keys)).toBe(0)
    await log.integrate()
    expect(await signStatements(db, keys)).toBe(1)
    expect(await signStatements(db, keys)).toBe(0)
    const { rows } = await db.query<{ digest: string; signature: Buffer; payload: string; key_id: string }>(
      'SELECT g.digest, g.key_id, g.signature, s.payload FROM audit.statement_signature g JOIN audit.statement s USING (digest)',
    )
    expect(rows.map(({ digest }) => digest)).toEqual([asked])
    expect(rows.map(({ digest }) => digest)).not.toContain(smuggled)
    const key = parseVkey(log.vkey) as VerifierKey
    expect(rows[0]?.key_id).toBe(key.keyId)
    const message = preAuthEncoding(IN_TOTO_PAYLOAD, Buffer.from(rows[0]?.payload as string))
    expect(await checkSignature('ed25519', key.publicKey, message, new Uint8Array(rows[0]?.signature as Buffer))).toBe(true)
  })
})

describe('looks at the whole record', () => {
  it('count what must add up', async () => {
    const counts = await countTrail(db)
    expect(whyNotEven(counts)).toBeNull()
    expect(whyNotEven({ ...counts, events: counts.events - 2 })).toMatch(/^2 events are gone/)
    expect(whyNotEven({ ...counts, events: counts.events + 1 })).toMatch(/^1 events were put in past the log, or taken out of what waits/)
  })

  it('verify every byte of it with the keys at hand, and keep what they found', async () => {
    expect((await verifyStored(db, log.vkeys))?.firstBad ?? null).toBeNull()
    const root = await connectAs('postgres')
    await root.query(`ALTER TABLE audit.event DISABLE TRIGGER event_append_only;
      UPDATE audit.event SET canonical = replace(canonical, '"what":"x"', '"what":"y"') WHERE id = (SELECT event_id FROM audit.leaf WHERE seq = 7);
      ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_append_only`)
    await verifyStored(db, log.vkeys)
    await root.query(`ALTER TABLE audit.event DISABLE TRIGGER event_append_only;
      UPDATE audit.event SET canonical = replace(canonical, '"what":"y"', '"what":"x"') WHERE id = (SELECT event_id FROM audit.leaf WHERE seq = 7);
      ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_append_only`)
    await root.end()
    const { rows } = await db.query<{ outcome: string; first_bad: string | null }>(
      'SELECT outcome, first_bad FROM audit.verification ORDER BY id',
    )
    expect(rows.at(-1)).toEqual({ outcome: 'damaged', first_bad: '7' })
  })

  it('are all due when a sequencer begins, and never stop it', async () => {
    const said: string[] = []
    const before = (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM audit.verification')).rows[0]?.n as number
    later(7_200)
    const tending = openTending({ ...options, witnesses: [], say: (line) => said.push(line) })
    await tending.tend()
    await tending.tend()
    const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM audit.verification')
    expect(rows[0]?.n).toBe(before + 1)
    await tending.close()
    const nowhere = openTending({
      ...options,
      databaseUrl: 'postgresql://nobody:x@127.0.0.1:1/none',
      witnesses: [],
      say: (line) => said.push(line),
    })
    await nowhere.tend()
    // One sentence for each lane, once.
    await nowhere.tend()
    expect(said).toHaveLength(2)
    await nowhere.close()
  })
})

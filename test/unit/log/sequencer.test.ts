import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test as property } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { LOG_ACTOR_ID, logEventText } from '@/lib/domain/log/log-event'
import { checkNote } from '@/lib/domain/log/note'
import { SettingsRefused } from '@/lib/env'
import { applicationEnvironment, LOG_ONLY } from '../../../scripts/environment.mjs'
import { sequencerEnvironment } from '../../../scripts/log-process.mjs'
import { appendLeaves, EMPTY_EDGE, edgeTiles, rootOfEdge } from '../../../sequencer/edge'
import { GuardMoved, packIds, readGuard, unpackIds, writeGuard } from '../../../sequencer/guard'
import { BadKeyFile, createKeyFile, readKeyFile, rotateKeyFile } from '../../../sequencer/key-file'
import { newKeys } from '../../../sequencer/keys'
import { signCheckpoint } from '../../../sequencer/round'
import { readLogSettings } from '../../../sequencer/settings'

// The parts of the sequencer that need no database (audit-log.md, 3 to 5).

let folder: string
const NOW = new Date('2026-11-22T10:00:00.000Z')
const SCALE = Number(process.env.TEST_SCALE ?? 1)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const leaf = (n: number): Uint8Array => nodeSha256(Buffer.from(`leaf ${n}`))

describe('the right edge of the tree', () => {
  property('has the root and the full tiles of the whole tree, however it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }), (batches) => {
        let edge = EMPTY_EDGE
        const leaves: Uint8Array[] = []
        let full = 0
        for (const count of batches) {
          const more = Array.from({ length: count }, (_, at) => leaf(leaves.length + at))
          leaves.push(...more)
          const grown = appendLeaves(edge, more)
          edge = grown.edge
          for (const tile of grown.full.filter(({ level }) => level === 0)) {
            expect(tile.index).toBe(full++)
            expect(tile.hashes).toEqual(leaves.slice(tile.index * 256, tile.index * 256 + 256))
          }
          expect(rootOfEdge(edge)).toEqual(nodeTree.rootOfLeaves(leaves))
        }
        expect(full).toBe(Math.floor(leaves.length / 256))
        expect(edgeTiles(edge.size).map(({ count }) => count)).toEqual(edge.tiles.map(({ length }) => length))
      }),
      { numRuns: Math.round(20 * SCALE) },
    )
  })

  it('fills a tile of the level above after 65,536 leaves', () => {
    const { edge, full } = appendLeaves(
      EMPTY_EDGE,
      Array.from({ length: 65_537 }, (_, n) => leaf(n)),
    )
    expect(full.filter(({ level }) => level === 1).map(({ index, hashes }) => [index, hashes.length])).toEqual([[0, 256]])
    expect(edgeTiles(65_537)).toEqual([
      { level: 0, first: 65_536, count: 1 },
      { level: 1, first: 256, count: 0 },
      { level: 2, first: 0, count: 1 },
    ])
    expect(rootOfEdge(edge)).toEqual(nodeTree.rootOfLeaves(Array.from({ length: 65_537 }, (_, n) => leaf(n))))
  })
})

describe('the fork guard (T15)', () => {
  const file = () => join(folder, 'guard', 'guard.json')
  const root = 'a'.repeat(64)
  const about = (size: number) => ({ origin: 'o', base: { size, root }, next: null })

  it('is written once from each state, and whoever has another state in mind is told', async () => {
    const first = await writeGuard(file(), null, about(0), NOW)
    const second = await writeGuard(file(), first, about(1), NOW)
    expect(readGuard(file())).toEqual(second)
    await expect(writeGuard(file(), first, about(2), NOW)).rejects.toThrow(GuardMoved)
    await expect(writeGuard(file(), null, about(2), NOW)).rejects.toThrow(GuardMoved)
    expect(readGuard(file())).toEqual(second)
    expect(existsSync(`${file()}.next`)).toBe(false)
  })

  it('of two that write from the same state at once exactly one succeeds', async () => {
    const first = await writeGuard(file(), null, about(0), NOW)
    for (let round = 0; round < 20; round += 1) {
      const state = readGuard(file()) ?? first
      const tries = await Promise.allSettled([1, 2, 3].map((n) => writeGuard(file(), state, about(round * 10 + n), NOW)))
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  it('whoever died between two writes holds nobody up', async () => {
    const first = await writeGuard(file(), null, about(0), NOW)
    writeFileSync(`${file()}.next`, 'half')
    utimesSync(`${file()}.next`, new Date(0), new Date(0))
    expect((await writeGuard(file(), first, about(1), NOW)).turn).toBe(2)
  })

  it('keeps ids as they are', () => {
    const ids = ['0190f1c2-7a33-7e51-9a7f-2f6f0a000001', 'ffffffff-ffff-4fff-bfff-ffffffffffff']
    expect(unpackIds(packIds(ids))).toEqual(ids)
    expect(unpackIds(packIds([]))).toEqual([])
  })
})

describe('keys', () => {
  it('sign a checkpoint so that both kinds verify', async () => {
    const keys = newKeys('example.org/log', NOW)
    const note = signCheckpoint('example.org/log', 7, leaf(7), keys, NOW)
    const checks = await checkNote(
      parseCheckpoint(note)?.note as never,
      keys.map(({ key }) => key),
      checkSignature,
    )
    expect(checks.map(({ state, at }) => [state, at])).toEqual([
      ['good', null],
      ['good', NOW.getTime() / 1_000],
    ])
  })

  it('lie in a file of their owner’s, which is never written over and never guessed', () => {
    const file = join(folder, 'keys.json')
    expect(readKeyFile(file)).toBeNull()
    createKeyFile(file, 'example.org/log', NOW)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    const first = readKeyFile(file)
    expect(first?.origin).toBe('example.org/log')
    expect(() => createKeyFile(file, 'example.org/log', NOW)).toThrow('EEXIST')
    expect(rotateKeyFile(file, NOW)).toHaveLength(2)
    expect(
      readKeyFile(file)
        ?.keys.map(({ key }) => key.vkey)
        .slice(0, 2),
    ).toEqual(first?.keys.map(({ key }) => key.vkey))
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))
    expect(() => readKeyFile(file)).toThrow(BadKeyFile)
    if (process.platform === 'win32') return
    chmodSync(file, 0o644)
    expect(() => readKeyFile(file)).toThrow('chmod 600')
  })
})

describe('acts of the log', () => {
  const about = { origin: 'example.org/log', at: NOW, request: '00000000-0000-4000-8000-000000000001' }

  it('have the shape of every event', () => {
    const text = logEventText({ action: 'log.restored', size: 3, root: 'ab', guard: 5, guardRoot: null, operator: 'ops.lead' }, about)
    expect(JSON.parse(text)).toMatchObject({
      v: 1,
      action: 'log.restored',
      actor: { kind: 'agent', id: LOG_ACTOR_ID, countsAs: LOG_ACTOR_ID },
      subject: { kind: 'log', id: 'example.org/log' },
      after: { size: 3, guard: 5, guardRoot: null, operator: 'ops.lead' },
    })
    expect(text.length).toBeLessThan(1_000)
    const keys = newKeys('example.org/log', NOW).map(({ key }) => key)
    const begun = logEventText({ action: 'log.started', keys: keys.map(({ keyId }) => keyId), vkeys: keys.map(({ vkey }) => vkey) }, about)
    expect(begun.length).toBeLessThan(16_384)
  })

  it('name nobody but by a handle (T40)', () => {
    const by = (operator: string) => () =>
      logEventText({ action: 'log.restored', size: 1, root: 'ab', guard: 2, guardRoot: null, operator }, about)
    for (const operator of ['', 'Ada Lovelace', 'ada@example.org', 'x'.repeat(65)]) expect(by(operator)).toThrow(RangeError)
  })
})

describe('settings', () => {
  const env = { DATABASE_LOG_URL: 'postgresql://countersign_log:made-up@localhost/c', APP_ORIGIN: 'https://countersign.example.org' }

  it('name the log after where it is served, and keep its files in the state folder', () => {
    expect(readLogSettings({ ...env, COUNTERSIGN_STATE: '/state' })).toMatchObject({
      origin: 'countersign.example.org/log',
      keyFile: join('/state', 'log', 'keys.json'),
      guardFile: join('/state', 'log', 'guard.json'),
      anchorFile: join('/state', 'log', 'anchors.jsonl'),
      witnesses: [],
    })
  })

  it('take witnesses by address and key', () => {
    const vkey = 'witness.example.org/audit+7a0b4c1d+BCnI1sGf0rHgMB9EmgBSkYmKhyHFtYxDXXYoQVwTzqUS'
    expect(() => readLogSettings({ ...env, LOG_WITNESSES: `https://w.example.org=${vkey}` })).toThrow(SettingsRefused)
    const own = newKeys('w.example.org/x', NOW)[1]?.key.vkey as string
    expect(readLogSettings({ ...env, LOG_WITNESSES: `https://w.example.org/=${own}` }).witnesses).toMatchObject([
      { url: 'https://w.example.org', key: { vkey: own } },
    ])
    expect(() => readLogSettings({ APP_ORIGIN: env.APP_ORIGIN })).toThrow('DATABASE_LOG_URL is not set')
  })

  it('what is the sequencer’s the application never gets, and what is the application’s the sequencer never (T16)', () => {
    const given = {
      ...Object.fromEntries(LOG_ONLY.map((name) => [name, `marker-of-${name}`])),
      NEXTAUTH_SECRET: 'made-up-secret-of-the-application-42',
      DATABASE_URL: 'postgresql://countersign_app:marker-of-app@localhost/c',
      DATABASE_MIGRATE_URL: 'marker-of-migrate',
      PORT: '4000',
    }
    const application = applicationEnvironment(given, { port: 4000, databaseUrl: given.DATABASE_URL })
    // Set and empty: Next fills in from .env what is not set at all.
    for (const name of LOG_ONLY) expect(application[name]).toBe('')
    expect(JSON.stringify(application)).not.toContain('marker-of-DATABASE_LOG_URL')
    const sequencer = JSON.stringify(sequencerEnvironment(given, { port: 4000, logUrl: 'marker-of-log' }))
    expect(sequencer).toContain('marker-of-log')
    expect(sequencer).not.toMatch(/made-up-secret|marker-of-app|marker-of-migrate/)
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { build } from 'esbuild'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKeyFile, readKeyFile } from '../../../sequencer/key-file'
import { openSequencer } from '../../../sequencer/sequencer'
import { TEST_LOG, testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// Thirty kills of the sequencer under load, at each of its steps and at random: no gap, no duplicate, no fork, and the next one always goes on
// (T13, T15). The number follows TEST_SCALE.

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const STEPS = [
  'begun',
  'read',
  'signed',
  'leaves',
  'tiles',
  'checkpoint',
  'pending',
  'guard claimed',
  'guard written',
  'guard in place',
  'guarded',
  'committed',
]
const RANDOM = Math.max(3, Math.round(18 * SCALE))

let folder: string
let script: string
let keyFile: string
let guardFile: string
let app: pg.Client
let reader: pg.Client

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-kills-'))
  script = join(folder, 'sequencer.mjs')
  keyFile = join(folder, 'keys.json')
  guardFile = join(folder, 'guard.json')
  createKeyFile(keyFile, TEST_LOG, new Date())
  await build({
    entryPoints: [join(import.meta.dirname, '../../support/log-killed.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
    logLevel: 'silent',
  })
  app = await connectAs('countersign_app')
  reader = await connectAs('countersign_verify')
})

afterAll(async () => {
  await Promise.all([app.end(), reader.end()])
  rmSync(folder, { recursive: true, force: true })
})

function sequencer(killAt = 'never', killRound = 2): ChildProcess {
  return spawn(process.execPath, [script], {
    env: {
      NODE_ENV: 'test',
      URL_OF_LOG: addressAs('countersign_log', testDatabase()),
      KEY_FILE: keyFile,
      GUARD_FILE: guardFile,
      KILL_AT: killAt,
      KILL_ROUND: String(killRound),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

it('goes on after every kill, and what anybody saw of the log stays true', { timeout: 300_000 }, async () => {
  let going = true
  let appended = 0
  const load = (async () => {
    while (going) {
      await appendEvents(app, 1 + (appended % 7), `load ${appended}`)
      appended += 1 + (appended % 7)
      await wait(4)
    }
  })()
  // Whoever downloads a receipt sees whatever checkpoint is the newest at that moment.
  const seen = new Map<string, number>()
  const watch = (async () => {
    while (going) {
      const { rows } = await reader.query<{ note: string; tree_size: string }>(
        'SELECT note, tree_size FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1',
      )
      if (rows[0]) seen.set(rows[0].note, Number(rows[0].tree_size))
      await wait(3)
    }
  })()

  const endings: (string | null)[] = []
  for (const step of STEPS) {
    const [, signal] = (await once(sequencer(step), 'exit')) as [number | null, string | null]
    endings.push(signal)
  }
  for (let kill = 0; kill < RANDOM; kill += 1) {
    const child = sequencer()
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await wait(Math.random() * 120)
    child.kill('SIGKILL')
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    endings.push(signal)
  }
  going = false
  await Promise.all([load, watch])
  expect(endings).toEqual(Array.from({ length: STEPS.length + RANDOM }, () => 'SIGKILL'))

  const keys = readKeyFile(keyFile)?.keys ?? []
  const last = await openSequencer({
    databaseUrl: addressAs('countersign_log', testDatabase()),
    keys,
    guardFile,
    anchorFile: join(folder, 'anchors.jsonl'),
    origin: TEST_LOG,
  })
  for (;;) {
    const { integrated, state } = await last.round()
    expect(state).not.toBe('refusing')
    if (state === 'running' && integrated === 0) break
  }
  await last.close()

  const found = await verifyDatabase(
    keys.map(({ key }) => key.vkey),
    { anchors: [...seen.keys()] },
  )
  expect(found.findings).toEqual([])
  expect(found.outcome).toBe('good')
  // Every event once: those appended, and the one that began the log.
  expect(found.size).toBe(appended + 1)
  expect(seen.size).toBeGreaterThan(RANDOM / 2)
  const { rows } = await reader.query<{ n: number }>('SELECT count(DISTINCT event_id)::int AS n FROM audit.leaf')
  expect(rows[0]?.n).toBe(appended + 1)
})

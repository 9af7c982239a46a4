import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isAlive } from '../../../scripts/processes.mjs'
import { createKeyFile, readKeyFile } from '../../../sequencer/key-file'
import { testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// The sequencer as `npm start` runs it (issue 5, 1; T35): it begins by itself, comes back when it dies, seals the last entries when it is stopped, and
// goes when whoever started it is gone.

const root = join(import.meta.dirname, '../../..')
let folder: string
let app: pg.Client
let reader: pg.Client
const starters: ChildProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-process-'))
  app = await connectAs('countersign_app')
  reader = await connectAs('countersign_verify')
})

afterAll(async () => {
  for (const starter of starters) starter.kill('SIGKILL')
  await Promise.all([app.end(), reader.end()])
  rmSync(folder, { recursive: true, force: true })
})

/** A process that keeps a sequencer as `npm start` does, on this file's database. */
function starter(): { child: ChildProcess; said: () => string } {
  const code = `
    const { endOnSignals } = await import(${JSON.stringify(`file://${root}/scripts/lifetime.mjs`)})
    const { keepSequencer, sequencerEnvironment } = await import(${JSON.stringify(`file://${root}/scripts/log-process.mjs`)})
    endOnSignals()
    keepSequencer(sequencerEnvironment({}, { port: 4999, logUrl: process.env.LOG_URL })).start()
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, npm_lifecycle_event: '', COUNTERSIGN_STATE: folder, LOG_URL: addressAs('countersign_log', testDatabase()) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  starters.push(child)
  return { child, said: () => text }
}

const state = async () =>
  (await reader.query<{ size: string; pending: string; state: string | null }>('SELECT size, pending, state FROM audit.log_state()'))
    .rows[0]
const pidOfSequencer = async () =>
  Number((await reader.query<{ instance: string }>('SELECT instance FROM audit.sequencer')).rows[0]?.instance.split(' ').at(-2))
const sealed = (size: number) => expect.poll(async () => Number((await state())?.size), { timeout: 30_000, interval: 100 }).toBe(size)

it('seals what the application records, survives being killed, and seals the rest when it is stopped', { timeout: 120_000 }, async () => {
  await appendEvents(app, 5)
  const { child, said } = starter()
  await sealed(6)
  expect((await state())?.state).toBe('running')
  for (const name of ['keys.json', 'guard.json']) expect(existsSync(join(folder, 'log', name))).toBe(true)

  const first = await pidOfSequencer()
  process.kill(first, 'SIGKILL')
  await appendEvents(app, 4)
  await sealed(10)
  expect(await pidOfSequencer()).not.toBe(first)
  expect(said()).toContain('ended (SIGKILL); nothing is lost, and it starts again in 1 s.')

  await appendEvents(app, 3)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(await state()).toMatchObject({ size: '13', pending: '0', state: 'stopped' })

  const second = starter()
  await expect.poll(async () => (await state())?.state, { timeout: 30_000 }).toBe('running')
  const pid = await pidOfSequencer()
  second.child.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 15_000, interval: 100 }).toBe(false)
  const { rows } = await reader.query<{ vkey: string }>('SELECT vkey FROM audit.log_key')
  expect(await verifyDatabase(rows.map(({ vkey }) => vkey))).toMatchObject({ outcome: 'good', size: 13 })
})

it('makes no new keys for a log that has begun, and signs nothing with those of another (T16)', { timeout: 120_000 }, async () => {
  const keys = join(folder, 'log', 'keys.json')
  const aside = join(folder, 'log', 'aside.json')
  const before = Number((await state())?.size)
  const origin = readKeyFile(keys)?.origin as string
  renameSync(keys, aside)
  await appendEvents(app, 2)

  const without = starter()
  await expect.poll(() => without.said(), { timeout: 30_000 }).toMatch(/The log has begun, but its key file \S+ is missing\./)
  expect(existsSync(keys)).toBe(false)
  without.child.kill('SIGTERM')
  await once(without.child, 'exit')

  createKeyFile(keys, origin, new Date())
  const strange = starter()
  await expect.poll(async () => (await state())?.state, { timeout: 30_000 }).toBe('refusing')
  await expect.poll(() => strange.said(), { timeout: 10_000 }).toMatch(/refuses to sign\. None of the keys at hand signs the log/)
  strange.child.kill('SIGTERM')
  await once(strange.child, 'exit')
  expect(await state()).toMatchObject({ size: String(before), pending: '2' })

  renameSync(aside, keys)
  const again = starter()
  await sealed(before + 2)
  again.child.kill('SIGTERM')
  await once(again.child, 'exit')
})

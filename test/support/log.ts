import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKeys, type SigningKey } from '../../sequencer/keys'
import type { SequencerOptions } from '../../sequencer/options'
import { openSequencer, type Round } from '../../sequencer/sequencer'
import { addressAs } from './postgres'

/** The name of the log in tests. */
export const TEST_LOG = 'localhost:3999/log'

/** The name of this test file's database. */
export const testDatabase = (): string => new URL(process.env.DATABASE_URL as string).pathname.slice(1)

/** A sequencer for tests, with keys and guard of its own. `vkey` is that of its Ed25519 key, `vkeys` are all of them. */
export type TestLog = {
  /** Integrates all that waits; answers how many entries the log then has. Throws when the sequencer refuses. */
  integrate(): Promise<number>
  /** One round, whatever comes of it. */
  round(): Promise<Round>
  vkey: string
  vkeys: readonly string[]
  keys: readonly SigningKey[]
  guardFile: string
  anchorFile: string
  close(): Promise<void>
}

/**
 * Starts the log of a database of the run (this test file's own when none is named), with new keys and a guard in a temporary folder, which
 * `close` removes. `options` sets the batch, a clock, or the step at which it is killed.
 */
export async function startLog(database = testDatabase(), options: Partial<SequencerOptions> = {}): Promise<TestLog> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-log-'))
  const keys = newKeys(TEST_LOG, new Date())
  const guardFile = join(folder, 'guard.json')
  const anchorFile = join(folder, 'anchors.jsonl')
  const databaseUrl = addressAs('countersign_log', database)
  const sequencer = await openSequencer({ databaseUrl, keys, guardFile, anchorFile, origin: TEST_LOG, ...options })
  const vkeys = keys.map(({ key }) => key.vkey)
  return {
    async integrate() {
      for (;;) {
        const { integrated, size, state, reason } = await sequencer.round()
        if (state !== 'running') throw new Error(`the log is ${state}: ${reason ?? 'another one holds the lock'}`)
        if (integrated === 0) return size
      }
    },
    round: () => sequencer.round(),
    vkey: vkeys[0] as string,
    vkeys,
    keys,
    guardFile,
    anchorFile,
    async close() {
      await sequencer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

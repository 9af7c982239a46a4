import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'

// The fork guard (audit-log.md, 5; T15): what the sequencer last set out to sign, in a file outside the database. A database that was set back, or
// another one in its place, is noticed because it does not follow from what stands here.
//
// There is one write a round, before the commit: where the log stood (`base`) and where the round will bring it (`next`, with the entries in their
// order). Killed before the commit, the next sequencer finds the database at `base` and completes exactly that round; killed after, it finds it at
// `next`. Nothing is ever signed twice with different entries, and nothing blocks.

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const stateSchema = z.object({
  format: z.literal('countersign-guard/1'),
  origin: z.string(),
  turn: z.number().int().min(0),
  base: z.object({ size: z.number().int().min(0), root: hex }),
  next: z
    .object({
      size: z.number().int().min(1),
      root: hex,
      /** The ids of the round's events in their order, 16 bytes each, in base64. */
      events: z.string(),
      note: z.string(),
    })
    .nullable(),
  writtenAt: z.string(),
})

/** What the guard file says. `turn` counts its writes. */
export type GuardState = z.infer<typeof stateSchema>

/** The guard file says something else than what this sequencer left there, or cannot be read. */
export class GuardMoved extends Error {}

/** How long another process may hold the claim of a turn before it counts as dead, in milliseconds. */
const STALE_CLAIM_MS = 2_000

/** Ids as they are kept in the guard. */
export const packIds = (ids: readonly string[]): string => Buffer.from(ids.join('').replaceAll('-', ''), 'hex').toString('base64')

/** The ids that `packIds` kept. */
export function unpackIds(packed: string): string[] {
  const digits = Buffer.from(packed, 'base64').toString('hex')
  return (digits.match(/.{32}/g) ?? []).map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}

/** Reads the guard file; null when there is none. Throws `GuardMoved` when it is not one: a guard is never guessed. */
export function readGuard(file: string): GuardState | null {
  if (!existsSync(file)) return null
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new GuardMoved('the guard file cannot be read')
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return // Windows opens no folders; its rename is written through with the volume's log
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

async function claim(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, 'wx', 0o600)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    try {
      if (Date.now() - statSync(path).mtimeMs > STALE_CLAIM_MS) rmSync(path, { force: true })
    } catch {
      continue // taken or given up between two looks
    }
    await wait(100)
  }
}

/**
 * Writes the next state of the guard if it still says what `expected` says (null: there is none yet), and answers what was written. The turn is
 * claimed by a file that only one process can make; content is flushed before it takes its place. Throws `GuardMoved` otherwise.
 */
export async function writeGuard(
  file: string,
  expected: GuardState | null,
  next: Omit<GuardState, 'format' | 'turn' | 'writtenAt'>,
  now: Date,
  step: (name: string) => void = () => {},
): Promise<GuardState> {
  // Parsed, so that what is compared later has its fields in the order of what is read.
  const turn = (expected?.turn ?? 0) + 1
  const state = stateSchema.parse({ format: 'countersign-guard/1', turn, writtenAt: now.toISOString(), ...next })
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const path = `${file}.next`
  const handle = await claim(path)
  let open = true
  try {
    step('guard claimed')
    const found = readGuard(file)
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw new GuardMoved('another sequencer wrote the guard file')
    writeSync(handle, `${JSON.stringify(state)}\n`)
    fsyncSync(handle)
    closeSync(handle)
    open = false
    step('guard written')
    renameSync(path, file)
  } catch (error) {
    if (open) closeSync(handle)
    rmSync(path, { force: true })
    throw error
  }
  syncFolder(dirname(file))
  step('guard in place')
  return state
}

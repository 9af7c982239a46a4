import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import type { Remembered } from '@/lib/domain/log/witness'

/** What a witness remembers of its logs, in a file that is whole at every moment. */
export type Memory = { last(origin: string): Remembered | null; keep(checkpoint: Remembered): void; close(): void }

/** Another process remembers in the same file. */
export class AlreadyRemembered extends Error {}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function lock(path: string): () => void {
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, String(process.pid))
      closeSync(file)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(readFileSync(path, 'utf8'))
      if (holder !== process.pid && holder > 0 && isAlive(holder))
        throw new AlreadyRemembered(`Process ${holder} is a witness with this state already. Stop it first, or choose another --state.`)
      rmSync(path, { force: true })
    }
  }
}

/**
 * Opens the memory of a witness: one signed checkpoint a log, in `path`. Written to a new file, flushed and renamed over the old one, so that a crash
 * leaves either the old or the new. Throws `AlreadyRemembered` while another process has it, and for a file that cannot be read: a witness that has
 * forgotten must not go on as if it were new.
 */
export function openMemory(path: string): Memory {
  const unlock = lock(`${path}.lock`)
  const known = new Map<string, Remembered>()
  if (existsSync(path)) {
    const file = JSON.parse(readFileSync(path, 'utf8')) as { checkpoints: string[] }
    for (const signed of file.checkpoints) {
      const said = parseCheckpoint(signed)
      if (!said) throw new Error(`${path} holds something that is no checkpoint. Put it right by hand; it is the memory of this witness.`)
      known.set(said.origin, { origin: said.origin, size: said.size, root: said.root, signed })
    }
  }
  return {
    last: (origin) => known.get(origin) ?? null,
    keep(checkpoint) {
      const next = new Map(known).set(checkpoint.origin, checkpoint)
      flush(path, `${JSON.stringify({ checkpoints: [...next.values()].map(({ signed }) => signed) }, null, 2)}\n`)
      known.set(checkpoint.origin, checkpoint)
    },
    close: unlock,
  }
}

function flush(path: string, text: string): void {
  const file = openSync(`${path}.new`, 'w', 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
  if (process.platform === 'win32') return // a folder cannot be flushed there
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

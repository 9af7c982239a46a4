import 'server-only'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The verifier as it was built, and its SHA-256 in hex. */
export type VerifierFile = { bytes: Buffer; sha256: string }

let last: (VerifierFile & { changed: number }) | null = null

/**
 * The command line as one file (`npm run cli` and every build make it), read again when it changed; null where it was not built, as in development. It
 * holds nothing of anybody, and whoever compares its hash with another copy's need not trust this server (issue 5, 3).
 */
export async function getVerifierFile(): Promise<VerifierFile | null> {
  const path = join(/* turbopackIgnore: true */ process.cwd(), 'cli', 'countersign.mjs')
  try {
    const { mtimeMs } = await stat(path)
    if (last?.changed !== mtimeMs) {
      const bytes = await readFile(path)
      last = { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), changed: mtimeMs }
    }
    return last
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

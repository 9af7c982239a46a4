import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { directorySource } from '@/cli/sources/directory'
import { withNode } from '@/cli/with-node'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { DAMAGES, type Sound } from '../../support/damages'
import { makeExport, newTestKey, writeExport } from '../../support/export-corpus'
import { makeStory, numbersFrom } from '../../support/trail-story'

// At least 3,000 random damages (issue 5, 6; T13, T14): TEST_SCALE=10 runs them; a tenth otherwise.
const SCALE = Number(process.env.TEST_SCALE ?? 1)
const EACH = Math.ceil(30 * SCALE)

const origin = 'example.org/log'
const key = newTestKey(origin)
// In memory where the system has that: thousands of small files.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'damages-'))

/** The verifier in Python, asked one directory after the other; null on a machine without Python. */
function openPython() {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' })
  } catch {
    return null
  }
  const child = spawn('python3', [join(import.meta.dirname, '../../verifier/verify.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(directory: string): Promise<{ outcome: string; firstBad: number | null }> {
      child.stdin.write(`${directory}\n`)
      const { value } = await answers.next()
      return JSON.parse(value as string)
    },
    close: () => child.stdin.end(),
  }
}
const python = openPython()

afterAll(() => {
  python?.close()
  rmSync(folder, { recursive: true })
})

async function sound(size: number, sizes: readonly number[]): Promise<Sound> {
  const story = makeStory(size, `damages ${size}`)
  return { files: await makeExport({ story, sizes, keys: [key], origin }), story, sizes, origin }
}

const sounds: Sound[] = [
  await sound(7, [1, 4, 7]),
  await sound(256, [100, 256]),
  await sound(300, [0, 90, 256, 270, 300]),
  await sound(600, [17, 255, 511, 512, 513, 600]),
]

async function look(sound: Sound['files']) {
  const directory = mkdtempSync(join(folder, 'd'))
  writeExport(directory, sound)
  const result = await verifyTrail(await directorySource(directory), { ...withNode, pinned: [key.key.vkey] })
  const other = python ? await python.ask(directory) : null
  rmSync(directory, { recursive: true })
  return { result, other }
}

describe('what is done to a stored trail is found (T13, T14)', () => {
  it('calls sound exports good, in both languages', async () => {
    for (const { files } of sounds) {
      const { result, other } = await look(files)
      expect(result.findings).toEqual([])
      expect(result.outcome).toBe('good')
      if (other) expect(other.outcome).toBe('good')
    }
  })

  it.each(Object.keys(DAMAGES))(`names the first bad entry of ${EACH} exports: %s`, { timeout: 600_000 }, async (name) => {
    const pick = numbersFrom(`${name} ${process.env.TEST_SEED ?? 1}`)
    const damage = DAMAGES[name] as (typeof DAMAGES)[string]
    for (let run = 0; run < EACH; run += 1) {
      const base = sounds[run % sounds.length] as Sound
      const { files, what, expected } = damage(base, pick)
      const { result, other } = await look(files)
      const told = { what, size: base.sizes.at(-1), findings: result.findings.slice(0, 3), python: other }
      expect({ ...told, outcome: result.outcome, firstBad: result.firstBad }).toEqual({ ...told, outcome: 'tampered', firstBad: expected })
      if (other) expect({ ...told, ...other }).toMatchObject({ outcome: 'tampered', firstBad: expected })
    }
  })
})

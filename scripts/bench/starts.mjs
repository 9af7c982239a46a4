import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { atEnd, stopChild } from '../lifetime.mjs'
import { inRoot, ownNodePath, root } from '../paths.mjs'
import { freePort } from '../processes.mjs'
import { Told } from '../say.mjs'
import { figure, judge, median, table } from './figures.mjs'

/** A folder for a start to keep its state in, gone at the end. As root the database runs as another user, who has to pass. */
function stateFolder() {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  chmodSync(parent, 0o711)
  const forget = () => rmSync(parent, { recursive: true, force: true })
  atEnd(forget)
  return { state: join(parent, 'state'), forget }
}

/** `npm start` without npm, timed from its first instruction to the first good answer of /ready: `{ url, ms, stop() }`. */
async function startOnce(env, state) {
  const port = await freePort()
  const from = performance.now()
  const child = spawn(ownNodePath, [inRoot('scripts', 'start.mjs'), '--port', String(port)], {
    cwd: root,
    env: { ...env, COUNTERSIGN_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const stop = () => stopChild(child, 15_000)
  atEnd(stop)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const url = `http://localhost:${port}`
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Told(`The application did not start:\n${output.trim()}`)
    try {
      const answer = await fetch(`${url}/ready`)
      await answer.body?.cancel()
      if (answer.ok) return { url, ms: performance.now() - from, stop }
    } catch {
      // Not listening yet.
    }
    await wait(15)
  }
}

/** The application with a fresh demo record in an embedded database: `{ url, state, stop() }`, and `forget()` for its folder. */
export async function startDemo(bare) {
  const { state, forget } = stateFolder()
  const { url, stop } = await startOnce(bare, state)
  return { url, state, stop, forget }
}

/**
 * How long a start takes until /ready on a database that exists: the external one of `external` (its two addresses), or the embedded one
 * that lies in `state`. One start that does not count comes before.
 */
export async function measureStarts({ bare, external, state, rounds, quick }) {
  const own = external ? stateFolder() : { state, forget: () => {} }
  const env = { ...bare, ...external }
  const times = []
  for (let round = 0; round <= (quick ? 1 : Math.min(rounds, 5)); round += 1) {
    const { ms, stop } = await startOnce(env, own.state)
    await stop()
    if (round > 0) times.push(ms)
  }
  own.forget()
  const kind = external ? 'an external' : 'the embedded'
  const ms = median(times)
  return {
    lines: table([
      [`start to /ready on ${kind} server`, 'median ms', 'each'],
      ['', figure(ms), times.map((each) => figure(each)).join(' ')],
    ]),
    aims: [judge({ what: `start to /ready on ${kind} server`, value: ms, most: external ? 1000 : 3000, unit: ' ms' })],
    figures: { ms, times },
  }
}

import { spawn } from 'node:child_process'
import { root } from './paths.mjs'
import { isAlive, npmAbove } from './processes.mjs'
import { Told, tell } from './say.mjs'

// One place that knows what has to be stopped, and in which order, however this process is asked to end.

const cleanups = []
let ending

/** Registers something to stop at the end; the last registered is stopped first. */
export function atEnd(cleanup) {
  cleanups.push(cleanup)
}

/** Stops everything once and ends the process. Never returns to its caller. */
export function end(code) {
  ending ??= (async () => {
    for (const cleanup of cleanups.reverse()) {
      try {
        await cleanup()
      } catch (error) {
        tell(error)
      }
    }
    process.exit(code)
  })()
  return ending
}

/** Whether the end has begun: what fails now fails because we stop it. */
export const isEnding = () => ending !== undefined

/** Ends in order on Ctrl-C, on a polite kill, on a closed terminal, and when the process that started us is gone. */
export function endOnSignals() {
  process.on('SIGINT', () => end(130))
  process.on('SIGTERM', () => end(143))
  process.on('SIGHUP', () => end(129))
  process.on('disconnect', () => end(143))
  // An npm that is killed outright takes nothing with it: without this the server would live on and block the next start.
  const npm = npmAbove()
  if (npm) setInterval(() => isAlive(npm) || end(143), 1000).unref()
}

/** Stops a child: politely, after `patience` ms by force. Resolves when it is gone. */
export function stopChild(child, patience = 6000) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), patience)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/**
 * Runs a program to its end. `quiet` keeps its output and shows it only when it fails. Resolves with `{ code, output }`;
 * throws a `Told` with `failure` when the code is not 0, unless `failure` is not given.
 */
export function run(program, args, { env = process.env, quiet = false, failure, cwd = root, stdin = 'ignore' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: [stdin, quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    atEnd(() => stopChild(child))
    child.on('error', reject)
    child.on('close', (code) => {
      if (isEnding()) return // nobody waits any more
      if (code === 0 || failure === undefined) resolve({ code: code ?? 1, output })
      else reject(new Told(`${failure}${quiet ? `\n${output.trim()}` : ''}`))
    })
  })
}

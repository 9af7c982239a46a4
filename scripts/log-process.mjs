import { spawn } from 'node:child_process'
import { LOG_ONLY } from './environment.mjs'
import { atEnd, isEnding, stopChild } from './lifetime.mjs'
import { inRoot, ownNodePath, root, stateFolder } from './paths.mjs'
import { say } from './say.mjs'

// The sequencer as a child of `npm start`: it seals what the application records. Only it gets the log's address and keys; the application
// goes on serving without it, and says that the log waits.

/** The settings of the log that were given, and nothing of the application's secrets. */
const LOG_SETTINGS = [...LOG_ONLY, 'LOG_ORIGIN']

/** What any program needs of the environment it runs in. */
const SYSTEM = [
  'PATH',
  'Path',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'LANG',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'NO_PROXY',
]

const pick = (env, names) => Object.fromEntries(names.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]))

/** The environment of the sequencer: its own settings and no others. */
export function sequencerEnvironment(env, { port, logUrl }) {
  return {
    ...pick(process.env, SYSTEM),
    ...pick(env, LOG_SETTINGS),
    DATABASE_LOG_URL: logUrl,
    APP_ORIGIN: env.APP_ORIGIN ?? `http://localhost:${port}`,
    COUNTERSIGN_STATE: stateFolder,
    NODE_ENV: 'production',
  }
}

/** How Node runs the sequencer: its TypeScript as it is. */
export const sequencerArguments = (args = []) => ['--import', 'tsx', inRoot('sequencer', 'main.ts'), ...args]

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** A sequencer that ran this long was well; what ends it then is not what ended it before. */
const WELL_MS = 60_000

/**
 * Keeps a sequencer running until the end. The end is registered now and the process is started by `start()`, so that at the end the web server
 * goes first, then the sequencer (which seals the last entries), then the database.
 */
export function keepSequencer(env) {
  let child
  let timer
  let wait = FIRST_WAIT_MS
  atEnd(async () => {
    clearTimeout(timer)
    if (child) await stopChild(child, 10_000)
  })

  function start() {
    if (isEnding()) return
    const from = performance.now()
    child = spawn(ownNodePath, sequencerArguments(['--lifeline']), {
      cwd: root,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // Ctrl-C reaches us first: it is to outlive the web server by a moment
    })
    child.stdin.on('error', () => {})
    // What is normal is not said at every start; what is not, is.
    child.stdout.on('data', (chunk) => {
      for (const line of String(chunk).split('\n').filter(Boolean)) if (!line.startsWith('Log: sealing ')) say(`  ${line}`)
    })
    child.stderr.on('data', (chunk) => process.stderr.write(chunk))
    child.on('error', () => {})
    child.on('close', (code, signal) => {
      if (isEnding()) return
      if (performance.now() - from > WELL_MS) wait = FIRST_WAIT_MS
      say(
        `\nThe process that seals the audit log ended (${signal ?? code}); nothing is lost, and it starts again in ${Math.round(wait / 1000)} s.`,
      )
      timer = setTimeout(start, wait)
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    })
  }

  return { start }
}

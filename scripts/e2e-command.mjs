import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd, isEnding, run, stopChild } from './lifetime.mjs'
import { inRoot, ownNodePath, root } from './paths.mjs'
import { freePort } from './processes.mjs'
import { say, step, Told, took } from './say.mjs'

const tests = inRoot('test', 'e2e')
const hasTests = () => existsSync(tests) && readdirSync(tests, { recursive: true }).some((name) => String(name).endsWith('.spec.ts'))

/**
 * Starts the application as `npm start` does, demo record included, with a state folder and a port of its own.
 * Answers `{ url, state, stop() }` once it serves; throws a `Told` with what it printed when it ends before.
 */
export async function startApplication(env) {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-app-'))
  chmodSync(parent, 0o711) // as root the database runs as another user, who has to pass
  const state = join(parent, 'state')
  const port = await freePort()
  const child = spawn(ownNodePath, [inRoot('scripts', 'start.mjs'), '--port', String(port)], {
    cwd: root,
    env: { ...env, COUNTERSIGN_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const stop = async () => {
    await stopChild(child, 15_000)
    rmSync(parent, { recursive: true, force: true })
  }
  atEnd(stop)
  let output = ''
  await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      output += chunk
      if (output.includes('Ctrl-C stops everything')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', () => isEnding() || reject(new Told(`The application did not start:\n${output.trim()}`)))
  })
  return { url: `http://localhost:${port}`, state, stop, output: () => output }
}

/**
 * Runs the browser tests on a production build with a database and demo record of their own, or on the server of COUNTERSIGN_URL.
 * `args` go to Playwright. Answers its exit code, or null when there is no test yet.
 */
export async function browserTests(args, env) {
  if (!hasTests()) {
    say('   no browser test yet')
    return null
  }
  const from = performance.now()
  const app = process.env.COUNTERSIGN_URL ? null : await step('Application for the browser', () => startApplication(env))
  if (app) say(`   serving at ${app.url} after ${took(performance.now() - from)}`)
  const cli = inRoot('node_modules', '@playwright', 'test', 'cli.js')
  const { code } = await run(ownNodePath, [cli, 'test', ...args], {
    env: {
      ...env,
      COUNTERSIGN_URL: app?.url ?? process.env.COUNTERSIGN_URL,
      COUNTERSIGN_STATE: app?.state ?? process.env.COUNTERSIGN_STATE ?? '',
    },
  })
  if (app) {
    const said = app.output().split('Ctrl-C stops everything.').at(-1)?.trim()
    if (code !== 0 && said) say(`\nWhat the server said meanwhile:\n${said.slice(-6000)}`)
    await app.stop()
  }
  return code
}

import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { atEnd, end, isEnding, stopChild } from './lifetime.mjs'
import { inRoot, ownNodePath, root } from './paths.mjs'
import { isFree, portHolder } from './processes.mjs'
import { say, Told } from './say.mjs'

/** The address that the web server listens on: this machine only while people try things out with a printed password. */
export const hostOf = (env) => env.HOST ?? (env.COUNTERSIGN_ENV === 'production' ? '0.0.0.0' : '127.0.0.1')

/** Throws a `Told` that names who holds the port and what to do about it. */
export async function refuseTakenPort(port, host) {
  if (await isFree(port, host)) return
  const holder = portHolder(port)
  const where = holder?.folder ? ` in ${holder.folder}` : ''
  const who = holder
    ? `process ${holder.pid} (${holder.command.slice(0, 160) || 'unknown'}${where})`
    : 'a process that could not be found out'
  throw new Told(`Port ${port} is taken by ${who}.\nStop it, or choose another port: npm start -- --port ${port + 1}`)
}

/** Starts the web server and waits until it answers. Its own greeting is kept back; what it says later is passed on. */
export async function serve({ env, port, host, dev }) {
  const next = inRoot('node_modules', 'next', 'dist', 'bin', 'next')
  const lifeline = pathToFileURL(inRoot('scripts', 'lifeline.mjs')).href
  // A small nursery: what a request leaves behind is swept sooner, and the process stays at half the resident memory (npm run bench).
  const child = spawn(
    ownNodePath,
    ['--max-semi-space-size=16', '--import', lifeline, next, dev ? 'dev' : 'start', '-p', String(port), '-H', host],
    {
      cwd: root,
      env: {
        ...env,
        NODE_ENV: dev ? 'development' : 'production',
        // What Node compiled is kept for the next start, beside the build that it belongs to.
        ...(dev ? {} : { NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? inRoot('.next', 'cache', 'node') }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // Ctrl-C reaches us first: open streams are closed before the database goes
    },
  )
  let kept = ''
  let up = false
  const pass = (to) => (chunk) => {
    if (up) to.write(chunk)
    else kept += chunk
  }
  child.stdout.on('data', pass(process.stdout))
  child.stderr.on('data', pass(process.stderr))
  child.on('exit', (code) => {
    if (!up || isEnding()) return
    say(`\nThe web server ended by itself (${code ?? 'killed'}).`)
    end(code || 1)
  })
  atEnd(() => stopChild(child))

  const asked = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Told(`The web server did not start:\n${kept.trim()}`)
    try {
      const answer = await fetch(`http://${asked}:${port}/ready`, { redirect: 'manual', signal: AbortSignal.timeout(30_000) })
      await answer.body?.cancel()
      if (answer.status < 500 || tries > 100) {
        up = true
        return answer.status
      }
    } catch {
      // Not listening yet.
    }
    await wait(50)
  }
  throw new Told(`The web server did not answer on port ${port} within a minute:\n${kept.trim()}`)
}

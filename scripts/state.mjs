import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stateFolder } from './paths.mjs'
import { commandOf, isAlive } from './processes.mjs'
import { loginRoles } from './roles.mjs'

// What the embedded database and a running start remember, in files that only their owner reads.

const file = (name) => join(stateFolder, name)
const secret = (bytes = 24) => randomBytes(bytes).toString('base64url')

function write(name, value) {
  // As root PostgreSQL runs as another user, who has to pass through (not list) this folder to reach its own.
  mkdirSync(stateFolder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  writeFileSync(file(`${name}.new`), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(file(`${name}.new`), file(name))
}

function read(name) {
  if (!existsSync(file(name))) return null
  try {
    return JSON.parse(readFileSync(file(name), 'utf8'))
  } catch {
    return null // cut off by a crash of the machine; everything in it can be made again
  }
}

/** Generated passwords and the port of the embedded database, the key of the cookies, and how far the demo record got. Null before the first start. */
export const readEmbedded = () => read('embedded.json')
/** Keeps the embedded state. */
export const writeEmbedded = (state) => write('embedded.json', state)

/** New secrets for a new embedded database. `demo`: `wanted` (load it at first start) or `none`. */
export function newEmbedded(demo) {
  return { port: 0, demo, passwords: Object.fromEntries(['postgres', ...loginRoles].map((role) => [role, secret()])) }
}

/** The key of the session cookies, made once and kept, so that a restart signs nobody out. */
export function keptSecret() {
  const kept = read('secret.json')?.nextauthSecret
  if (kept) return kept
  const nextauthSecret = secret(48)
  write('secret.json', { nextauthSecret })
  return nextauthSecret
}

/** Leaves word that this process serves from this state folder. */
export const noteRunning = (about) => write('running.json', { pid: process.pid, ...about })

/** The start that serves from this state folder now (`{ pid, port, embedded }`), or null. A number that went to another program counts as none. */
export function runningStart() {
  const running = read('running.json')
  if (!running || running.pid === process.pid || !isAlive(running.pid)) return null
  return commandOf(running.pid).includes('start.mjs') || process.platform === 'win32' ? running : null
}

/** What the seed left for people to sign in with: `{ password, personas: [{ name, email, roles }], curl }`, or null. */
export const readDemo = () => read('demo.json')

/** The address of the one-time set-up link, without its origin, or null when there is none (any more). */
export function readSetupLink() {
  return existsSync(file('setup-link.txt')) ? readFileSync(file('setup-link.txt'), 'utf8').trim() : null
}

/** Forgets the link: there is an administrator. */
export const forgetSetupLink = () => rmSync(file('setup-link.txt'), { force: true })

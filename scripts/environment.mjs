import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { inRoot, root, stateFolder } from './paths.mjs'
import { Told } from './say.mjs'
import { keptSecret } from './state.mjs'

/** The environment with `.env.local` and `.env` behind it; what is set in the environment wins. Empty values count as not set. */
export function readEnvironment() {
  const env = {}
  for (const name of ['.env', '.env.local']) if (existsSync(inRoot(name))) Object.assign(env, parseEnv(readFileSync(inRoot(name), 'utf8')))
  Object.assign(env, process.env)
  for (const [name, value] of Object.entries(env)) if (value === '') delete env[name]
  return env
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return '' // not a clone, or no git: the application says that it does not know
  }
}

/** Settings that only the sequencer may see (T16): whoever has them can sign what they like. */
export const LOG_ONLY = ['DATABASE_LOG_URL', 'LOG_KEY_FILE', 'LOG_GUARD_FILE', 'LOG_ANCHOR_FILE', 'LOG_WITNESSES']

/**
 * The settings of the running application: those given, and what can be worked out for those that are not. `databaseUrl` is the
 * application role's address; the migrating role's and all that is the sequencer's are taken out, because the running application must not have
 * them. They are set empty rather than left out: Next would fill in what is missing from `.env` again.
 */
export function applicationEnvironment(env, { port, databaseUrl, buildDate = '' }) {
  const origin = env.APP_ORIGIN ?? `http://localhost:${port}`
  return {
    ...env,
    PORT: String(port),
    APP_ORIGIN: origin,
    NEXTAUTH_URL: env.NEXTAUTH_URL ?? origin,
    NEXTAUTH_SECRET: env.NEXTAUTH_SECRET ?? keptSecret(),
    DATABASE_URL: databaseUrl,
    DATABASE_MIGRATE_URL: '',
    ...Object.fromEntries(LOG_ONLY.map((name) => [name, ''])),
    COUNTERSIGN_STATE: stateFolder,
    GIT_SHA: env.GIT_SHA ?? commit(),
    BUILD_DATE: env.BUILD_DATE ?? buildDate,
    APP_VERSION: env.APP_VERSION ?? JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).version,
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

/** Checks settings by the application's own rules (`lib/env.ts`); throws a `Told` with all problems at once. */
export async function checkSettings(env) {
  const { readSettings, SettingsRefused } = await import('../lib/env.ts')
  try {
    return readSettings(env)
  } catch (error) {
    throw error instanceof SettingsRefused ? new Told(error.message) : error
  }
}

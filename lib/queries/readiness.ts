import 'server-only'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { db } from '@/lib/db/client'
import { type LogState, loadLogState } from '@/lib/db/load-log-state'

/** Whether requests can be served, and if not, why; without a word about where the database is. */
export type Readiness = { ready: true; auditLog: LogState['state'] | 'unknown' } | { ready: false; reason: string }

const PATIENCE_MS = 3_000
const LOG_PATIENCE_MS = 1_000

/** Names of the migrations that came with this build, in their order. */
function migrationsOnDisk(): string[] {
  const folder = join(/* turbopackIgnore: true */ process.cwd(), 'prisma', 'migrations')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

const away: Readiness = { ready: false, reason: 'The database cannot be reached.' }

/**
 * Whether the database answers within three seconds and has every migration of this build (002.34). An answer that does not come is a no: what
 * cannot be told fails closed.
 */
export async function getReadiness(): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve(away), PATIENCE_MS)
  })
  try {
    return await Promise.race([judge(), late])
  } finally {
    clearTimeout(timer)
  }
}

async function judge(): Promise<Readiness> {
  let applied: { name: string }[]
  try {
    applied = await db.$queryRaw<{ name: string }[]>`
      SELECT migration_name AS name FROM public._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`
  } catch {
    // Whatever the driver says names host and role; none of it goes out.
    return away
  }
  const done = new Set(applied.map(({ name }) => name))
  const missing = migrationsOnDisk().filter((name) => !done.has(name)).length
  if (missing === 0) return { ready: true, auditLog: await logState() }
  return { ready: false, reason: `${missing} ${missing === 1 ? 'migration is' : 'migrations are'} not applied. Run npm run migrate.` }
}

/** In one word, without a reason: anybody may ask whether this process is ready. A log that does not answer soon makes nothing unready. */
async function logState(): Promise<LogState['state'] | 'unknown'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'unknown'>((resolve) => {
    timer = setTimeout(() => resolve('unknown'), LOG_PATIENCE_MS)
  })
  try {
    return await Promise.race([loadLogState(db).then(({ state }) => state), late])
  } catch {
    return 'unknown'
  } finally {
    clearTimeout(timer)
  }
}

import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import pg from 'pg'
import { inRoot } from './paths.mjs'
import { forgetSetupLink, readSetupLink } from './state.mjs'

// Most starts find everything done. Asking is one statement; doing it again would load the schema engine and half of the application.

const migrationsOnDisk = () =>
  readdirSync(inRoot('prisma', 'migrations'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

const LOOK = `
  SELECT (SELECT coalesce(json_agg(json_build_object('name', migration_name, 'done', finished_at IS NOT NULL)), '[]') FROM public._prisma_migrations WHERE rolled_back_at IS NULL) AS migrations,
    EXISTS (SELECT FROM "PolicyVersion") AS governed,
    EXISTS (
      SELECT FROM "RoleGrant" g JOIN "Principal" p ON p.id = g."principalId" WHERE g.role = 'admin' AND g."systemId" IS NULL AND g."startsAt" <= clock_timestamp()
      AND (g."endsAt" IS NULL OR g."endsAt" > clock_timestamp()) AND p.kind = 'person' AND p."retiredAt" IS NULL) AS admin,
    EXISTS (SELECT FROM "SetupLink" WHERE "secretHash" = $1 AND "usedAt" IS NULL AND "expiresAt" > clock_timestamp()) AS linked`

/**
 * What a start finds: whether every migration is there (`migrated`), and whether the first start's work is (`begun`: systems governed, and an
 * admin or a set-up link that is still good). Whatever cannot be told, as in a new database, counts as not there. `url` is the application role's.
 */
export async function lookAround(url) {
  const link = decodeURIComponent(readSetupLink()?.split('/').at(-1) ?? '')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query(LOOK, [createHash('sha256').update(link).digest('hex')])
    const { migrations, governed, admin, linked } = rows[0]
    const done = new Set(migrations.filter((each) => each.done).map(({ name }) => name))
    const migrated = migrations.every((each) => each.done) && migrationsOnDisk().every((name) => done.has(name))
    if (admin) forgetSetupLink()
    return { migrated, begun: migrated && governed && (admin || linked) }
  } catch {
    return { migrated: false, begun: false }
  } finally {
    await client.end().catch(() => {})
  }
}

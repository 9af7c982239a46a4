import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { GET as health } from '@/app/health/route'
import { GET as ready } from '@/app/ready/route'
import { GET as version } from '@/app/version/route'
import '../../support/api'

async function asMigrator(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

describe('what watches a process asks it (002.27, 002.34)', () => {
  it('/health says that it is alive without asking the database', async () => {
    const answer = health()
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'alive' })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('/version shows the stamp of the build', async () => {
    expect(await version().json()).toEqual({
      GIT_SHA: '3f2a9c1d5b7e8f60a1b2c3d4e5f60718293a4b5c',
      BUILD_DATE: '2026-11-21T12:00:00Z',
      APP_VERSION: '0.1.0',
    })
  })

  it('/ready wants every migration of the build, and says how many are missing', async () => {
    expect((await ready()).status).toBe(200)
    await asMigrator(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name LIKE '%_audit'`)
    const answer = await ready()
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ status: 'not_ready', reason: '1 migration is not applied. Run npm run migrate.' })
    await asMigrator('UPDATE _prisma_migrations SET rolled_back_at = NULL')
  })

  it('/ready says that the database is away, without its address, role or password', async () => {
    await asMigrator('ALTER TABLE _prisma_migrations RENAME TO gone')
    try {
      const answer = await ready()
      expect(answer.status).toBe(503)
      expect(await answer.json()).toEqual({ status: 'not_ready', reason: 'The database cannot be reached.' })
    } finally {
      await asMigrator('ALTER TABLE gone RENAME TO _prisma_migrations')
    }
  })
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asOwner, prepareExternal, whyNotVersion } from '../../../scripts/external.mjs'
import { addressAs } from '../../support/postgres'

let app: pg.Client
const database = new URL(process.env.DATABASE_URL as string).pathname.slice(1)

beforeAll(async () => {
  app = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await app.connect()
})
afterAll(() => app.end())

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'allowed',
    (error: { code?: string }) => error.code,
  )

describe('database roles', () => {
  it('no role of ours is superuser or may make roles, databases or replicas', async () => {
    const { rows } = await app.query<{ rolname: string; mighty: boolean }>(
      `SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS mighty
         FROM pg_roles WHERE rolname LIKE 'countersign%' ORDER BY rolname`,
    )
    expect(rows.map((row) => row.rolname)).toEqual(
      ['app', 'log', 'migrate', 'owner', 'read', 'verify'].map((name) => `countersign_${name}`),
    )
    expect(rows.filter((row) => row.mighty)).toEqual([])
  })

  it('the application may put on the reading role, has nothing of it otherwise, and never becomes the owner', async () => {
    expect(await refusal(app.query('SELECT FROM audit.trail'))).toBe('42501')
    expect(await refusal(app.query('BEGIN; SET LOCAL ROLE countersign_read; SELECT count(*) FROM audit.trail; COMMIT'))).toBe('allowed')
    expect(await refusal(app.query('SET ROLE countersign_owner'))).toBe('42501')
    expect(await refusal(app.query('SET ROLE countersign_migrate'))).toBe('42501')
  })

  it('what migrates belongs to the owner from the first statement', async () => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
    await client.connect()
    const { rows } = await client.query<{ who: string }>('SELECT current_user AS who')
    await client.end()
    expect(rows[0]?.who).toBe('countersign_owner')
  })

  it('nobody else may connect', async () => {
    const { rows } = await app.query<{ acl: string }>('SELECT datacl::text AS acl FROM pg_database WHERE datname = current_database()')
    expect(rows[0]?.acl).not.toMatch(/[{,]=/) // an entry without a name is PUBLIC
  })
})

describe('an external server', () => {
  it('is refused in one sentence when it is too old', () => {
    expect(whyNotVersion(150_008)).toBe('PostgreSQL 16 or later is needed; the server at DATABASE_URL is 15.')
    expect(whyNotVersion(160_000)).toBeNull()
  })

  it('is taken when the roles are there', async () => {
    const addresses = { url: process.env.DATABASE_URL as string, migrateUrl: asOwner(process.env.DATABASE_MIGRATE_URL as string) }
    await expect(prepareExternal(addresses)).resolves.toBeUndefined()
  })

  it('is refused with a superuser or the owner as the running address', async () => {
    for (const role of ['postgres', 'countersign_migrate'] as const)
      await expect(prepareExternal({ url: addressAs(role, database) })).rejects.toThrow(/a superuser or owner could change the record/)
  })

  it('no message about it shows a password', async () => {
    const url = addressAs('countersign_app', database).replace(/:[^:@]+@/, ':Zq7-marker@')
    const error = await prepareExternal({ url }).catch((caught: Error) => caught)
    expect(String(error)).toContain('password authentication failed')
    expect(String(error)).not.toContain('Zq7-marker')
  })
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest'

// What is written by hand in the migrations, by the catalog: triggers, partitions, grants, row-level security. And what the application's role
// tries in vain on the trail (T13, T16; audit-log.md, 7).

const PARTITIONS = 40

/** What the log says of itself, and everybody of the application may read. */
const SAID_OF_THE_LOG = ['anchor', 'checkpoint', 'cosignature', 'log_key', 'sequencer', 'statement', 'statement_signature', 'verification']

const grows = (name: string): string[] => [`${name} INSERT`, `${name} SELECT`]

let owner: pg.Client
let app: pg.Client

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

const EVENT = '{"action":"system.created","actor":{"id":"a"},"subject":{"id":"s","kind":"system"},"system":"s"}'

beforeAll(async () => {
  owner = await connect(process.env.DATABASE_MIGRATE_URL as string)
  app = await connect(process.env.DATABASE_URL as string)
  await app.query('INSERT INTO audit.event (canonical) VALUES ($1)', [EVENT])
})

afterAll(async () => {
  await Promise.all([owner.end(), app.end()])
})

const rowsOf = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => (await owner.query<Row>(sql)).rows

describe('the catalog', () => {
  it('every trigger of the trail fires always, on the parent and on each of its forty partitions', async () => {
    const triggers = await rowsOf<{ kind: string; name: string; state: string; count: number }>(`
      SELECT CASE c.relkind WHEN 'p' THEN 'parent' ELSE 'partition' END AS kind, t.tgname AS name, t.tgenabled AS state, count(*)::int AS count
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE NOT t.tgisinternal AND c.relnamespace = 'audit'::regnamespace AND (c.relname = 'event' OR c.relispartition)
       GROUP BY 1, 2, 3 ORDER BY 1, 2`)
    const each = ['event_append_only', 'event_no_truncate', 'event_pending']
    expect(triggers).toEqual([
      ...each.map((name) => ({ kind: 'parent', name, state: 'A', count: 1 })),
      ...each.map((name) => ({ kind: 'partition', name, state: 'A', count: PARTITIONS })),
    ])
  })

  it('leaves, tiles, checkpoints and what vouches for them only grow, always', async () => {
    const triggers = await rowsOf<{ table: string; state: string }>(`
      SELECT t.tgrelid::regclass::text AS table, t.tgenabled AS state FROM pg_trigger t
       JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'audit'::regnamespace AND c.relname !~ '^event' AND NOT t.tgisinternal ORDER BY 1`)
    const grow = ['anchor', 'checkpoint', 'cosignature', 'leaf', 'statement', 'statement_signature', 'tile', 'verification']
    expect(triggers).toEqual(grow.map((table) => ({ table: `audit.${table}`, state: 'A' })))
  })

  it('partitions are quarters without a gap, from before the product until years ahead', async () => {
    const bounds = await rowsOf<{ bound: string }>(`
      SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE relispartition AND relkind = 'r' AND relnamespace = 'audit'::regnamespace ORDER BY relname`)
    const ranges = bounds.map(({ bound }) =>
      [...bound.matchAll(/'([^']+)'/g)].map((match) => new Date(match[1] as string).toISOString().slice(0, 10)),
    )
    expect(ranges).toHaveLength(PARTITIONS)
    for (const [index, [, to]] of ranges.slice(0, -1).entries()) expect(ranges[index + 1]?.[0]).toBe(to)
    expect(ranges[0]?.[0]).toBe('2025-07-01')
    expect(ranges.at(-1)?.[1]).toBe('2035-07-01')
  })

  it('the application may append a canonical text and nothing else', async () => {
    const tables = await rowsOf<{ right: string }>(`
      SELECT table_name || ' ' || privilege_type AS right FROM information_schema.role_table_grants
       WHERE grantee = 'countersign_app' AND table_schema = 'audit' ORDER BY 1`)
    expect(tables.map(({ right }) => right)).toEqual([...SAID_OF_THE_LOG, 'text_body'].sort().map((name) => `${name} SELECT`))
    const columns = await rowsOf<{ right: string }>(`
      SELECT table_name || '.' || column_name || ' ' || privilege_type AS right FROM information_schema.role_column_grants
       WHERE grantee = 'countersign_app' AND table_schema = 'audit' AND privilege_type <> 'SELECT' ORDER BY 1`)
    expect(columns.map(({ right }) => right)).toEqual([
      'event.canonical INSERT',
      ...['digest', 'form', 'payload', 'payload_type', 'subject_id', 'subject_kind'].map((name) => `statement.${name} INSERT`),
      'text.body INSERT',
      'text.digest INSERT',
      'text.salt INSERT',
    ])
  })

  it('the reading role reads the trail and nothing else, the log moves pending entries, the verifier reads it all', async () => {
    const rights = await rowsOf<{ role: string; rights: string[] }>(`
      SELECT grantee AS role, array_agg(table_name || ' ' || privilege_type ORDER BY table_name, privilege_type) AS rights
        FROM information_schema.role_table_grants
       WHERE table_schema IN ('audit', 'public') AND grantee IN ('countersign_read', 'countersign_log', 'countersign_verify')
         AND (grantee <> 'countersign_verify' OR table_name !~ '^event_[0-9]') GROUP BY 1 ORDER BY 1`)
    expect(rights).toEqual([
      {
        role: 'countersign_log',
        rights: [
          ...['anchor', 'checkpoint', 'cosignature'].flatMap(grows),
          'event SELECT',
          ...['leaf', 'log_key'].flatMap(grows),
          'pending DELETE',
          'pending SELECT',
          ...grows('sequencer'),
          'statement SELECT',
          ...['statement_signature', 'tile', 'verification'].flatMap(grows),
        ],
      },
      {
        role: 'countersign_read',
        rights: [...SAID_OF_THE_LOG, 'leaf', 'tile', 'trail'].sort().map((name) => `${name} SELECT`),
      },
      {
        role: 'countersign_verify',
        // Sealed texts are what signatures name; "S" sorts before the small letters, here as in PostgreSQL.
        rights: ['SealedVersion', ...SAID_OF_THE_LOG, 'event', 'leaf', 'pending', 'text', 'text_body', 'tile', 'trail']
          .sort()
          .map((name) => `${name} SELECT`),
      },
    ])
  })

  it('facts of the business tables are only moved along their life cycle: nothing that decides is deleted', async () => {
    const deletes = await rowsOf<{ name: string }>(`
      SELECT DISTINCT table_name AS name FROM information_schema.role_table_grants WHERE grantee = 'countersign_app' AND table_schema = 'public' AND privilege_type IN ('DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES') ORDER BY 1`)
    // The newest facts of a profile can be made again from its observations, which nobody deletes.
    expect(deletes.map(({ name }) => name).filter((name) => !['IdempotencyKey', 'Throttle', 'ProfileFact'].includes(name))).toEqual([])
    for (const table of [
      'Evidence',
      'Observation',
      'Attestation',
      'GovernedChange',
      'ReleaseChange',
      'Snapshot',
      'ChecklistTick',
      'DossierOpening',
      'Question',
      'PromotionGate',
      'SignOffSlot',
    ]) {
      const [row] = await rowsOf<{ may: boolean }>(`SELECT has_any_column_privilege('countersign_app', '"${table}"', 'UPDATE') AS may`)
      expect(row?.may, table).toBe(false)
    }
  })

  it('rows are judged for every reader, and a superuser is nobody', async () => {
    const [table] = await rowsOf<{ on: boolean }>(`SELECT relrowsecurity AS on FROM pg_class WHERE oid = 'audit.event'::regclass`)
    expect(table?.on).toBe(true)
    const policies = await rowsOf<{ line: string }>(
      `SELECT format('%s %s %s', polname, polcmd, (SELECT string_agg(rolname, ',') FROM pg_roles WHERE oid = ANY (polroles))) AS line FROM pg_policy WHERE polrelid = 'audit.event'::regclass ORDER BY 1`,
    )
    expect(policies.map(({ line }) => line)).toEqual([
      'event_append a countersign_app',
      'event_append_by_log a countersign_log',
      'event_for_log r countersign_log',
      'event_for_verify r countersign_verify',
      'event_of_readable_system r countersign_read',
    ])
    const powers = await rowsOf<{ name: string }>(`
      SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'countersign%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)`)
    expect(powers).toEqual([])
    const logins = await rowsOf<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'countersign%' AND rolcanlogin ORDER BY 1`,
    )
    expect(logins.map(({ name }) => name)).toEqual(['countersign_app', 'countersign_log', 'countersign_migrate', 'countersign_verify'])
    const who = await app.query<{ user: string; super: string }>(`SELECT session_user AS user, current_setting('is_superuser') AS super`)
    expect(who.rows).toEqual([{ user: 'countersign_app', super: 'off' }])
  })

  it('functions that act as their owner cannot be called by others and fix their search path', async () => {
    const functions = await rowsOf<{ name: string; config: string[] | null; app: boolean }>(`
      SELECT proname AS name, proconfig AS config, has_function_privilege('countersign_app', oid, 'EXECUTE') AS app FROM pg_proc WHERE prosecdef AND pronamespace IN ('audit'::regnamespace, 'public'::regnamespace)`)
    expect(functions.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      // How the log stands, for every page.
      { name: 'log_state', config: ['search_path=pg_catalog, audit'], app: true },
      // The one way to take words off the record; it writes its event itself.
      { name: 'redact', config: ['search_path=pg_catalog, audit'], app: true },
      { name: 'remember_pending', config: ['search_path=pg_catalog, audit'], app: false },
    ])
  })
})

describe('the application’s role tries', () => {
  const quarter = 'audit.event_2026_q4'
  // What the role was refused for: 42501 is "not allowed".
  const ways: [string, string[]][] = [
    ['to change an event', [`UPDATE audit.event SET canonical = '{}'`]],
    ['to delete one', ['DELETE FROM audit.event']],
    ['to empty the trail', ['TRUNCATE audit.event']],
    ['to empty one partition of it', [`TRUNCATE ${quarter}`]],
    ['to date an event back', [`INSERT INTO audit.event (canonical, recorded_at) VALUES ('${EVENT}', '2026-10-01')`]],
    ['to choose its id', [`INSERT INTO audit.event (canonical, id) VALUES ('${EVENT}', gen_random_uuid())`]],
    ['to put one straight into a partition', [`INSERT INTO ${quarter} (canonical) VALUES ('${EVENT}')`]],
    ['to read the trail', ['SELECT canonical FROM audit.event']],
    ['to read what it just wrote', [`INSERT INTO audit.event (canonical) VALUES ('${EVENT}') RETURNING id`]],
    ['to read the trail without the reading role', ['SELECT id FROM audit.trail']],
    ['to switch a trigger off', ['ALTER TABLE audit.event DISABLE TRIGGER event_append_only']],
    ['to switch all triggers off for its session', ['SET session_replication_role = replica']],
    ['to become the owner', ['SET ROLE countersign_owner']],
    ['to become the log', ['SET ROLE countersign_log']],
    ['to forget a pending entry', ['DELETE FROM audit.pending']],
    ['to read salts', ['SELECT salt FROM audit.text']],
    ['to redact a text', [`UPDATE audit.text SET body = NULL`]],
    ['to drop the trail', ['DROP TABLE audit.event']],
    ['to detach a partition', [`ALTER TABLE audit.event DETACH PARTITION ${quarter}`]],
    ['to drop the policy of rows', ['DROP POLICY event_of_readable_system ON audit.event']],
    ['to write a checkpoint', [`INSERT INTO audit.checkpoint (tree_size, root, note) VALUES (1, '\\x00', 'n')`]],
    ['to make a function in the audit schema', ['CREATE FUNCTION audit.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$']],
    [
      'to change a row as the reading role',
      ['SET LOCAL ROLE countersign_read', `SELECT set_config('app.systems', 's,*', true)`, `UPDATE audit.event SET canonical = '{}'`],
    ],
    ['to append as the reading role', ['SET LOCAL ROLE countersign_read', `INSERT INTO audit.event (canonical) VALUES ('${EVENT}')`]],
  ]

  test.each(ways)('%s, and is refused', async (_, statements) => {
    await app.query('BEGIN')
    try {
      for (const statement of statements.slice(0, -1)) await app.query(statement)
      await expect(app.query(statements.at(-1) as string)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await app.query('ROLLBACK')
    }
  })

  it('to take words off the record under another name, and is refused', async () => {
    await expect(app.query(`SELECT audit.redact(ARRAY['${'0'.repeat(64)}'], '${EVENT}')`)).rejects.toThrow(
      'records itself as text.redacted',
    )
  })

  it('and the trail is as it was', async () => {
    const [row] = await rowsOf<{ events: number; pending: number }>(
      'SELECT (SELECT count(*)::int FROM audit.event) AS events, (SELECT count(*)::int FROM audit.pending) AS pending',
    )
    expect(row).toEqual({ events: 1, pending: 1 })
  })
})

describe('even the owner', () => {
  test.each([
    ['changes no event', `UPDATE audit.event SET canonical = '{}'`],
    ['deletes none', 'DELETE FROM audit.event'],
    ['empties nothing', 'TRUNCATE audit.event'],
    ['empties no partition', 'TRUNCATE audit.event_2026_q4'],
  ])('%s while the triggers are on', async (_, statement) => {
    await expect(owner.query(statement)).rejects.toMatchObject({ message: expect.stringContaining('append-only') })
  })
})

test('a replica-mode superuser is stopped by the triggers too', async () => {
  const url = new URL(inject('postgres').admin)
  url.pathname = new URL(process.env.DATABASE_URL as string).pathname
  const root = await connect(url.href)
  try {
    await root.query('SET session_replication_role = replica')
    await expect(root.query(`UPDATE audit.event SET canonical = '{}'`)).rejects.toMatchObject({
      message: expect.stringContaining('append-only'),
    })
    await expect(root.query('TRUNCATE audit.event_2026_q4')).rejects.toMatchObject({ message: expect.stringContaining('append-only') })
  } finally {
    await root.end()
  }
})

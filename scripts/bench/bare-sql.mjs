import pg from 'pg'

// The statements of the bare routes without anything in front of them: what the server itself can do on this machine.

const event = (id, note) =>
  JSON.stringify({ action: 'bench.changed', system: null, actor: { id: 'bench' }, subject: { kind: 'bench', id: String(id) }, note })

const CHANGE = {
  name: 'change',
  text: `WITH changed AS (UPDATE bench_row SET n = n + 1, note = $2 WHERE id = $1 RETURNING id, n),
    told AS (INSERT INTO audit.event (canonical) SELECT $3 FROM changed) SELECT id, n FROM changed`,
}

const UNAUDITED = { name: 'unaudited', text: 'UPDATE bench_row SET n = n + 1, note = $2 WHERE id = $1 RETURNING id, n' }

/** Makes the table of the bare routes, as its owner; the role of the application may read and change it. */
export async function makeBenchTable(migrateUrl, rows) {
  const client = new pg.Client({ connectionString: migrateUrl })
  await client.connect()
  try {
    await client.query('CREATE TABLE bench_row (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, note text NOT NULL)')
    await client.query("INSERT INTO bench_row (id, note) SELECT i, 'none' FROM generate_series(0, $1 - 1) i", [rows])
    await client.query('GRANT SELECT, UPDATE ON bench_row TO countersign_app')
  } finally {
    await client.end()
  }
}

/** A connection for each client, and what each can do on it: `change`, `interactive` and `read`, as the bare routes do,
 * and `unaudited`, a change that nobody can read about later. */
export async function openBareSql(appUrl, clients) {
  const all = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: appUrl })
      await client.connect()
      return client
    }),
  )
  return {
    change: async (client, note) => {
      await all[client].query({ ...CHANGE, values: [client, note, event(client, note)] })
    },
    unaudited: async (client, note) => {
      await all[client].query({ ...UNAUDITED, values: [client, note] })
    },
    interactive: async (client, note) => {
      const on = all[client]
      await on.query('BEGIN')
      await on.query({ name: 'lock', text: 'SELECT id FROM bench_row WHERE id = $1 FOR UPDATE', values: [client] })
      await on.query({
        name: 'update',
        text: 'UPDATE bench_row SET n = n + 1, note = $2 WHERE id = $1 RETURNING id, n',
        values: [client, note],
      })
      await on.query({ name: 'append', text: 'INSERT INTO audit.event (canonical) VALUES ($1)', values: [event(client, note)] })
      await on.query('COMMIT')
    },
    read: async (client) => {
      await all[client].query({ name: 'read', text: 'SELECT id, n, note FROM bench_row WHERE id = $1', values: [client] })
    },
    close: () => Promise.all(all.map((client) => client.end())),
  }
}

/** One number that the superuser of the throw-away server sees. */
export async function askNumber(url, text, values = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(text, values)
    return Number(Object.values(rows[0])[0])
  } finally {
    await client.end()
  }
}

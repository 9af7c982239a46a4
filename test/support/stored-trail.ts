import pg from 'pg'
import { inject } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import type { Verification } from '@/lib/domain/log/verify/source'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { countTrail } from '../../sequencer/reconcile'
import { databaseTrail } from '../../sequencer/trail-source'
import { testDatabase } from './log'
import { addressAs } from './postgres'

/** A connection to a database of the run (this file's own when none is named) as a role. */
export async function connectAs(role: Parameters<typeof addressAs>[0], database = testDatabase()): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: role === 'postgres' ? superuserAddress(database) : addressAs(role, database) })
  client.on('error', () => {})
  await client.connect()
  await client.query(`SET TimeZone = 'UTC'`)
  return client
}

/** The superuser's address of a database: for what only somebody with the whole machine could do. */
export function superuserAddress(database: string): string {
  const url = new URL(inject('postgres').admin)
  url.pathname = `/${database}`
  return url.href
}

/** Verifies what a database stores now, with keys and checkpoints from outside. */
export async function verifyDatabase(
  pinned: readonly string[],
  options: { database?: string; anchors?: readonly string[]; rules?: boolean } = {},
): Promise<Verification> {
  const client = await connectAs('countersign_log', options.database)
  try {
    const counts = await countTrail(client)
    return await verifyTrail(databaseTrail(client, counts), {
      tree: nodeTree,
      check: checkSignature,
      pinned,
      anchors: options.anchors ?? [],
      rules: options.rules ?? false,
    })
  } finally {
    await client.end()
  }
}

/** Appends events as the application does, in one transaction; `about` tells them apart. */
export async function appendEvents(app: pg.ClientBase, count: number, about = 'x'): Promise<void> {
  await app.query(
    `INSERT INTO audit.event (canonical) SELECT format(
      '{"action":"system.created","actor":{"id":"a","kind":"person"},"after":{"n":%s,"what":"%s"},"request":{"id":"r"},"subject":{"id":"s","kind":"system"},"system":"s"}', n, $2::text)
     FROM generate_series(1, $1::int) n`,
    [count, about],
  )
}

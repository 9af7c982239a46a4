import type pg from 'pg'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import type { Verification } from '@/lib/domain/log/verify/source'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { databaseTrail } from './trail-source'

const OUTCOME = { good: 'intact', tampered: 'damaged', unknown: 'unknown' } as const

/** What a verification found, in one sentence. */
function sentenceOf({ outcome, entries, checkpoints, findings, notChecked }: Verification): string {
  if (outcome === 'good') return `${entries} entries and ${checkpoints} checkpoints were checked from their bytes.`
  return (findings[0]?.says ?? notChecked[0] ?? 'It could not be told.').slice(0, 500)
}

/**
 * Verifies the whole stored trail with the keys that the sequencer holds, not those that the database names, and keeps the outcome for everybody to
 * see (T13). Null while there is no checkpoint. Runs on a connection of its own, in one snapshot.
 */
export async function verifyStored(client: pg.ClientBase, vkeys: readonly string[]): Promise<Verification | null> {
  const { rows: clock } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  let found: Verification
  try {
    await client.query(`SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '10min'`)
    const { rows } = await client.query<{ events: string; leaves: string; pending: string; began: boolean }>(
      `SELECT (SELECT count(*) FROM audit.event) AS events, (SELECT count(*) FROM audit.leaf) AS leaves, (SELECT count(*) FROM audit.pending) AS pending,
        EXISTS (SELECT FROM audit.checkpoint) AS began`,
    )
    const row = rows[0]
    if (!row?.began) return null
    const counts = { events: Number(row.events), leaves: Number(row.leaves), pending: Number(row.pending) }
    found = await verifyTrail(databaseTrail(client, counts), { tree: nodeTree, check: checkSignature, pinned: vkeys })
  } finally {
    await client.query('ROLLBACK')
  }
  await keepVerification(client, {
    startedAt: clock[0]?.now as Date,
    size: found.size,
    root: found.root,
    outcome: OUTCOME[found.outcome],
    firstBad: found.firstBad,
    says: sentenceOf(found),
  })
  return found
}

/** Keeps what a look at the record found. `root` is hex; `says` a sentence. */
export async function keepVerification(
  client: pg.ClientBase,
  about: { startedAt: Date; size: number; root: string; outcome: 'intact' | 'damaged' | 'unknown'; firstBad: number | null; says: string },
): Promise<void> {
  await client.query(
    'INSERT INTO audit.verification (started_at, tree_size, root, outcome, first_bad, says) VALUES ($1, $2, $3, $4, $5, $6)',
    [about.startedAt, about.size, Buffer.from(about.root, 'hex'), about.outcome, about.firstBad, about.says],
  )
}

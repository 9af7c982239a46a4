import { createHash } from 'node:crypto'
import type pg from 'pg'
import { preAuthEncoding } from '@/lib/domain/log/statement/dsse'
import type { SigningKey } from './keys'

type Row = { digest: string; payload_type: string; payload: string }

/**
 * Signs statements about promotions, rotations and exceptions that somebody asked for: only those whose digest an event names that is in the tree,
 * so that the log's key signs nothing that is not on the record (T16). Each Ed25519 key that signs now signs once. Answers how many were signed.
 */
export async function signStatements(client: pg.ClientBase, keys: () => Promise<readonly SigningKey[]>): Promise<number> {
  const { rows } = await client.query<Row>(
    `SELECT s.digest, s.payload_type, s.payload FROM audit.statement s
      WHERE NOT EXISTS (SELECT FROM audit.statement_signature g WHERE g.digest = s.digest)
        AND EXISTS (SELECT FROM audit.event e JOIN audit.leaf l ON l.event_id = e.id
          WHERE e.action = 'statement.requested' AND e.payload -> 'after' ->> 'digest' = s.digest) LIMIT 100`,
  )
  if (rows.length === 0) return 0
  const signers = (await keys()).filter(({ key }) => key.kind === 'ed25519')
  let signed = 0
  for (const { digest, payload_type, payload } of rows) {
    const bytes = Buffer.from(payload, 'utf8')
    if (createHash('sha256').update(bytes).digest('hex') !== digest) continue
    for (const signer of signers)
      await client.query('INSERT INTO audit.statement_signature (digest, key_id, signature) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        digest,
        signer.key.keyId,
        Buffer.from(signer.signBytes(preAuthEncoding(payload_type, bytes))),
      ])
    signed += 1
  }
  return signed
}

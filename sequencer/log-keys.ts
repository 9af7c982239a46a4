import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type LogEvent, logEventText } from '@/lib/domain/log/log-event'
import type { SigningKey } from './keys'
import { Refusing } from './options'

/** How long an old key signs beside a new one, in days (audit-log.md, 4). */
export const KEYS_OVERLAP_DAYS = 30

type Row = { key_id: string; vkey: string; kind: string; added_at: Date; retired_at: Date | null }

/** Puts an act of the log on the record, in the caller's transaction. */
export async function appendLogEvent(client: pg.Client, origin: string, event: LogEvent): Promise<void> {
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  const text = logEventText(event, { origin, at: rows[0]?.now as Date, request: randomUUID() })
  await client.query('INSERT INTO audit.event (canonical) VALUES ($1)', [text])
}

const insertKey = (client: pg.Client, { key }: SigningKey, size: number) =>
  client.query('INSERT INTO audit.log_key (key_id, vkey, kind, from_size) VALUES ($1, $2, $3, $4)', [key.keyId, key.vkey, key.kind, size])

/**
 * Brings the register of keys in line with the keys at hand, each change with its event, in one transaction: the first keys begin the log; a key
 * that is new signs from now on beside those that do, and 30 days later the older ones of its kind stop. Answers the keys that sign now, the
 * oldest first. Throws `Refusing` when none of the keys at hand signs this log.
 */
export async function registerKeys(client: pg.Client, origin: string, size: number, keys: readonly SigningKey[]): Promise<SigningKey[]> {
  if (keys.length === 0 || keys.some(({ key }) => key.name !== origin))
    throw new Refusing(`The keys at hand are not those of the log ${origin}.`)
  await client.query('BEGIN')
  try {
    const { rows } = await client.query<Row>('SELECT key_id, vkey, kind, added_at, retired_at FROM audit.log_key ORDER BY added_at, key_id')
    const signing = rows.length === 0 ? await begin(client, origin, size, keys) : await change(client, origin, size, keys, rows)
    await client.query('COMMIT')
    return signing
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

async function begin(client: pg.Client, origin: string, size: number, keys: readonly SigningKey[]): Promise<SigningKey[]> {
  if (size > 0) throw new Refusing(`The log has ${size} entries, but no key of it is on record.`)
  for (const each of keys) await insertKey(client, each, 0)
  const about = keys.map(({ key }) => key)
  await appendLogEvent(client, origin, {
    action: 'log.started',
    keys: about.map(({ keyId }) => keyId),
    vkeys: about.map(({ vkey }) => vkey),
  })
  return [...keys]
}

async function change(
  client: pg.Client,
  origin: string,
  size: number,
  keys: readonly SigningKey[],
  rows: readonly Row[],
): Promise<SigningKey[]> {
  const known = (each: SigningKey): Row | undefined => rows.find(({ vkey }) => vkey === each.key.vkey)
  const current = keys.filter((each) => known(each)?.retired_at === null)
  if (current.length === 0) throw new Refusing(`None of the keys at hand signs the log ${origin}: its key file is missing or another one.`)
  const signing = new Set(current)
  for (const each of keys.filter((one) => !known(one))) {
    await insertKey(client, each, size)
    const beside = [...signing].map(({ key }) => key.keyId)
    await appendLogEvent(client, origin, { action: 'log.key_added', key: each.key.keyId, vkey: each.key.vkey, beside })
    signing.add(each)
  }
  const { rows: over } = await client.query<{ key_id: string; vkey: string }>(
    `UPDATE audit.log_key k SET until_size = $1, retired_at = clock_timestamp() WHERE k.retired_at IS NULL AND EXISTS (
       SELECT FROM audit.log_key n WHERE n.kind = k.kind AND n.added_at > k.added_at AND n.retired_at IS NULL
         AND n.added_at < clock_timestamp() - make_interval(days => $2)) RETURNING key_id, vkey`,
    [size, KEYS_OVERLAP_DAYS],
  )
  for (const { key_id, vkey } of over) await appendLogEvent(client, origin, { action: 'log.key_retired', key: key_id, vkey })
  return [...signing].filter(({ key }) => !over.some(({ vkey }) => vkey === key.vkey))
}

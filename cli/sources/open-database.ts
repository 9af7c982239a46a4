import pg from 'pg'
import { type TrailSource, TrailUnreadable } from '@/lib/domain/log/verify/source'
import { databaseSource, READ_ONCE } from './database'

/** The trail of the database at an address, within one transaction that reads. Throws `TrailUnreadable` with what is wrong; no address is ever printed. */
export async function openDatabase(url: string): Promise<{ source: TrailSource; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: 'countersign verify' })
  // A connection that breaks while nobody asks it: the next question says so.
  client.on('error', () => undefined)
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> => {
    try {
      const { rows } = await client.query(text, values ? [...values] : undefined)
      return { rows: rows as Row[] }
    } catch (error) {
      throw new TrailUnreadable(`The database could not be read: ${reasonOf(error)}`)
    }
  }
  try {
    await client.connect()
  } catch (error) {
    throw new TrailUnreadable(`The database could not be reached: ${reasonOf(error)}`)
  }
  const close = () => client.end().catch(() => undefined)
  try {
    await query(READ_ONCE)
    return { source: await databaseSource(query), close }
  } catch (error) {
    await close()
    throw error
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (code === '42501' || code === '42P01') return 'this role may not read the whole trail. Connect as one that is countersign_verify.'
  if (code === '28P01' || code === '28000') return 'the name or password was not accepted.'
  return `${message || code || 'unknown error'}.`
}

import 'server-only'
import pg from 'pg'
import type { Heard, SessionNews } from '@/lib/domain/change-key'
import { CHANNEL } from './announce'

const RETRY_MS = 1_000
const PING_MS = 20_000

type Listener = (heard: Heard) => void
type Ear = { listeners: Set<Listener>; client: pg.Client | null; timer: NodeJS.Timeout | null; isDeaf: boolean }

// On globalThis, because every bundle of the server has a copy of this module and one connection is enough for all.
const kept = globalThis as { countersignEar?: Ear }
const ear = (kept.countersignEar ??= { listeners: new Set(), client: null, timer: null, isDeaf: false })

/**
 * Calls back with what changed in this database, and by which session, whoever it was. One LISTEN connection for the process, however many follow; after a loss it
 * connects again every second, and then everybody hears "everything". Gives the way to stop.
 */
export function onChanges(listener: Listener): () => void {
  ear.listeners.add(listener)
  if (ear.client === null && ear.timer === null) void listen()
  return () => {
    ear.listeners.delete(listener)
    if (ear.listeners.size === 0) hangUp()
  }
}

function tell(heard: Heard): void {
  for (const listener of ear.listeners) listener(heard)
}

async function listen(): Promise<void> {
  ear.timer = null
  const client = new pg.Client({
    connectionString: process.env.DATABASE_URL,
    keepAlive: true,
    query_timeout: 5_000,
    connectionTimeoutMillis: 5_000,
    application_name: 'countersign live',
  })
  ear.client = client
  client.on('notification', ({ payload }) => tell(read(payload)))
  client.on('error', () => lost(client))
  client.on('end', () => lost(client))
  try {
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
  } catch {
    lost(client) // refused or away: tried again in a second
    return
  }
  if (ear.client !== client) return void client.end().catch(() => {})
  if (ear.isDeaf) tell('everything')
  ear.isDeaf = false
  schedule(() => ping(client), PING_MS)
}

// A connection that a firewall forgot gives no error; a question without an answer does.
function ping(client: pg.Client): void {
  client.query('SELECT 1').then(
    () => {
      if (ear.client === client) schedule(() => ping(client), PING_MS)
    },
    () => lost(client),
  )
}

function lost(client: pg.Client): void {
  if (ear.client !== client) return
  ear.client = null
  ear.isDeaf = true
  client.removeAllListeners('notification')
  void client.end().catch(() => {})
  if (ear.listeners.size > 0) schedule(() => void listen(), RETRY_MS)
}

function schedule(next: () => void, ms: number): void {
  if (ear.timer !== null) clearTimeout(ear.timer)
  ear.timer = setTimeout(next, ms)
  ear.timer.unref()
}

function hangUp(): void {
  const { client } = ear
  ear.client = null
  ear.isDeaf = false
  if (ear.timer !== null) clearTimeout(ear.timer)
  ear.timer = null
  void client?.end().catch(() => {})
}

function read(payload: string | undefined): Heard {
  const told = JSON.parse(payload || '[]') as SessionNews[] // sent by `flushNews` only; nobody else may connect to this database
  return told.length === 0 ? 'everything' : told
}

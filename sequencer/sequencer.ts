import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import pg from 'pg'
import { toHex } from '@/lib/domain/log/bytes'
import { GuardMoved, type GuardState, readGuard, writeGuard } from './guard'
import type { SigningKey } from './keys'
import { registerKeys } from './log-keys'
import { keysOf, nowOf, Refusing, type SequencerOptions } from './options'
import { runRound, setBackWords, whyNotCompleted } from './round'
import { loadStand, type Stand } from './stand'

/** The advisory lock that only one sequencer of a database holds. */
const LOCK = '0x6c6f67'

/** How often an idle sequencer says that it is there, and looks at its key file, in milliseconds. */
const BEAT_MS = 10_000

/** What a round did and how the sequencer stands: `waiting` while another one holds the lock. `reason` says why it refuses. */
export type Round = { integrated: number; size: number; state: 'running' | 'refusing' | 'waiting'; reason: string | null }

export type Sequencer = {
  /**
   * Integrates what waits, at most one batch. Rejects when the database does not answer or the round was cut off; the next call begins anew from
   * what is stored.
   */
  round(): Promise<Round>
  /** Says that nobody seals any more, and lets go of the lock. */
  close(): Promise<void>
}

type Session = { client: pg.Client; stand: Stand; guard: GuardState; keys: SigningKey[]; beatAt: number }

/** A connection as the log's role. Its errors come with the statement that meets them. */
export async function connectLog(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'countersign log',
  })
  client.on('error', () => {})
  await client.connect()
  await client.query(`SET TimeZone = 'UTC'; SET statement_timeout = '60s'; SET synchronous_commit = on`)
  return client
}

/** Takes the lock of the log on a connection, for as long as it lives. Answers whether it is ours. */
export async function takeLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean }>(`SELECT pg_try_advisory_lock(${Number(LOCK)}) AS ours`)
  return rows[0]?.ours === true
}

/** What the guard has to say to where the database stands; null when they agree (T14, T15). */
export function whyNotGuarded(guard: GuardState | null, stand: Stand, origin: string): string | null {
  const { size } = stand.edge
  const at = { size, root: toHex(stand.root) }
  const isAt = (place: { size: number; root: string }): boolean => place.size === at.size && place.root === at.root
  if (guard === null) return size === 0 ? null : `The log has ${size} entries, but its guard file is missing.`
  if (guard.origin !== origin) return `The guard file is that of another log, ${guard.origin}.`
  if (isAt(guard.base) || (guard.next && isAt(guard.next))) return null
  const seen = guard.next ?? guard.base
  if (size < seen.size) return setBackWords(seen.size, size)
  if (size > seen.size)
    return `The database has ${size} entries, the guard file saw only ${seen.size}: another guard file was used in between.`
  return `The database and the guard file have ${size} entries, but not the same ones.`
}

/**
 * A sequencer for one log (issue 5, 1). It holds the lock of its database, so that another waits; it orders what waits, signs it and remembers
 * outside the database what it signed. Nothing connects before the first round.
 */
export function openSequencer(options: SequencerOptions): Promise<Sequencer> {
  const instance = `${hostname().slice(0, 60)} ${process.pid} ${randomBytes(4).toString('hex')}`
  let waiting: pg.Client | null = null
  let session: Session | null = null

  const drop = async (): Promise<void> => {
    const clients = [waiting, session?.client]
    waiting = null
    session = null
    await Promise.all(clients.map((client) => client?.end().catch(() => {})))
  }

  const report = (client: pg.Client, state: 'running' | 'refusing' | 'stopped', reason: string | null) =>
    client.query(
      `INSERT INTO audit.sequencer AS s (instance, state, reason) VALUES ($1, $2, $3)
       ON CONFLICT (one) DO UPDATE SET instance = $1, state = $2, reason = $3, beat_at = clock_timestamp(),
         since = CASE WHEN s.state = $2 AND s.reason IS NOT DISTINCT FROM $3 THEN s.since ELSE clock_timestamp() END`,
      [instance, state, reason],
    )

  async function begin(client: pg.Client): Promise<Session> {
    const stand = await loadStand(client)
    if (stand.origin !== null && stand.origin !== options.origin)
      throw new Refusing(`The log in the database is ${stand.origin}, the keys are for ${options.origin}.`)
    const guard = readGuard(options.guardFile)
    const why = whyNotGuarded(guard, stand, options.origin) ?? (guard && (await whyNotCompleted(client, stand, guard)))
    if (why !== null) throw new Refusing(why)
    const keys = await registerKeys(client, options.origin, stand.edge.size, keysOf(options))
    const base = { size: stand.edge.size, root: toHex(stand.root) }
    const kept = guard ?? (await writeGuard(options.guardFile, null, { origin: options.origin, base, next: null }, nowOf(options)))
    await report(client, 'running', null)
    return { client, stand, guard: kept, keys, beatAt: Date.now() }
  }

  async function advance(): Promise<Round> {
    if (session === null) {
      const client = waiting ?? (await connectLog(options.databaseUrl))
      waiting = client
      if (!(await takeLock(client))) return { integrated: 0, size: 0, state: 'waiting', reason: null }
      session = await begin(client)
      waiting = null
    }
    if (Date.now() - session.beatAt > BEAT_MS) {
      session.beatAt = Date.now()
      session.keys = await registerKeys(session.client, options.origin, session.stand.edge.size, keysOf(options))
      await report(session.client, 'running', null)
    }
    const done = await runRound(session.client, session.stand, session.guard, session.keys, options)
    if (done) Object.assign(session, { stand: done.stand, guard: done.guard })
    return { integrated: done?.integrated ?? 0, size: session.stand.edge.size, state: 'running', reason: null }
  }

  return Promise.resolve({
    async round() {
      try {
        return await advance()
      } catch (error) {
        const client = waiting ?? session?.client
        const isRefusal = error instanceof Refusing || error instanceof GuardMoved
        const reason = isRefusal ? sentence(error.message) : null
        const size = session?.stand.edge.size ?? 0
        if (client && reason) await report(client, 'refusing', reason).catch(() => {})
        // Another look begins from what is stored. The lock is let go, so that the written procedure can take it.
        await drop()
        if (reason === null) throw error
        return { integrated: 0, size, state: 'refusing', reason }
      }
    },
    async close() {
      if (session) await report(session.client, 'stopped', 'The process that seals was stopped.').catch(() => {})
      await drop()
    },
  })
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`

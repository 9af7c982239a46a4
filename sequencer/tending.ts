import type pg from 'pg'
import { ANCHOR_MS, type Anchored, anchor } from './anchors'
import { signingNow } from './checkpoints'
import { keysOf, type SequencerOptions } from './options'
import { countTrail, whyNotEven } from './reconcile'
import { connectLog } from './sequencer'
import type { WitnessAddress } from './settings'
import { signStatements } from './statements'
import { keepVerification, verifyStored } from './verify-loop'
import { askWitness } from './witness-client'

// What a sequencer does beside sealing: statements, anchors, witnesses, counting and verifying. Each kind has a lane with a connection of its own, so
// that no entry waits for any of it, and no statement or anchor for a witness that is slow or a verification that is long.

const VERIFY_MS = 15 * 60_000
const COUNT_MS = 60_000
const OFTEN_MS = 1_000

/** A look that takes long is taken less often: it may cost a twentieth of the time at most. */
const SHARE = 20

type Work = (client: pg.Client) => Promise<void>
type Job = { every: number; last: number | null; took: number; run: Work }
type Lane = { tend(): Promise<void>; close(): Promise<void> }

/** There is nothing to do yet; look again soon. */
class NotYet extends Error {}

const due = ({ every, last, took }: Job): boolean => last === null || performance.now() - last >= Math.max(every, took * SHARE)

/** Jobs that are done one after the other, on one connection that is opened when it is needed. */
function openLane(databaseUrl: string, troubled: (why: string | null) => void, works: readonly [every: number, run: Work][]): Lane {
  const jobs = works.map(([every, run]): Job => ({ every, last: null, took: 0, run }))
  let client: pg.Client | null = null
  let busy: Promise<void> | null = null
  let closed = false

  async function work(): Promise<void> {
    for (const job of jobs.filter(due)) {
      if (closed) return
      const began = performance.now()
      try {
        client ??= await connectLog(databaseUrl)
        await job.run(client)
        troubled(null)
      } catch (error) {
        if (error instanceof NotYet) continue
        if (!closed) troubled((error as Error).message)
        await client?.end().catch(() => {})
        client = null
      }
      job.took = performance.now() - began
      job.last = performance.now()
    }
  }

  return {
    tend() {
      busy ??= work().finally(() => {
        busy = null
      })
      return busy
    },
    async close() {
      closed = true
      // What is under way is cut off: it would only delay the end.
      await client?.end().catch(() => {})
      client = null
      await busy
    },
  }
}

export type Tending = {
  /** Does what is due, in each lane unless it is still at it. Never rejects: what failed is said and tried again. */
  tend(): Promise<void>
  close(): Promise<void>
}

/** Opens what a running sequencer does beside its rounds. `say` gets sentences for whoever runs it. */
export function openTending(options: SequencerOptions & { witnesses: readonly WitnessAddress[]; say(line: string): void }): Tending {
  let anchored: Anchored | null = null
  const said = new Map<string, string | null>()

  /** Says a sentence once, until it changes. */
  const sayOnce = (about: string, line: string | null): boolean => {
    if ((said.get(about) ?? null) === line) return false
    said.set(about, line)
    if (line) options.say(line)
    return true
  }

  /** What counts and witnesses say against the record, as long as they do. */
  const standing = new Map<string, string>()

  const keepAlarm = async (db: pg.Client, why: string): Promise<void> => {
    const { rows } = await db.query<{ now: Date; size: string; root: string }>(
      `SELECT clock_timestamp() AS now, tree_size AS size, encode(root, 'hex') AS root FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1`,
    )
    const { now, size, root } = rows[0] ?? { now: new Date(), size: '0', root: '' }
    await keepVerification(db, { startedAt: now, size: Number(size), root, outcome: 'damaged', firstBad: null, says: why })
  }

  const alarm = async (db: pg.Client, about: string, why: string | null): Promise<void> => {
    if (why === null) standing.delete(about)
    else standing.set(about, why)
    if (sayOnce(about, why) && why !== null) await keepAlarm(db, why)
  }

  const statements: Work = async (db) => {
    await signStatements(db, () => signingNow(db, keysOf(options)))
  }
  const anchors: Work = async (db) => {
    anchored = await anchor(db, options, anchored)
  }
  const count: Work = async (db) => alarm(db, 'counts', whyNotEven(await countTrail(db)))
  const verify: Work = async (db) => {
    const found = await verifyStored(
      db,
      keysOf(options).map(({ key }) => key.vkey),
    )
    if (found === null) throw new NotYet()
    sayOnce('verification', found.outcome === 'tampered' ? `The record was damaged: ${found.findings[0]?.says ?? ''}` : null)
    // A record that agrees with itself answers no witness who saw another one: the newest look must not hide what still stands (T15).
    if (found.outcome === 'good') for (const why of standing.values()) await keepAlarm(db, why)
  }
  const ask =
    (witness: WitnessAddress): Work =>
    async (db) => {
      const { state, says } = await askWitness(db, witness)
      // One that does not answer takes nothing back.
      if (state === 'unanswered') sayOnce(witness.url, says)
      else await alarm(db, witness.url, says)
    }

  const lanes = (
    [
      [
        'Statements and anchors',
        [
          [OFTEN_MS, statements],
          [OFTEN_MS, anchors],
        ],
      ],
      [
        'Verifying',
        [
          [COUNT_MS, count],
          [VERIFY_MS, verify],
        ],
      ],
      ...options.witnesses.map((witness): [string, [number, Work][]] => [witness.key.name, [[ANCHOR_MS, ask(witness)]]]),
    ] satisfies [string, [number, Work][]][]
  ).map(([name, works]) =>
    openLane(options.databaseUrl, (why) => void sayOnce(name, why && `${name}: something did not work. ${why}`), works),
  )

  return {
    async tend() {
      await Promise.all(lanes.map((lane) => lane.tend()))
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()))
    },
  }
}

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

// What a sequencer does beside sealing: anchors, witnesses, statements, counting and verifying. On a connection of its own, so that no entry waits
// for any of it, and one thing at a time.

const VERIFY_MS = 15 * 60_000
const COUNT_MS = 60_000
const STATEMENTS_MS = 1_000

/** A look that takes long is taken less often: it may cost a twentieth of the time at most. */
const SHARE = 20

type Job = { every: number; last: number; took: number; run(client: pg.Client): Promise<void> }

export type Tending = {
  /** Does what is due, unless it is already at it. Never rejects: what failed is said and tried again. */
  tend(): Promise<void>
  close(): Promise<void>
}

/** Opens what a running sequencer does beside its rounds. `say` gets sentences for whoever runs it. */
export function openTending(options: SequencerOptions & { witnesses: readonly WitnessAddress[]; say(line: string): void }): Tending {
  let client: pg.Client | null = null
  let busy: Promise<void> | null = null
  let anchored: Anchored | null = null
  const said = new Map<string, string | null>()

  /** Says a sentence once, until it changes. */
  const sayOnce = (about: string, line: string | null): boolean => {
    if ((said.get(about) ?? null) === line) return false
    said.set(about, line)
    if (line) options.say(line)
    return true
  }

  const alarm = async (db: pg.Client, about: string, why: string | null): Promise<void> => {
    if (!sayOnce(about, why) || why === null) return
    const { rows } = await db.query<{ now: Date; size: string; root: string }>(
      `SELECT clock_timestamp() AS now, tree_size AS size, encode(root, 'hex') AS root FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1`,
    )
    const { now, size, root } = rows[0] ?? { now: new Date(), size: '0', root: '' }
    await keepVerification(db, { startedAt: now, size: Number(size), root, outcome: 'damaged', firstBad: null, says: why })
  }

  const job = (every: number, run: Job['run']): Job => ({ every, last: 0, took: 0, run })
  const jobs: Job[] = [
    job(STATEMENTS_MS, async (db) => {
      await signStatements(db, () => signingNow(db, keysOf(options)))
    }),
    // The witnesses come first, so that their lines are anchored too. Both look for themselves what is due.
    job(ANCHOR_MS, async (db) => {
      for (const witness of options.witnesses) {
        const { state, says } = await askWitness(db, witness)
        if (state === 'contradicts') await alarm(db, witness.url, says)
        else sayOnce(witness.url, says)
      }
    }),
    job(STATEMENTS_MS, async (db) => {
      anchored = await anchor(db, options, anchored)
    }),
    job(COUNT_MS, async (db) => alarm(db, 'counts', whyNotEven(await countTrail(db)))),
    job(VERIFY_MS, async (db) => {
      const found = await verifyStored(
        db,
        keysOf(options).map(({ key }) => key.vkey),
      )
      if (found === null) throw new NotYet()
      sayOnce('verification', found.outcome === 'tampered' ? `The record was damaged: ${found.findings[0]?.says ?? ''}` : null)
    }),
  ]

  const due = ({ every, last, took }: Job): boolean => performance.now() - last >= Math.max(every, took * SHARE) || last === 0

  async function work(): Promise<void> {
    for (const each of jobs.filter(due)) {
      const began = performance.now()
      try {
        client ??= await connectLog(options.databaseUrl)
        await each.run(client)
        sayOnce('trouble', null)
      } catch (error) {
        if (error instanceof NotYet) continue
        sayOnce('trouble', `Beside sealing something did not work: ${(error as Error).message}`)
        await client?.end().catch(() => {})
        client = null
      }
      each.took = performance.now() - began
      each.last = performance.now()
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
      const open = client
      client = null
      // A verification under way is cut off: it would only delay the end.
      await open?.end().catch(() => {})
      await busy
    },
  }
}

/** There is nothing to verify yet; look again soon. */
class NotYet extends Error {}

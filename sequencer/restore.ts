import { toHex } from '@/lib/domain/log/bytes'
import { isOperator } from '@/lib/domain/log/log-event'
import { readGuard, writeGuard } from './guard'
import { appendLogEvent } from './log-keys'
import { nowOf, type SequencerOptions } from './options'
import { whyNotCompleted } from './round'
import { connectLog, takeLock, whyNotGuarded } from './sequencer'
import { loadStand } from './stand'

/** The procedure cannot be followed; the message says why and what to do. */
export class CannotResume extends Error {}

const LOCK_TRIES = 40

/**
 * The last step of the written procedure after a restore (docs/restore.md; T15): the log goes on from where the database stands. What the guard had
 * seen beyond is named by an event, with who did it, and so is the root that was lost: it is never passed over in silence. Answers both sizes.
 */
export async function resumeAfterRestore(options: SequencerOptions, operator: string): Promise<{ size: number; guard: number }> {
  if (!isOperator(operator))
    throw new CannotResume('--operator wants the user name of whoever does this: letters, digits, dots, hyphens, underscores.')
  const client = await connectLog(options.databaseUrl)
  try {
    for (let tries = 0; !(await takeLock(client)); tries += 1) {
      if (tries === LOCK_TRIES)
        throw new CannotResume('A sequencer is sealing this database now. There is nothing to resume, or stop it first.')
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    const stand = await loadStand(client)
    const origin = stand.origin ?? options.origin
    if (origin !== options.origin) throw new CannotResume(`The log in the database is ${origin}, the keys are for ${options.origin}.`)
    const guard = readGuard(options.guardFile)
    if (whyNotGuarded(guard, stand, origin) === null && (guard === null || (await whyNotCompleted(client, stand, guard)) === null))
      throw new CannotResume('Database and guard file agree: the log can go on by itself, and there is nothing to resume.')
    const seen = guard?.next ?? guard?.base ?? null
    const root = toHex(stand.root)
    await client.query('BEGIN')
    await appendLogEvent(client, origin, {
      action: 'log.restored',
      size: stand.edge.size,
      root,
      guard: seen?.size ?? 0,
      guardRoot: seen?.root ?? null,
      operator,
    })
    // The event first: killed in between, the guard still refuses and the procedure is followed again.
    await client.query('COMMIT')
    await writeGuard(options.guardFile, guard, { origin, base: { size: stand.edge.size, root }, next: null }, nowOf(options))
    return { size: stand.edge.size, guard: seen?.size ?? 0 }
  } finally {
    await client.end().catch(() => {})
  }
}

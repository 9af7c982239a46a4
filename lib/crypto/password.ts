import 'server-only'
import { hash, verify } from '@node-rs/argon2'
import { Refused, refuse } from '@/lib/domain/refusal'

// argon2id, 64 MiB, three passes, one lane. Two at a time: more would let sign-in attempts take the machine's memory and cores (T27).
const OPTIONS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const
const AT_ONCE = 2
const WAITING = 64

/** A real hash of nothing anybody knows: what a password is compared with when there is no account, so that both take as long (T28). */
const DUMMY = '$argon2id$v=19$m=65536,t=3,p=1$Y291bnRlcnNpZ24tZHVtbXk$5FJ0WlHSdf3GLDaPUMzCSbb9k2ohD4pjPvYiIPuPNMI'

// On globalThis: every route's bundle has modules of its own.
const kept = globalThis as { countersignHashing?: { running: number; queue: (() => void)[] } }
const hashing = (kept.countersignHashing ??= { running: 0, queue: [] })

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (hashing.running >= AT_ONCE) {
    if (hashing.queue.length >= WAITING) throw new Refused(refuse('busy', 'Too many people are signing in at once. Try again in a moment.'))
    await new Promise<void>((go) => hashing.queue.push(go)) // the slot is handed over, so the number stays
  } else {
    hashing.running += 1
  }
  try {
    return await work()
  } finally {
    const next = hashing.queue.shift()
    if (next) next()
    else hashing.running -= 1
  }
}

/** The argon2id hash of a password, as a PHC string. About 150 ms; at most two run at once, `busy` when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFKC'), OPTIONS))
}

/** Whether a password fits a hash. Without a hash (no such account, none chosen yet) it takes the same work and says no (T28). */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const fits = await inTurn(() => verify(passwordHash ?? DUMMY, password.normalize('NFKC')))
  return passwordHash !== null && fits
}

import 'server-only'
import { createHash } from 'node:crypto'
import { Refused, refuse } from '@/lib/domain/refusal'
import { db } from './client'
import { type Bucket, refundTries, takeTries } from './throttle'

// Five tries at once, then one every twelve seconds: a typing owner hardly notices, a guesser gets 7,000 a day.
const PAIR = { capacity: 5, everySeconds: 12 }
const ADDRESS = { capacity: 30, everySeconds: 2 }
const ACCOUNT = { capacity: 100, everySeconds: 2 }

/** Somebody who tries to sign in: at which account, from which address, on which device that knew the account (if any). */
export type SignInTry = { email: string; address: string | null; knownDevice: string | null }

const digest = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url')

/** Takes tries or refuses (`throttled`) with the seconds to wait; gives what to call after a success. Outside any transaction: a failure counts too. */
async function take(
  buckets: readonly Bucket[],
  isRefused: (taken: Awaited<ReturnType<typeof takeTries>>) => boolean,
): Promise<() => Promise<void>> {
  const taken = await takeTries(db, buckets)
  if (isRefused(taken)) {
    const seconds = Math.max(...taken.map((each) => each.waitSeconds))
    throw new Refused(refuse('throttled', `Too many tries. Wait ${seconds} s, then try again.`))
  }
  return () =>
    refundTries(
      db,
      buckets.map((bucket) => bucket.key),
    )
}

/**
 * Slows sign-in down without locking anybody out (T27): tries are counted for the account together with the address, or with a device that signed
 * in before, which nobody elsewhere can use up; for the address alone; and for the account alone, where whoever tries it for the first time from
 * an address still gets through. Keys are digests.
 */
export function takeSignInTry(who: SignInTry): Promise<() => Promise<void>> {
  const pair = {
    key: digest('pair', who.email, who.knownDevice === null ? `address ${who.address}` : `device ${who.knownDevice}`),
    ...PAIR,
  }
  if (who.knownDevice !== null) return take([pair], ([own]) => own?.allowed === false)
  const buckets = [pair, { key: digest('account', who.email), ...ACCOUNT }, { key: digest('address', who.address ?? ''), ...ADDRESS }]
  return take(
    buckets,
    ([own, account, address]) =>
      own?.allowed === false || address?.allowed === false || (account?.allowed === false && own?.untouched === false),
  )
}

/** The same for a password that is asked for again inside a session: only that session's own tries count, so that nobody else can use them up. */
export function takePasswordTry(sessionId: string): Promise<() => Promise<void>> {
  return take([{ key: digest('session', sessionId), ...PAIR }], ([own]) => own?.allowed === false)
}

import 'server-only'
import { createHash, randomBytes } from 'node:crypto'
import { readSigned, signValue } from '@/lib/crypto/signed'

/** A browser that signed in before: its id and digests of the accounts it knew the password of, the newest first. */
export type Device = { id: string; accounts: string[] }

/** How long a browser is remembered. */
export const DEVICE_SECONDS = 180 * 86_400
const MOST_ACCOUNTS = 24

const digestOf = (email: string): string => createHash('sha256').update(email).digest('base64url').slice(0, 16)

/** The device of a cookie; null for none or one we did not write. */
export function readDevice(cookie: string | undefined): Device | null {
  return cookie === undefined ? null : ((readSigned('device', cookie) as Device | undefined) ?? null)
}

/**
 * Whether an account signed in on this device before. Such a device has tries of its own, so that whoever guesses from elsewhere cannot keep the
 * owner out (T27).
 */
export function knowsAccount(device: Device | null, email: string): boolean {
  return device?.accounts.includes(digestOf(email)) ?? false
}

/** The cookie after an account signed in on a device. */
export function rememberAccount(device: Device | null, email: string): string {
  const account = digestOf(email)
  const accounts = [account, ...(device?.accounts ?? []).filter((other) => other !== account)].slice(0, MOST_ACCOUNTS)
  return signValue('device', { id: device?.id ?? randomBytes(12).toString('base64url'), accounts } satisfies Device)
}

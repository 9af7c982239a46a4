import { canonicalText, sha256Hex } from '../canonical'
import type { Policy } from './schema'

/** How deep a policy may nest; the schema itself stays far below. */
export const POLICY_DEPTH = 24

/** The canonical JSON (RFC 8785) of a policy: what is stored and hashed. Throws `NotCanonical` where a text is not NFC. */
export function policyCanonical(policy: Policy): string {
  return canonicalText(policy, { depth: POLICY_DEPTH })
}

/** The name of a policy version: SHA-256 of its canonical JSON, 64 lower-case hex digits. The order of keys does not matter. */
export function policyHash(policy: Policy): string {
  return sha256Hex(policyCanonical(policy))
}

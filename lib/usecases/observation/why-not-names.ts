import 'server-only'
import type { Policy } from '@/lib/domain/policy/schema'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import type { ObservationInput } from '@/lib/schemas/observation'
import { findSecret } from '@/lib/secret-filter/find-secret'

/** What `openssl rand -hex 32` makes, and anything longer than a SHA-1: a value, or a fingerprint in the wrong place. */
const LONG_HEX = /^(?:0x)?[0-9a-f]{41,}$/i

/**
 * Refuses a value that stands where a name belongs: the name of a variable that the policy does not have, of a runtime, of an HMAC key, of a resource (T18).
 * The refusal names the place, never what stood there.
 */
export function whyNotNames(policy: Policy, { instance, facts }: ObservationInput, place: string): Refusal | null {
  const declared = new Set(policy.variables.map(({ name }) => name))
  const names: [string, string][] = [['instance', instance]]
  for (const [index, { name, fingerprint }] of (facts.variables ?? []).entries()) {
    if (!declared.has(name)) names.push([`facts.variables[${index}].name`, name])
    if (fingerprint) names.push([`facts.variables[${index}].fingerprint.keyId`, fingerprint.keyId])
  }
  for (const [index, { name }] of (facts.isolation ?? []).entries()) names.push([`facts.isolation[${index}].name`, name])
  for (const [index, path] of (facts.files?.present ?? []).entries()) names.push([`facts.files.present[${index}]`, envSuffix(path)])
  for (const [index, path] of (facts.environment?.envFiles ?? []).entries())
    names.push([`facts.environment.envFiles[${index}]`, envSuffix(path)])
  const looked = new Set<string>()
  for (const [at, name] of names) {
    if (looked.has(name)) continue // one HMAC key stands beside every fingerprint
    looked.add(name)
    if (!LONG_HEX.test(name) && findSecret(name, 'name') === null) continue
    return refuse(
      'secret_refused',
      `This looks like a value where a name belongs (${place}${at}). Nothing was stored. Report names; if it is a real secret, rotate it.`,
      { place: `${place}${at}` },
    )
  }
  return null
}

/** What follows `.env.` in the name of an environment file: any file may be called so, hence a value could stand there. Empty for other files. */
export const envSuffix = (path: string): string => /(?:^|[/\\])\.env\.([^/\\]+)$/.exec(path)?.[1] ?? ''

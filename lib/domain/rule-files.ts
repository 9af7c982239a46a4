import type { Policy } from './policy/schema'
import type { RuleRef } from './rule-ref'
import { provenanceOf } from './rule-strength'

/** A path that a key may carry: of plain characters, so that it is an id and never prose. */
const PATH = /^[A-Za-z0-9._@+*-][A-Za-z0-9._/@+*-]{0,199}$/

/** Whether a file is meant by a name or pattern of the policy; `*` stands for any characters, and a bare name for the file in any folder. */
export function matchesFile(pattern: string, path: string): boolean {
  if (pattern === path) return true
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')
  const whole = new RegExp(`^${source}$`, 'u')
  return whole.test(path) || (!pattern.includes('/') && whole.test(path.slice(path.lastIndexOf('/') + 1)))
}

/** The rule about a file on a profile: an entry of `config.files` by its id or path, or any file that a rule of the policy says must not be there. */
export function fileRef(policy: Policy, profile: string, id: string): RuleRef | null {
  const entry = policy.config.files.find((each) => each.id === id) ?? policy.config.files.find(({ path }) => path === id)
  const base = { key: `file.${id}`, kind: 'file' as const, profile }
  if (entry) {
    const allowed = entry.allowedIn.includes(profile)
    return {
      ...base,
      title: entry.path,
      expected: allowed ? entry.use : `Not read on this profile. ${entry.use}`,
      strength: allowed ? 'other' : 'forbidden',
      provenance: provenanceOf(entry),
    }
  }
  if (!PATH.test(id)) return null
  const forbidding = policy.constraints.find(
    ({ cells, observed }) =>
      cells[profile] && observed.some((each) => each.by === 'files' && each.none.some((pattern) => matchesFile(pattern, id))),
  )
  const broad = policy.config.files.find(({ path }) => matchesFile(path, id))
  const fallback = policy.secrets.mappings.find(({ fallbackFile }) => fallbackFile === id)
  const rule = forbidding ?? fallback ?? broad
  if (!rule) return null
  const allowed = !forbidding && !fallback && broad?.allowedIn.includes(profile)
  return {
    ...base,
    title: id,
    expected: forbidding
      ? `Not there: ${forbidding.cells[profile]?.text ?? forbidding.title}`
      : allowed
        ? (broad?.use ?? 'As the policy says')
        : 'Not there',
    strength: allowed ? 'other' : 'forbidden',
    provenance: provenanceOf(rule),
  }
}

/** The files that the policy names one by one, as rules on a profile: those that may not be read there first come, first served. */
export function fileRefs(policy: Policy, profile: string): RuleRef[] {
  const named = [
    ...policy.config.files.map(({ id }) => id),
    ...policy.secrets.mappings.flatMap(({ fallbackFile }) => (fallbackFile === undefined ? [] : [fallbackFile])),
  ]
  return [...new Set(named)].flatMap((id) => fileRef(policy, profile, id) ?? [])
}

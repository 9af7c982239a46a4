import { matchesPath, pathsOf } from './observation/pattern'
import type { Policy } from './policy/schema'
import type { RuleRef } from './rule-ref'
import { provenanceOf } from './rule-strength'

/** A path that a key may carry: printable ASCII on one line, so that it is a name and never prose. */
const PATH = /^[\x21-\x7e](?:[\x20-\x7e]{0,298}[\x21-\x7e])?$/
const ENV_FILE = /(?:^|[/\\])\.env(?:\.[^/\\]+)?$/

/**
 * The rule about a file on a profile: an entry of `config.files` by its id or path, a fallback file, a file that a rule of the policy says must not be there,
 * or any other environment file (001.1, 002.39).
 */
export function fileRef(policy: Policy, profile: string, id: string): RuleRef | null {
  const entry =
    policy.config.files.find((each) => each.id === id) ?? policy.config.files.find(({ path }) => path === id || pathsOf(path).includes(id))
  const base = { key: `file.${id}`, kind: 'file' as const, profile }
  if (entry) {
    const allowed = entry.allowedIn.includes(profile)
    return {
      ...base,
      title: entry.path,
      expected: allowed ? entry.use : `Not there on this profile. ${entry.use}`,
      strength: allowed ? 'other' : 'forbidden',
      provenance: provenanceOf(entry),
    }
  }
  if (!PATH.test(id)) return null
  const forbidding = policy.constraints.find(
    ({ cells, observed }) =>
      cells[profile] && observed.some((each) => each.by === 'files' && each.none.some((pattern) => matchesPath(pattern, id))),
  )
  const fallback = policy.secrets.mappings.find(({ fallbackFile }) => fallbackFile !== undefined && matchesPath(fallbackFile, id))
  const broad = policy.config.files.find(({ path }) => pathsOf(path).some((pattern) => matchesPath(pattern, id)))
  const rule = forbidding ?? fallback ?? broad
  if (!rule && !ENV_FILE.test(id)) return null
  const allowed = rule !== undefined && rule === broad && broad.allowedIn.includes(profile)
  const said = rule === undefined || rule === fallback ? null : rule === forbidding ? forbidding.cells[profile]?.text : broad?.use
  return {
    ...base,
    title: id,
    expected: allowed ? (broad?.use ?? '') : `Not there${said ? `. ${said}` : ''}`,
    strength: allowed ? 'other' : 'forbidden',
    provenance: rule ? provenanceOf(rule) : { assumed: true },
  }
}

/** The files that the policy names one by one, as rules on a profile. */
export function fileRefs(policy: Policy, profile: string): RuleRef[] {
  const named = policy.config.files.flatMap(({ path }) => pathsOf(path))
  const fallback = policy.secrets.mappings.flatMap(({ fallbackFile }) =>
    fallbackFile === undefined || named.includes(fallbackFile) ? [] : [fallbackFile],
  )
  return [...new Set([...policy.config.files.map(({ id }) => id), ...fallback])].flatMap((id) => fileRef(policy, profile, id) ?? [])
}

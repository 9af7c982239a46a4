import type { VariableFact } from '../contract/facts'
import type { Policy } from '../policy/schema'
import type { Explanations } from './context'
import type { Baseline, BaselineEntry } from './facts'

/** Names that may not change by themselves: environment-owned and immutable (004.13). */
export function immutableNames(policy: Policy): ReadonlySet<string> {
  return new Set(
    policy.variables.filter(({ owner, mutability }) => owner === 'environment' && mutability === 'immutable').map(({ name }) => name),
  )
}

/** Whether a variable is another than it was: by a fingerprint under a key that both have, or by what it says; null when nothing can be compared. */
function changed(entry: BaselineEntry, fact: VariableFact): boolean | null {
  const print = fact.fingerprint
  const known = print && entry.prints.find(({ keyId }) => keyId === print.keyId)
  if (known && print) return known.value !== print.value
  return entry.says !== null && fact.says !== null ? entry.says !== fact.says : null
}

/**
 * Whether a change is explained that came about after `from` and was seen at `to`: a governed change of the variable, or a rotation of its mapping, lay in
 * that stretch of time or reached into it.
 */
export function isExplained(
  policy: Policy,
  { changes, rotations }: Explanations,
  at: { profile: string; variable: string },
  from: Date,
  to: Date,
): boolean {
  const within = (start: Date, end: Date | null) => start <= to && (end === null || end >= from)
  if (
    changes.some(
      (change) => change.profile === at.profile && change.variables.includes(at.variable) && within(change.fromAt, change.untilAt),
    )
  )
    return true
  const mappings = policy.secrets.mappings.filter(({ variable }) => variable === at.variable).map(({ id }) => id)
  return rotations.some(
    (rotation) =>
      rotation.profile === at.profile &&
      rotation.mappings.some((mapping) => mappings.includes(mapping)) &&
      within(rotation.startedAt, rotation.endedAt),
  )
}

/**
 * The baseline after a report: what is new is taken as it is, what is as it was is seen again, and what changed is taken only when the change is explained.
 * Otherwise the old one stays, with the instant at which the change was first seen, until it goes back or is explained (004.13).
 */
export function nextBaseline(
  policy: Policy,
  profile: string,
  before: Baseline | null,
  reported: readonly VariableFact[],
  at: Date,
  explained: Explanations,
): Baseline {
  const immutable = immutableNames(policy)
  const next: Baseline = Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => immutable.has(name)))
  for (const fact of reported) {
    if (!immutable.has(fact.name) || !fact.present || (fact.fingerprint === null && fact.says === null)) continue
    const entry = Object.hasOwn(next, fact.name) ? next[fact.name] : undefined
    next[fact.name] = nextEntry(entry, fact, at, (from, to) => isExplained(policy, explained, { profile, variable: fact.name }, from, to))
  }
  return next
}

function nextEntry(
  entry: BaselineEntry | undefined,
  fact: VariableFact,
  at: Date,
  explains: (from: Date, to: Date) => boolean,
): BaselineEntry {
  const now = at.toISOString()
  const fresh: BaselineEntry = { prints: fact.fingerprint ? [{ ...fact.fingerprint }] : [], says: fact.says, seenAt: now, changedAt: null }
  if (!entry) return fresh
  if (changed(entry, fact) !== true) {
    // Under an HMAC key that is new here nothing can be compared; while a change is open, that must not pass for going back.
    if (entry.changedAt !== null && changed(entry, fact) === null) return entry
    const { fingerprint: print } = fact
    const prints = print && !entry.prints.some(({ keyId }) => keyId === print.keyId) ? [...entry.prints, { ...print }] : entry.prints
    return { prints: prints.slice(-KEPT_PRINTS), says: fact.says ?? entry.says, seenAt: now, changedAt: null }
  }
  const changedAt = entry.changedAt ?? now
  return explains(new Date(entry.seenAt), new Date(changedAt)) || explains(new Date(entry.seenAt), at) ? fresh : { ...entry, changedAt }
}

/** How many HMAC keys a variable is remembered under. */
const KEPT_PRINTS = 5

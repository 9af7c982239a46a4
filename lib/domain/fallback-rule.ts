import { formatDuration } from './duration'
import type { Policy, PolicyFallback, PolicyOwnership, ProfileClass } from './policy/schema'
import { listInWords } from './words'

/** One rule under which something forbidden may be allowed for a while: a fallback file beside an injected secret, or another break-glass. */
export type FallbackRule = {
  /** Id of the ownership or break-glass entry; what a fallback use names. */
  id: string
  kind: 'secret_file' | 'break_glass'
  profile: { id: string; name: string; class: ProfileClass }
  /** The end of "Allow ...". */
  title: string
  /** Exactly what is allowed. */
  allows: string
  /** The secrets whose fallback files it is about; empty for another break-glass. */
  mappings: { id: string; variable: string; file: string | null }[]
  fallback: PolicyFallback
}

/**
 * Every fallback rule of a policy as one list, in the order of the document: those of rotation ownership (000.18) and those that stand by
 * themselves (002.33). What a request needs is read from the rule and never from the profile's name.
 */
export function fallbackRules(policy: Policy): FallbackRule[] {
  const profileOf = (id: string): FallbackRule['profile'] => {
    const found = policy.profiles.find((profile) => profile.id === id)
    // The schema's references make sure that there is one; a rule that lost its profile counts as production (domain.md, 5).
    return { id, name: found?.name ?? id, class: found?.class ?? 'production' }
  }
  return [
    ...policy.rotation.ownership.flatMap((ownership): FallbackRule[] => {
      if (!ownership.fallback) return []
      const mappings = mappingsOf(policy, ownership).map(({ id, variable, fallbackFile }) => ({ id, variable, file: fallbackFile ?? null }))
      return [
        {
          id: ownership.id,
          kind: 'secret_file',
          profile: profileOf(ownership.profile),
          ...inWords(mappings),
          mappings,
          fallback: ownership.fallback,
        },
      ]
    }),
    ...policy.rotation.breakGlass.map(
      (entry): FallbackRule => ({
        id: entry.id,
        kind: 'break_glass',
        profile: profileOf(entry.profile),
        title: entry.title,
        allows: entry.allows,
        mappings: [],
        fallback: entry.fallback,
      }),
    ),
  ]
}

/** The secret mappings an ownership is about: its group, those it names, or every one of its profile. */
function mappingsOf(policy: Policy, ownership: PolicyOwnership) {
  const group = policy.secrets.groups.find(({ id }) => id === ownership.group)
  const named = group?.members ?? ownership.secrets
  return policy.secrets.mappings.filter((mapping) =>
    named
      ? named.includes(mapping.id)
      : ownership.group
        ? mapping.group === ownership.group
        : mapping.requiredIn.length === 0 || mapping.requiredIn.includes(ownership.profile),
  )
}

/** What a use of some fallback files is called, and what it allows, in words. */
export function inWords(mappings: readonly { variable: string; file: string | null }[]): { title: string; allows: string } {
  const files = listInWords(mappings.map(({ file, variable }) => file ?? `a file for ${variable}`))
  return {
    title: mappings.length === 1 ? `the fallback file ${files}` : `the fallback files ${files}`,
    allows: `Reading ${files} from disk. Nothing else changes.`,
  }
}

/** What a request has to bring, one line each, as the rule says: shown before the button. */
export function needsInWords(rule: FallbackRule): string[] {
  const { fallback } = rule
  const said: Record<PolicyFallback['needs'][number], string> = {
    purpose: `Only for ${listInWords(
      fallback.purposes.map((purpose) => purpose.replaceAll('-', ' ')),
      'or',
    )}`,
    ticket: 'An incident ticket',
    expiry: `An end, at most ${formatDuration(fallback.maxDuration)} from now`,
    'open-incident': 'An incident of the system that is open',
  }
  return [
    ...fallback.needs.map((need) => said[need]),
    `Afterwards, within ${formatDuration(fallback.cleanUp.within)}: ${fallback.cleanUp.text}`,
    ...(fallback.reviewWithin ? [`A second person reviews it within ${formatDuration(fallback.reviewWithin)}`] : []),
  ]
}

/** A rotation under way on the profile, as far as a safer way is concerned. */
export type RunningRotation = { id: string; status: string }

/** What might do instead of breaking the glass; `rotation` is the one to roll back, where that is the way. */
export type SaferWay = { kind: 'roll_back' | 'rule'; sentence: string; rotation: string | null }

/**
 * The safer way to suggest before the glass is broken (ux.md, section 10): going back with a rotation that is half done on the profile, else what
 * the rule says; null when there is none. `expected` is how long the runbook takes, an ISO 8601 duration.
 */
export function saferWay(facts: { rule: FallbackRule; running: RunningRotation | null; expected?: string | null }): SaferWay | null {
  const { running, rule } = facts
  if (running && ['in_progress', 'verifying'].includes(running.status)) {
    const takes = facts.expected ? ` takes about ${formatDuration(facts.expected)} and` : ''
    return { kind: 'roll_back', sentence: `Rolling back ${running.id}${takes} may be enough.`, rotation: running.id }
  }
  return rule.fallback.saferFirst ? { kind: 'rule', sentence: rule.fallback.saferFirst, rotation: null } : null
}

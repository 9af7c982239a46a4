import type { Seen } from './judged'
import type { Scope } from './scope'

/** Variables whose value is the same on two profiles, though nobody sees the value. */
export type SharedPrints = {
  /** What is said of a variable of a profile; undefined: nothing. */
  on: (profile: string, variable: string) => { seen: Seen | null; sentence: string }[] | undefined
  /** Everything that is said of a profile, by variable. */
  all: (profile: string) => { variable: string; seen: Seen | null; sentence: string }[]
  /** Whether a profile reported any fingerprint that could be compared. */
  reported: (profile: string) => boolean
}

type Place = Seen & { profile: string; variable: string }

/** Names whose value may not stand on two profiles: secrets, and what the policy says is one per profile (002.42, 004.4). */
function comparedNames({ policy }: Scope): ReadonlySet<string> {
  return new Set(
    policy.variables
      .filter(({ secret, validators }) => secret || validators.some(({ kind }) => kind === 'unique-across-profiles'))
      .map(({ name }) => name),
  )
}

/**
 * Which secrets, and which variables that are one per profile, are the same on two profiles: by the keyed fingerprints that runtimes report under one HMAC key,
 * by the word a variable that is no secret says, and by what the recorded keys say. It is said of both profiles, so that neither looks right (002.42, 004.4).
 */
export function sharedPrints(scope: Scope): SharedPrints {
  const { policy, context } = scope
  const compared = comparedNames(scope)
  const secret = new Set(policy.variables.filter((variable) => variable.secret).map(({ name }) => name))
  const byPrint = new Map<string, Place[]>()
  const reported = new Set<string>()
  for (const { id: profile } of policy.profiles)
    for (const row of scope.seen(profile, 'variables').rows)
      for (const { name, present, fingerprint, says } of row.facts) {
        if (!present || !compared.has(name)) continue
        const print = fingerprint
          ? `${fingerprint.keyId}\n${fingerprint.value}`
          : !secret.has(name) && says !== null
            ? `says\n${name}\n${says}`
            : null
        if (print === null) continue
        reported.add(profile)
        const places = byPrint.get(print)
        const place = { profile, variable: name, instance: row.instance, seenAt: row.seenAt }
        if (places) places.push(place)
        else byPrint.set(print, [place])
      }

  const said = new Map<string, { seen: Seen | null; sentence: string }[]>()
  const say = (profile: string, variable: string, other: { profile: string; variable: string }, seen: Seen | null) => {
    const key = `${profile}\n${variable}`
    const sentence = `The same value as ${other.variable === variable ? '' : `${other.variable} `}on ${other.profile}.`
    const known = said.get(key) ?? []
    if (!known.some((each) => each.sentence === sentence)) said.set(key, [...known, { seen, sentence }])
  }
  for (const places of byPrint.values())
    for (const place of places) {
      const other = places.find(({ profile }) => profile !== place.profile)
      if (other) say(place.profile, place.variable, other, { instance: place.instance, seenAt: place.seenAt })
    }
  for (const finding of context.fingerprintFindings) {
    if (finding.kind !== 'shared_between_profiles' || finding.other === null) continue
    const upper = { profile: finding.profile, variable: variableOf(scope, finding.mapping) }
    const lower = { profile: finding.other.profile, variable: variableOf(scope, finding.other.mapping) }
    for (const { profile } of [upper, lower]) reported.add(profile)
    say(upper.profile, upper.variable, lower, null)
    say(lower.profile, lower.variable, upper, null)
  }
  return {
    on: (profile, variable) => said.get(`${profile}\n${variable}`),
    all: (profile) =>
      [...said]
        .filter(([key]) => key.startsWith(`${profile}\n`))
        .map(([key, each]) => ({ variable: key.slice(profile.length + 1), each }))
        .toSorted((a, b) => (a.variable < b.variable ? -1 : 1))
        .flatMap(({ variable, each }) => each.map((one) => ({ variable, ...one }))),
    reported: (profile) => reported.has(profile),
  }
}

/** Whether a constraint of the policy judges shared secrets on a profile: then they are that rule's finding, and no variable's. */
export function judgedByConstraint({ policy }: Scope, profile: string): boolean {
  return policy.constraints.some(({ cells, observed }) => {
    const level = cells[profile]?.level
    return level !== undefined && level !== 'optional' && level !== 'allowed' && observed.some(({ by }) => by === 'fingerprints')
  })
}

const variableOf = ({ policy }: Scope, mapping: string): string =>
  policy.secrets.mappings.find(({ id }) => id === mapping)?.variable ?? mapping

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { JudgeContext } from '@/lib/domain/observation/context'
import { type CurrentFact, ObservationFacts } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { mergeFacts } from '@/lib/domain/observation/merge'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import type { Policy } from '@/lib/domain/policy/schema'
import { loadPolicy } from '../policy/policies'

// Environments as somebody recorded them, in order and out of order, one file for each system. Short forms that only make them easier to read: a variable is a
// line, `print: a1` a fingerprint, and a case says only what is different.

export const NOW = new Date('2026-11-21T12:00:00Z')
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000)

const ShortVariable = z.strictObject({
  from: z.string().nullable().default(null),
  says: z.string().nullable().default(null),
  print: z.string().optional(),
  key: z.string().default('hmac-1'),
  missing: z.boolean().default(false),
  invalid: z.string().optional(),
  unjudged: z.boolean().default(false),
  isDefault: z.boolean().default(false),
})
const Sections = z.record(z.string(), z.unknown())
const Variables = z.record(z.string(), ShortVariable)
const Recorded = z.strictObject({
  live: z.record(z.string(), z.strictObject({ artefact: z.string(), gitSha: z.string(), version: z.string() }).nullable()).default({}),
  snapshots: z.array(z.strictObject({ profile: z.string(), takenAt: z.coerce.date(), digest: z.string() })).default([]),
  attestations: z
    .array(
      z.strictObject({
        topic: z.string(),
        profile: z.string().nullable(),
        holds: z.boolean(),
        attestedAt: z.coerce.date(),
        nextDueAt: z.coerce.date(),
      }),
    )
    .default([]),
  glass: z.array(z.strictObject({ profile: z.string(), rule: z.string(), mappings: z.array(z.string()) })).default([]),
  flags: z
    .array(
      z.strictObject({
        name: z.string(),
        countsAs: z.enum(['development', 'verification', 'pre-production']),
        recordedAt: z.coerce.date(),
        expiresAt: z.coerce.date(),
      }),
    )
    .default([]),
  changes: z
    .array(z.strictObject({ profile: z.string(), variables: z.array(z.string()), fromAt: z.coerce.date(), untilAt: z.coerce.date() }))
    .default([]),
  rotations: z
    .array(
      z.strictObject({
        profile: z.string(),
        mappings: z.array(z.string()),
        startedAt: z.coerce.date(),
        endedAt: z.coerce.date().nullable(),
      }),
    )
    .default([]),
  variants: z.record(z.string(), z.string()).default({}),
})

const Case = z.strictObject({
  is: z.string(),
  on: z.string(),
  /** Which runtime reports; left out: the one of the good recording. */
  instance: z.string().optional(),
  hoursAgo: z.number().default(0.5),
  /** Sections that are reported instead. */
  facts: Sections.default({}),
  /** Variables that are reported otherwise, the others as they were. */
  variables: Variables.optional(),
  record: Sections.default({}),
  /** Rules that deviate on the profile, all of them. */
  deviates: z.array(z.string()).default([]),
  /** Rules that deviate elsewhere, by profile. */
  also: z.record(z.string(), z.array(z.string())).default({}),
  /** Rules that are in another state. */
  states: z.record(z.string(), z.enum(['met', 'stale', 'unknown'])).default({}),
  /** What is said of a rule. */
  says: z.record(z.string(), z.string()).default({}),
})
export type Case = z.output<typeof Case>

const Recording = z.strictObject({
  record: Recorded,
  profiles: z.record(z.string(), z.strictObject({ instance: z.string(), variables: Variables, facts: Sections })),
  /** Rules that no recording shows met or deviating, with the reason. */
  cases: z.array(Case),
})

export type Recording = {
  slug: string
  policy: Policy
  good: CurrentFact[]
  record: JudgeContext
  cases: Case[]
  data: z.output<typeof Recording>
}

function variablesOf(short: z.output<typeof Variables>): unknown[] {
  return Object.entries(short).map(([name, { from, says, print, key, missing, invalid, unjudged, isDefault }]) => ({
    name,
    present: !missing,
    valid: missing || unjudged ? null : invalid === undefined,
    problem: invalid ?? null,
    source: from,
    isDefault,
    says,
    fingerprint: print === undefined ? null : { value: print.repeat(64).slice(0, 64), keyId: key },
  }))
}

const contextOf = (record: Readonly<Record<string, unknown>>): JudgeContext => {
  const all = Recorded.parse(record)
  return {
    live: all.live,
    snapshots: all.snapshots,
    attestations: all.attestations,
    glass: all.glass,
    flags: all.flags.map((flag) => ({ ...flag, endedAt: null })),
    variants: all.variants,
    explained: { changes: all.changes, rotations: all.rotations },
    fingerprintFindings: [],
  }
}

/** Adds an observation to what is known, as the ingest does. */
export function observe(
  policy: Policy,
  known: readonly CurrentFact[],
  at: { profile: string; instance: string; id: string; hoursAgo: number },
  facts: unknown,
  context: JudgeContext,
): CurrentFact[] {
  const read = ObservationFacts.parse(facts)
  const rows = mergeFacts(
    policy,
    known.filter(({ profile, instance }) => profile === at.profile && instance === at.instance),
    { id: at.id, profile: at.profile, instance: at.instance, source: 'runtime', facts: read, recordedAt: ago(at.hoursAgo) },
    context.explained,
  )
  const same = (a: CurrentFact, b: CurrentFact) => a.profile === b.profile && a.instance === b.instance && a.section === b.section
  return [...known.filter((old) => !rows.some((row) => same(row, old))), ...rows]
}

/** Reads the recordings of a system. */
export function recording(slug: string): Recording {
  const policy = loadPolicy(slug)
  const data = Recording.parse(parse(readFileSync(`test/unit/observation/recorded/${slug}.yaml`, 'utf8'), { merge: true }))
  const record = contextOf(data.record)
  const good = Object.entries(data.profiles).reduce<CurrentFact[]>(
    (known, [profile, { instance, variables, facts }]) =>
      observe(
        policy,
        known,
        { profile, instance, id: `good-${profile}`, hoursAgo: 2 },
        { variables: variablesOf(variables), ...facts },
        record,
      ),
    [],
  )
  return { slug, policy, good, record, cases: data.cases, data }
}

/** Facts and record of a case: the good recording, and then what is different. */
export function factsOf(
  { policy, good, data }: Recording,
  { on, instance, hoursAgo, facts, variables, record }: Case,
): [CurrentFact[], JudgeContext] {
  const context = contextOf({ ...data.record, ...record })
  const place = data.profiles[on]
  if (!place) throw new Error(`The good recording has no ${on}`)
  const different = { ...facts, ...(variables ? { variables: variablesOf({ ...place.variables, ...variables }) } : {}) }
  if (Object.keys(different).length === 0) return [good, context]
  return [
    observe(policy, good, { profile: on, instance: instance ?? place.instance, id: `case-${on}`, hoursAgo }, different, context),
    context,
  ]
}

export const judged = (of: Recording, facts: readonly CurrentFact[], context: JudgeContext): RuleVerdict[] =>
  judgeSystem(of.policy, facts, context, NOW)

/** Keys of the rules that deviate on each profile that has any. */
export function deviating(verdicts: readonly RuleVerdict[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { state, profile, rule } of verdicts) if (state === 'deviates') found[profile] = [...(found[profile] ?? []), rule].sort()
  return found
}

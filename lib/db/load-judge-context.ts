import 'server-only'
import type { FindingStanding } from '@/lib/domain/finding'
import type { JudgeContext, LiveRelease } from '@/lib/domain/observation/context'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type FactRow, factRows, toFact } from './load-facts'
import { findingColumns } from './load-findings'
import { findingsFrom, glassRows, type PrintRow, printRows } from './load-keys'
import type { LoadedPolicy } from './load-policy'

/** Everything that the rules of one system are judged by, and what stands open already. */
export type JudgedFacts = {
  facts: CurrentFact[]
  context: JudgeContext
  /** The findings that facts opened: those a person raised are closed by people only. */
  findings: FindingStanding[]
  /** What was reported of secrets, as it lies. */
  prints: PrintRow[]
}

/**
 * What the reported facts say of every rule of some systems at an instant, by the slug of the system: what the matrix, the contract, gates, the API
 * and the findings are made of. One statement, whatever the number of systems.
 */
export async function loadVerdicts(tx: Tx, versions: readonly LoadedPolicy[], now: Date): Promise<Map<string, RuleVerdict[]>> {
  const known = await loadJudgedFacts(tx, versions, now)
  return new Map(
    versions.map(({ systemId, policy }) => {
      const { facts, context } = judgedOf(known, systemId)
      return [systemId, judgeSystem(policy, facts, context, now)]
    }),
  )
}

/** The facts, the recorded context and the open findings of some systems, by slug: what `judgeSystem` and `reconcile` read. One statement. */
export async function loadJudgedFacts(tx: Tx, versions: readonly LoadedPolicy[], now: Date): Promise<Map<string, JudgedFacts>> {
  if (versions.length === 0) return new Map()
  const policies = versions.map(({ policy }) => policy)
  const [row] = await tx.$queryRaw<JudgeRows[]>`/* kept */ SELECT ${judgeLists(policies, now)}`
  return judgedFrom(policies, row as JudgeRows) // a SELECT without FROM has one row
}

/** The lists behind `judgedFrom`, as columns of a statement. */
export const judgeLists = (policies: readonly Policy[], now: Date) => {
  const slugs = policies.map(({ system }) => system.slug)
  return Prisma.sql`${list(factRows(slugs))} AS facts, ${list(openDrift(slugs))} AS findings, ${list(printRows(policies))} AS prints,
    ${list(glassRows(policies, now))} AS glass, ${list(flagRows(slugs))} AS flags, ${list(variantRows(slugs))} AS variants, ${list(liveRows(slugs))} AS live,
    ${list(attestationRows(slugs))} AS attestations, ${list(snapshotRows(slugs))} AS snapshots, ${list(changeRows(slugs))} AS changes,
    ${list(rotationRows(slugs))} AS rotations`
}

/** What `judgeLists` brings. Rows come as JSON, so their instants are texts. */
export type JudgeRows = {
  facts: FactRow[]
  findings: (Omit<FindingStanding, 'openedAt' | 'acknowledgedAt'> & { openedAt: string; acknowledgedAt: string | null })[]
  prints: PrintRow[]
  glass: { system: string; profile: string; rule: string; mappings: string[] }[]
  flags: { systemId: string; name: string; countsAs: JudgeContext['flags'][number]['countsAs']; recordedAt: string; expiresAt: string }[]
  variants: { systemId: string; profile: string; variant: string }[]
  live: ({ systemId: string; profile: string; since: string } & Omit<LiveRelease, 'since'>)[]
  attestations: { systemId: string; topic: string; profile: string | null; holds: boolean; attestedAt: string; nextDueAt: string }[]
  snapshots: { systemId: string; profile: string; takenAt: string; digest: string }[]
  changes: { systemId: string; profile: string; variables: string[]; fromAt: string; untilAt: string }[]
  rotations: { systemId: string; profile: string; mappings: string[]; startedAt: string; endedAt: string | null }[]
}

/** The rows of `judgeLists` as the judge reads them, by slug. */
export function judgedFrom(policies: readonly Policy[], rows: JudgeRows): Map<string, JudgedFacts> {
  return new Map(
    policies.map((policy) => {
      const { slug } = policy.system
      const mine = <R extends { systemId: string }>(all: readonly R[]): R[] => all.filter(({ systemId }) => systemId === slug)
      const prints = mine(rows.prints)
      return [
        slug,
        {
          facts: mine(rows.facts).map(toFact),
          findings: rows.findings
            .filter(({ system }) => system === slug)
            .map(({ openedAt, acknowledgedAt, ...finding }) => ({
              ...finding,
              openedAt: new Date(openedAt),
              acknowledgedAt: acknowledgedAt === null ? null : new Date(acknowledgedAt),
            })),
          prints,
          context: {
            flags: mine(rows.flags).map(({ name, countsAs, recordedAt, expiresAt }) => ({
              name,
              countsAs,
              recordedAt: new Date(recordedAt),
              expiresAt: new Date(expiresAt),
              endedAt: null,
            })),
            variants: Object.fromEntries(mine(rows.variants).map(({ profile, variant }) => [profile, variant])),
            glass: rows.glass.filter(({ system }) => system === slug).map(({ profile, rule, mappings }) => ({ profile, rule, mappings })),
            live: Object.fromEntries(
              mine(rows.live).map(({ profile, systemId: _, since, ...live }) => [profile, { ...live, since: new Date(since) }]),
            ),
            attestations: mine(rows.attestations).map(({ topic, profile, holds, attestedAt, nextDueAt }) => ({
              topic,
              profile,
              holds,
              attestedAt: new Date(attestedAt),
              nextDueAt: new Date(nextDueAt),
            })),
            fingerprintFindings: prints.length === 0 ? [] : findingsFrom([policy], prints),
            snapshots: mine(rows.snapshots).map(({ profile, takenAt, digest }) => ({ profile, takenAt: new Date(takenAt), digest })),
            explained: {
              changes: mine(rows.changes).map(({ profile, variables, fromAt, untilAt }) => ({
                profile,
                variables,
                fromAt: new Date(fromAt),
                untilAt: new Date(untilAt),
              })),
              rotations: mine(rows.rotations).map(({ profile, mappings, startedAt, endedAt }) => ({
                profile,
                mappings,
                startedAt: new Date(startedAt),
                endedAt: endedAt === null ? null : new Date(endedAt),
              })),
            },
          },
        },
      ]
    }),
  )
}

/** What is known of one system among those loaded. Its absence is a bug: every version that was asked for has an entry. */
export function judgedOf(known: ReadonlyMap<string, JudgedFacts>, systemId: string): JudgedFacts {
  const judged = known.get(systemId)
  if (!judged) throw new Error(`The facts of ${systemId} were not loaded`)
  return judged
}

// More of these than a system has in months; older ones explain nothing that is still open.
const MOST_EXPLANATIONS = 500

const openDrift = (slugs: readonly string[]) => Prisma.sql`
  SELECT ${findingColumns} FROM "Finding" WHERE "systemId" = ANY (${[...slugs]}::text[]) AND "closedAt" IS NULL AND "raisedById" IS NULL`

const flagRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT "systemId", name, "countsAs", "recordedAt", "expiresAt" FROM "EnvironmentFlag" WHERE "systemId" = ANY (${[...slugs]}::text[]) AND "endedAt" IS NULL`

const variantRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT "systemId", "profileKey" AS profile, variant FROM "VariantChoice" WHERE "systemId" = ANY (${[...slugs]}::text[]) AND "endedAt" IS NULL`

const liveRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT DISTINCT ON (d."systemId", d."profileKey") d."systemId", d."profileKey" AS profile, r.artefact, r."gitSha", r.version,
    coalesce(d."finishedAt", d."startedAt") AS since, EXISTS (SELECT 1 FROM "Deployment" o WHERE o."systemId" = d."systemId" AND o."profileKey" = d."profileKey" AND o.status = 'started') AS deploying
  FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId" WHERE d."systemId" = ANY (${[...slugs]}::text[]) AND d.status = 'succeeded'
  ORDER BY d."systemId", d."profileKey", d."startedAt" DESC, d.id DESC`

const attestationRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT DISTINCT ON ("systemId", topic, "profileKey") "systemId", topic, "profileKey" AS profile, holds, "attestedAt", "nextDueAt"
  FROM "Attestation" WHERE "systemId" = ANY (${[...slugs]}::text[]) ORDER BY "systemId", topic, "profileKey", "attestedAt" DESC, id DESC`

const snapshotRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT DISTINCT ON ("systemId", "profileKey") "systemId", "profileKey" AS profile, "takenAt", digest
  FROM "Snapshot" WHERE "systemId" = ANY (${[...slugs]}::text[]) ORDER BY "systemId", "profileKey", "takenAt" DESC, "recordedAt" DESC, id DESC`

const changeRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT "systemId", "profileKey" AS profile, variables, "fromAt", "untilAt" FROM "GovernedChange"
  WHERE "systemId" = ANY (${[...slugs]}::text[]) ORDER BY "recordedAt" DESC, id DESC LIMIT ${MOST_EXPLANATIONS}`

// What was cancelled before it began changed nothing.
const rotationRows = (slugs: readonly string[]) => Prisma.sql`
  SELECT "systemId", "profileKey" AS profile, "mappingKeys" AS mappings, "startedAt", "endedAt" FROM "Rotation"
  WHERE "systemId" = ANY (${[...slugs]}::text[]) AND "startedAt" IS NOT NULL ORDER BY "openedAt" DESC, id DESC LIMIT ${MOST_EXPLANATIONS}`

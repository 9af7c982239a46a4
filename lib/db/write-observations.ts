import 'server-only'
import { isDeepStrictEqual } from 'node:util'
import type { CurrentFact, ObservationFacts } from '@/lib/domain/observation/facts'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type JudgedFacts, type JudgeRows, judgedFrom, judgedOf, judgeLists } from './load-judge-context'
import type { LoadedPolicy } from './load-policy'
import { lockSystem } from './lock-system'
import { lockKeys } from './write-keys'

/** An observation as it is kept. */
export type ObservationRow = {
  id: string
  profile: string
  instance: string
  source: string
  /** The name the runtime says it goes by. */
  environment: string | null
  facts: ObservationFacts
  digest: string
  claimedAt: Date | null
  releaseId: string | null
}

/** An open promotion, as far as evidence for its gates goes. */
export type OpenPromotion = {
  id: string
  policyVersionId: string
  edge: string
  profile: string
  release: { id: string; version: string; artefact: string; gitSha: string }
}

/**
 * Holds what an ingest that changes something decides on, in the order of `lockSystem`: the named promotions by id, the keys of profiles whose fingerprints are
 * new, the system.
 */
export async function lockForIngest(
  tx: Tx,
  systemId: string,
  { promotions, keyProfiles }: { promotions: readonly string[]; keyProfiles: readonly string[] },
): Promise<void> {
  if (promotions.length > 0)
    await tx.$queryRaw`SELECT id FROM "Promotion" WHERE id = ANY (${[...promotions]}::text[]) AND status = 'open' ORDER BY id FOR UPDATE`
  for (const profile of [...new Set(keyProfiles)].sort()) await lockKeys(tx, systemId, profile)
  await lockSystem(tx, systemId)
}

/** All that a system is judged with, at one instant. */
export type SystemRead = {
  judged: JudgedFacts
  promotions: OpenPromotion[]
  /** Which policy version is active. */
  activeId: string | null
}

type SystemRows = JudgeRows & { promotions: PromotionRow[]; activeId: string | null }

const systemLists = ({ systemId, policy }: LoadedPolicy, now: Date) => Prisma.sql`
  ${list(openPromotions(systemId))} AS promotions, (SELECT id FROM "PolicyVersion" WHERE "systemId" = ${systemId} AND status = 'active') AS "activeId",
  ${judgeLists([policy], now)}`

function systemFrom({ systemId, policy }: LoadedPolicy, { promotions, activeId, ...lists }: SystemRows): SystemRead {
  return {
    judged: judgedOf(judgedFrom([policy], lists), systemId),
    promotions: promotions.map(({ releaseId, version, artefact, gitSha, ...promotion }) => ({
      ...promotion,
      release: { id: releaseId, version, artefact, gitSha },
    })),
    activeId,
  }
}

/** Reads what a system is judged with, in one statement. */
export async function readSystem(tx: Tx, version: LoadedPolicy, now: Date): Promise<SystemRead> {
  const [row] = await tx.$queryRaw<SystemRows[]>`/* kept */ SELECT ${systemLists(version, now)}`
  return systemFrom(version, row as SystemRows) // a SELECT without FROM has one row
}

/**
 * Keeps observations that are not there yet, and reads what the system is judged with besides: one statement for both. `added`: ids of those that are new; the
 * others were there already.
 */
export async function keepObservations(
  tx: Tx,
  { version, by, now }: { version: LoadedPolicy; by: { id: string; countsAsId: string }; now: Date },
  rows: readonly ObservationRow[],
): Promise<SystemRead & { added: ReadonlySet<string> }> {
  const [row] = await tx.$queryRaw<(SystemRows & { added: { id: string }[] })[]>`/* kept */
    WITH added AS (
      INSERT INTO "Observation" (id, "systemId", "profileKey", instance, source, environment, facts, digest, "claimedAt", "releaseId", "observedById", "observedForId", "recordedAt")
      SELECT u.id, ${version.systemId}, u.profile, u.instance, u.source, u.environment, u.facts, u.digest, u.claimed, u.release, ${by.id}::uuid, ${by.countsAsId}::uuid, ${now}
      FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ profile }) => profile)}::text[], ${rows.map(({ instance }) => instance)}::text[],
        ${rows.map(({ source }) => source)}::text[], ${rows.map(({ environment }) => environment)}::text[], ${rows.map(({ facts }) => JSON.stringify(facts))}::jsonb[],
        ${rows.map(({ digest }) => digest)}::text[], ${rows.map(({ claimedAt }) => claimedAt?.toISOString() ?? null)}::timestamptz[],
        ${rows.map(({ releaseId }) => releaseId)}::uuid[])
        WITH ORDINALITY AS u(id, profile, instance, source, environment, facts, digest, claimed, release, n) ORDER BY u.digest, u.n
      ON CONFLICT ("systemId", "profileKey", "observedById", digest) DO NOTHING RETURNING id)
    SELECT ${list(Prisma.sql`SELECT id FROM added`)} AS added, ${systemLists(version, now)}`
  const { added, ...lists } = row as NonNullable<typeof row> // a SELECT without FROM has one row
  return { ...systemFrom(version, lists), added: new Set(added.map(({ id }) => id)) }
}

type PromotionRow = Omit<OpenPromotion, 'release'> & { releaseId: string; version: string; artefact: string; gitSha: string }

const openPromotions = (systemId: string) => Prisma.sql`
  SELECT p.id, p."policyVersionId", p."edgeKey" AS edge, p."toKey" AS profile, p."releaseId", r.version, r.artefact, r."gitSha"
  FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId" WHERE p."systemId" = ${systemId} AND p.status = 'open' ORDER BY p.id`

const keyOf = ({ profile, instance, section }: CurrentFact): string => `${profile}\n${instance}\n${section}`

const byKey = (a: CurrentFact, b: CurrentFact): number => (keyOf(a) < keyOf(b) ? -1 : 1)

/** A fact that says again what is known: only when it was seen is new, and since when variables are in order. */
export type SeenAgain = { fact: CurrentFact; old: CurrentFact }

/** Merged facts that say again what is known, and the others. */
export function splitFacts(before: readonly CurrentFact[], merged: readonly CurrentFact[]): { again: SeenAgain[]; fresh: CurrentFact[] } {
  const known = new Map(before.map((fact) => [keyOf(fact), fact]))
  const again: SeenAgain[] = []
  const fresh: CurrentFact[] = []
  for (const fact of merged) {
    const old = known.get(keyOf(fact))
    if (old && isDeepStrictEqual(old.facts, fact.facts) && isDeepStrictEqual(withoutSeen(old), withoutSeen(fact))) again.push({ fact, old })
    else fresh.push(fact)
  }
  return { again, fresh }
}

/** A baseline without the instants at which its variables were last in order: those move with every report. */
function withoutSeen({ baseline }: CurrentFact): unknown {
  return Object.entries(baseline ?? {}).map(([name, { prints, says, changedAt }]) => [name, prints, says, changedAt])
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/**
 * Says of facts that they were seen again, as long as they still say the same; gives how many do. Rows are held in one order, so that reports which share some
 * never wait for one another in a circle (T07).
 */
export async function renewFacts(tx: Tx, systemId: string, facts: readonly SeenAgain[]): Promise<number> {
  if (facts.length === 0) return 0
  const rows = facts.toSorted((a, b) => byKey(a.fact, b.fact))
  const news = rows.map(({ fact }) => fact)
  return tx.$executeRaw`/* kept */
    WITH u AS MATERIALIZED (
      SELECT * FROM unnest(${news.map(({ profile }) => profile)}::text[], ${news.map(({ instance }) => instance)}::text[], ${news.map(({ section }) => section)}::text[],
        ${rows.map(({ old }) => json(old.facts))}::jsonb[], ${rows.map(({ old }) => json(old.baseline))}::jsonb[], ${news.map(({ baseline }) => json(baseline))}::jsonb[],
        ${news.map(({ source }) => source)}::text[], ${news.map(({ observationId }) => observationId)}::uuid[],
        ${news.map(({ seenAt }) => seenAt.toISOString())}::timestamptz[]) AS t(profile, instance, section, facts, old, baseline, source, observation, seen)),
    held AS MATERIALIZED (
      SELECT f."profileKey", f.instance, f.section FROM "ProfileFact" f JOIN u ON f."profileKey" = u.profile AND f.instance = u.instance AND f.section = u.section
      WHERE f."systemId" = ${systemId} AND f.facts = u.facts AND f.baseline IS NOT DISTINCT FROM u.old
      ORDER BY f."profileKey", f.instance, f.section FOR NO KEY UPDATE OF f)
    UPDATE "ProfileFact" f SET source = u.source, "observationId" = u.observation, baseline = u.baseline, "seenAt" = greatest(f."seenAt", u.seen)
    FROM u JOIN held h ON h."profileKey" = u.profile AND h.instance = u.instance AND h.section = u.section
    WHERE f."systemId" = ${systemId} AND f."profileKey" = u.profile AND f.instance = u.instance AND f.section = u.section`
}

/** Replaces facts by what they say now, in one statement. The caller holds the system's row. */
export async function replaceFacts(tx: Tx, systemId: string, facts: readonly CurrentFact[]): Promise<void> {
  if (facts.length === 0) return
  const rows = facts.toSorted(byKey)
  await tx.$executeRaw`/* kept */
    WITH u AS MATERIALIZED (
      SELECT * FROM unnest(${rows.map(({ profile }) => profile)}::text[], ${rows.map(({ instance }) => instance)}::text[], ${rows.map(({ section }) => section)}::text[],
        ${rows.map((fact) => json(fact.facts))}::jsonb[], ${rows.map(({ baseline }) => json(baseline))}::jsonb[],
        ${rows.map(({ source }) => source)}::text[], ${rows.map(({ observationId }) => observationId)}::uuid[],
        ${rows.map(({ seenAt }) => seenAt.toISOString())}::timestamptz[])
        WITH ORDINALITY AS t(profile, instance, section, facts, baseline, source, observation, seen, n))
    INSERT INTO "ProfileFact" ("systemId", "profileKey", instance, section, facts, baseline, source, "observationId", "seenAt")
    SELECT ${systemId}, u.profile, u.instance, u.section, u.facts, u.baseline, u.source, u.observation, u.seen FROM u ORDER BY u.n
    ON CONFLICT ("systemId", "profileKey", instance, section) DO UPDATE SET facts = excluded.facts, baseline = excluded.baseline, source = excluded.source,
      "observationId" = excluded."observationId", "seenAt" = excluded."seenAt"`
}

/** Drops facts that say nothing any more; the observations they came with stay. The caller holds the system's row. */
export async function forgetFacts(tx: Tx, systemId: string, facts: readonly CurrentFact[]): Promise<void> {
  if (facts.length === 0) return
  await tx.$executeRaw`
    DELETE FROM "ProfileFact" f USING unnest(${facts.map(({ profile }) => profile)}::text[], ${facts.map(({ instance }) => instance)}::text[],
      ${facts.map(({ section }) => section)}::text[]) AS u(profile, instance, section)
    WHERE f."systemId" = ${systemId} AND f."profileKey" = u.profile AND f.instance = u.instance AND f.section = u.section`
}

/** What a runtime says it runs. */
export type Running = { reference: string | null; gitSha: string | null }

/** A release that a runtime runs. */
export type RunningRelease = { id: string; version: string }

// A release never changes, so those that were found are remembered; the others are looked for again, since they may be registered any moment.
const releases = new Map<string, RunningRelease>()
const MOST_RELEASES = 5_000
const runningKey = (systemId: string, { reference, gitSha }: Running): string => `${systemId}\n${reference ?? ''}\n${gitSha ?? ''}`

/** The registered releases that runtimes say they run; at most one statement, none for those that were found before. */
export async function findReleases(
  tx: Tx,
  systemId: string,
  running: readonly Running[],
): Promise<(what: Running) => RunningRelease | null> {
  const unknown = running.filter((each) => !releases.has(runningKey(systemId, each)))
  if (unknown.length > 0) {
    const references = unknown.flatMap(({ reference }) => reference ?? [])
    const shas = unknown.flatMap(({ reference, gitSha }) => (reference === null && gitSha !== null ? [gitSha] : []))
    const rows = await tx.$queryRaw<(RunningRelease & { artefact: string; gitSha: string })[]>`
      SELECT id, version, artefact, "gitSha" FROM "Release" WHERE "systemId" = ${systemId}
        AND (artefact = ANY (${references}::text[]) OR "gitSha" = ANY (${shas}::text[])) ORDER BY "registeredAt", id`
    for (const each of unknown) {
      const found = rows.findLast(({ artefact, gitSha }) =>
        each.reference === null ? gitSha === each.gitSha : artefact === each.reference,
      )
      if (found && releases.size < MOST_RELEASES) releases.set(runningKey(systemId, each), { id: found.id, version: found.version })
    }
  }
  return (what) => releases.get(runningKey(systemId, what)) ?? null
}

/** Observations that a reporter brought before, by profile and digest: what a replay is answered with. */
export async function findReplayed(
  tx: Tx,
  systemId: string,
  observedById: string,
  rows: readonly Pick<ObservationRow, 'profile' | 'digest'>[],
): Promise<{ id: string; profile: string; digest: string; recordedAt: Date }[]> {
  return tx.$queryRaw`
    SELECT o.id, o."profileKey" AS profile, o.digest, o."recordedAt" FROM "Observation" o
    JOIN unnest(${rows.map(({ profile }) => profile)}::text[], ${rows.map(({ digest }) => digest)}::text[]) AS u(profile, digest)
      ON o."profileKey" = u.profile AND o.digest = u.digest
    WHERE o."systemId" = ${systemId} AND o."observedById" = ${observedById}::uuid`
}

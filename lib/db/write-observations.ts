import 'server-only'
import { isDeepStrictEqual } from 'node:util'
import type { CurrentFact, ObservationFacts } from '@/lib/domain/observation/facts'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type JudgedFacts, type JudgeRows, judgedFrom, judgedOf, judgeLists } from './load-judge-context'
import type { LoadedPolicy } from './load-policy'

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
 * Holds what an ingest decides on, in the order of `lockSystem`: the named promotions by id, the keys of profiles whose fingerprints are reported, the
 * system. One statement where no promotion is named.
 */
export async function lockForIngest(
  tx: Tx,
  systemId: string,
  { promotions, keyProfiles }: { promotions: readonly string[]; keyProfiles: readonly string[] },
): Promise<void> {
  if (promotions.length > 0)
    await tx.$queryRaw`SELECT id FROM "Promotion" WHERE id = ANY (${[...promotions]}::text[]) AND status = 'open' ORDER BY id FOR UPDATE`
  // As `lockKeys` names them.
  const keys = [...new Set(keyProfiles)].sort().map((profile) => `countersign keys ${systemId} ${profile}`)
  await tx.$queryRaw`/* kept */
    WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext(k)) FROM unnest(${keys}::text[]) k)
    SELECT s.id FROM "System" s WHERE s.id = ${systemId} AND (SELECT count(*) FROM held) >= 0 FOR NO KEY UPDATE OF s`
}

/** What keeping observations came to, and all that they are judged with. */
export type KeptObservations = {
  /** Ids of those that are new; the others were there already. */
  added: ReadonlySet<string>
  judged: JudgedFacts
  promotions: OpenPromotion[]
  /** Which policy version is active, now that nobody can change it. */
  activeId: string | null
}

/** Keeps observations that are not there yet, and reads what is known of the system besides: one statement for both. The caller holds the locks. */
export async function keepObservations(
  tx: Tx,
  { version, by, now }: { version: LoadedPolicy; by: { id: string; countsAsId: string }; now: Date },
  rows: readonly ObservationRow[],
): Promise<KeptObservations> {
  const { systemId, policy } = version
  const [row] = await tx.$queryRaw<
    (JudgeRows & { added: { id: string }[]; promotions: PromotionRow[]; activeId: string | null })[]
  >`/* kept */
    WITH added AS (
      INSERT INTO "Observation" (id, "systemId", "profileKey", instance, source, environment, facts, digest, "claimedAt", "releaseId", "observedById", "observedForId", "recordedAt")
      SELECT u.id, ${systemId}, u.profile, u.instance, u.source, u.environment, u.facts, u.digest, u.claimed, u.release, ${by.id}::uuid, ${by.countsAsId}::uuid, ${now}
      FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ profile }) => profile)}::text[], ${rows.map(({ instance }) => instance)}::text[],
        ${rows.map(({ source }) => source)}::text[], ${rows.map(({ environment }) => environment)}::text[], ${rows.map(({ facts }) => JSON.stringify(facts))}::jsonb[],
        ${rows.map(({ digest }) => digest)}::text[], ${rows.map(({ claimedAt }) => claimedAt?.toISOString() ?? null)}::timestamptz[],
        ${rows.map(({ releaseId }) => releaseId)}::uuid[])
        AS u(id, profile, instance, source, environment, facts, digest, claimed, release)
      ON CONFLICT ("systemId", "profileKey", "observedById", digest) DO NOTHING RETURNING id)
    SELECT ${list(Prisma.sql`SELECT id FROM added`)} AS added, ${list(openPromotions(systemId))} AS promotions,
      (SELECT id FROM "PolicyVersion" WHERE "systemId" = ${systemId} AND status = 'active') AS "activeId", ${judgeLists([policy], now)}`
  const { added, promotions, activeId, ...lists } = row as NonNullable<typeof row> // a SELECT without FROM has one row
  return {
    added: new Set(added.map(({ id }) => id)),
    judged: judgedOf(judgedFrom([policy], lists), systemId),
    promotions: promotions.map(({ releaseId, version: name, artefact, gitSha, ...promotion }) => ({
      ...promotion,
      release: { id: releaseId, version: name, artefact, gitSha },
    })),
    activeId,
  }
}

type PromotionRow = Omit<OpenPromotion, 'release'> & { releaseId: string; version: string; artefact: string; gitSha: string }

const openPromotions = (systemId: string) => Prisma.sql`
  SELECT p.id, p."policyVersionId", p."edgeKey" AS edge, p."toKey" AS profile, p."releaseId", r.version, r.artefact, r."gitSha"
  FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId" WHERE p."systemId" = ${systemId} AND p.status = 'open' ORDER BY p.id`

const keyOf = ({ profile, instance, section }: CurrentFact): string => `${profile}\n${instance}\n${section}`

/**
 * Replaces the newest facts by merged ones, in one statement: what says the same as before is only seen again, which is most of it and far less to write.
 * `merged`: one for each profile, runtime and section. The caller holds the system's row.
 */
export async function writeFacts(tx: Tx, systemId: string, before: readonly CurrentFact[], merged: readonly CurrentFact[]): Promise<void> {
  const known = new Map(before.map((fact) => [keyOf(fact), fact]))
  const isSame = (fact: CurrentFact): boolean => {
    const old = known.get(keyOf(fact))
    return old !== undefined && isDeepStrictEqual(old.facts, fact.facts) && isDeepStrictEqual(old.baseline, fact.baseline)
  }
  const { true: again = [], false: fresh = [] } = Object.groupBy(merged, (fact) => String(isSame(fact)) as 'true' | 'false')
  await tx.$executeRaw`/* kept */
    WITH seen AS (
      UPDATE "ProfileFact" f SET source = u.source, "observationId" = u.observation, "seenAt" = u.seen
      FROM unnest(${again.map(({ profile }) => profile)}::text[], ${again.map(({ instance }) => instance)}::text[], ${again.map(({ section }) => section)}::text[],
        ${again.map(({ source }) => source)}::text[], ${again.map(({ observationId }) => observationId)}::uuid[],
        ${again.map(({ seenAt }) => seenAt.toISOString())}::timestamptz[]) AS u(profile, instance, section, source, observation, seen)
      WHERE f."systemId" = ${systemId} AND f."profileKey" = u.profile AND f.instance = u.instance AND f.section = u.section)
    INSERT INTO "ProfileFact" ("systemId", "profileKey", instance, section, facts, baseline, source, "observationId", "seenAt")
    SELECT ${systemId}, u.profile, u.instance, u.section, u.facts, u.baseline, u.source, u.observation, u.seen
    FROM unnest(${fresh.map(({ profile }) => profile)}::text[], ${fresh.map(({ instance }) => instance)}::text[], ${fresh.map(({ section }) => section)}::text[],
      ${fresh.map(({ facts }) => JSON.stringify(facts))}::jsonb[], ${fresh.map(({ baseline }) => (baseline === null ? null : JSON.stringify(baseline)))}::jsonb[],
      ${fresh.map(({ source }) => source)}::text[], ${fresh.map(({ observationId }) => observationId)}::uuid[],
      ${fresh.map(({ seenAt }) => seenAt.toISOString())}::timestamptz[]) AS u(profile, instance, section, facts, baseline, source, observation, seen)
    ON CONFLICT ("systemId", "profileKey", instance, section) DO UPDATE SET facts = excluded.facts, baseline = excluded.baseline, source = excluded.source,
      "observationId" = excluded."observationId", "seenAt" = excluded."seenAt"`
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

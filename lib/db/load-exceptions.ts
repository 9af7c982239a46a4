import 'server-only'
import type { Named } from '@/lib/domain/context'
import type { ExceptionStanding, ExceptionState, ExceptionStatus } from '@/lib/domain/exception'
import type { ExceptionFacts, ExceptionText } from '@/lib/domain/exception-approval'
import { covers } from '@/lib/domain/exception-tier'
import type { Policy, PolicyTier } from '@/lib/domain/policy/schema'
import { ensure, refuse } from '@/lib/domain/refusal'
import { isProductionLikeProfile, type RuleRef, ruleRef } from '@/lib/domain/rule-ref'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { loadPolicyVersion } from './load-policy'

/** A row of `standingRowsSql`. Instants are texts where it came as JSON. */
export type StandingRow = {
  id: string
  systemId: string
  profileKey: string
  policyVersionId: string
  rule: string
  expected: string
  observed: string
  reason: string
  remediation: string
  findingId: string | null
  ownerId: string
  ownerKind: 'person' | 'agent' | 'token'
  ownerName: string
  ownerCountsAs: string
  startsAt: Date
  endsAt: Date
  tier: string
  status: ExceptionStatus
  approvedAt: Date | null
  extensions: number
  endedAt: Date | null
  askedUntil: Date | null
  terms: { approvedAt: string; until: string }[] | null
}

/** What makes an `ExceptionStanding`, for statements of their own and for such that bring other lists too. `where` speaks of `e`. */
export const standingRowsSql = (where: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT e.id, e."systemId", e."profileKey", e."policyVersionId", e.rule, e.expected, e.observed, e.reason, e.remediation, e."findingId", e."ownerId",
    p.kind AS "ownerKind", coalesce(n.name, p.label, 'Somebody erased') AS "ownerName", coalesce(p."sponsorId", p.id) AS "ownerCountsAs", e."startsAt",
    e."endsAt", e.tier, e.status, e."approvedAt", e.extensions, e."endedAt", e."askedUntil",
    (SELECT json_agg(json_build_object('approvedAt', t."approvedAt", 'until', t."untilAt") ORDER BY t.number) FROM "ExceptionTerm" t
      WHERE t."exceptionId" = e.id) AS terms
  FROM "DriftException" e JOIN "Principal" p ON p.id = e."ownerId" LEFT JOIN "Person" n ON n."principalId" = p.id
  WHERE ${where} ORDER BY e."startsAt", e.id`

const instant = (at: Date | string): Date => new Date(at)
const instantOrNull = (at: Date | string | null): Date | null => (at === null ? null : new Date(at))

/** Whether the filing or an extension waits for signatures. */
const isWaiting = ({ status, askedUntil, endedAt }: Pick<StandingRow, 'askedUntil' | 'endedAt'> & { status: string }): boolean =>
  status === 'filed' || (askedUntil !== null && endedAt === null)

/** Rows of `standingRowsSql` as verdicts, gates, dossiers and notes read them. Policies are kept by the process. */
export async function toStandings(tx: Tx, rows: readonly StandingRow[]): Promise<ExceptionStanding[]> {
  const found: ExceptionStanding[] = []
  for (const row of rows) {
    const { policy } = await loadPolicyVersion(tx, row.policyVersionId)
    const ref = refOf(policy, row)
    const tier = tierOf(policy, row.tier)
    found.push({
      id: row.id,
      system: row.systemId,
      profile: row.profileKey,
      rule: row.rule,
      title: ref.title,
      expected: row.expected,
      observed: row.observed,
      owner: { id: row.ownerId, kind: row.ownerKind, name: row.ownerName, countsAsId: row.ownerCountsAs },
      startsAt: instant(row.startsAt),
      endsAt: instant(row.endsAt),
      approvedAt: instantOrNull(row.approvedAt),
      endedAt: instantOrNull(row.endedAt),
      status: row.status,
      covers: covers(policy, tier, ref, isProductionLikeProfile(policy, row.profileKey)),
      signed: tier.slots.length > 0,
      extensions: row.extensions,
      reason: row.reason,
      remediation: row.remediation,
      finding: row.findingId,
      waits: isWaiting(row),
      terms: (row.terms ?? []).map(({ approvedAt, until }) => ({ approvedAt: new Date(approvedAt), until: new Date(until) })),
    })
  }
  return found
}

async function standings(tx: Tx, where: Prisma.Sql): Promise<ExceptionStanding[]> {
  return toStandings(tx, await tx.$queryRaw<StandingRow[]>(Prisma.sql`/* kept */ ${standingRowsSql(where)}`))
}

/** The exceptions of some systems that are filed or approved and have not ended, overdue ones among them, the oldest deviation first. One statement. */
export function loadOpenExceptions(tx: Tx, systems: readonly string[]): Promise<ExceptionStanding[]> {
  return standings(tx, Prisma.sql`e."endedAt" IS NULL AND e."systemId" = ANY (${[...systems]}::text[])`)
}

/** The approved exceptions of some systems that are open or ended after an instant: what a budget counts. One statement. */
export function loadRecentExceptions(tx: Tx, systems: readonly string[], since: Date): Promise<ExceptionStanding[]> {
  return standings(
    tx,
    Prisma.sql`e."approvedAt" IS NOT NULL AND (e."endedAt" IS NULL OR e."endedAt" > ${since}) AND e."systemId" = ANY (${[...systems]}::text[])`,
  )
}

/**
 * The approved exceptions that were open on a profile at some instant from `from` to `to`, both included: what release notes list (000.32). One that is
 * overdue is open until it is closed. One statement.
 */
export function loadExceptionsDuring(tx: Tx, system: string, profile: string, from: Date, to: Date): Promise<ExceptionStanding[]> {
  return standings(
    tx,
    Prisma.sql`e."systemId" = ${system} AND e."profileKey" = ${profile} AND e."approvedAt" <= ${to} AND (e."endedAt" IS NULL OR e."endedAt" > ${from})`,
  )
}

/** What belongs to one exception, read beside its row. Instants are texts, as JSON has them. */
type Beside = {
  id: string
  systemName: string
  terms: { number: number; tier: string; untilAt: string; askedById: string; approvedAt: string; sealedVersionId: string | null }[]
  /** The live sealed version, with its standing signatures. */
  sealed: {
    id: string
    number: number
    hash: string
    canonical: string
    sealedAt: string
    requesterId: string
    signOffs: { slotKey: string; decision: 'approve' | 'decline'; signedAt: string; signerId: string }[]
  } | null
  /** Bodies by digest; what was taken off the record is not among them. */
  texts: Record<string, string>
  /** Everybody who is named above or in the row, by id. */
  who: Record<string, Named>
}

const besideSql = (ids: readonly string[]): Prisma.Sql => Prisma.sql`/* kept */
  SELECT e.id, s.name AS "systemName", v.sealed,
    (SELECT coalesce(json_agg(t ORDER BY t.number), '[]') FROM "ExceptionTerm" t WHERE t."exceptionId" = e.id) AS terms,
    (SELECT coalesce(json_object_agg(x.digest, x.body), '{}') FROM audit.text_body x
      WHERE x.body IS NOT NULL AND x.digest = ANY (ARRAY[e.reason, e.remediation, e."extensionReason", e."closingNote"] || e.conditions)) AS texts,
    (SELECT json_object_agg(p.id, json_build_object('id', p.id, 'kind', p.kind, 'name', coalesce(n.name, p.label, 'Somebody erased'),
        'countsAsId', coalesce(p."sponsorId", p.id)))
      FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE p.id = ANY (ARRAY[e."ownerId", e."filedById", e."closedById", v."requesterId"] || v.signers
        || ARRAY(SELECT t."askedById" FROM "ExceptionTerm" t WHERE t."exceptionId" = e.id))) AS who
  FROM "DriftException" e JOIN "System" s ON s.id = e."systemId"
  LEFT JOIN LATERAL (
    SELECT v."requesterId", ARRAY(SELECT o."signerId" FROM "SignOff" o WHERE o."sealedVersionId" = v.id AND o."withdrawnAt" IS NULL) AS signers,
      json_build_object('id', v.id, 'number', v.number, 'hash', v.hash, 'canonical', v.canonical, 'sealedAt', v."sealedAt", 'requesterId', v."requesterId",
        'signOffs', (SELECT coalesce(json_agg(json_build_object('slotKey', o."slotKey", 'decision', o.decision, 'signedAt', o."signedAt",
          'signerId', o."signerId") ORDER BY o."signedAt"), '[]') FROM "SignOff" o WHERE o."sealedVersionId" = v.id AND o."withdrawnAt" IS NULL)) AS sealed
    FROM "SealedVersion" v WHERE v.subject = 'exception' AND v."subjectId" = e.id AND v."endedAt" IS NULL) v ON true
  WHERE e.id = ANY (${[...ids]}::text[])`

/**
 * Exceptions with everything their rules depend on and their texts, in two statements whatever their number. Nothing of it depends on the clock:
 * states are derived by the domain at the instant of whoever reads.
 */
export async function loadExceptions(
  tx: Tx,
  where: Prisma.DriftExceptionWhereInput,
  page: { take?: number; orderBy?: Prisma.DriftExceptionOrderByWithRelationInput[] } = {},
): Promise<ExceptionFacts[]> {
  const rows = await tx.driftException.findMany({ where, ...page })
  if (rows.length === 0) return []
  const beside = new Map((await tx.$queryRaw<Beside[]>(besideSql(rows.map(({ id }) => id)))).map((each) => [each.id, each]))
  const facts: ExceptionFacts[] = []
  for (const row of rows) {
    const { id: versionId, number, hash, policy } = await loadPolicyVersion(tx, row.policyVersionId)
    const ref = refOf(policy, row)
    const tier = tierOf(policy, row.tier)
    const productionLike = isProductionLikeProfile(policy, row.profileKey)
    const { systemName, sealed, terms, texts, who: known } = beside.get(row.id) as Beside // asked for just above
    const text = (digest: string | null): string | null => (digest === null ? null : (texts[digest] ?? null))
    const who = (id: string): Named => known[id] as Named // everybody of the row was asked for
    facts.push({
      id: row.id,
      system: row.systemId,
      systemName,
      profile: row.profileKey,
      profileName: policy.profiles.find(({ id }) => id === row.profileKey)?.name ?? row.profileKey,
      productionLike,
      policy: { versionId, number, hash, policy },
      rule: row.rule,
      ref,
      title: ref.title,
      expected: row.expected,
      observed: row.observed,
      owner: who(row.ownerId),
      filedBy: { ...who(row.filedById), countsAsId: row.filedForId },
      filedAt: row.filedAt,
      startsAt: row.startsAt,
      endsAt: row.endsAt,
      approvedAt: row.approvedAt,
      endedAt: row.endedAt,
      status: row.status as ExceptionStatus, // the database allows no other
      tier,
      covers: covers(policy, tier, ref, productionLike),
      extensions: row.extensions,
      asked:
        row.askedUntil && row.askedTier
          ? { until: row.askedUntil, tier: tierOf(policy, row.askedTier), reason: text(row.extensionReason) }
          : null,
      reason: row.reason,
      remediation: row.remediation,
      texts: { reason: text(row.reason), remediation: text(row.remediation) },
      conditions: row.conditions.map((digest) => ({ digest, text: text(digest) })),
      finding: row.findingId,
      waits: isWaiting(row),
      terms: terms.map(({ approvedAt, untilAt }) => ({ approvedAt: new Date(approvedAt), until: new Date(untilAt) })),
      history: terms.map((term) => ({
        number: term.number,
        tier: term.tier,
        until: new Date(term.untilAt),
        askedBy: who(term.askedById),
        approvedAt: new Date(term.approvedAt),
        sealed: term.sealedVersionId,
      })),
      closed:
        row.closedById === null
          ? null
          : { by: who(row.closedById), note: text(row.closingNote), link: row.closingLink, observation: row.closingObservationId },
      sealed: sealed
        ? {
            id: sealed.id,
            number: sealed.number,
            hash: sealed.hash,
            sealedAt: new Date(sealed.sealedAt),
            requester: who(sealed.requesterId),
            text: JSON.parse(sealed.canonical) as ExceptionText, // our own canonical text
          }
        : null,
      nextNumber: row.lastSealed + 1,
      signOffs: (sealed?.signOffs ?? []).map(({ slotKey, decision, signedAt, signerId }) => ({
        slotKey,
        signerId,
        signerName: who(signerId).name,
        decision,
        signedAt: new Date(signedAt),
      })),
    })
  }
  return facts
}

/**
 * Locks one exception until the transaction ends, and gives its facts. Refuses `not_found` alike for what does not exist and what the systems given do
 * not hold (T23). Two approvers, a withdrawal, an extension and the closing take turns here (T07).
 */
export async function loadExceptionForUpdate(tx: Tx, id: string, systems: readonly string[] | null): Promise<ExceptionFacts> {
  const [locked] = await tx.$queryRaw<{ systemId: string }[]>`SELECT "systemId" FROM "DriftException" WHERE id = ${id} FOR UPDATE`
  const isSeen = locked !== undefined && (systems === null || systems.includes(locked.systemId))
  ensure(isSeen ? null : unseenException(id))
  const [facts] = await loadExceptions(tx, { id })
  return facts as ExceptionFacts // locked just above, and nothing is ever deleted
}

/** The one answer for exceptions that do not exist and for those one may not see (T23). */
export function unseenException(id: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no exception ${id} that you can see.`, { place: 'exception' })
}

/** Which exceptions are in a state at an instant: the same as `exceptionState` says of each, which a test holds against it. */
export function exceptionsIn(state: ExceptionState, now: Date): Prisma.DriftExceptionWhereInput {
  switch (state) {
    case 'filed':
    case 'rejected':
    case 'withdrawn':
    case 'closed':
      return { status: state }
    case 'running':
      return { status: 'approved', endsAt: { gt: now } }
    case 'overdue':
      return { status: 'approved', endsAt: { lte: now } }
    default:
      return state satisfies never
  }
}

/** The rule of an exception under the policy it was filed under. Filing makes sure that there is one; a key that lost it counts as binding. */
function refOf(policy: Policy, row: { profileKey: string; rule: string; expected: string }): RuleRef {
  return (
    ruleRef(policy, row.profileKey, row.rule) ?? {
      key: row.rule,
      kind: 'fact',
      profile: row.profileKey,
      title: row.rule,
      expected: row.expected,
      strength: 'required',
      provenance: {},
    }
  )
}

function tierOf(policy: Policy, id: string): PolicyTier {
  const tier = policy.drift.tiers.find((each) => each.id === id)
  if (!tier) throw new Error(`Policy version of ${policy.system.slug} has no tier ${id}`)
  return tier
}

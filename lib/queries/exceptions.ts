import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { type LoadedPolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import type { Named } from '@/lib/domain/context'
import { type ExceptionState, type ExceptionStatus, exceptionState } from '@/lib/domain/exception'
import { covers } from '@/lib/domain/exception-tier'
import type { Policy, ProfileClass } from '@/lib/domain/policy/schema'
import { isProductionLikeProfile, type RuleKind, ruleRef } from '@/lib/domain/rule-ref'
import { type BudgetLine, loadBudgets } from './exception-budgets'
import { loadBurnDown, type OpenOn } from './exception-burn-down'
import { getInFlight } from './in-flight'
import type { Looker } from './system-standing'

/** What the list can be narrowed to: every open one, or one state. */
export const EXCEPTION_FILTERS = ['open', 'overdue', 'running', 'filed', 'closed', 'rejected', 'withdrawn'] as const
export type ExceptionFilterState = (typeof EXCEPTION_FILTERS)[number]
export type ExceptionFilter = { system?: string; state?: ExceptionFilterState }

/** An exception as a row of a list. */
export type ExceptionRow = {
  id: string
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  rule: string
  kind: RuleKind
  title: string
  expected: string
  observed: string
  owner: Named
  startsAt: Date
  endsAt: Date
  askedUntil: Date | null
  filedAt: Date
  endedAt: Date | null
  state: ExceptionState
  /** False: recorded, but it covers nothing (domain.md, life cycles). */
  covers: boolean
  extensions: number
  /** Titles of the slots that a filed one, or an extension that was asked for, still waits for. */
  waitsFor: string[]
}

/** Where a page begins: behind an open one (by its end) or behind an ended one (by when it was filed), and its id. */
export type ExceptionPosition = readonly [part: 'open' | 'ended', at: string, id: string]

export type ExceptionCounts = { overdue: number; running: number; filed: number; closed: number; rejected: number; withdrawn: number }

/** Exceptions of the systems somebody may see. */
export type ExceptionsView = {
  systems: { slug: string; name: string }[]
  /** How many stand how, whatever is filtered but the system. */
  counts: ExceptionCounts
  open: ExceptionRow[]
  ended: ExceptionRow[]
  next: ExceptionPosition | null
  /** When the last one of those that have ended did: what an empty list says. */
  lastEnded: { id: string; at: Date } | null
  budgets: BudgetLine[]
  days: OpenOn[]
}

/**
 * What deviates, who owns it, until when: open ones by their end, so that what is overdue comes first, then what has ended by when it was filed. One keyset
 * page over both; statements do not grow with what is on it (T39). Scoped to what the viewer may see (T23).
 */
export async function getExceptions(
  looker: Looker,
  filter: ExceptionFilter,
  page: { limit: number; after: ExceptionPosition | null },
): Promise<ExceptionsView> {
  const { standings } = await getInFlight(looker)
  const systems = standings.map(({ slug, name }) => ({ slug, name }))
  const seen = systems.map(({ slug }) => slug)
  const ids = filter.system === undefined ? seen : seen.filter((slug) => slug === filter.system)
  const [counts, rows, lastEnded, budgets, days] = await Promise.all([
    countStates(ids, looker.now),
    listPage(ids, filter.state, page, looker.now),
    findLastEnded(ids),
    loadBudgets(
      standings.filter(({ slug }) => ids.includes(slug)).map(({ slug, name, version }) => ({ slug, name, policy: version.policy })),
      looker.now,
    ),
    loadBurnDown(ids, looker.now),
  ])
  const names = new Map(systems.map(({ slug, name }) => [slug, name]))
  const all = await toRows(rows.slice(0, page.limit), names, looker.now)
  const last = all.at(-1)
  return {
    systems,
    counts,
    open: all.filter(({ endedAt }) => endedAt === null),
    ended: all.filter(({ endedAt }) => endedAt !== null),
    next: rows.length > page.limit && last ? positionOf(last) : null,
    lastEnded,
    budgets,
    days,
  }
}

function positionOf({ id, endsAt, endedAt, filedAt }: ExceptionRow): ExceptionPosition {
  return endedAt === null ? ['open', endsAt.toISOString(), id] : ['ended', filedAt.toISOString(), id]
}

type Row = {
  id: string
  systemId: string
  profileKey: string
  policyVersionId: string
  rule: string
  expected: string
  observed: string
  startsAt: Date
  endsAt: Date
  askedUntil: Date | null
  filedAt: Date
  endedAt: Date | null
  status: ExceptionStatus
  tier: string
  askedTier: string | null
  extensions: number
  ownerId: string
  ownerKind: Named['kind']
  ownerName: string
  ownerCountsAs: string
}

/** One row more than a page takes: open ones first, and what has ended where those do not fill it. One statement for each part. */
async function listPage(
  ids: readonly string[],
  state: ExceptionFilterState | undefined,
  { limit, after }: { limit: number; after: ExceptionPosition | null },
  now: Date,
): Promise<Row[]> {
  const take = limit + 1
  const isOpen = state === undefined || OPEN.includes(state)
  const isEnded = state === undefined || !OPEN.includes(state)
  const behindOpen = after?.[0] === 'open' ? Prisma.sql`AND (e."endsAt", e.id) > (${after[1]}::timestamptz, ${after[2]})` : Prisma.empty
  const open =
    isOpen && after?.[0] !== 'ended'
      ? await rowsOf(
          Prisma.sql`${among(ids)} AND e."endedAt" IS NULL ${inState(state, now)} ${behindOpen} ORDER BY e."endsAt", e.id LIMIT ${take}`,
        )
      : []
  if (!isEnded || open.length >= take) return open
  const behindEnded = after?.[0] === 'ended' ? Prisma.sql`AND (e."filedAt", e.id) < (${after[1]}::timestamptz, ${after[2]})` : Prisma.empty
  const ended = await rowsOf(
    Prisma.sql`${among(ids)} AND e."endedAt" IS NOT NULL ${inState(state, now)} ${behindEnded} ORDER BY e."filedAt" DESC, e.id DESC LIMIT ${take - open.length}`,
  )
  return [...open, ...ended]
}

const OPEN: readonly ExceptionFilterState[] = ['open', 'overdue', 'running', 'filed']

const among = (ids: readonly string[]) => Prisma.sql`e."systemId" = ANY (${[...ids]}::text[])`

/** `where` speaks of `e`, and may say in which order and how many. */
function rowsOf(where: Prisma.Sql): Promise<Row[]> {
  return db.$queryRaw<Row[]>(Prisma.sql`
    SELECT e.id, e."systemId", e."profileKey", e."policyVersionId", e.rule, e.expected, e.observed, e."startsAt", e."endsAt", e."askedUntil", e."filedAt",
      e."endedAt", e.status, e.tier, e."askedTier", e.extensions, e."ownerId", p.kind AS "ownerKind", coalesce(n.name, p.label, 'Somebody erased') AS "ownerName",
      coalesce(p."sponsorId", p.id) AS "ownerCountsAs"
    FROM "DriftException" e JOIN "Principal" p ON p.id = e."ownerId" LEFT JOIN "Person" n ON n."principalId" = p.id WHERE ${where}`)
}

/** As `exceptionState` says of each one; overdue is a matter of the clock. */
function inState(state: ExceptionFilterState | undefined, now: Date): Prisma.Sql {
  switch (state) {
    case undefined:
    case 'open':
      return Prisma.empty
    case 'running':
      return Prisma.sql`AND e.status = 'approved' AND e."endsAt" > ${now}`
    case 'overdue':
      return Prisma.sql`AND e.status = 'approved' AND e."endsAt" <= ${now}`
    default:
      return Prisma.sql`AND e.status = ${state}`
  }
}

async function toRows(rows: readonly Row[], names: ReadonlyMap<string, string>, now: Date): Promise<ExceptionRow[]> {
  const waiting = rows.filter(({ status, askedUntil, endedAt }) => endedAt === null && (status === 'filed' || askedUntil !== null))
  const [policies, signed] = await Promise.all([loadPolicies(rows), loadSigned(waiting.map(({ id }) => id))])
  return rows.map((row) =>
    toRow(row, names.get(row.systemId) ?? row.systemId, policies.get(row.policyVersionId), signed.get(row.id) ?? [], now),
  )
}

async function loadPolicies(rows: readonly Pick<Row, 'policyVersionId'>[]): Promise<Map<string, LoadedPolicy>> {
  const ids = [...new Set(rows.map(({ policyVersionId }) => policyVersionId))]
  return new Map(await Promise.all(ids.map(async (id) => [id, await loadPolicyVersion(db, id)] as const)))
}

/** The slots that stand signed on the live sealed versions of some exceptions, by exception: one statement, and none for none. */
async function loadSigned(ids: readonly string[]): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: string; slots: string[] }[]>(Prisma.sql`
    SELECT v."subjectId" AS id, array_agg(o."slotKey") AS slots FROM "SealedVersion" v JOIN "SignOff" o ON o."sealedVersionId" = v.id
    WHERE v.subject = 'exception' AND v."subjectId" = ANY (${[...ids]}::text[]) AND v."endedAt" IS NULL AND o.decision = 'approve' AND o."withdrawnAt" IS NULL
    GROUP BY v."subjectId"`)
  return new Map(rows.map(({ id, slots }) => [id, slots]))
}

function toRow(row: Row, name: string, version: LoadedPolicy | undefined, signed: readonly string[], now: Date): ExceptionRow {
  const policy = version?.policy
  const ref = policy ? ruleRef(policy, row.profileKey, row.rule) : null
  const { status } = row
  const held = policy?.drift.tiers.find(({ id }) => id === row.tier)
  const tier = row.askedUntil !== null ? row.askedTier : status === 'filed' ? row.tier : null
  return {
    id: row.id,
    system: { slug: row.systemId, name },
    profile: { id: row.profileKey, class: classOf(policy, row.profileKey) },
    rule: row.rule,
    kind: ref?.kind ?? 'fact',
    title: ref?.title ?? row.rule,
    expected: row.expected,
    observed: row.observed,
    owner: { id: row.ownerId, kind: row.ownerKind, name: row.ownerName, countsAsId: row.ownerCountsAs },
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    askedUntil: row.askedUntil,
    filedAt: row.filedAt,
    endedAt: row.endedAt,
    state: exceptionState({ status, endsAt: row.endsAt }, now),
    covers: policy && ref && held ? covers(policy, held, ref, isProductionLikeProfile(policy, row.profileKey)) : false,
    extensions: row.extensions,
    waitsFor: slotsOf(policy, tier).flatMap(({ id, title }) => (signed.includes(id) ? [] : title)),
  }
}

/** The slots of a tier by its id. */
export function slotsOf(policy: Policy | undefined, tier: string | null): { id: string; title: string }[] {
  return policy?.drift.tiers.find(({ id }) => id === tier)?.slots ?? []
}

/** The class of a profile of a policy; one that it does not have counts as production (what always holds, 5). */
export function classOf(policy: Policy | undefined, profile: string): ProfileClass {
  return policy?.profiles.find(({ id }) => id === profile)?.class ?? 'production'
}

async function countStates(ids: readonly string[], now: Date): Promise<ExceptionCounts> {
  const [row] = await db.$queryRaw<ExceptionCounts[]>(Prisma.sql`
    SELECT count(*) FILTER (WHERE status = 'approved' AND "endsAt" <= ${now})::int AS overdue,
      count(*) FILTER (WHERE status = 'approved' AND "endsAt" > ${now})::int AS running,
      count(*) FILTER (WHERE status = 'filed')::int AS filed, count(*) FILTER (WHERE status = 'closed')::int AS closed,
      count(*) FILTER (WHERE status = 'rejected')::int AS rejected, count(*) FILTER (WHERE status = 'withdrawn')::int AS withdrawn
    FROM "DriftException" WHERE "systemId" = ANY (${[...ids]}::text[])`)
  return row as ExceptionCounts // an aggregate without groups is one row
}

async function findLastEnded(ids: readonly string[]): Promise<{ id: string; at: Date } | null> {
  const row = await db.driftException.findFirst({
    where: { systemId: { in: [...ids] }, endedAt: { not: null } },
    orderBy: [{ endedAt: 'desc' }, { id: 'desc' }],
    select: { id: true, endedAt: true },
  })
  return row?.endedAt ? { id: row.id, at: row.endedAt } : null
}

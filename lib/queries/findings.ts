import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { readableSystems } from '@/lib/domain/context'
import type { DriftStanding, FindingEnd, FindingKind, Severity } from '@/lib/domain/finding'
import { getStandings, type Looker } from './system-standing'

export const FINDING_FILTERS = ['uncovered', 'covered', 'conflict', 'closed'] as const
/** Which findings a list shows: open ones that no exception covers, covered ones, conflicts and disagreements, or ended ones. */
export type FindingFilter = (typeof FINDING_FILTERS)[number]

/** One finding in a list. */
export type FindingRow = {
  id: string
  system: { slug: string; name: string }
  /** Null: of the whole system. */
  profile: string | null
  kind: FindingKind
  severity: Severity
  rule: string
  title: string
  expected: string
  observed: string
  instance: string | null
  openedAt: Date
  acknowledgedAt: Date | null
  closed: { at: Date; how: FindingEnd } | null
  /** The exception that covers it now; a closed one is not asked. */
  exception: { id: string; endsAt: Date } | null
}

/** Where a page of the closed ones begins: the opening instant and id of the last row before it. */
export type FindingPosition = readonly [openedAt: string, id: string]

export type FindingsView = {
  open: FindingRow[]
  /** More open ones than a page shows. */
  more: number
  closed: FindingRow[]
  next: FindingPosition | null
  /** Of everything the viewer sees, whatever the filter: how many hold promotions, are covered, are open. */
  counts: { open: number; holding: number; covered: number }
  /** Since when an empty list is empty: the last one that was closed, and the first report there is. */
  since: { lastClosed: { id: string; at: Date } | null; firstReport: Date | null }
  systems: { slug: string; name: string; profiles: string[] }[]
}

/** As many open ones as one page shows; the filters find the rest. */
const MOST_OPEN = 200

/** Open findings first, the worst of them on top, then closed ones a page at a time. The open ones are what the frame has read anyway. */
export async function getFindings(
  looker: Looker,
  filter: { system?: string; profile?: string; state?: FindingFilter },
  page: { limit: number; after: FindingPosition | null },
): Promise<FindingsView> {
  const { standings } = await getStandings(looker)
  const nameOf = new Map(standings.map(({ slug, name }) => [slug, name]))
  const all = standings.flatMap(({ drift }) => drift)
  const here = all.filter(
    ({ system, profile }) => (!filter.system || system === filter.system) && (!filter.profile || profile === filter.profile),
  )
  const open = here.filter((finding) => isIn(finding, filter.state)).toSorted(worstFirst)
  const wantsClosed = filter.state === undefined || filter.state === 'closed'
  const [closed, since] = await Promise.all([
    wantsClosed ? loadClosed(looker, filter, page) : [],
    here.length > 0 ? { lastClosed: null, firstReport: null } : loadSince(looker, filter),
  ])
  const rows = closed.slice(0, page.limit)
  const last = rows.at(-1)
  return {
    open: page.after === null ? open.slice(0, MOST_OPEN).map((finding) => toRow(finding, nameOf)) : [],
    more: page.after === null ? Math.max(0, open.length - MOST_OPEN) : 0,
    closed: rows,
    next: closed.length > page.limit && last ? [last.openedAt.toISOString(), last.id] : null,
    counts: {
      open: all.length,
      holding: all.filter(isHolding).length,
      covered: all.filter(({ exception }) => exception !== null).length,
    },
    since,
    systems: standings.map(({ slug, name, version }) => ({ slug, name, profiles: version.policy.profiles.map(({ id }) => id) })),
  }
}

/** Whether a finding holds promotions now, for counting and sorting; `holdsOf` decides. */
function isHolding({ severity, exception }: Pick<DriftStanding, 'severity' | 'exception'>): boolean {
  return severity === 'block' && exception === null
}

function isIn({ exception, kind }: DriftStanding, state: FindingFilter | undefined): boolean {
  switch (state) {
    case undefined:
      return true
    case 'uncovered':
      return exception === null
    case 'covered':
      return exception !== null
    case 'conflict':
      return kind !== 'drift'
    case 'closed':
      return false
    default:
      return state satisfies never
  }
}

const WEIGHT: Record<Severity, number> = { block: 0, warn: 1, note: 2 }

/** What holds something first, then by weight, what is covered last of each, the oldest on top. */
function worstFirst(a: DriftStanding, b: DriftStanding): number {
  return (
    Number(isHolding(b)) - Number(isHolding(a)) ||
    Number(a.exception !== null) - Number(b.exception !== null) ||
    WEIGHT[a.severity] - WEIGHT[b.severity] ||
    a.openedAt.getTime() - b.openedAt.getTime() ||
    (a.id < b.id ? -1 : 1)
  )
}

function toRow({ exception, system, ...finding }: DriftStanding, nameOf: ReadonlyMap<string, string>): FindingRow {
  return {
    ...finding,
    system: { slug: system, name: nameOf.get(system) ?? system },
    closed: null,
    exception: exception && { id: exception.id, endsAt: exception.endsAt },
  }
}

function whereOf(looker: Looker, filter: { system?: string; profile?: string }): Prisma.FindingWhereInput {
  const readable = readableSystems(looker.actor, looker.now)
  return {
    AND: [
      readable === null ? {} : { systemId: { in: readable } },
      filter.system ? { systemId: filter.system } : {},
      filter.profile ? { profileKey: filter.profile } : {},
      { closedAt: { not: null } },
    ],
  }
}

async function loadClosed(
  looker: Looker,
  filter: { system?: string; profile?: string },
  { limit, after }: { limit: number; after: FindingPosition | null },
): Promise<FindingRow[]> {
  const rows = await db.finding.findMany({
    where: {
      AND: [whereOf(looker, filter), after ? { OR: [{ openedAt: { lt: after[0] } }, { openedAt: after[0], id: { lt: after[1] } }] } : {}],
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: { system: { select: { name: true } } },
  })
  return rows.map((row) => ({
    id: row.id,
    system: { slug: row.systemId, name: row.system.name },
    profile: row.profileKey,
    kind: row.kind as FindingKind, // the database allows no other
    severity: row.severity as Severity,
    rule: row.rule,
    title: row.title,
    expected: row.expected,
    observed: row.observed,
    instance: row.instance,
    openedAt: row.openedAt,
    acknowledgedAt: row.acknowledgedAt,
    closed: row.closedAt && { at: row.closedAt, how: row.closedHow as FindingEnd },
    exception: null,
  }))
}

async function loadSince(looker: Looker, filter: { system?: string; profile?: string }): Promise<FindingsView['since']> {
  const readable = readableSystems(looker.actor, looker.now)
  const [lastClosed, first] = await Promise.all([
    db.finding.findFirst({ where: whereOf(looker, filter), orderBy: { closedAt: 'desc' }, select: { id: true, closedAt: true } }),
    db.observation.findFirst({
      where: {
        AND: [
          readable === null ? {} : { systemId: { in: readable } },
          filter.system ? { systemId: filter.system } : {},
          filter.profile ? { profileKey: filter.profile } : {},
        ],
      },
      orderBy: { recordedAt: 'asc' },
      select: { recordedAt: true },
    }),
  ])
  return {
    lastClosed: lastClosed?.closedAt ? { id: lastClosed.id, at: lastClosed.closedAt } : null,
    firstReport: first?.recordedAt ?? null,
  }
}

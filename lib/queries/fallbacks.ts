import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Named, readableSystems } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import { type FallbackPhase, type FallbackStatus, fallbackPhase } from '@/lib/domain/fallback'
import { fallbackRules } from '@/lib/domain/fallback-rule'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { type Looker, loadReadable } from './system-standing'

/** One fallback use in a list, judged at the instant of the page. */
export type FallbackRow = {
  id: string
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  rule: string
  /** The end of "Allow ...". */
  title: string
  phase: FallbackPhase
  askedBy: Named
  askedAt: Date
  /** When it ends, ended, or would have at the latest. */
  until: Date
  ownRequest: boolean
  incident: string | null
}

/** Where a page of the past ones begins: the instant it was asked for and the id of the last row before it. */
export type FallbackPosition = readonly [askedAt: string, id: string]

/** More at once than this is not shown on one page; each has a page of its own. */
const MOST = 50

const include = {
  system: { select: { name: true } },
  askedBy: namedSelect,
} satisfies Prisma.FallbackUseInclude

type Loaded = Prisma.FallbackUseGetPayload<{ include: typeof include }>

/** What is open now, what waits for a grant, and what fallback uses still owe, over the systems somebody may see. */
export async function getGlassNow(looker: Looker): Promise<{ open: FallbackRow[]; waiting: FallbackRow[]; debts: Debt[] }> {
  const { now } = looker
  const [rows, systems] = await Promise.all([
    db.fallbackUse.findMany({
      where: { AND: [mine(looker), { OR: [{ AND: [runs(now)] }, { status: 'requested', askedUntil: { gt: now } }] }] },
      orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
      include,
    }),
    loadReadable(looker),
  ])
  const debts = await loadDebts(
    db,
    systems.map(({ id }) => id),
    now,
  )
  const all = await Promise.all(rows.map((row) => toRow(row, now)))
  return {
    open: all.filter(({ phase }) => phase === 'open'),
    waiting: all.filter(({ phase }) => phase === 'requested'),
    debts: debts.filter(({ subject }) => subject.kind === 'fallback'),
  }
}

/** What is over, newest first, a page at a time; `next` is the position after the last row, null at the end. */
export async function listPast(
  looker: Looker,
  page: { limit: number; after: FallbackPosition | null },
): Promise<{ rows: FallbackRow[]; next: FallbackPosition | null }> {
  const { now } = looker
  const { after } = page
  const found = await db.fallbackUse.findMany({
    where: {
      AND: [
        mine(looker),
        {
          OR: [
            { status: { in: ['refused', 'withdrawn'] } },
            { status: 'requested', askedUntil: { lte: now } },
            { status: 'granted', OR: [{ returnedAt: { not: null } }, { expiresAt: { lte: now } }] },
          ],
        },
        after ? { OR: [{ askedAt: { lt: after[0] } }, { askedAt: after[0], id: { lt: after[1] } }] } : {},
      ],
    },
    orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
    include,
  })
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  return {
    rows: await Promise.all(rows.map((row) => toRow(row, now))),
    next: found.length > page.limit && last ? [last.askedAt.toISOString(), last.id] : null,
  }
}

const runs = (now: Date): Prisma.FallbackUseWhereInput => ({ status: 'granted', returnedAt: null, expiresAt: { gt: now } })

function mine({ actor, now }: Looker): Prisma.FallbackUseWhereInput {
  const readable = readableSystems(actor, now)
  return readable === null ? {} : { systemId: { in: readable } }
}

async function toRow(row: Loaded, now: Date): Promise<FallbackRow> {
  const { policy } = await loadPolicyVersion(db, row.policyVersionId)
  const rule = fallbackRules(policy).find(({ id }) => id === row.rule)
  return {
    id: row.id,
    system: { slug: row.systemId, name: row.system.name },
    profile: { id: row.profileKey, class: rule?.profile.class ?? 'production' },
    rule: row.rule,
    title: rule?.title ?? row.rule,
    phase: fallbackPhase({ ...row, status: row.status as FallbackStatus }, now),
    askedBy: toNamed(row.askedBy),
    askedAt: row.askedAt,
    until: row.returnedAt ?? row.expiresAt ?? row.askedUntil,
    ownRequest: row.ownRequest,
    incident: row.incidentId,
  }
}

import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Named, readableSystems } from '@/lib/domain/context'
import type { Looker } from './system-standing'

/** One incident in a list, with how many things hang on it. */
export type IncidentRow = {
  id: string
  title: string
  system: { slug: string; name: string }
  profile: string | null
  severity: string
  reference: string | null
  commander: Named | null
  declaredBy: Named
  openedAt: Date
  closedAt: Date | null
  linked: { rotations: number; fallbacks: number; promotions: number }
}

/** Where a page of the closed ones begins: the opening instant and id of the last row before it. */
export type IncidentPosition = readonly [openedAt: string, id: string]

/** More open ones at once than this are not shown on one page; the API has them all. */
const MOST_OPEN = 50

const include = {
  system: { select: { name: true } },
  commander: namedSelect,
  declaredBy: namedSelect,
  _count: { select: { rotations: true, fallbacks: true, promotions: true } },
} satisfies Prisma.IncidentInclude

type Loaded = Prisma.IncidentGetPayload<{ include: typeof include }>

/** Every open incident that somebody may see, the newest first, and closed ones a page at a time; `next` is the position after the last, null at the end. */
export async function listIncidents(
  looker: Looker,
  filter: { system?: string },
  page: { limit: number; after: IncidentPosition | null },
): Promise<{ open: IncidentRow[]; closed: IncidentRow[]; next: IncidentPosition | null }> {
  const readable = readableSystems(looker.actor, looker.now)
  const mine = [readable === null ? {} : { systemId: { in: readable } }, filter.system ? { systemId: filter.system } : {}]
  const orderBy = [{ openedAt: 'desc' }, { id: 'desc' }] satisfies Prisma.IncidentOrderByWithRelationInput[]
  const { after } = page
  const [open, closed] = await Promise.all([
    after === null ? db.incident.findMany({ where: { AND: [...mine, { closedAt: null }] }, orderBy, take: MOST_OPEN, include }) : [],
    db.incident.findMany({
      where: {
        AND: [
          ...mine,
          { closedAt: { not: null } },
          after ? { OR: [{ openedAt: { lt: after[0] } }, { openedAt: after[0], id: { lt: after[1] } }] } : {},
        ],
      },
      orderBy,
      take: page.limit + 1,
      include,
    }),
  ])
  const rows = closed.slice(0, page.limit)
  const last = rows.at(-1)
  return {
    open: open.map(toRow),
    closed: rows.map(toRow),
    next: closed.length > page.limit && last ? [last.openedAt.toISOString(), last.id] : null,
  }
}

function toRow(row: Loaded): IncidentRow {
  return {
    id: row.id,
    title: row.title,
    system: { slug: row.systemId, name: row.system.name },
    profile: row.profileKey,
    severity: row.severity,
    reference: row.reference,
    commander: row.commander ? toNamed(row.commander) : null,
    declaredBy: toNamed(row.declaredBy),
    openedAt: row.openedAt,
    closedAt: row.closedAt,
    linked: row._count,
  }
}

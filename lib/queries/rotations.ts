import 'server-only'
import { db } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { namedSelect, toNamed } from '@/lib/db/named'
import type { Named } from '@/lib/domain/context'
import type { KeyStanding, KeyState } from '@/lib/domain/key-standing'
import { approversWords, ownershipTitle, ownersWords } from '@/lib/domain/ownership'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { RotationCause, RotationFacts, RotationMethod, RotationStatus } from '@/lib/domain/rotation'
import { getInFlight } from './in-flight'
import type { Looker } from './system-standing'

/** What the list can be narrowed to: how keys stand, or how rotations do. */
export const ROTATION_FILTERS = ['overdue', 'due_soon', 'unknown', 'open', 'completed', 'rolled_back', 'cancelled'] as const
export type RotationFilterState = (typeof ROTATION_FILTERS)[number]
export type RotationFilter = { system?: string; state?: RotationFilterState }

/** What is rotated together on one profile: a pair is one row. Sorted by how far it is over its limit. */
export type KeyRow = {
  key: string
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  rule: string
  title: string
  variables: string[]
  state: KeyState
  ageMs: number | null
  limitMs: number | null
  dueAt: Date | null
  blocks: boolean
  sentence: string
  owners: string
  approvers: string
  rotation: { id: string; status: string } | null
}

/** A rotation that has ended, as a row. */
export type EndedRow = {
  id: string
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  title: string
  method: RotationMethod
  cause: RotationCause
  status: RotationStatus
  openedAt: Date
  endedAt: Date | null
  performer: Named | null
  postmortem: string | null
}

/** Where a page of ended rotations begins: when the last one before it was opened, and its id. */
export type RotationPosition = readonly [openedAt: string, id: string]

export type RotationsView = {
  systems: { slug: string; name: string }[]
  keys: KeyRow[]
  /** How many stand how, whatever is filtered. */
  counts: { overdue: number; dueSoon: number; unknown: number; open: number; halfDone: number }
  open: RotationFacts[]
  ended: EndedRow[]
  next: RotationPosition | null
}

/** Which keys are old, what is planned or running, and what was rotated, of the systems somebody may see (T23); statements do not grow with them. */
export async function getRotations(
  looker: Looker,
  filter: RotationFilter,
  page: { limit: number; after: RotationPosition | null },
): Promise<RotationsView> {
  const { standings, secops } = await getInFlight(looker)
  const systems = standings.map(({ slug, name }) => ({ slug, name }))
  const open = secops.rotations
  const ended = await listEnded(
    systems.map(({ slug }) => slug),
    filter,
    page,
  )
  const keys = secops.keys.map(toKeyRow).sort(byDaysOver)
  const count = (state: KeyState) => keys.filter((row) => row.state === state).length
  const here = (slug: string) => filter.system === undefined || filter.system === slug
  const keyState = filter.state === 'overdue' || filter.state === 'due_soon' || filter.state === 'unknown' ? filter.state : null
  return {
    systems,
    counts: {
      overdue: count('overdue'),
      dueSoon: count('due_soon'),
      unknown: count('unknown'),
      open: open.length,
      halfDone: open.filter(({ status }) => status !== 'planned').length,
    },
    keys: filter.state && !keyState ? [] : keys.filter((row) => here(row.system.slug) && (keyState === null || row.state === keyState)),
    open: filter.state && filter.state !== 'open' ? [] : open.filter(({ system }) => here(system.id)),
    ...ended,
  }
}

function toKeyRow(standing: KeyStanding): KeyRow {
  const { ownership, members } = standing
  return {
    key: `${standing.system} ${ownership.id}`,
    system: { slug: standing.system, name: standing.systemName },
    profile: { id: standing.profile.id, class: standing.profile.class },
    rule: ownership.id,
    title: standing.title,
    variables: members.map(({ variable }) => variable),
    state: standing.state,
    ageMs: standing.ageMs,
    limitMs: standing.limitMs,
    dueAt: standing.dueAt,
    blocks: standing.blocks,
    sentence: standing.sentence,
    owners: ownersWords(ownership),
    approvers: approversWords(ownership),
    rotation: standing.rotation,
  }
}

/** The longest over its limit first, then what nobody recorded, then by what is left; what has no limit last. */
function byDaysOver(a: KeyRow, b: KeyRow): number {
  return over(b) - over(a) || a.system.name.localeCompare(b.system.name, 'en') || a.title.localeCompare(b.title, 'en')
}

function over({ ageMs, limitMs, state }: KeyRow): number {
  if (state === 'unknown') return 0
  return ageMs === null || limitMs === null ? Number.NEGATIVE_INFINITY : ageMs - limitMs
}

async function listEnded(
  ids: readonly string[],
  { system, state }: RotationFilter,
  page: { limit: number; after: RotationPosition | null },
): Promise<{ ended: EndedRow[]; next: RotationPosition | null }> {
  const status = state === 'completed' || state === 'rolled_back' || state === 'cancelled' ? state : undefined
  if (state && !status) return { ended: [], next: null }
  const found = await db.rotation.findMany({
    where: {
      AND: [
        { systemId: { in: [...ids] }, endedAt: { not: null } },
        system ? { systemId: system } : {},
        status ? { status } : {},
        page.after ? { OR: [{ openedAt: { lt: page.after[0] } }, { openedAt: page.after[0], id: { lt: page.after[1] } }] } : {},
      ],
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
    include: { system: { select: { name: true } }, performer: namedSelect },
  })
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  const policies = new Map(
    await Promise.all(
      [...new Set(rows.map(({ policyVersionId }) => policyVersionId))].map(
        async (id) => [id, (await loadPolicyVersion(db, id)).policy] as const,
      ),
    ),
  )
  return {
    ended: rows.map((row): EndedRow => {
      const policy = policies.get(row.policyVersionId)
      const ownership = policy?.rotation.ownership.find(({ id }) => id === row.ownershipKey)
      return {
        id: row.id,
        system: { slug: row.systemId, name: row.system.name },
        profile: { id: row.profileKey, class: policy?.profiles.find(({ id }) => id === row.profileKey)?.class ?? 'production' },
        title: policy && ownership ? ownershipTitle(policy, ownership) : row.ownershipKey,
        // Written by our own use cases.
        method: row.method as RotationMethod,
        cause: row.cause as RotationCause,
        status: row.status as RotationStatus,
        openedAt: row.openedAt,
        endedAt: row.endedAt,
        performer: row.performer ? toNamed(row.performer) : null,
        postmortem: row.postmortem,
      }
    }),
    next: found.length > page.limit && last ? [last.openedAt.toISOString(), last.id] : null,
  }
}

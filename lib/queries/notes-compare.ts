import 'server-only'
import { db } from '@/lib/db/client'
import { readableSystems } from '@/lib/domain/context'
import type { Between } from '@/lib/domain/notes-compare'
import { getNotes, type NotesDetail } from './release-notes'
import type { Looker } from './system-standing'

/** Two notes of one profile, the older first, with what ran in between; `sides` is null where there are no two such. */
export type NotesComparison = {
  system: { slug: string; name: string }
  profile: string
  /** Every release that has notes there, newest first. */
  choices: { version: string; at: Date }[]
  sides: { older: NotesDetail; newer: NotesDetail; between: Between[] } | null
}

/** The most releases one may choose from, and the most that are told in between. */
const MOST = 200

/**
 * Compares two notes of a profile. Without `to` the newest, without `from` the one before it; in whatever order they are asked for, the older comes first.
 * Null for a system or a profile that the viewer may not see or that has no notes (T23).
 */
export async function getNotesComparison(
  looker: Looker,
  slug: string,
  profile: string,
  asked: { from?: string; to?: string },
): Promise<NotesComparison | null> {
  const readable = readableSystems(looker.actor, looker.now)
  if (readable !== null && !readable.includes(slug)) return null
  const [system, promotions, strays] = await Promise.all([
    db.system.findUnique({ where: { id: slug }, select: { name: true } }),
    db.promotion.findMany({
      where: { systemId: slug, toKey: profile },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
      select: { openedAt: true, release: { select: { version: true } } },
    }),
    db.deployment.findMany({
      where: { systemId: slug, profileKey: profile, promotionId: null },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
      select: { startedAt: true, release: { select: { version: true } } },
    }),
  ])
  const all = [
    ...promotions.map(({ openedAt, release }) => ({ version: release.version, at: openedAt })),
    ...strays.map(({ startedAt, release }) => ({ version: release.version, at: startedAt })),
  ].toSorted((a, b) => b.at.getTime() - a.at.getTime())
  const choices = [...new Map(all.toReversed().map((choice) => [choice.version, choice])).values()].toSorted(
    (a, b) => b.at.getTime() - a.at.getTime(),
  )
  if (!system || choices.length === 0) return null
  const found = { system: { slug, name: system.name }, profile, choices }
  const index = (version: string | undefined, other: number) =>
    version ? choices.findIndex((choice) => choice.version === version) : other
  const to = index(asked.to, 0)
  const from = index(asked.from, to + 1)
  const [older, newer] = [choices[Math.max(from, to)], choices[Math.min(from, to)]]
  if (from === to || from < 0 || to < 0 || !older || !newer) return { ...found, sides: null }
  const [before, after] = await Promise.all([
    getNotes(looker, slug, profile, older.version),
    getNotes(looker, slug, profile, newer.version),
  ])
  if (!before || !after) return { ...found, sides: null }
  return { ...found, sides: { older: before, newer: after, between: await loadBetween(before, after) } }
}

/** Every release that first went to the profile after the older one did, up to the newer one; one statement. */
async function loadBetween(older: NotesDetail, newer: NotesDetail): Promise<Between[]> {
  const from = older.runs[0]?.startedAt ?? older.at
  const until = newer.runs[0]?.startedAt ?? newer.at
  const rows = await db.deployment.findMany({
    where: {
      systemId: newer.system.slug,
      profileKey: newer.profile.id,
      startedAt: { gte: from, lte: until },
      status: { in: ['succeeded', 'rolled_back'] },
      release: { version: { not: older.version } },
    },
    orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
    take: MOST,
    select: {
      id: true,
      startedAt: true,
      authorised: true,
      release: {
        select: { version: true, changes: { orderBy: { position: 'asc' }, select: { kind: true, summary: true, reference: true } } },
      },
    },
  })
  const first = new Map<string, Between>()
  for (const { id, startedAt, authorised, release } of rows) {
    if (first.has(release.version)) continue
    first.set(release.version, { version: release.version, at: startedAt, deployment: id, authorised, changes: release.changes })
  }
  return [...first.values()]
}

import type { Named } from '@/lib/domain/context'
import type { Tx } from './client'

/** What selects a principal for `toNamed`. */
export const namedSelect = { select: { id: true, kind: true, label: true, sponsorId: true, person: { select: { name: true } } } } as const

type NamedRow = { id: string; kind: string; label: string | null; sponsorId: string | null; person: { name: string } | null }

/** A principal's row as rules and screens see it. The act of a token or agent counts as its sponsor's. */
export function toNamed(row: NamedRow): Named {
  return {
    id: row.id,
    kind: row.kind as Named['kind'],
    name: row.person?.name ?? row.label ?? 'Somebody erased',
    countsAsId: row.sponsorId ?? row.id,
  }
}

/**
 * Whom ids stand for, in one statement however many they are: `namedSelect` costs two for each place that it stands in, also where that is empty. What it
 * gives throws for an id that was not asked for.
 */
export async function loadNamed(tx: Tx, ids: readonly (string | null)[]): Promise<(id: string) => Named> {
  const asked = [...new Set(ids.filter((id) => id !== null))]
  const rows =
    asked.length === 0
      ? []
      : await tx.$queryRaw<Named[]>`/* kept */
          SELECT p.id, p.kind, coalesce(n.name, p.label, 'Somebody erased') AS name, coalesce(p."sponsorId", p.id) AS "countsAsId"
          FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id WHERE p.id = ANY (${asked}::uuid[])`
  const known = new Map(rows.map((row) => [row.id, row]))
  return (id) => {
    const named = known.get(id)
    if (!named) throw new Error('This principal was not asked for')
    return named
  }
}

import type { Named } from '@/lib/domain/context'

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

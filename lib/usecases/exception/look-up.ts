import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { Actor, Grant } from '@/lib/domain/context'
import type { FindingNamed, OwnerCandidate } from '@/lib/domain/exception-guards'
import type { FindingKind } from '@/lib/domain/finding'

/**
 * Who is to own an exception: the one named, else whoever files it. A pipeline owns nothing, so that for one it is whoever made its token. Null where
 * there is nobody of that id.
 */
export async function findOwner(tx: Tx, actor: Actor, named: string | undefined): Promise<OwnerCandidate | null> {
  const id = named ?? (actor.kind === 'token' ? actor.countsAsId : actor.id)
  const row = await tx.principal.findUnique({
    where: { id },
    select: {
      id: true,
      kind: true,
      label: true,
      sponsorId: true,
      systemId: true,
      retiredAt: true,
      person: { select: { name: true } },
      grants: { select: { id: true, principalId: true, role: true, systemId: true, grantedById: true, startsAt: true, endsAt: true } },
    },
  })
  if (!row) return null
  return {
    id: row.id,
    kind: row.kind as OwnerCandidate['kind'], // the database allows no other
    name: row.person?.name ?? row.label ?? 'Somebody erased',
    countsAsId: row.sponsorId ?? row.id,
    systemId: row.systemId,
    isRetired: row.retiredAt !== null,
    grants: row.grants as Grant[], // the database allows no other role
  }
}

/** The finding that a filing answers: the one named, else the open one of the rule on the profile; null where there is none. */
export async function findFinding(
  tx: Tx,
  at: { system: string; profile: string; rule: string },
  named: string | undefined,
): Promise<FindingNamed | null> {
  const row = await tx.finding.findFirst({
    where:
      named === undefined
        ? { systemId: at.system, profileKey: at.profile, rule: at.rule, closedAt: null, kind: { not: 'conflict' } }
        : { id: named, systemId: at.system },
    orderBy: { openedAt: 'asc' },
    select: { id: true, systemId: true, profileKey: true, rule: true, kind: true, openedAt: true, closedAt: true },
  })
  if (!row) return null
  const { systemId: system, profileKey: profile, kind, ...rest } = row
  return { ...rest, system, profile, kind: kind as FindingKind } // the database allows no other kind
}

import 'server-only'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { Policy } from '@/lib/domain/policy/schema'
import type { NotesFallback, NotesRotation } from '@/lib/domain/release-notes'
import type { Tx } from './client'
import { loadExceptionsDuring } from './load-exceptions'

/** A stretch of time on one profile, under the policy that names its secrets. */
export type NotesScope = { systemId: string; profileKey: string; policy: Policy; from: Date; until: Date }

type Names = (mappings: readonly string[]) => string[]

/**
 * What happened to the secrets of a profile in a stretch of time, for release notes: fallback uses that were open in it, and rotations that ended in it,
 * completed or rolled back. Names of variables and ids, never values. Two statements.
 */
export async function loadSecretEvents(
  tx: Tx,
  { systemId, profileKey, policy, from, until }: NotesScope,
): Promise<{ fallbacks: NotesFallback[]; rotations: NotesRotation[] }> {
  const names: Names = (mappings) =>
    mappings.map((id) => policy.secrets.mappings.find((mapping) => mapping.id === id)?.variable ?? id).toSorted()
  // One after the other: a signature reads them inside its transaction, which is one connection.
  const uses = await tx.fallbackUse.findMany({
    where: {
      systemId,
      profileKey,
      status: 'granted',
      grantedAt: { lte: until },
      // What ends at an instant is over at it, as everywhere.
      expiresAt: { gt: from },
      OR: [{ returnedAt: null }, { returnedAt: { gt: from } }],
    },
    orderBy: [{ grantedAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: { id: true, rule: true, mappingKeys: true, grantedAt: true, expiresAt: true, returnedAt: true },
  })
  const rotations = await tx.rotation.findMany({
    where: { systemId, profileKey, status: { in: ['completed', 'rolled_back'] }, endedAt: { gte: from, lte: until } },
    orderBy: [{ endedAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: { id: true, mappingKeys: true, status: true, endedAt: true },
  })
  return {
    fallbacks: uses.map(({ id, rule, mappingKeys, grantedAt, expiresAt, returnedAt }) => {
      // Closed only as far as this stretch knows: what comes after the seal is an addendum.
      const closed = returnedAt !== null && returnedAt <= until ? returnedAt : null
      return {
        id,
        allowed: policy.rotation.breakGlass.find((each) => each.id === rule)?.title ?? 'fallback files for secrets',
        secrets: names(mappingKeys),
        from: (grantedAt as Date).toISOString(), // asked for above
        until: (closed ?? (expiresAt as Date)).toISOString(), // asked for above
      }
    }),
    rotations: rotations.map(({ id, mappingKeys, status, endedAt }) => ({
      id,
      secrets: names(mappingKeys),
      result: status as NotesRotation['result'], // asked for above
      at: (endedAt as Date).toISOString(), // asked for above
    })),
  }
}

/** All that release notes say of a stretch of time on a profile: what happened to its secrets, and which exceptions were open there (000.32). Three statements. */
export async function loadNotesEvents(
  tx: Tx,
  scope: NotesScope,
): Promise<{ fallbacks: NotesFallback[]; rotations: NotesRotation[]; exceptions: ExceptionStanding[] }> {
  const { fallbacks, rotations } = await loadSecretEvents(tx, scope)
  return { fallbacks, rotations, exceptions: await loadExceptionsDuring(tx, scope.systemId, scope.profileKey, scope.from, scope.until) }
}

/** When what was opened on a profile was closed, cleaned up and reviewed after an instant: facts that come after the notes were sealed. */
export async function loadFallbackAftermath(
  tx: Tx,
  { systemId, profileKey, from, until }: Omit<NotesScope, 'policy'>,
): Promise<{ at: Date; sentence: string }[]> {
  const within = { gt: from, lte: until }
  const uses = await tx.fallbackUse.findMany({
    where: { systemId, profileKey, status: 'granted', OR: [{ returnedAt: within }, { cleanedUpAt: within }, { reviewedAt: within }] },
    orderBy: { id: 'asc' },
    take: 100,
    select: { id: true, returnedAt: true, cleanedUpAt: true, exposed: true, reviewedAt: true, reviewFinding: true },
  })
  const known = (at: Date | null): at is Date => at !== null && at > from && at <= until
  return uses.flatMap(({ id, returnedAt, cleanedUpAt, exposed, reviewedAt, reviewFinding }) => [
    ...(known(returnedAt) ? [{ at: returnedAt, sentence: `${id} was given back.` }] : []),
    ...(known(cleanedUpAt)
      ? [{ at: cleanedUpAt, sentence: `${id} was cleaned up after${exposed ? '; what it exposed has to be rotated' : ''}.` }]
      : []),
    ...(known(reviewedAt)
      ? [{ at: reviewedAt, sentence: `${id} was reviewed: ${reviewFinding === 'concern' ? 'a concern' : 'accepted'}.` }]
      : []),
  ])
}

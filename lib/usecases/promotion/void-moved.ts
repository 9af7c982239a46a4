import 'server-only'
import type { Tx } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import type { Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { movedOf, type PromotionFacts } from '@/lib/domain/promotion'

/**
 * Ends a sealed version (and the release notes sealed with it) and gives the events that say so. Its sign-offs stay readable.
 * `how` says whether it was voided by what moved, or ended by a decline or with its promotion (withdrawn or superseded).
 */
export async function endSealed(
  tx: Tx,
  now: Date,
  facts: PromotionFacts,
  how: 'voided' | 'declined' | 'withdrawn',
  moved: readonly string[],
): Promise<AuditEvent[]> {
  if (!facts.sealed) return []
  await tx.sealedVersion.update({ where: { id: facts.sealed.id }, data: { endedAt: now, endedBy: how, moved: [...moved] } })
  const subject = { kind: 'promotion', id: facts.id, version: facts.sealed.number } as const
  const events: AuditEvent[] = []
  if (how === 'voided') {
    events.push({
      action: 'promotion.voided',
      system: facts.system.id,
      subject,
      dossier: facts.sealed.hash,
      policy: facts.policy.hash,
      after: { moved },
    })
  }
  return [...events, ...(await endNotes(tx, now, facts, how))]
}

/** Ends the release notes that stand for a promotion, if any do, and gives the event that says so, with the number of the notes. */
export async function endNotes(
  tx: Tx,
  now: Date,
  facts: Pick<PromotionFacts, 'id' | 'system'>,
  how: 'voided' | 'declined' | 'withdrawn',
): Promise<AuditEvent[]> {
  const ended = await tx.sealedVersion.updateManyAndReturn({
    where: { subject: 'release_notes', subjectId: facts.id, endedAt: null },
    data: { endedAt: now, endedBy: how },
    select: { number: true },
  })
  return ended.map(({ number }) => ({
    action: 'release_notes.voided',
    system: facts.system.id,
    subject: { kind: 'release_notes', id: facts.id, version: number },
  }))
}

/**
 * Records the voiding of a promotion's sealed version when a material input moved (domain.md, what always holds, 4). Validity is
 * computed whenever it is read; every write that can move an input calls this, so that the record says when and why.
 * The caller holds the lock on the promotion.
 */
export async function voidIfMoved(work: Pick<Work, 'tx' | 'now'>, promotionId: string): Promise<AuditEvent[]> {
  return voidMoved(work, [promotionId])
}

/**
 * The same for every open promotion from or to a profile, whose exceptions are about to change or just did. Locks them in the order of their ids, so that an
 * approval of an exception, its closing, a seal and a signature never pass one another (T07); whoever holds the lock on an exception takes these after it.
 */
export async function voidMovedOn(work: Pick<Work, 'tx' | 'now'>, at: { system: string; profile: string }): Promise<AuditEvent[]> {
  const locked = await work.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Promotion" WHERE "systemId" = ${at.system} AND ("fromKey" = ${at.profile} OR "toKey" = ${at.profile}) AND status = 'open' ORDER BY id FOR UPDATE`
  return voidMoved(
    work,
    locked.map(({ id }) => id),
  )
}

async function voidMoved({ tx, now }: Pick<Work, 'tx' | 'now'>, ids: readonly string[]): Promise<AuditEvent[]> {
  if (ids.length === 0) return []
  const events: AuditEvent[] = []
  for (const facts of await loadPromotions(tx, { id: { in: [...ids] } }, now, { orderBy: [{ id: 'asc' }] })) {
    // What it was decided on counted when its deployment started; what comes later is a fact about the release, not about that decision.
    if (facts.status !== 'open' || facts.deploymentRunning) continue
    const moved = movedOf(facts)
    if (moved.length > 0) events.push(...(await endSealed(tx, now, facts, 'voided', moved)))
  }
  return events
}

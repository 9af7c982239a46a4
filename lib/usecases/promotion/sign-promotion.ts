import 'server-only'
import type { z } from 'zod'
import { loadNotesEvents } from '@/lib/db/load-notes-facts'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { isDuplicate, mutate, type Work } from '@/lib/db/mutate'
import { isFullyApproved } from '@/lib/domain/approval'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { approvalFacts, type PromotionFacts, signStatement, slotsOf, whyNotSignPromotion } from '@/lib/domain/promotion'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { draftNotes } from '@/lib/domain/release-notes'
import { windowInWords } from '@/lib/domain/words'
import type { signPromotionInput } from '@/lib/schemas/promotion'
import { recordSignOff, type WrittenSignOff } from '../approval/record-sign-off'

/**
 * Fills a chosen slot of the sealed version that was read. The lock on the promotion makes two people racing for one slot, a withdrawal, new
 * evidence and a seal take turns (T07); the grant relied on is locked against revocation (T08); the step-up proof is used up in the same
 * transaction (T01). The last signature seals the release notes. Gives the signature's id: its receipt has an address of its own.
 */
export async function signPromotion(
  ctx: Ctx,
  input: z.output<typeof signPromotionInput>,
): Promise<{ id: string; signed: number; of: number }> {
  try {
    return await mutate(ctx, async (w) => {
      const { tx, now, actor } = w
      const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
      ensure(whyNotSignPromotion(facts, input.slot, actor, input.sealedHash, now))
      ensure(
        facts.isOlderThanLive && input.acceptsOlder !== 'yes'
          ? refuse(
              'invalid',
              `${facts.release.version} is older than ${facts.live?.version}, which runs on ${facts.edge.to}. Tick that you know it to go on.`,
              { place: 'acceptsOlder' },
            )
          : null,
      )
      const signOff = await writeSignOff(ctx, w, facts, { slotKey: input.slot, decision: 'approve', proof: input.proof, reason: null })
      const slots = slotsOf(facts.edge)
      const standing = [...facts.signOffs, signOff]
      const notes = isFullyApproved(slots, standing) ? await sealNotes(w, facts, standing) : []
      return {
        result: { id: signOff.id, signed: standing.length, of: slots.length },
        events: [signOff.event, ...notes],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', 'Somebody signed this slot in the same moment. Nothing of yours was recorded; reload to see who.'))
  }
}

/** Writes a sign-off of a promotion: the one engine's record, and the event in the promotion's words. The caller has ensured that it may be. */
export async function writeSignOff(
  ctx: Ctx,
  w: Work,
  facts: PromotionFacts,
  what: { slotKey: string; decision: 'approve' | 'decline'; proof: string; reason: { kind: string; text: string } | null },
): Promise<WrittenSignOff> {
  const sealed = facts.sealed as NonNullable<PromotionFacts['sealed']> // ensured by whyNotDecide
  const approval = approvalFacts(facts, w.now)
  const capacity = approval.slots.find((slot) => slot.key === what.slotKey)?.title ?? what.slotKey
  return recordSignOff(ctx, w, {
    subject: { kind: 'promotion', id: facts.id },
    slots: { policyVersionId: facts.policy.versionId, subject: facts.emergency ? 'emergency' : 'promotion', rule: facts.edge.id },
    approval,
    productionLike: facts.targetIsProductionLike,
    sealed: { ...sealed, requesterId: facts.openedBy.countsAsId },
    policyHash: facts.policy.hash,
    statement: signStatement(facts, { name: w.actor.name, capacity, decision: what.decision }, windowInWords),
    more: {
      commits: facts.release.contributors.reduce((sum, contributor) => sum + contributor.commits, 0),
      brought: facts.gates.filter((judged) => judged.evidence?.broughtBy.id === w.actor.id).length,
      sealed: sealed.sealedBy?.id === w.actor.id,
    },
    ...what,
  })
}

/** Seals the release notes of a promotion that has just become approved. */
async function sealNotes({ tx, now }: Work, facts: PromotionFacts, signOffs: PromotionFacts['signOffs']): Promise<AuditEvent[]> {
  const sealed = facts.sealed as NonNullable<PromotionFacts['sealed']> // a promotion is signed on its sealed version
  const row = await tx.promotion.findUniqueOrThrow({ where: { id: facts.id }, select: { notesSummary: true } })
  const summary = row.notesSummary ? (await tx.auditText.findUnique({ where: { digest: row.notesSummary } }))?.body : null
  const slots = slotsOf(facts.edge)
  const { system, edge, policy, openedAt } = facts
  const events = await loadNotesEvents(tx, {
    systemId: system.id,
    profileKey: edge.to,
    policy: policy.policy,
    from: openedAt,
    until: now,
  })
  const notes = draftNotes({
    events,
    at: now,
    dossier: sealed.dossier,
    hash: sealed.hash,
    gateTitles: new Map(facts.gates.map((judged) => [judged.gate.id, { title: judged.gate.title, sentence: judged.sentence }])),
    secrets: facts.policy.policy.secrets.mappings.map((mapping) => mapping.variable),
    summary: summary ?? '',
    signatures: signOffs.map((signOff) => ({
      id: signOff.id,
      capacity: slots.find((slot) => slot.key === signOff.slotKey)?.title ?? signOff.slotKey,
      principal: signOff.signerId,
      at: signOff.signedAt.toISOString(),
    })),
  })
  const canonical = canonicalText(notes, { depth: 8 })
  const hash = sha256Hex(canonical)
  const number = 1 + (await tx.sealedVersion.count({ where: { subject: 'release_notes', subjectId: facts.id } }))
  await tx.sealedVersion.updateMany({
    where: { subject: 'release_notes', subjectId: facts.id, endedAt: null },
    data: { endedAt: now, endedBy: 'replaced' },
  })
  await tx.sealedVersion.create({
    data: {
      systemId: facts.system.id,
      subject: 'release_notes',
      subjectId: facts.id,
      promotionId: facts.id,
      number,
      hash,
      canonical,
      requesterId: facts.openedBy.countsAsId,
      sealedAt: now,
      moved: [],
    },
  })
  return [
    {
      action: 'release_notes.sealed',
      system: facts.system.id,
      subject: { kind: 'release_notes', id: facts.id, version: number },
      dossier: sealed.hash,
      after: { hash },
    },
  ]
}

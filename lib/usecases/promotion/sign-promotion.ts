import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadSlotIds } from '@/lib/db/load-policy'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { isDuplicate, mutate, type Work } from '@/lib/db/mutate'
import { consumeStepUp } from '@/lib/db/step-up'
import { type ApprovalSlot, grantFor, isFullyApproved, separationLines } from '@/lib/domain/approval'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { type Ctx, type Grant, readableSystems } from '@/lib/domain/context'
import { approvalFacts, type PromotionFacts, signStatement, slotsOf, whyNotSignPromotion } from '@/lib/domain/promotion'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { draftNotes } from '@/lib/domain/release-notes'
import { windowInWords } from '@/lib/domain/words'
import type { signPromotionInput } from '@/lib/schemas/promotion'

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

export type WrittenSignOff = {
  id: string
  slotKey: string
  signerId: string
  signerName: string
  decision: 'approve' | 'decline'
  signedAt: Date
  event: AuditEvent
}

/** Writes a sign-off with its statement, the role and grant it rests on and each computed line of separation. The caller has ensured that it may be. */
export async function writeSignOff(
  ctx: Ctx,
  { tx, now, actor }: Work,
  facts: PromotionFacts,
  what: { slotKey: string; decision: 'approve' | 'decline'; proof: string; reason: { kind: string; text: string } | null },
): Promise<WrittenSignOff> {
  const sealed = facts.sealed as NonNullable<PromotionFacts['sealed']> // ensured by whyNotDecide
  const approval = approvalFacts(facts, now)
  const slot = approval.slots.find((candidate) => candidate.key === what.slotKey) as ApprovalSlot // ensured by whyNotSign
  const grant = grantFor(slot, actor, approval, now) as Grant // ensured by whyNotSign
  // The demo record is written without a browser; every other signature uses up a step-up proof.
  if (!ctx.at) {
    if (!actor.session) throw new Refused(refuse('step_up_required', 'People sign in the browser, where they confirm who they are.'))
    await consumeStepUp(tx, {
      proofId: what.proof,
      principalId: actor.id,
      sessionId: actor.session.id,
      sealedHash: sealed.hash,
      slotKey: slot.key,
      decision: what.decision,
      now,
    })
  }
  const statement = signStatement(facts, { name: actor.name, capacity: slot.title, decision: what.decision }, windowInWords)
  const statementDigest = await keepText(tx, statement)
  const reasonDigest = what.reason ? await keepText(tx, what.reason.text) : null
  const brought = facts.gates.filter((judged) => judged.evidence?.broughtBy.id === actor.id).length
  const commits = facts.release.contributors.reduce((sum, contributor) => sum + contributor.commits, 0)
  const slotId = (await loadSlotIds(tx, facts.policy.versionId, facts.edge.id)).get(slot.key)
  if (slotId === undefined) throw new Error(`The rows of policy version ${facts.policy.versionId} lack the slot ${slot.key}`)
  const { id } = await tx.signOff.create({
    data: {
      sealedVersionId: sealed.id,
      sealedHash: sealed.hash,
      requesterId: facts.openedBy.countsAsId,
      slotId,
      slotKey: slot.key,
      capacity: slot.title,
      decision: what.decision,
      signerId: actor.id,
      role: grant.role,
      grantId: grant.id,
      statement: statementDigest,
      reason: reasonDigest,
      reasonKind: what.reason?.kind ?? null,
      separation: separationLines(slot, actor, approval, now, { commits, brought, sealed: sealed.sealedBy?.id === actor.id }),
      sessionId: actor.session?.id ?? null,
      stepUpId: ctx.at ? null : what.proof,
      signedAt: now,
    },
    select: { id: true },
  })
  const event: AuditEvent = {
    action: what.decision === 'approve' ? 'promotion.signed' : 'promotion.declined',
    system: facts.system.id,
    subject: { kind: 'promotion', id: facts.id, version: sealed.number },
    decision: what.decision,
    dossier: sealed.hash,
    policy: facts.policy.hash,
    grant: grant.id,
    text: statementDigest,
    after: {
      signature: id,
      slot: slot.key,
      capacity: slot.title,
      role: grant.role,
      reason: reasonDigest,
      reasonKind: what.reason?.kind ?? null,
    },
  }
  return { id, slotKey: slot.key, signerId: actor.id, signerName: actor.name, decision: what.decision, signedAt: now, event }
}

/** Seals the release notes of a promotion that has just become approved. */
async function sealNotes({ tx, now }: Work, facts: PromotionFacts, signOffs: PromotionFacts['signOffs']): Promise<AuditEvent[]> {
  const sealed = facts.sealed as NonNullable<PromotionFacts['sealed']> // a promotion is signed on its sealed version
  const row = await tx.promotion.findUniqueOrThrow({ where: { id: facts.id }, select: { notesSummary: true } })
  const summary = row.notesSummary ? (await tx.auditText.findUnique({ where: { digest: row.notesSummary } }))?.body : null
  const slots = slotsOf(facts.edge)
  const notes = draftNotes({
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

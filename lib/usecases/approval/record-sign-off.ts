import 'server-only'
import { keepText } from '@/lib/db/audit'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadSlotIds, type SlotScope } from '@/lib/db/load-policy'
import type { Work } from '@/lib/db/mutate'
import { consumeStepUp } from '@/lib/db/step-up'
import { type ApprovalFacts, type ApprovalSlot, grantFor, separationLines } from '@/lib/domain/approval'
import type { AuditAction, AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx, Grant } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'

/** What is signed, whatever it is: the words of its events, the slots of its rule, the facts the engine judges by, the sealed text and the statement. */
export type SignOffRequest = {
  subject: { kind: keyof typeof DECIDED; id: string }
  slots: SlotScope
  approval: ApprovalFacts
  /** Whether it is about a pre-production or production profile: a yes then waits for a log that keeps up (`audit_log_behind`). */
  productionLike: boolean
  /** The live sealed version; `requesterId` as it was sealed with, since the database holds the two together. */
  sealed: { id: string; number: number; hash: string; requesterId: string }
  policyHash: string
  /** The first-person statement; kept apart under its digest. */
  statement: string
  /** For the separation lines that are kept with the signature. */
  more: { commits: number; brought: number; sealed: boolean }
  slotKey: string
  decision: 'approve' | 'decline'
  proof: string
  reason: { kind: string; text: string } | null
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

/** What a decision is called on the record, by what was decided on. */
const DECIDED = {
  promotion: { approve: 'promotion.signed', decline: 'promotion.declined' },
  rotation: { approve: 'rotation.approved', decline: 'rotation.declined' },
  fallback: { approve: 'fallback.approved', decline: 'fallback.declined' },
  exception: { approve: 'exception.approved', decline: 'exception.declined' },
} as const satisfies Record<string, Record<'approve' | 'decline', AuditAction>>

/**
 * The one engine's write, behind every sign-off: uses up the step-up proof (T01), keeps the statement, and stores the decision with the role and grant it
 * rests on and each computed line of separation (T02, T03). The caller holds the lock and has ensured with `whyNotSign` that it may be.
 */
export async function recordSignOff(ctx: Ctx, { tx, now, actor }: Work, what: SignOffRequest): Promise<WrittenSignOff> {
  const { approval, sealed, subject } = what
  if (what.decision === 'approve') await ensureLogKeepsUp(ctx, tx, what.productionLike)
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
  const statementDigest = await keepText(tx, what.statement)
  const reasonDigest = what.reason ? await keepText(tx, what.reason.text) : null
  const slotId = (await loadSlotIds(tx, what.slots)).get(slot.key)
  if (slotId === undefined) throw new Error(`The rows of policy version ${what.slots.policyVersionId} lack the slot ${slot.key}`)
  const { id } = await tx.signOff.create({
    data: {
      sealedVersionId: sealed.id,
      sealedHash: sealed.hash,
      requesterId: sealed.requesterId,
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
      separation: separationLines(slot, actor, approval, now, what.more),
      sessionId: actor.session?.id ?? null,
      stepUpId: ctx.at ? null : what.proof,
      signedAt: now,
    },
    select: { id: true },
  })
  const event: AuditEvent = {
    action: DECIDED[subject.kind][what.decision],
    system: approval.systemId,
    subject: { kind: subject.kind, id: subject.id, version: sealed.number },
    decision: what.decision,
    dossier: sealed.hash,
    policy: what.policyHash,
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

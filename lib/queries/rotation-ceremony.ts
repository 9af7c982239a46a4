import 'server-only'
import { type ApprovalSlot, type SeparationLine, separationLines } from '@/lib/domain/approval'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { approvalSlots, type RotationFacts } from '@/lib/domain/rotation'
import { rotationApproval, rotationStatement, whyNotApprove, whyNotDeclineRotation } from '@/lib/domain/rotation-approval'
import { windowInWords } from '@/lib/domain/words'
import { whyHeldByLog } from './log-status'
import { findRotation } from './rotation'
import type { Looker } from './system-standing'

/** What somebody is about to approve or decline: the plan of a rotation, judged again as the page opens. */
export type RotationCeremony = {
  rotation: string
  system: { id: string; name: string }
  profile: { id: string; class: ProfileClass }
  title: string
  slot: { key: string; title: string }
  /** The slots they may decide in, to choose from. */
  choices: { key: string; title: string }[]
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date }
  statement: string
  /** Why it was opened; the sealed plan holds the digest of it. */
  reason: string | null
  /** The separation of duties, one computed sentence a line, as it would be kept with the signature. */
  lines: SeparationLine[]
  whyNot: Refusal | null
}

/** There is nothing to decide: the version they read is not the one that stands, or none does. */
export type NoRotationCeremony = { rotation: string; read: number; live: number | null }

/**
 * Opens the ceremony of a rotation for a slot. `read` is the number of the version whose page led here: when another stands by now, nothing is kept and
 * it is read anew (ux.md section 7). Null for a rotation they may not see (T23).
 */
export async function getRotationCeremony(
  looker: Looker,
  id: string,
  decision: 'approve' | 'decline',
  asked: { slot?: string; read?: number },
): Promise<RotationCeremony | NoRotationCeremony | null> {
  const { actor, now } = looker
  const facts = await findRotation(looker, id)
  if (!facts) return null
  const { sealed } = facts
  if (!sealed || (asked.read !== undefined && asked.read !== sealed.number))
    return { rotation: facts.id, read: asked.read ?? 0, live: sealed?.number ?? null }
  const rule = decision === 'approve' ? whyNotApprove : whyNotDeclineRotation
  const slots = approvalSlots(facts.ownership)
  const open = slots.filter((slot) => rule(facts, slot.key, actor, sealed.hash, now) === null)
  const slot = slots.find(({ key }) => key === asked.slot) ?? open[0] ?? nearest(facts, slots, looker) ?? slots[0]
  if (!slot) return null
  return {
    rotation: facts.id,
    system: facts.system,
    profile: { id: facts.profile.id, class: facts.profile.class },
    title: facts.title,
    slot: { key: slot.key, title: slot.title },
    choices: open.map(({ key, title }) => ({ key, title })),
    sealed: { number: sealed.number, hash: sealed.hash, canonical: sealed.canonical, sealedAt: sealed.sealedAt },
    statement: rotationStatement(facts, { name: actor.name, capacity: slot.title, decision }, windowInWords),
    reason: facts.reason ? (facts.reason.text ?? 'The text was erased.') : null,
    lines: separationLines(slot, actor, rotationApproval(facts, now), now, {
      commits: 0,
      brought: 0,
      sealed: sealed.sealedBy?.id === actor.id,
    }),
    whyNot:
      asked.slot !== undefined && !slots.some(({ key }) => key === asked.slot)
        ? refuse('not_found', 'This slot is not in the rule that applies here. Choose one of the slots there are.')
        : (rule(facts, slot.key, actor, sealed.hash, now) ??
          (decision === 'approve' ? await whyHeldByLog(looker, isProductionLike(facts.profile.class)) : null)),
  }
}

/** Where nothing is open to somebody, the slot they decided in, else one that nobody has. */
function nearest(facts: RotationFacts, slots: readonly ApprovalSlot[], { actor }: Looker): ApprovalSlot | undefined {
  const signer = (key: string) => facts.signOffs.find(({ slotKey }) => slotKey === key)?.signerId
  return slots.find(({ key }) => signer(key) === actor.id) ?? slots.find(({ key }) => signer(key) === undefined)
}

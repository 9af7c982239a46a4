import 'server-only'
import { type ApprovalSlot, type SeparationLine, separationLines } from '@/lib/domain/approval'
import { canonicalText } from '@/lib/domain/canonical'
import {
  type ExceptionFacts,
  exceptionApproval,
  exceptionSlots,
  exceptionStatement,
  sentenceOf,
  waitingFor,
} from '@/lib/domain/exception-approval'
import { whyNotApproveException, whyNotDeclineException } from '@/lib/domain/exception-guards'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { isProductionLikeProfile } from '@/lib/domain/rule-ref'
import { findException } from './exception'
import { classOf } from './exceptions'
import { whyHeldByLog } from './log-status'
import type { Looker } from './system-standing'

/** What somebody is about to approve or decline: an exception, or more time for one, judged again as the page opens. */
export type ExceptionCeremony = {
  exception: string
  system: { id: string; name: string }
  profile: { id: string; class: ProfileClass }
  title: string
  isExtension: boolean
  slot: { key: string; title: string }
  /** The slots they may decide in, to choose from. */
  choices: { key: string; title: string }[]
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date }
  statement: string
  /** The sentence of the release notes, with the end that is asked for. */
  sentence: string
  /** Words for the digests and ids that the sealed text holds. */
  texts: Record<string, string>
  names: Record<string, string>
  lines: SeparationLine[]
  /** Why they may not decide in this slot; null when they may. */
  whyNot: Refusal | null
}

/** There is nothing to decide in that version: another one stands, or none does. */
export type NoExceptionCeremony = { exception: string; read: number; live: number | null }

/**
 * Opens the ceremony of an exception for a slot. `read` is the number of the version whose page led here: when another stands by now, nothing is kept and
 * it is read anew (ux.md section 7). Null for an exception they may not see (T23).
 */
export async function getExceptionCeremony(
  looker: Looker,
  id: string,
  decision: 'approve' | 'decline',
  asked: { slot?: string; read?: number },
): Promise<ExceptionCeremony | NoExceptionCeremony | null> {
  const { actor, now } = looker
  const facts = await findException(looker, id)
  if (!facts) return null
  const { sealed } = facts
  const waiting = waitingFor(facts)
  if (!sealed || !waiting || (asked.read !== undefined && asked.read !== sealed.number))
    return { exception: facts.id, read: asked.read ?? 0, live: waiting ? (sealed?.number ?? null) : null }
  const rule = decision === 'approve' ? whyNotApproveException : whyNotDeclineException
  const slots = exceptionSlots(waiting.tier)
  const open = slots.filter((slot) => rule(facts, slot.key, actor, sealed.hash, now) === null)
  const slot = slots.find(({ key }) => key === asked.slot) ?? open[0] ?? nearest(facts, slots, looker) ?? slots[0]
  if (!slot) return { exception: facts.id, read: asked.read ?? 0, live: null }
  return {
    exception: facts.id,
    system: { id: facts.system, name: facts.systemName },
    profile: { id: facts.profile, class: classOf(facts.policy.policy, facts.profile) },
    title: facts.ref.title,
    isExtension: facts.asked !== null,
    slot: { key: slot.key, title: slot.title },
    choices: open.map(({ key, title }) => ({ key, title })),
    sealed: { number: sealed.number, hash: sealed.hash, canonical: canonicalText(sealed.text, { depth: 8 }), sealedAt: sealed.sealedAt },
    statement: exceptionStatement(facts, { name: actor.name, capacity: slot.title, decision }),
    sentence: sentenceOf({ ...facts, endsAt: waiting.until }),
    texts: textsOf(facts),
    names: Object.fromEntries([facts.owner, facts.filedBy, sealed.requester].map((who) => [who.id, who.name])),
    lines: separationLines(slot, actor, exceptionApproval(facts, now), now, { commits: 0, brought: 0, sealed: false }),
    whyNot:
      asked.slot !== undefined && !slots.some(({ key }) => key === asked.slot)
        ? refuse('not_found', 'This slot is not in the tier that applies here. Choose one of the slots there are.')
        : (rule(facts, slot.key, actor, sealed.hash, now) ??
          (decision === 'approve' ? await whyHeldByLog(looker, isProductionLikeProfile(facts.policy.policy, facts.profile)) : null)),
  }
}

/** The words whose digests the sealed text holds; one that was taken off the record says so. */
function textsOf(facts: ExceptionFacts): Record<string, string> {
  const { text } = facts.sealed as NonNullable<ExceptionFacts['sealed']>
  const known: [string | null, string | null][] = [
    [facts.reason, facts.texts.reason],
    [facts.remediation, facts.texts.remediation],
    [text.extensionReason, facts.asked?.reason ?? null],
    ...facts.conditions.map(({ digest, text: words }): [string, string | null] => [digest, words]),
  ]
  return Object.fromEntries(known.flatMap(([digest, words]) => (digest === null ? [] : [[digest, words ?? 'The text was erased.']])))
}

/** Where nothing is open to somebody, the slot they decided in, else one that nobody has. */
function nearest(facts: ExceptionFacts, slots: readonly ApprovalSlot[], { actor }: Looker): ApprovalSlot | undefined {
  const signer = (key: string) => facts.signOffs.find(({ slotKey }) => slotKey === key)?.signerId
  return slots.find(({ key }) => signer(key) === actor.id) ?? slots.find(({ key }) => signer(key) === undefined)
}

import 'server-only'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadFallbacks } from '@/lib/db/load-fallbacks'
import { loadTexts } from '@/lib/db/load-incidents'
import { loadPeople } from '@/lib/db/load-people'
import { type ApprovalSlot, type SeparationLine, separationLines, whyNotEligible } from '@/lib/domain/approval'
import { readableSystems } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import { durationMs } from '@/lib/domain/duration'
import {
  type FallbackFacts,
  type FallbackPhase,
  fallbackApproval,
  fallbackEnd,
  fallbackPhase,
  fallbackSentence,
  fallbackSlots,
  fallbackStatement,
  isExtensionAsked,
  lapsedBecause,
  needsReview,
} from '@/lib/domain/fallback'
import {
  whyNotCleanUp,
  whyNotExtend,
  whyNotGrant,
  whyNotOpenAlone,
  whyNotRefuse,
  whyNotReturn,
  whyNotReview,
  whyNotWithdrawFallback,
} from '@/lib/domain/fallback-guards'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { lengthsUpTo } from './fallback-ask'
import { getRecordOf, type RecordTimeline } from './incident-timeline'
import { whyHeldByLog } from './log-status'
import type { Looker } from './system-standing'

/** One slot of a request, and who could fill it. */
export type FallbackSlotView = {
  key: string
  title: string
  signed: { name: string; decision: 'approve' | 'decline' } | null
  /** People who could grant in it now. */
  who: string[]
  whyNotGrant: Refusal | null
  whyNotRefuse: Refusal | null
}

/** A fallback use as its page shows it: every act with the reason that stands in the way, judged at one instant. */
export type FallbackDetail = {
  facts: FallbackFacts
  phase: FallbackPhase
  sentence: string
  end: { at: Date; how: 'expired' | 'returned' } | null
  /** Why a request cannot be granted any more although nobody decided. */
  lapsed: string | null
  isExtensionAsked: boolean
  needsReview: boolean
  slots: FallbackSlotView[]
  lengths: { ms: number; label: string }[]
  /** When the profile gets its secrets from the environment alone (000.10): that holds again after the clean-up. */
  storage: string | null
  debts: Debt[]
  whyNot: Record<'withdraw' | 'openAlone' | 'close' | 'extend' | 'cleanUp' | 'review', Refusal | null>
  record: RecordTimeline
}

/** One fallback use, or null where there is none that the viewer may see (T23). */
export async function getFallback(looker: Looker, id: string): Promise<FallbackDetail | null> {
  const { actor, now } = looker
  const facts = await findFallback(looker, id)
  if (!facts) return null
  const [people, debts, record] = await Promise.all([
    loadPeople(db, [facts.system.id], now),
    loadDebts(db, [facts.system.id], now),
    getRecordOf(looker, [{ kind: 'fallback', id: facts.id }]),
  ])
  const longest = durationMs(facts.rule.fallback.maxDuration)
  const approval = fallbackApproval(facts, now)
  const hash = facts.sealed?.hash ?? ''
  const held = await whyHeldByLog(looker, isProductionLike(facts.rule.profile.class))
  return {
    facts,
    phase: fallbackPhase(facts, now),
    sentence: fallbackSentence(facts, now),
    end: fallbackEnd(facts, now),
    lapsed: lapsedBecause(facts, now),
    isExtensionAsked: isExtensionAsked(facts, now),
    needsReview: needsReview(facts),
    slots: fallbackSlots(facts.rule).map((slot) => {
      const signed = facts.signOffs.find(({ slotKey }) => slotKey === slot.key)
      return {
        key: slot.key,
        title: slot.title,
        signed: signed ? { name: signed.signerName, decision: signed.decision } : null,
        who: people.filter((person) => whyNotEligible(slot, person, approval, now) === null).map(({ name }) => name),
        whyNotGrant: whyNotGrant(facts, slot.key, actor, hash, now),
        whyNotRefuse: whyNotRefuse(facts, slot.key, actor, hash, now),
      }
    }),
    // No end is offered that the rule or the one there is already would refuse.
    lengths: lengthsUpTo(longest).filter(({ ms }) => facts.expiresAt === null || now.getTime() + ms > facts.expiresAt.getTime()),
    storage:
      facts.policy.policy.secrets.storage.find(
        ({ profiles, injection }) => injection === 'env-only' && profiles.includes(facts.rule.profile.id),
      )?.text ?? null,
    debts: debts.filter(({ subject }) => subject.kind === 'fallback' && subject.id === facts.id),
    whyNot: {
      withdraw: whyNotWithdrawFallback(facts, actor, now),
      openAlone: whyNotOpenAlone(facts, actor, null, now) ?? held,
      close: whyNotReturn(facts, actor, now),
      extend: whyNotExtend(facts, actor, new Date(now.getTime() + longest), now),
      cleanUp: whyNotCleanUp(facts, actor, { note: '', link: null }, now),
      review: whyNotReview(facts, actor, now),
    },
    record,
  }
}

async function findFallback({ actor, now }: Looker, id: string): Promise<FallbackFacts | null> {
  const readable = readableSystems(actor, now)
  const [facts] = await loadFallbacks(db, { id, ...(readable === null ? {} : { systemId: { in: readable } }) })
  return facts ?? null
}

/** What somebody is about to grant or to refuse, judged again as the page opens. */
export type FallbackCeremony = {
  facts: FallbackFacts
  slot: { key: string; title: string }
  choices: { key: string; title: string }[]
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date }
  statement: string
  lines: SeparationLine[]
  isExtension: boolean
  /** Why it is asked for: of the request, or of its extension. Null once it was taken off the record. */
  reason: string | null
  whyNot: Refusal | null
}

/** Nothing is there to decide on: another version is sealed than the one that was read, or none is. */
export type NoFallbackCeremony = { facts: FallbackFacts; read: number; live: number | null }

/**
 * Opens the ceremony of a grant or a refusal for a slot. `read` is the number of the version whose page led here; when another one is sealed by now they
 * read that first. Null for a use they may not see (T23).
 */
export async function getFallbackCeremony(
  looker: Looker,
  id: string,
  decision: 'approve' | 'decline',
  asked: { slot?: string; read?: number },
): Promise<FallbackCeremony | NoFallbackCeremony | null> {
  const { actor, now } = looker
  const facts = await findFallback(looker, id)
  if (!facts) return null
  const { sealed } = facts
  if (!sealed || (asked.read !== undefined && asked.read !== sealed.number))
    return { facts, read: asked.read ?? 0, live: sealed?.number ?? null }
  const rule = decision === 'approve' ? whyNotGrant : whyNotRefuse
  const slots = fallbackSlots(facts.rule)
  const open = slots.filter((slot) => rule(facts, slot.key, actor, sealed.hash, now) === null)
  const slot: ApprovalSlot | undefined = slots.find(({ key }) => key === asked.slot) ?? open[0] ?? slots[0]
  if (!slot) return { facts, read: sealed.number, live: null }
  const [row, texts] = await Promise.all([
    db.sealedVersion.findUnique({ where: { id: sealed.id }, select: { canonical: true } }),
    loadTexts(db, [sealed.text.reason]),
  ])
  return {
    facts,
    slot: { key: slot.key, title: slot.title },
    choices: open.map(({ key, title }) => ({ key, title })),
    sealed: { number: sealed.number, hash: sealed.hash, canonical: row?.canonical ?? '', sealedAt: sealed.sealedAt },
    statement: fallbackStatement(facts, { name: actor.name, capacity: slot.title, decision }),
    lines: separationLines(slot, actor, fallbackApproval(facts, now), now, { commits: 0, brought: 0, sealed: false }),
    isExtension: sealed.text.extends !== null,
    reason: texts.get(sealed.text.reason) ?? null,
    whyNot:
      asked.slot !== undefined && !slots.some(({ key }) => key === asked.slot)
        ? refuse('not_found', 'This slot is not in the rule that applies here. Choose one of the slots there are.')
        : (rule(facts, slot.key, actor, sealed.hash, now) ??
          (decision === 'approve' ? await whyHeldByLog(looker, isProductionLike(facts.rule.profile.class)) : null)),
  }
}

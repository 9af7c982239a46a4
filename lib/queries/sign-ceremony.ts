import 'server-only'
import { db } from '@/lib/db/client'
import { type ApprovalSlot, type SeparationLine, separationLines } from '@/lib/domain/approval'
import type { GateVerdict } from '@/lib/domain/gate'
import type { SealedWords } from '@/lib/domain/notes-exceptions'
import { approvalFacts, type PromotionFacts, signStatement, slotsOf, whyNotDecline, whyNotSignPromotion } from '@/lib/domain/promotion'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { windowInWords } from '@/lib/domain/words'
import { classOf } from './in-flight'
import { whyHeldByLog } from './log-status'
import type { ProfileView } from './promotion-card'
import { closedSince, findPromotion } from './promotion-dossier'
import { loadVersions } from './promotion-versions'
import { loadSealedWords } from './sealed-words'
import type { Looker } from './system-standing'

/** What somebody is about to sign or decline, judged again as the page opens. */
export type Ceremony = {
  promotion: string
  system: { id: string; name: string }
  version: string
  from: ProfileView
  to: ProfileView
  slot: { key: string; title: string }
  /** The slots they may decide in, to choose from. */
  choices: { key: string; title: string }[]
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date }
  statement: string
  exceptions: { id: string; sentence: string; endsAt: string }[]
  /** What the sealed bytes say of exceptions by id and digest only, and which of them were closed since. */
  known: { words: SealedWords; closed: string[] }
  /** Of an emergency: its incident by name, and why gates are skipped. The sealed bytes hold the incident's id and the reason's digest. */
  emergency: { incident: string; title: string; reason: string | null } | null
  /** How the gates of the sealed version stand now, by their titles; their sealed verdicts are in the bytes. */
  gates: { id: string; title: string; verdict: GateVerdict; sentence: string }[]
  /** The separation of duties, one computed sentence a line, as it would be kept with the signature. */
  lines: SeparationLine[]
  /** Opening the live version for the first time is recorded for those who could decide on it. */
  isFirstOpening: boolean
  /** The version that runs, when it is newer than this one: it takes a confirmation of its own. */
  newerLive: string | null
  /** Questions asked since the seal; a signer should know of them. */
  questions: number
  whyNot: Refusal | null
}

/** Why there is nothing to sign: the version they read is not the live one (then they compare), or none is sealed. */
export type NoCeremony = { promotion: string; read: number; live: number | null }

/**
 * Opens the ceremony for a slot. `read` is the number of the version whose page led here: when another one is live by now, nothing is kept and they
 * compare first (ux.md section 7). Null for a promotion they may not see (T23).
 */
export async function getCeremony(
  looker: Looker,
  id: string,
  decision: 'approve' | 'decline',
  asked: { slot?: string; read?: number },
): Promise<Ceremony | NoCeremony | null> {
  const { actor, now } = looker
  const facts = await findPromotion(looker, id)
  if (!facts) return null
  const { sealed } = facts
  if (!sealed || (asked.read !== undefined && asked.read !== sealed.number))
    return { promotion: facts.id, read: asked.read ?? 0, live: sealed?.number ?? null }
  const rule = decision === 'approve' ? whyNotSignPromotion : whyNotDecline
  const slots = slotsOf(facts.edge)
  const open = slots.filter((slot) => rule(facts, slot.key, actor, sealed.hash, now) === null)
  const slot = slots.find(({ key }) => key === asked.slot) ?? open[0] ?? nearestSlot(facts, slots, looker, rule)
  if (!slot) return null
  const versions = await loadVersions(facts.id)
  const canonical = versions.find(({ number }) => number === sealed.number)?.canonical ?? ''
  const accepted = sealed.dossier.exceptions
  const [questions, opening, words] = await Promise.all([
    db.question.count({ where: { promotionId: facts.id, askedAt: { gt: sealed.sealedAt } } }),
    db.dossierOpening.findUnique({
      where: { sealedVersionId_principalId: { sealedVersionId: sealed.id, principalId: actor.id } },
      select: { openedAt: true },
    }),
    loadSealedWords(accepted),
  ])
  return {
    promotion: facts.id,
    system: facts.system,
    version: facts.release.version,
    from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
    to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
    slot: { key: slot.key, title: slot.title },
    choices: open.map(({ key, title }) => ({ key, title })),
    sealed: { number: sealed.number, hash: sealed.hash, canonical, sealedAt: sealed.sealedAt },
    statement: signStatement(facts, { name: actor.name, capacity: slot.title, decision }, windowInWords),
    gates: facts.gates
      .filter(({ gate }) => gate.moments.includes('promotion'))
      .map(({ gate, verdict, sentence }) => ({ id: gate.id, title: gate.title, verdict, sentence })),
    lines: linesOf(facts, slot, looker),
    isFirstOpening:
      opening === null && facts.status === 'open' && slots.some(({ key }) => whyNotDecline(facts, key, actor, sealed.hash, now) === null),
    exceptions: accepted.map(({ id: exception, sentence, endsAt }) => ({ id: exception, sentence, endsAt })),
    known: { words, closed: closedSince(facts, sealed.dossier) },
    emergency: facts.emergency && {
      incident: facts.emergency.incident.id,
      title: facts.emergency.incident.title,
      reason: facts.emergency.reason && (facts.emergency.reason.text ?? 'The text was erased.'),
    },
    newerLive: facts.isOlderThanLive ? (facts.live?.version ?? null) : null,
    questions,
    whyNot:
      asked.slot !== undefined && !slots.some(({ key }) => key === asked.slot)
        ? refuse('not_found', 'This slot is not in the rule that applies here. Choose one of the slots there are.')
        : (rule(facts, slot.key, actor, sealed.hash, now) ??
          (decision === 'approve' ? await whyHeldByLog(looker, facts.targetIsProductionLike) : null)),
  }
}

/** Where nothing is open to somebody, the slot whose reason tells them most: the one they signed, one their role is for, one nobody has signed. */
function nearestSlot(facts: PromotionFacts, slots: readonly ApprovalSlot[], { actor, now }: Looker, rule: typeof whyNotDecline) {
  const signedBy = (key: string) => facts.signOffs.find(({ slotKey }) => slotKey === key)?.signerId
  const codeOf = (key: string) => rule(facts, key, actor, facts.sealed?.hash ?? '', now)?.code ?? ''
  return (
    slots.find(({ key }) => signedBy(key) === actor.id) ??
    slots.find(({ key }) => !['not_allowed', 'conflict'].includes(codeOf(key))) ??
    slots.find(({ key }) => codeOf(key) === 'conflict') ??
    slots.find(({ key }) => signedBy(key) === undefined) ??
    slots[0]
  )
}

function linesOf(facts: PromotionFacts, slot: ApprovalSlot, { actor, now }: Looker): SeparationLine[] {
  return separationLines(slot, actor, approvalFacts(facts, now), now, {
    commits: facts.release.contributors.reduce((sum, { commits }) => sum + commits, 0),
    brought: facts.gates.filter(({ evidence }) => evidence?.broughtBy.id === actor.id).length,
    sealed: facts.sealed?.sealedBy?.id === actor.id,
  })
}

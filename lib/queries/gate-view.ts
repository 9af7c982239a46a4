import 'server-only'
import type { Candidate } from '@/lib/domain/approval'
import { tickersOf, whyNotWalk, whyNotWorkOn } from '@/lib/domain/checklist-run'
import type { Dossier } from '@/lib/domain/dossier'
import { durationMs } from '@/lib/domain/duration'
import { whyNotBring } from '@/lib/domain/evidence'
import type { ChecklistFact, CoveringException, EdgeGate, GateVerdict, JudgedGate } from '@/lib/domain/gate'
import { type Mover, moversOfGate } from '@/lib/domain/holding'
import type { PromotionFacts } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { neverExceptable } from '@/lib/domain/rule-ref'
import type { Looker } from './system-standing'

/** A piece of evidence with everything that was kept of it. */
export type EvidenceView = {
  id: string
  verdict: 'pass' | 'fail'
  summary: string
  command: string | null
  exitCode: number | null
  ranOn: string | null
  link: string | null
  claimedAt: Date | null
  recordedAt: Date
  by: Mover & { id: string }
}

/** A gate of a dossier: what it asks, what it rests on, how fresh that is, what is missing and who can bring it. */
export type GateView = {
  gate: EdgeGate
  /** Null in a draft; otherwise the verdict in the sealed bytes. */
  sealedVerdict: GateVerdict | null
  /** The verdict now. */
  verdict: GateVerdict
  sentence: string
  evidence: EvidenceView | null
  checklist: ChecklistFact | null
  /** The newest evidence where it came after the seal with the same verdict: an addendum that the signatures survive. */
  addendum: EvidenceView | null
  /** What covers it now, until when. */
  exception: CoveringException | null
  /** Why no exception can cover it, in the policy's words; null where one can. */
  never: string | null
  seenAt: Date | null
  by: Mover | null
  freshUntil: Date | null
  /** Share of the time it may be old that is used up, 0 to 1; null when it does not age. */
  used: number | null
  validForMs: number | null
  who: Mover[]
  whyNotBring: Refusal | null
  whyNotStartRun: Refusal | null
}

/** Draws up the gates of a moment. Under a sealed version what they rest on is read from its bytes, what has come since is said beside it (T32). */
export function gateViews(
  facts: PromotionFacts,
  sealed: Dossier | null,
  evidence: ReadonlyMap<string, EvidenceView>,
  people: readonly Candidate[],
  looker: Looker,
): GateView[] {
  return facts.gates.map((judged) => {
    const bytes = sealed?.gates.find(({ id }) => id === judged.gate.id) ?? null
    const newest = judged.evidence ? (evidence.get(judged.evidence.id) ?? null) : null
    const rested = bytes ? (bytes.evidence ? (evidence.get(bytes.evidence) ?? null) : null) : newest
    const addendum = bytes && newest && rested && newest.id !== rested.id ? newest : null
    const seenAt = addendum?.recordedAt ?? (bytes?.seenAt && judged.gate.kind !== 'checklist' ? new Date(bytes.seenAt) : judged.seenAt)
    const validForMs = judged.gate.validFor ? durationMs(judged.gate.validFor) : null
    return {
      gate: judged.gate,
      sealedVerdict: bytes?.verdict ?? null,
      verdict: verdictNow(facts, judged, bytes?.verdict ?? null),
      sentence: judged.sentence,
      evidence: rested,
      checklist: judged.checklist,
      addendum,
      exception: judged.exception,
      never: neverExceptable(facts.policy.policy, { key: `gate.${judged.gate.id}` })?.text ?? null,
      seenAt,
      by: addendum?.by ?? rested?.by ?? judged.checklist?.lastTickBy ?? null,
      freshUntil: judged.freshUntil,
      used: validForMs === null || seenAt === null ? null : Math.min(1, (looker.now.getTime() - seenAt.getTime()) / validForMs),
      validForMs,
      who: moversOfGate(judged, facts.system.id, people, looker.now),
      whyNotBring: whyNotBring(judged.gate, looker.actor, facts.system, looker.now),
      whyNotStartRun: whyNotStart(facts, judged, looker),
    }
  })
}

/** What has ended is no longer covered by anything: a gate that passed by an exception is shown as it was sealed. */
function verdictNow({ status }: PromotionFacts, { verdict }: JudgedGate, sealed: GateVerdict | null): GateVerdict {
  return status !== 'open' && sealed === 'pass_with_exception' ? sealed : verdict
}

function whyNotStart(facts: PromotionFacts, { gate, checklist }: JudgedGate, { actor, now }: Looker): Refusal | null {
  const { policy } = facts.policy
  const list = gate.kind === 'checklist' ? policy.checklists.find(({ id }) => id === gate.checklist) : undefined
  if (!list) return null
  return (
    whyNotWorkOn(list, tickersOf(policy, facts.edge.to, list.id, 'before'), actor, facts.system, now) ??
    whyNotWalk(list, facts.edge.to, checklist?.templateHash !== null)
  )
}

import { durationMs, formatDuration } from './duration'
import type { Policy, PolicyEdge, PolicyGate } from './policy/schema'
import { ROLE_TITLE } from './roles'
import { instantInWords, listInWords } from './words'

/** When a gate is judged: when a promotion opens, before it is sealed and signed, when its deployment starts. */
export type GateMoment = 'opening' | 'promotion' | 'deployment'

/** A gate of an edge, those of the policy and those that a constraint's moment makes (000.8). */
export type EdgeGate = PolicyGate & { moments: readonly GateMoment[] }

export const GATE_VERDICTS = ['pass', 'pass_with_exception', 'fail', 'stale', 'missing', 'skipped'] as const
/** What a gate's facts come to at an instant. Stale counts as missing (domain.md); only an emergency promotion can skip one, and owes it. */
export type GateVerdict = (typeof GATE_VERDICTS)[number]

/** What the facts of a gate come to by themselves. */
export type FoundVerdict = Exclude<GateVerdict, 'skipped' | 'pass_with_exception'>

/** One piece of evidence as a verdict sees it. */
export type EvidenceFact = {
  id: string
  verdict: 'pass' | 'fail'
  recordedAt: Date
  snapshotId: string | null
  broughtBy: { id: string; name: string; kind: 'person' | 'token' | 'agent' }
  summary: string
  link: string | null
  /** Brought by an observation, by the facts that the policy binds the gate to. */
  isObserved?: boolean
}

/** Where a checklist run of a gate stands: how many items that count are done, open or failed. */
export type ChecklistFact = {
  runId: string | null
  /** Null when the policy names an outside file that nobody imported: the gate fails closed (000.30). */
  templateHash: string | null
  file: string | null
  done: number
  total: number
  failed: number
  lastTickAt: Date | null
  lastTickBy: { id: string; name: string; kind: 'person' | 'token' | 'agent' } | null
}

export type SnapshotFact = { id: string; takenAt: Date; digest: string }

/**
 * A running exception that covers a gate (gate-exception.ts). `also`: others that it takes besides, where reported facts fail the gate by several rules; the
 * one that ends first is the one named.
 */
export type CoveringException = { id: string; endsAt: Date; also?: readonly string[] }

/** Every exception that it takes, by id. */
export const coveringIds = ({ id, also = [] }: CoveringException): string[] => [id, ...also]

/** All facts that one gate's verdict depends on. Evidence is newest first. */
export type GateFacts = {
  evidence: readonly EvidenceFact[]
  newestSnapshot: SnapshotFact | null
  checklist: ChecklistFact | null
  exception: CoveringException | null
}

/** A judged gate: the verdict, what it rests on, how long that holds and what would help, in words. */
export type JudgedGate = {
  gate: EdgeGate
  verdict: GateVerdict
  /** Of a gate that is skipped, or passes by an exception only: what its facts come to nevertheless. */
  found: FoundVerdict | null
  evidence: EvidenceFact | null
  checklist: ChecklistFact | null
  exception: CoveringException | null
  /** When what it rests on was seen. */
  seenAt: Date | null
  /** When it stops being fresh; null when it does not age. */
  freshUntil: Date | null
  sentence: string
  whoCanBring: string
}

/**
 * Every gate that guards an edge: the policy's own, and one for each constraint of the target profile whose moment is
 * `before-release-candidate` (judged when a promotion opens) or `before-deployment` (judged when a deployment starts). A constraint
 * that shares its id with a gate of the edge is judged by that gate.
 */
export function edgeGates(policy: Policy, edge: PolicyEdge): EdgeGate[] {
  const moments = new Map<string, GateMoment>()
  for (const constraint of policy.constraints) {
    const moment = constraint.cells[edge.to]?.moment
    if (moment === 'before-release-candidate') moments.set(constraint.id, 'opening')
    if (moment === 'before-deployment') moments.set(constraint.id, 'deployment')
  }
  const own: EdgeGate[] = edge.gates.map((gate) => ({
    ...gate,
    moments: moments.get(gate.id) === 'opening' ? ['opening', 'promotion', 'deployment'] : ['promotion', 'deployment'],
  }))
  const derived = policy.constraints
    .filter((constraint) => moments.has(constraint.id) && !edge.gates.some((gate) => gate.id === constraint.id))
    .map((constraint): EdgeGate => {
      const cell = constraint.cells[edge.to] as NonNullable<(typeof constraint.cells)[string]> // it gave the moment above
      return {
        id: constraint.id,
        title: constraint.title,
        kind: 'check',
        asks: `${constraint.title}: ${cell.text}.`,
        command: constraint.check,
        evidenceKind: 'command-result',
        by: { kinds: ['token', 'agent', 'person'] },
        contract: false,
        observed: constraint.observed,
        blocking: cell.level === 'required' || cell.level === 'forbidden',
        source: constraint.source,
        assumed: constraint.assumed,
        moments: [moments.get(constraint.id) as GateMoment],
      }
    })
  return [...own, ...derived]
}

/** Judges one gate at an instant. Pure: the same answer for enforcement, screen, API and command line. */
export function judgeGate(gate: EdgeGate, facts: GateFacts, now: Date): JudgedGate {
  const base = {
    gate,
    found: null,
    evidence: null,
    checklist: facts.checklist,
    exception: null,
    seenAt: null,
    freshUntil: null,
    whoCanBring: whoCanBring(gate),
  }
  const judged = gate.kind === 'checklist' ? judgeChecklist(gate, facts.checklist, now) : judgeEvidence(gate, facts, now)
  if (judged.verdict === 'pass' || facts.exception === null || facts.exception.endsAt <= now) return { ...base, ...judged }
  return {
    ...base,
    ...judged,
    verdict: 'pass_with_exception',
    found: judged.verdict,
    exception: facts.exception,
    // It lets through as long as the exception lasts, however old or missing the evidence is.
    freshUntil: facts.exception.endsAt,
    sentence: `Covered by ${listInWords(coveringIds(facts.exception))} until ${instantInWords(facts.exception.endsAt)}. ${judged.sentence}`,
  }
}

type Judged = Pick<JudgedGate, 'sentence'> & Partial<Omit<JudgedGate, 'verdict'>> & { verdict: FoundVerdict }

function judgeEvidence(gate: EdgeGate, facts: GateFacts, now: Date): Judged {
  const newest = facts.evidence[0]
  if (!newest)
    return {
      verdict: 'missing',
      sentence: `No evidence yet. ${gate.command ? `Run ${gate.command} and bring its result.` : 'Somebody has to bring it.'}`,
    }
  const freshUntil = gate.validFor ? new Date(newest.recordedAt.getTime() + durationMs(gate.validFor)) : null
  const found = { evidence: newest, seenAt: newest.recordedAt, freshUntil }
  if (newest.verdict === 'fail') return { ...found, verdict: 'fail', sentence: `Failed: ${newest.summary}` }
  if (gate.boundToSnapshotOf) {
    if (!facts.newestSnapshot)
      return {
        ...found,
        verdict: 'missing',
        sentence: `No snapshot of ${gate.boundToSnapshotOf} is recorded, so nothing can be about the latest one. Record it first.`,
      }
    if (newest.snapshotId !== facts.newestSnapshot.id) {
      return {
        ...found,
        verdict: 'stale',
        sentence: `It is about an older snapshot of ${gate.boundToSnapshotOf}. A newer one was taken; do it again on that one.`,
      }
    }
  }
  if (freshUntil && freshUntil <= now)
    return { ...found, verdict: 'stale', sentence: staleSentence(newest.recordedAt, gate.validFor as string, now) }
  return { ...found, verdict: 'pass', sentence: newest.summary }
}

function judgeChecklist(gate: EdgeGate, list: ChecklistFact | null, now: Date): Judged {
  if (!list || list.templateHash === null) {
    return {
      verdict: 'missing',
      sentence: `${list?.file ?? 'The checklist'} is not imported. A Release Manager imports it under the system’s checklists.`,
    }
  }
  if (list.runId === null) return { verdict: 'missing', sentence: 'Nobody has started the checklist for this release and profile.' }
  const freshUntil = gate.validFor && list.lastTickAt ? new Date(list.lastTickAt.getTime() + durationMs(gate.validFor)) : null
  const found = { seenAt: list.lastTickAt, freshUntil }
  if (list.failed > 0) return { ...found, verdict: 'fail', sentence: `${list.failed} of ${list.total} items failed.` }
  if (list.done < list.total) return { ...found, verdict: 'missing', sentence: `${list.done} of ${list.total} items are ticked.` }
  if (freshUntil && freshUntil <= now)
    return { ...found, verdict: 'stale', sentence: staleSentence(list.lastTickAt as Date, gate.validFor as string, now) }
  return { ...found, verdict: 'pass', sentence: `${list.done} of ${list.total} items` }
}

function staleSentence(seenAt: Date, validFor: string, now: Date): string {
  const hours = Math.floor((now.getTime() - seenAt.getTime()) / 3_600_000)
  return `${hours} h old, limit ${formatDuration(validFor)}. Bring it again.`
}

/** Whether a gate passes, by itself or by an exception. One that an emergency skips does not. */
export function isPassing(verdict: GateVerdict): verdict is 'pass' | 'pass_with_exception' {
  return verdict === 'pass' || verdict === 'pass_with_exception'
}

/** Whether a verdict lets a release through: it passes, or an emergency skips it. */
export function letsThrough(verdict: GateVerdict): boolean {
  return isPassing(verdict) || verdict === 'skipped'
}

const BRINGER: Record<'person' | 'agent' | 'token', string> = { person: 'a person', agent: 'an agent', token: 'a pipeline token' }

/** Who may bring what a gate asks, in words. */
export function whoCanBring(gate: PolicyGate): string {
  const roles = gate.by.roles?.map((role) => ROLE_TITLE[role]).join(' or ')
  if (gate.kind !== 'check') return roles ?? 'anybody with a role on the system'
  return gate.by.kinds.map((kind) => (kind === 'person' && roles ? roles : BRINGER[kind])).join(', ')
}

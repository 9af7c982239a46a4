import 'server-only'
import { gateRowKey, loadGateIds, loadPolicyVersion } from '@/lib/db/load-policy'
import type { Work } from '@/lib/db/mutate'
import type { OpenPromotion } from '@/lib/db/write-observations'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { sha256Hex } from '@/lib/domain/canonical'
import { OBSERVED_ON } from '@/lib/domain/evidence'
import { type EdgeGate, edgeGates } from '@/lib/domain/gate'
import type { JudgeContext } from '@/lib/domain/observation/context'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import {
  evidenceSummary,
  evidenceVerdict,
  gateBindings,
  isEvidenceDue,
  mayBringObserved,
  runsRelease,
} from '@/lib/domain/observation/gate-evidence'
import { type Judged, judgeBindings } from '@/lib/domain/observation/judge'
import { voidIfMoved } from '../promotion/void-moved'

/** Evidence that an observation brought for a gate of an open promotion. */
export type BroughtEvidence = { id: string; promotion: string; gate: string; verdict: 'pass' | 'fail' }

/** Ends an attempt with nothing written: a failing gate can void what was sealed, so these promotions are held first (`lockSystem` says in which order). */
export class NeedsPromotions extends Error {
  readonly promotions: readonly string[]
  constructor(promotions: readonly string[]) {
    super('Promotions have to be held first')
    this.promotions = promotions
  }
}

export type ObservedCall = {
  system: { id: string; name: string }
  /** The profiles that were reported: gates that look at others are none of this call's business. */
  profiles: readonly string[]
  promotions: readonly OpenPromotion[]
  facts: readonly CurrentFact[]
  context: JudgeContext
  /** The observation that shows a profile. */
  shownBy: (profile: string) => string | null
}

/** Evidence that would say something new of a gate. */
export type Due = {
  promotion: OpenPromotion
  gate: EdgeGate
  gateId: string
  policyHash: string
  observedOn: string
  verdict: 'pass' | 'fail'
  summary: string
}

/**
 * The evidence that is due for gates of open promotions which their pinned policies bind to reported facts, where whoever reports may bring it. A gate that looks
 * at another profile than its target counts only while that runs the promotion's release. No statement where no open promotion has such a gate.
 */
export async function dueEvidence(work: Work, call: ObservedCall): Promise<Due[]> {
  return stillDue(work, call, await judged(work, call))
}

/** The promotions of which a gate fails: what was sealed over it is voided, so they are held. */
export function failingPromotions(due: readonly Due[]): string[] {
  return [...new Set(due.filter(({ verdict }) => verdict === 'fail').map(({ promotion }) => promotion.id))]
}

/**
 * Brings what is due: passing facts renew a gate, failing ones void what was sealed over it. `held`: the promotions that the caller holds; where a failing one is not
 * among them the attempt ends (`NeedsPromotions`).
 */
export async function bringObserved(
  work: Work,
  call: ObservedCall,
  held: readonly string[],
): Promise<{ evidence: BroughtEvidence[]; events: AuditEvent[] }> {
  const due = await dueEvidence(work, call)
  if (due.length === 0) return { evidence: [], events: [] }
  const failing = failingPromotions(due)
  if (failing.some((id) => !held.includes(id))) throw new NeedsPromotions(failing)
  const { tx, now, actor } = work
  const rows = due.map(({ promotion, gate, gateId, observedOn, verdict, summary }) => ({
    systemId: call.system.id,
    releaseId: promotion.release.id,
    profileKey: promotion.profile,
    gateKey: gate.id,
    gateId,
    verdict,
    summary,
    ranOn: `${OBSERVED_ON}${observedOn}`,
    digest: sha256Hex(JSON.stringify([call.shownBy(observedOn), promotion.id, gate.id, verdict])),
    broughtById: actor.id,
    onBehalfOfId: actor.countsAsId === actor.id ? null : actor.countsAsId,
    recordedAt: now,
  }))
  const made = await tx.evidence.createManyAndReturn({ data: rows, skipDuplicates: true, select: { id: true, digest: true } })
  const evidence: BroughtEvidence[] = []
  const events: AuditEvent[] = []
  for (const { id, digest } of made) {
    const index = rows.findIndex((row) => row.digest === digest)
    const { promotion, gate, policyHash, verdict } = due[index] as Due // each row was made of one
    evidence.push({ id, promotion: promotion.id, gate: gate.id, verdict })
    events.push({
      action: 'evidence.recorded',
      system: call.system.id,
      subject: { kind: 'evidence', id },
      policy: policyHash,
      after: { release: promotion.release.version, profile: promotion.profile, gate: gate.id, verdict, digest, promotion: promotion.id },
    })
  }
  for (const id of failing) events.push(...(await voidIfMoved(work, id)))
  return { evidence, events }
}

/** What the facts say of every gate that the call has a say in. */
async function judged({ tx, now, actor }: Work, { system, profiles, promotions, facts, context }: ObservedCall): Promise<Due[]> {
  const due: Due[] = []
  // What facts say of a gate is the same for every promotion under one policy version.
  const known = new Map<string, Judged>()
  for (const promotion of promotions) {
    const { policy, hash } = await loadPolicyVersion(tx, promotion.policyVersionId)
    const edge = policy.edges.find(({ id }) => id === promotion.edge)
    for (const gate of edge ? edgeGates(policy, edge) : []) {
      const bindings = gateBindings(gate)
      const observedOn = gate.observedOn ?? promotion.profile
      if (bindings.length === 0 || !profiles.includes(observedOn) || !mayBringObserved(gate, actor, system.id, now)) continue
      if (observedOn !== promotion.profile && !runsRelease(facts, observedOn, promotion.release)) continue
      const at = JSON.stringify([hash, promotion.edge, gate.id])
      const found = known.get(at) ?? judgeBindings(policy, bindings, observedOn, facts, context, now)
      known.set(at, found)
      const verdict = evidenceVerdict(found)
      if (verdict === null) continue
      const gateId = (await loadGateIds(tx, promotion.policyVersionId)).get(gateRowKey(promotion.edge, gate.id))
      if (gateId === undefined) throw new Error(`The rows of policy version ${promotion.policyVersionId} lack the gate ${gate.id}`)
      due.push({ promotion, gate, gateId, policyHash: hash, observedOn, verdict, summary: evidenceSummary(found) })
    }
  }
  return due
}

/** Those that say something new, or renew what begins to age. */
async function stillDue({ tx, now }: Work, { system }: ObservedCall, due: readonly Due[]): Promise<Due[]> {
  if (due.length === 0) return []
  const newest = await tx.$queryRaw<{ releaseId: string; profile: string; gate: string; verdict: string; recordedAt: Date }[]>`
    SELECT e."releaseId", e."profileKey" AS profile, e."gateKey" AS gate, e.verdict, e."recordedAt"
    FROM unnest(${due.map(({ promotion }) => promotion.release.id)}::uuid[], ${due.map(({ promotion }) => promotion.profile)}::text[],
      ${due.map(({ gate }) => gate.id)}::text[]) AS u(release, profile, gate)
    CROSS JOIN LATERAL (SELECT * FROM "Evidence" e WHERE e."releaseId" = u.release AND e."profileKey" = u.profile AND e."gateKey" = u.gate
      AND e."systemId" = ${system.id} ORDER BY e."recordedAt" DESC, e.id DESC LIMIT 1) e`
  return due.filter(({ promotion, gate, verdict }) => {
    const last = newest.find((row) => row.releaseId === promotion.release.id && row.profile === promotion.profile && row.gate === gate.id)
    return isEvidenceDue(gate, verdict, last ?? null, now)
  })
}

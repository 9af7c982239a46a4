import 'server-only'
import { cache } from 'react'
import { whyNotFile } from '@/lib/domain/exception-guards'
import type { DriftStanding } from '@/lib/domain/finding'
import { type JudgedGate, letsThrough } from '@/lib/domain/gate'
import { gateCounts } from '@/lib/domain/holding'
import { type MatrixState, PROBLEM_STATES } from '@/lib/domain/matrix-cell'
import type { ProfileStanding } from '@/lib/domain/profile-standing'
import { type PromotionFacts, promotionPhase, slotsOf, whyNotOpenPromotion, whyNotSignPromotion } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { getStandings, type Looker, type SystemStanding } from './system-standing'

/** One slot of a promotion in small, as the viewer sees it: signed, theirs to sign, or open. */
export type PipelineSlot = { capacity: string; state: 'signed' | 'you' | 'open'; name: string | null }

/** What is on its way between two neighbouring profiles. */
export type PipelineEdge = {
  /** False where the policy has no way from one to the other (000.31). */
  exists: boolean
  promotion: {
    id: string
    version: string
    passed: number
    total: number
    /** How many of those that pass do so by an exception only. */
    covered: number
    state: MatrixState
    words: string
    slots: PipelineSlot[]
    emergency: string | null
  } | null
  /** Further open promotions along it. */
  more: number
}

/** The head of a system's pages: who it is, its pipeline, and whether the viewer may start a promotion or file an exception. */
export type SystemHead = SystemStanding & {
  edges: PipelineEdge[]
  problems: number
  whyNotPromote: Refusal | null
  whyNotFile: Refusal | null
  /** Conflicts between documents that nobody resolved, and what else is open of the system as a whole. */
  ofAll: DriftStanding[]
}

/** A system with its pipeline and grid; null for one that does not exist or that the viewer may not see (T23). Read once for each request. */
export const getSystemHead = cache(async (looker: Looker, slug: string): Promise<SystemHead | null> => {
  const standing = (await getStandings(looker)).standings.find((each) => each.slug === slug)
  if (!standing) return null
  const cells = standing.groups.flatMap((group) => group.rows).flatMap((row) => row.cells)
  return {
    ...standing,
    edges: standing.profiles
      .slice(0, -1)
      .map((from, index) => pipelineEdge(standing, from, standing.profiles[index + 1] as ProfileStanding, looker)),
    problems: cells.filter((cell) => PROBLEM_STATES.includes(cell.state)).length,
    ofAll: standing.drift.filter(({ profile }) => profile === null),
    whyNotFile: whyNotFile(looker.actor, { id: standing.slug, name: standing.name }, looker.now),
    whyNotPromote: whyNotOpenPromotion(looker.actor, { id: standing.slug, name: standing.name }, looker.now),
  }
})

function pipelineEdge(standing: SystemStanding, from: ProfileStanding, to: ProfileStanding, looker: Looker): PipelineEdge {
  const exists = standing.version.policy.edges.some((edge) => edge.from === from.profile && edge.to === to.profile)
  const open = standing.open.filter(({ edge }) => edge.from === from.profile && edge.to === to.profile)
  const facts = open[0]
  if (!facts) return { exists, promotion: null, more: 0 }
  const gates = facts.gates.filter(({ gate }) => gate.moments.includes('promotion'))
  const { passed, total, covered } = gateCounts(facts)
  const held = gates.find((judged) => judged.gate.blocking && !letsThrough(judged.verdict))
  return {
    exists,
    promotion: {
      id: facts.id,
      version: facts.release.version,
      passed,
      total,
      covered,
      state: held ? gateState(held) : covered > 0 ? 'drift' : 'pass',
      words: held ? `${held.gate.title}: ${held.verdict.replaceAll('_', ' ')}` : PHASE[promotionPhase(facts, looker.now)],
      slots: facts.sealed ? slotViews(facts, looker) : [],
      emergency: facts.emergency?.incident.id ?? null,
    },
    more: open.length - 1,
  }
}

const PHASE: Record<ReturnType<typeof promotionPhase>, string> = {
  collecting: 'collecting evidence',
  ready_to_seal: 'ready to seal',
  signing: 'signing',
  held: 'held',
  voided: 'voided, seal again',
  approved: 'approved',
  expired: 'window passed',
  deploying: 'deploying',
  deployed: 'deployed',
  failed: 'failed',
  withdrawn: 'withdrawn',
  superseded: 'superseded',
  rolled_back: 'rolled back',
}

/** The shape for a gate's verdict: stale counts as missing and says so, missing waits. */
function gateState({ verdict }: Pick<JudgedGate, 'verdict'>): MatrixState {
  switch (verdict) {
    case 'pass':
      return 'pass'
    case 'pass_with_exception':
      return 'drift'
    case 'fail':
      return 'fail'
    case 'stale':
      return 'stale'
    case 'missing':
      return 'waiting'
    case 'skipped':
      return 'warn'
    default:
      return verdict satisfies never
  }
}

/** The slots of the sealed version, each as the viewer sees it. */
export function slotViews(facts: PromotionFacts, looker: Looker): PipelineSlot[] {
  const hash = facts.sealed?.hash ?? ''
  return slotsOf(facts.edge).map((slot): PipelineSlot => {
    const signed = facts.signOffs.find((signOff) => signOff.slotKey === slot.key && signOff.decision === 'approve')
    if (signed) return { capacity: slot.title, state: 'signed', name: signed.signerName }
    const mine = whyNotSignPromotion(facts, slot.key, looker.actor, hash, looker.now) === null
    return { capacity: slot.title, state: mine ? 'you' : 'open', name: null }
  })
}

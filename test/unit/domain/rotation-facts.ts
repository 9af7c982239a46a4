import type { Actor } from '@/lib/domain/context'
import { ownershipMembers, ownershipTitle } from '@/lib/domain/ownership'
import type { Policy } from '@/lib/domain/policy/schema'
import { joinSteps, type RotationFacts, type RotationPlan, type RotationStatus, type StepRecord } from '@/lib/domain/rotation'
import { buildPlan, sealPlan } from '@/lib/domain/rotation-plan'
import { hours, robodj } from './facts'

// Rotations for the pure rules, built from the real policies. A test says what differs and what was recorded.

export type RotationChanges = Partial<Omit<RotationFacts, 'steps' | 'plan' | 'ownership' | 'sealed'>> & {
  policyOf?: Policy
  rule?: string
  records?: readonly StepRecord[]
  declined?: boolean
}

export const AGENTS = [
  { id: 'agent-rm', key: 'release-manager-agent', name: 'Release Manager Agent' },
  { id: 'agent-sec', key: 'secops-secrets-auditor-agent', name: 'SecOps Secrets Auditor Agent' },
]

/** A rotation of prod of the first policy, opened by Olga and sealed two hours ago; nothing is signed or recorded. */
export function aRotation({
  policyOf = robodj,
  rule = 'prod',
  records = [],
  declined = false,
  ...changes
}: RotationChanges = {}): RotationFacts {
  const ownership = policyOf.rotation.ownership.find(({ id }) => id === rule)
  if (!ownership) throw new Error(`There is no rule ${rule}`)
  const status: RotationStatus = changes.status ?? 'planned'
  const variant = changes.variant ?? null
  const plan: RotationPlan = buildPlan({
    id: 'ROT-0031',
    number: 1,
    policy: { number: 1, hash: 'b'.repeat(64), policy: policyOf },
    ownership,
    cause: changes.cause ?? 'by_hand',
    reason: null,
    incident: changes.incident?.id ?? null,
    dueAt: null,
    secrets: undefined,
    variant,
    window: changes.window ?? null,
  })
  const { canonical, hash } = sealPlan(plan)
  const profile = policyOf.profiles.find(({ id }) => id === ownership.profile)
  return {
    id: 'ROT-0031',
    system: { id: policyOf.system.slug, name: policyOf.system.name },
    profile: { id: ownership.profile, name: ownership.profile, class: profile?.class ?? 'production' },
    policy: { versionId: 'version-1', number: 1, hash: 'b'.repeat(64), policy: policyOf, activeNumber: 1 },
    title: ownershipTitle(policyOf, ownership),
    members: plan.secrets.map((secret) => ({
      ...secret,
      notes: ownershipMembers(policyOf, ownership).find(({ id }) => id === secret.mapping)?.notes ?? '',
    })),
    method: ownership.method,
    cause: 'by_hand',
    reason: null,
    incident: null,
    dueAt: null,
    variant,
    window: null,
    openedAt: hours(-3),
    openedBy: { id: 'olga', name: 'Olga', kind: 'person', countsAsId: 'olga' },
    startedAt: null,
    performer: null,
    verifyingAt: null,
    endedAt: null,
    endReason: null,
    trigger: null,
    postmortem: null,
    nextNumber: 2,
    signOffs: [],
    confirmations: [],
    agents: AGENTS,
    ...changes,
    status,
    ownership,
    plan,
    sealed: declined ? null : { id: 'sealed-1', number: 1, hash, canonical, sealedAt: hours(-2), sealedBy: null },
    steps: joinSteps(plan, records, status, variant),
  }
}

/** Somebody as records name them. */
export const whoIs = ({ id, name, kind, countsAsId }: Actor) => ({ id, name, kind, countsAsId })

/** A record of a step, done by somebody unless said otherwise. */
export function aRecord(step: string, by: Actor, more: Partial<StepRecord> = {}): StepRecord {
  return {
    step,
    state: 'done',
    how: null,
    variant: null,
    note: null,
    link: null,
    reference: null,
    newKeys: null,
    by: whoIs(by),
    at: hours(-1),
    ...more,
  }
}

/** Every step of some phases recorded as done. */
export function allDone(facts: RotationFacts, by: Actor, ...phases: RotationFacts['steps'][number]['phase'][]): StepRecord[] {
  return facts.steps.filter(({ phase }) => phases.includes(phase)).map(({ id }) => aRecord(id, by))
}

/** An agent as it acts: by a token that somebody made. */
export function anAgent(id: string, maker: string, systemId = 'robodj'): Actor {
  return {
    id,
    kind: 'agent',
    name: id,
    countsAsId: maker,
    grants: [],
    session: null,
    token: { id: 't', systemId, scopes: ['rotation:run'], gates: [] },
  }
}

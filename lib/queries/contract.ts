import 'server-only'
import { db } from '@/lib/db/client'
import { loadContract, type VariantChoice } from '@/lib/db/load-contract'
import { type CapabilityOff, type ContractResult, evaluateContract, requiredSet, variantOf } from '@/lib/domain/contract/evaluate'
import type { VariableFact } from '@/lib/domain/contract/facts'
import { type CellContext, type ContractCell, contractCell, unreportedCell } from '@/lib/domain/contract/view'
import { whyNotChooseVariant, whyNotEndVariant } from '@/lib/domain/contract-choice'
import { answersOn, type ConditionAnswer, conditionsFrom } from '@/lib/domain/observation/conditions'
import { NOTHING_RECORDED } from '@/lib/domain/observation/context'
import { type Scope, scopeOf } from '@/lib/domain/observation/scope'
import type { Policy, PolicyProfile } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import type { SystemHead } from './system-head'
import type { Looker } from './system-standing'

export type { VariantChoice } from '@/lib/db/load-contract'

/** The set of required variables in force on a profile, and how the viewer may change it. */
export type VariantView = {
  inForce: Policy['contractVariants'][number]
  /** Null: the default, which nobody had to choose. */
  choice: VariantChoice | null
  others: { id: string; title: string }[]
  whyNotChoose: Refusal | null
  whyNotEnd: Refusal | null
}

/** The contract of one profile with what is reported there. */
export type ContractOnProfile = {
  profile: PolicyProfile
  /** Null: nobody reported the variables of the profile. */
  reported: { seenAt: Date; fresh: boolean; instances: string[] } | null
  result: ContractResult | null
  facts: VariableFact[]
  /** What was said of conditions that the policy leaves open, as far as it is fresh (002.20). */
  answers: ConditionAnswer[]
  /** By name: the variables of the policy, then what it does not know. */
  cells: Map<string, ContractCell>
  required: number
  off: CapabilityOff[]
  variant: VariantView | null
}

export type ContractView = {
  profiles: ContractOnProfile[]
  /** Sets that were chosen and are in force no longer, newest first. */
  past: VariantChoice[]
}

/** The contract of every profile of a system with what runtimes report; the caller has made sure that the viewer may see it. */
export async function getContractView(looker: Looker, head: SystemHead): Promise<ContractView> {
  const { policy, systemId } = head.version
  const { facts, choices } = await loadContract(db, systemId)
  const inForce = choices.filter(({ endedAt }) => endedAt === null)
  const scope = scopeOf(policy, facts, NOTHING_RECORDED, looker.now)
  return {
    profiles: policy.profiles.map((profile) => {
      const choice = inForce.find((each) => each.profile === profile.id) ?? null
      const seen = reportedOn(scope, profile.id)
      const answers = answersOn(scope, profile.id)
      return {
        ...onProfile(policy, profile, { seen, answers }, choice?.variant ?? null, head, looker.now),
        variant: variantView(policy, profile, choice, looker),
      }
    }),
    past: choices.filter(({ endedAt }) => endedAt !== null),
  }
}

/** What would stand in the way on a profile if it were judged by another version of the policy: that of a promotion on its way there. */
export function judgedBy(
  policy: Policy,
  view: ContractOnProfile,
  head: SystemHead,
  now: Date,
): Pick<ContractOnProfile, 'cells' | 'result' | 'off'> {
  const seen = view.reported && { ...view.reported, facts: view.facts }
  return onProfile(policy, view.profile, { seen, answers: view.answers }, view.variant?.choice?.variant ?? null, head, now)
}

type Seen = { seenAt: Date; fresh: boolean; instances: string[]; facts: VariableFact[] }

/** What runtimes report of the variables of a profile: all of those that count, as of the oldest of them. */
function reportedOn(scope: Scope, profile: string): Seen | null {
  const { rows, fresh } = scope.seen(profile, 'variables')
  if (rows.length === 0) return null
  return {
    seenAt: new Date(Math.min(...rows.map(({ seenAt }) => seenAt.getTime()))),
    fresh,
    instances: rows.map(({ instance }) => instance),
    facts: rows.flatMap((row) => row.facts),
  }
}

function onProfile(
  policy: Policy,
  profile: PolicyProfile,
  { seen, answers }: { seen: Seen | null; answers: ConditionAnswer[] },
  variant: string | null,
  head: SystemHead,
  now: Date,
): Omit<ContractOnProfile, 'variant'> {
  const required = requiredSet(policy, profile.id, variant)
  if (!seen) {
    const cells = policy.variables.map(({ name }) => unreportedCell(name, profile.id, required.has(name)))
    return { profile, reported: null, result: null, facts: [], answers, cells: byName(cells), required: required.size, off: [] }
  }
  const { facts, ...reported } = seen
  const result = evaluateContract(policy, facts, { profile: profile.id, variant, conditions: conditionsFrom(answers) })
  const context: CellContext = {
    system: head.slug,
    profile: profile.id,
    facts,
    verdicts: head.verdicts,
    drift: head.drift,
    exceptions: head.exceptions,
    fresh: reported.fresh,
    now,
  }
  const cells = byName(result.lines.map((line) => contractCell(line, context)))
  return { profile, reported, result, facts, answers, cells, required: result.required, off: result.off }
}

const byName = (cells: readonly ContractCell[]): Map<string, ContractCell> => new Map(cells.map((cell) => [cell.variable, cell]))

function variantView(policy: Policy, profile: PolicyProfile, choice: VariantChoice | null, { actor, now }: Looker): VariantView | null {
  const inForce = variantOf(policy, profile.id, choice?.variant ?? null)
  if (!inForce) return null
  const others = policy.contractVariants.filter(
    ({ id, isDefault, profiles }) => profiles.includes(profile.id) && id !== inForce.id && !isDefault,
  )
  const [first] = others
  return {
    inForce,
    choice,
    others: others.map(({ id, title }) => ({ id, title })),
    whyNotChoose: first ? whyNotChooseVariant(policy, profile.id, first.id, choice?.variant ?? null, actor, now) : null,
    whyNotEnd: choice ? whyNotEndVariant(policy, profile.id, choice.variant, actor, now) : null,
  }
}

import type { Policy } from '../policy/schema'
import { type ContractContext, type ContractResult, contractProfile, evaluateContract } from './evaluate'
import type { VariableFact } from './facts'
import { shapeOf } from './shape'
import { knownSources } from './source'

/** One place values come from: the environment itself, a file beside the runtime, or what is built in. */
export type ValueLayer = {
  kind: 'environment' | 'file' | 'default'
  /** Id of a precedence step, an injection source or a file of the policy; null: nobody knows, and then it is not judged. */
  source: string | null
  values: Readonly<Record<string, string | undefined>>
}

const KIND_RANK: Readonly<Record<ValueLayer['kind'], number>> = { environment: 0, file: 1, default: Number.MAX_SAFE_INTEGER }

/** Layers as they win, first one first: by the policy's precedence where it knows the source, by kind otherwise (002.16). The order given breaks ties. */
export function inPrecedence(policy: Policy, layers: readonly ValueLayer[]): ValueLayer[] {
  const known = knownSources(policy)
  const rank = ({ source, kind }: ValueLayer): number => (source === null ? undefined : known.get(source)?.rank) ?? KIND_RANK[kind]
  return layers.toSorted((one, other) => rank(one) - rank(other))
}

/** The id under which the policy knows a file with settings, by its name without folders; null when it knows none. */
export function sourceOfFile(policy: Policy, path: string): string | null {
  const name = path.split(/[\\/]/).at(-1) ?? path
  return policy.config.files.find((file) => file.path.split(/,\s*/).some((each) => each === path || each === name))?.id ?? null
}

/**
 * What may be reported of values: for each name the winning layer's value judged where it lives, and nothing of it but its shape and, where
 * the policy allows it, one listed word (`says`). Names are in the order of the policy, then as they come.
 */
export function factsOfValues(policy: Policy, layers: readonly ValueLayer[], profile: string): VariableFact[] {
  const at = { profile: contractProfile(policy, profile).id, phase: policy.phases?.current ?? null }
  const winners = new Map<string, { layer: ValueLayer; value: string }>()
  for (const layer of inPrecedence(policy, layers))
    for (const [name, value] of Object.entries(layer.values))
      if (value !== undefined && !winners.has(name)) winners.set(name, { layer, value })
  const declared = new Set(policy.variables.map(({ name }) => name))
  const origin = (name: string): Pick<VariableFact, 'source' | 'isDefault'> => {
    const layer = winners.get(name)?.layer
    return { source: layer?.source ?? null, isDefault: layer?.kind === 'default' }
  }
  return [
    ...policy.variables.map((variable): VariableFact => {
      const { name } = variable
      return { name, ...shapeOf(variable, winners.get(name)?.value, at), ...origin(name), fingerprint: null }
    }),
    ...[...winners.keys()]
      .filter((name) => !declared.has(name))
      .map((name): VariableFact => ({ name, present: true, valid: null, problem: null, says: null, ...origin(name), fingerprint: null })),
  ]
}

/**
 * Judges values where they live, as the command line will: precedence, shape and contract in one. The answer holds names and sentences
 * only; a value is never part of it, whatever the names and the policy are. Total and deterministic.
 */
export function evaluateValues(policy: Policy, layers: readonly ValueLayer[], context: ContractContext): ContractResult {
  return evaluateContract(policy, factsOfValues(policy, layers, context.profile), context)
}

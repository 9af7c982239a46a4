import { durationMs } from './duration'
import type { Policy, PolicyTier } from './policy/schema'
import { isGateRule, type RuleRef } from './rule-ref'

/**
 * Whether an exception from this rule covers nothing until somebody signs for it: a gate, or a forbidden or required rule of a production-like profile
 * (domain.md, life cycles).
 */
export function needsSignature(policy: Policy, ref: Pick<RuleRef, 'key' | 'profile' | 'strength'>, productionLike: boolean): boolean {
  return isGateRule(policy, ref) || (productionLike && ref.strength !== 'other')
}

/**
 * The tier of the policy for an exception that lasts from `startsAt` to `until`: the shortest that fits all of that time, so that several extensions
 * take what one long exception would have, and one with slots where the rule needs a signature. `covers` is false where only filing approves it and that
 * never covers. Null where the policy has no tier that long, or the end does not come after the start.
 */
export function tierFor(
  policy: Policy,
  ref: Pick<RuleRef, 'key' | 'profile' | 'strength'>,
  productionLike: boolean,
  startsAt: Date,
  until: Date,
): { tier: PolicyTier; covers: boolean } | null {
  const takes = until.getTime() - startsAt.getTime()
  if (!(takes > 0)) return null
  const fitting = policy.drift.tiers.filter((tier) => longest(tier) >= takes).toSorted((a, b) => longest(a) - longest(b))
  const signed = needsSignature(policy, ref, productionLike)
  const tier = (signed ? fitting.find(({ slots }) => slots.length > 0) : undefined) ?? fitting[0]
  return tier ? { tier, covers: covers(policy, tier, ref, productionLike) } : null
}

/** Whether an exception of a tier covers its rule once it is approved: always with slots, and without them where no signature is needed. */
export function covers(
  policy: Policy,
  tier: Pick<PolicyTier, 'slots'>,
  ref: Pick<RuleRef, 'key' | 'profile' | 'strength'>,
  productionLike: boolean,
): boolean {
  return tier.slots.length > 0 || !needsSignature(policy, ref, productionLike)
}

const longest = ({ upTo }: PolicyTier): number => (upTo === undefined ? Number.POSITIVE_INFINITY : durationMs(upTo))

import type { ApprovalSlot } from '../approval'
import { fallbackRules } from '../fallback-rule'
import { ownershipTitle } from '../ownership'
import type { SlotSubject } from '../policy/rows'
import type { Policy, PolicySlot } from '../policy/schema'
import { ACTING_ROLES } from '../rights'
import type { Role } from '../roles'
import { PLANNERS } from '../rotation-owners'

/** A rule of a policy that asks for sign-offs: its slots in order, and the roles that may open what it signs. */
export type SignedRule = { subject: SlotSubject; rule: string; title: string; slots: readonly ApprovalSlot[]; openers: readonly Role[] }

/** Who opens promotions (domain.md, roles). */
const PROMOTERS: readonly Role[] = ['release_manager', 'dev_lead', 'engineer']

const slotsOf = (slots: readonly PolicySlot[]): ApprovalSlot[] =>
  slots.map(({ id, title, roles, order }) => ({ key: id, title, roles, last: order === 'last' }))

/** Every rule of a policy that asks somebody to sign, in the order of the document; rules without slots ask nobody. */
export function signedRules(policy: Policy): SignedRule[] {
  const profile = (id: string): string => policy.profiles.find((each) => each.id === id)?.name ?? id
  const rules: SignedRule[] = [
    ...policy.edges.flatMap((edge): SignedRule[] => [
      {
        subject: 'promotion',
        rule: edge.id,
        title: `promotions from ${profile(edge.from)} to ${profile(edge.to)}`,
        slots: slotsOf(edge.signOff.slots),
        openers: PROMOTERS,
      },
      {
        subject: 'emergency',
        rule: edge.id,
        title: `emergencies from ${profile(edge.from)} to ${profile(edge.to)}`,
        slots: slotsOf(edge.emergency?.slots ?? []),
        openers: PROMOTERS,
      },
    ]),
    ...policy.rotation.ownership.map(
      (ownership): SignedRule => ({
        subject: 'rotation',
        rule: ownership.id,
        title: `rotations of ${ownershipTitle(policy, ownership)} on ${profile(ownership.profile)}`,
        slots: slotsOf(ownership.approval.slots),
        openers: [...new Set<Role>([...ownership.owners.slots.flatMap(({ roles }) => roles), ...PLANNERS])],
      }),
    ),
    ...fallbackRules(policy).map(
      (rule): SignedRule => ({
        subject: 'fallback',
        rule: rule.id,
        title: `break-glass on ${rule.profile.name} (${rule.title})`,
        slots: slotsOf(rule.fallback.slots),
        openers: rule.fallback.askedBy,
      }),
    ),
    ...policy.drift.tiers.map(
      (tier): SignedRule => ({
        subject: 'exception',
        rule: tier.id,
        title: `exceptions of the tier ${tier.id}`,
        slots: slotsOf(tier.slots),
        openers: ACTING_ROLES,
      }),
    ),
  ]
  return rules.filter(({ slots }) => slots.length > 0)
}

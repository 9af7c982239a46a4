import type { Actor, Grant, Named } from '@/lib/domain/context'
import type { ExceptionFacts } from '@/lib/domain/exception-approval'
import { covers } from '@/lib/domain/exception-tier'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { isProductionLikeProfile, type RuleRef, ruleRef } from '@/lib/domain/rule-ref'

// Made-up exceptions under the real policies, for the rules that judge them.

export const T = new Date('2026-11-21T10:00:00Z')
export const at = (hours: number) => new Date(T.getTime() + hours * 3_600_000)

export const person = (id: string, name = id): Named => ({ id, name, kind: 'person', countsAsId: id })

/** Somebody who holds roles on a system since long ago. */
export function acting(id: string, roles: readonly Role[], system: string | null, more: Partial<Actor> = {}): Actor {
  const grants: Grant[] = roles.map((role) => ({
    id: `${id} ${role}`,
    principalId: id,
    role,
    systemId: system,
    grantedById: 'admin',
    startsAt: at(-10_000),
    endsAt: null,
  }))
  return { id, kind: 'person', name: `The ${id}`, countsAsId: id, grants, session: null, token: null, ...more }
}

/** The rule of a policy; fails the test when there is none. */
export function refOf(policy: Policy, profile: string, key: string): RuleRef {
  const ref = ruleRef(policy, profile, key)
  if (!ref) throw new Error(`${policy.system.slug} ${profile} has no ${key}`)
  return ref
}

/** An exception from a rule, approved an hour ago for a day from then unless told otherwise. */
export function anException(
  policy: Policy,
  what: { profile: string; rule: string; tier?: string },
  more: Partial<ExceptionFacts> = {},
): ExceptionFacts {
  const ref = refOf(policy, what.profile, what.rule)
  const productionLike = isProductionLikeProfile(policy, what.profile)
  const found = policy.drift.tiers.find(({ id }) => id === what.tier) ?? policy.drift.tiers.at(-1)
  if (!found) throw new Error('A policy has tiers')
  const tier = more.tier ?? found
  return {
    id: 'EXC-0031',
    system: policy.system.slug,
    systemName: policy.system.name,
    profile: what.profile,
    profileName: what.profile,
    productionLike,
    policy: { versionId: 'v', number: 1, hash: 'f'.repeat(64), policy },
    rule: what.rule,
    ref,
    title: ref.title,
    expected: ref.expected,
    observed: 'python',
    owner: person('owner', 'Jonah Weiss'),
    filedBy: person('filer', 'Ada Filer'),
    filedAt: at(-2),
    startsAt: at(-2),
    endsAt: at(22),
    approvedAt: at(-1),
    endedAt: null,
    status: 'approved',
    tier,
    covers: covers(policy, tier, ref, productionLike),
    extensions: 0,
    asked: null,
    reason: 'a'.repeat(64),
    remediation: 'b'.repeat(64),
    texts: { reason: 'The launcher was renamed', remediation: 'Restore it from the bundle.' },
    conditions: [],
    finding: null,
    history: [],
    closed: null,
    sealed: {
      id: 'seal',
      number: 1,
      hash: 'c'.repeat(64),
      sealedAt: at(-2),
      requester: person('filer', 'Ada Filer'),
      text: {} as NonNullable<ExceptionFacts['sealed']>['text'],
    },
    nextNumber: 2,
    signOffs: [],
    ...more,
  }
}

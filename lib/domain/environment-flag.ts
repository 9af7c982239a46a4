import { type Actor, holdsAny } from './context'
import { resolveProfile } from './policy/resolve'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'

/** Who says that a name nobody declared does not count as production (001.7), and who records a governed change (004.13). */
export const ENVIRONMENT_KEEPERS: readonly Role[] = ['release_manager', 'secops']

/** The longest a flag may last, in days. */
export const FLAG_DAYS = 90
/** The longest a governed change may last, and how far back and ahead one may be recorded, in days. */
export const CHANGE_DAYS = 7
const CHANGE_BACK_DAYS = 30
const CHANGE_AHEAD_DAYS = 90
/** What is recorded this much after its begin is late, in milliseconds. */
const LATE_MS = 5 * 60_000

const DAY_MS = 86_400_000

function whyNotKeeper(policy: Pick<Policy, 'system'>, what: string, actor: Actor, now: Date): Refusal | null {
  const { slug, name } = policy.system
  if (actor.kind === 'person' && holdsAny(actor, ENVIRONMENT_KEEPERS, slug, now)) return null
  return refuse('not_allowed', `${what} of ${name} are recorded by ${listOfTitles(ENVIRONMENT_KEEPERS)} of it. An admin grants roles.`)
}

/**
 * Why somebody may not flag a name: only where the policy allows an explicit flag, only for a name that nobody declared, and never without an end (001.5
 * to 001.7). `open`: whether a flag for that name is in force.
 */
export function whyNotFlag(
  policy: Policy,
  flag: { name: string; expiresAt: Date },
  open: boolean,
  actor: Actor,
  now: Date,
): Refusal | null {
  const right = whyNotKeeper(policy, 'Flags for names', actor, now)
  if (right) return right
  if (!policy.profileNaming.unknown.unless)
    return refuse(
      'policy_forbids',
      `The policy of ${policy.system.name} allows no other names: one that nobody declared counts as production.`,
    )
  const { profile } = resolveProfile(policy, flag.name)
  if (profile)
    return refuse('invalid', `${flag.name} is a name of ${profile.id}, so it counts as that. A flag is for names that nobody declared.`, {
      place: 'name',
    })
  if (open) return refuse('conflict', `A flag for ${flag.name} is in force already. End it before you record another.`, { place: 'name' })
  if (flag.expiresAt <= now) return refuse('invalid', 'A flag ends in the future. Choose a later date.', { place: 'expiresAt' })
  return flag.expiresAt.getTime() - now.getTime() > FLAG_DAYS * DAY_MS
    ? refuse('invalid', `A flag lasts at most ${FLAG_DAYS} days; then it is recorded again, or the name goes into the policy.`, {
        place: 'expiresAt',
      })
    : null
}

/** Why somebody may not end a flag: who records flags may, while it is in force. */
export function whyNotEndFlag(
  policy: Pick<Policy, 'system'>,
  flag: { name: string; expiresAt: Date; endedAt: Date | null },
  actor: Actor,
  now: Date,
): Refusal | null {
  const right = whyNotKeeper(policy, 'Flags for names', actor, now)
  if (right) return right
  return flag.endedAt || flag.expiresAt <= now ? refuse('wrong_state', `The flag for ${flag.name} has ended already.`) : null
}

/** A stretch of time in which variables of a profile change on purpose. */
export type ChangeAsked = { variables: readonly string[]; fromAt: Date; untilAt: Date }

/**
 * Why somebody may not record a governed change: variables of the policy that may not change by themselves, at most seven days, and neither long past nor far
 * ahead (004.13).
 */
export function whyNotGovernedChange(policy: Policy, change: ChangeAsked, actor: Actor, now: Date): Refusal | null {
  const right = whyNotKeeper(policy, 'Governed changes', actor, now)
  if (right) return right
  for (const name of change.variables) {
    const variable = policy.variables.find((each) => each.name === name)
    if (!variable)
      return refuse(
        'not_found',
        `The policy of ${policy.system.name} has no variable of this name. Give the name as the policy writes it.`,
        {
          place: 'variables',
        },
      )
    if (variable.mutability !== 'immutable' && variable.owner !== 'environment')
      return refuse('invalid', `${name} may change freely, so nothing has to be recorded for it.`, { place: 'variables' })
  }
  const [from, until] = [change.fromAt.getTime(), change.untilAt.getTime()]
  if (until <= from) return refuse('invalid', 'A change ends after it begins.', { place: 'untilAt' })
  if (until - from > CHANGE_DAYS * DAY_MS)
    return refuse('invalid', `A governed change lasts at most ${CHANGE_DAYS} days. Record a longer one in parts.`, { place: 'untilAt' })
  if (from < now.getTime() - CHANGE_BACK_DAYS * DAY_MS)
    return refuse(
      'invalid',
      `It began more than ${CHANGE_BACK_DAYS} days ago, which is too long to be recorded now. File an exception for what is found.`,
      { place: 'fromAt' },
    )
  return from > now.getTime() + CHANGE_AHEAD_DAYS * DAY_MS
    ? refuse('invalid', `It begins more than ${CHANGE_AHEAD_DAYS} days ahead. Record it nearer to its time.`, { place: 'fromAt' })
    : null
}

/** Whether a change was recorded after it had begun: it counts, and it is shown as recorded late. */
export function isLate(change: { fromAt: Date; recordedAt: Date }): boolean {
  return change.recordedAt.getTime() - change.fromAt.getTime() > LATE_MS
}

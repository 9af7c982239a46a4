import type { Debt } from './debt'
import type { EmergencyFacts } from './emergency'
import type { KeyStanding } from './key-standing'
import { ROLE_TITLE, type Role } from './roles'

/** One reason why a release may not go, with who can move it. */
export type NotYet = { code: string; sentence: string; who: string | null }

/** Something besides gates, slots and window that holds a promotion: it waits and voids nothing (domain.md, what always holds, 4). */
export type Hold = NotYet & { kind: 'incident' | 'debt' | 'key'; roles: readonly Role[]; since: Date | null; subject: string }

/**
 * What holds a promotion apart from its gates, at the instant its facts were loaded for: an emergency whose incident closed; what the target profile
 * still owes, for an ordinary promotion (000.21, 000.23); a key past its age where the policy says that it blocks. Each with who can move it.
 */
export function holdsOf(facts: { emergency: EmergencyFacts | null; debts: readonly Debt[]; keys: readonly KeyStanding[] }): Hold[] {
  const { emergency } = facts
  const closed = emergency?.incident.closedAt ?? null
  const incident: Hold[] =
    emergency && closed
      ? [
          {
            kind: 'incident',
            code: 'held',
            sentence: `${emergency.incident.id} is closed, so this emergency promotion goes no further. Withdraw it and open an ordinary one.`,
            who: ROLE_TITLE.release_manager,
            roles: ['release_manager'],
            since: closed,
            subject: emergency.incident.id,
          },
        ]
      : []
  const debts = emergency ? [] : facts.debts.map(holdOfDebt)
  return [...incident, ...debts, ...facts.keys.filter(({ blocks }) => blocks).map(holdOfKey)]
}

function holdOfDebt(debt: Debt): Hold {
  return {
    kind: 'debt',
    code: 'held',
    sentence: debt.sentence,
    who: debt.who,
    roles: debt.roles,
    since: debt.since,
    subject: debt.subject.id,
  }
}

function holdOfKey(key: KeyStanding): Hold {
  const { slots } = key.ownership.owners
  return {
    kind: 'key',
    code: 'held',
    sentence: `${key.title}: ${key.sentence}`,
    who: slots.map(({ title }) => title).join(', '),
    roles: [...new Set(slots.flatMap((slot) => slot.roles ?? []))],
    since: key.dueAt,
    subject: key.ownership.id,
  }
}

/** Keys of the target profile past the policy's age: they always show, and hold only where the policy says so. */
export function overdueKeys(facts: { keys: readonly KeyStanding[] }): KeyStanding[] {
  return facts.keys.filter(({ state }) => state === 'overdue')
}

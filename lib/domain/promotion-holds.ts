import type { Named } from './context'
import type { Debt } from './debt'
import type { EmergencyFacts } from './emergency'
import { budgetInWords, type ExceptionBudget } from './exception-budget'
import { RESOLVERS } from './finding-guards'
import type { KeyStanding } from './key-standing'
import type { Policy } from './policy/schema'
import type { PromotionFinding, StandingException } from './promotion-drift'
import { listOfTitles } from './rights'
import { ROLE_TITLE, type Role } from './roles'
import { instantInWords } from './words'

/** One reason why a release may not go, with who can move it. */
export type NotYet = { code: string; sentence: string; who: string | null }

/**
 * Something besides gates, slots and window that holds a promotion: it waits and voids nothing (domain.md, what always holds, 4). `words` say it where there
 * is little room; `people` are those it is for by name, before whoever holds one of `roles`.
 */
export type Hold = NotYet & {
  kind: 'incident' | 'conflict' | 'debt' | 'finding' | 'exception' | 'budget' | 'key'
  words: string
  people: readonly Named[]
  roles: readonly Role[]
  since: Date | null
  subject: string
}

/** What of a promotion says whether it is held. */
export type HoldFacts = {
  system: { name: string }
  edge: { to: string }
  policy: { policy: Policy }
  emergency: EmergencyFacts | null
  debts: readonly Debt[]
  keys: readonly KeyStanding[]
  exceptions: readonly StandingException[]
  drift: readonly PromotionFinding[]
  budget: ExceptionBudget | null
}

/**
 * What holds a promotion apart from its gates, at the instant its facts were loaded for, each with who can move it. An emergency: that its incident closed.
 * An ordinary one: documents in conflict where the policy says stop (002.3); what the target still owes (000.21, 000.23); grave drift of the target that no
 * exception covers, and exceptions there past their end (000.32); a spent budget. An emergency shows these and goes on. Either: a key past its age where
 * the policy says that it blocks.
 */
export function holdsOf(facts: HoldFacts): Hold[] {
  const { emergency, edge, policy } = facts
  const keys = facts.keys.filter(({ blocks }) => blocks).map(holdOfKey)
  if (emergency) return [...holdOfIncident(emergency), ...keys]
  const stops = policy.policy.document.onConflict?.action === 'stop'
  const grave = ({ kind, severity, profile, exception }: PromotionFinding) =>
    !(kind === 'conflict' && stops) && severity === 'block' && profile === edge.to && exception === null
  return [
    ...(stops ? facts.drift.filter(({ kind }) => kind === 'conflict').map((finding) => holdOfConflict(finding, policy.policy)) : []),
    ...facts.debts.map(holdOfDebt),
    ...facts.drift.filter(grave).map(holdOfFinding),
    ...facts.exceptions.filter(({ profile, state }) => profile === edge.to && state === 'overdue').map(holdOfException),
    ...holdOfBudget(facts),
    ...keys,
  ]
}

function holdOfIncident({ incident }: EmergencyFacts): Hold[] {
  if (!incident.closedAt) return []
  const sentence = `${incident.id} is closed, so this emergency promotion goes no further. Withdraw it and open an ordinary one.`
  return [
    {
      kind: 'incident',
      code: 'held',
      sentence,
      words: sentence,
      who: ROLE_TITLE.release_manager,
      people: [],
      roles: ['release_manager'],
      since: incident.closedAt,
      subject: incident.id,
    },
  ]
}

function holdOfConflict(finding: PromotionFinding, policy: Policy): Hold {
  return {
    kind: 'conflict',
    code: 'held',
    sentence: `${finding.id}: ${ended(finding.title)} ${policy.document.onConflict?.text ?? ''} Somebody has to resolve it first.`,
    words: `Documents disagree: ${finding.title}`,
    who: listOfTitles(RESOLVERS),
    people: [],
    roles: RESOLVERS,
    since: finding.openedAt,
    subject: finding.id,
  }
}

function holdOfDebt(debt: Debt): Hold {
  return {
    kind: 'debt',
    code: 'held',
    sentence: debt.sentence,
    words: debt.sentence,
    who: debt.who,
    people: [],
    roles: debt.roles,
    since: debt.since,
    subject: debt.subject.id,
  }
}

function holdOfFinding(finding: PromotionFinding): Hold {
  const isReported = finding.kind === 'drift'
  const mend = isReported ? 'Put it right and report it again, or file an exception.' : 'Somebody has to resolve it, or file an exception.'
  const next = finding.filed ? `${finding.filed} is filed for it and waits for approval.` : mend
  const roles: readonly Role[] = isReported ? ['engineer', 'dev_lead'] : RESOLVERS
  return {
    kind: 'finding',
    code: 'held',
    sentence: `${finding.id} on ${finding.profile}: ${finding.sentence} ${next}`,
    words: `Open drift on ${finding.profile}: ${finding.title}`,
    who: listOfTitles(roles),
    people: [],
    roles,
    since: finding.openedAt,
    subject: finding.id,
  }
}

function holdOfException(exception: StandingException): Hold {
  const { id, profile, title, endsAt, owner } = exception
  return {
    kind: 'exception',
    code: 'held',
    sentence: `${id} for ${title} on ${profile} ended at ${instantInWords(endsAt)} and is not closed. Close it with evidence, or ask for an extension.`,
    words: `${id} is past its end and not closed`,
    who: `${owner.name}, ${ROLE_TITLE.release_manager}`,
    people: [owner],
    roles: ['release_manager'],
    since: endsAt,
    subject: id,
  }
}

function holdOfBudget({ budget, system, policy }: HoldFacts): Hold[] {
  if (!budget || budget.left > 0) return []
  const text = policy.policy.drift.budget?.text ?? ''
  return [
    {
      kind: 'budget',
      code: 'held',
      sentence: `${system.name} has spent its budget of open exceptions. ${budgetInWords(budget)} ${text}`.trim(),
      words: 'The budget of open exceptions is spent',
      who: ROLE_TITLE.release_manager,
      people: [],
      roles: ['release_manager'],
      since: null,
      subject: 'drift.budget',
    },
  ]
}

function holdOfKey(key: KeyStanding): Hold {
  const { slots } = key.ownership.owners
  return {
    kind: 'key',
    code: 'held',
    sentence: `${key.title}: ${key.sentence}`,
    words: `${key.title}: ${key.sentence}`,
    who: slots.map(({ title }) => title).join(', '),
    people: [],
    roles: [...new Set(slots.flatMap((slot) => slot.roles ?? []))],
    since: key.dueAt,
    subject: key.ownership.id,
  }
}

const ended = (sentence: string) => sentence.replace(/[.!?]?$/, '.')

/** What holds, in short where each is said at length beside it. */
export function heldInShort({ kind, sentence }: Hold, target: string): string {
  switch (kind) {
    case 'debt':
      return `${target} owes something from before: an ordinary promotion waits until it is paid.`
    case 'finding':
      return `${target} has drifted, and no exception covers it.`
    case 'exception':
      return `An exception on ${target} is past its end and not closed.`
    case 'conflict':
      return 'Documents disagree, and the policy says to stop.'
    case 'budget':
      return 'The budget of open exceptions is spent.'
    case 'incident':
    case 'key':
      return sentence
    default:
      return kind satisfies never
  }
}

/** Keys of the target profile past the policy's age: they always show, and hold only where the policy says so. */
export function overdueKeys(facts: { keys: readonly KeyStanding[] }): KeyStanding[] {
  return facts.keys.filter(({ state }) => state === 'overdue')
}

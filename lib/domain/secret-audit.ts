import { type Actor, holdsAny } from './context'
import { durationMs, formatDuration } from './duration'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { type Right, whyNotRight } from './rights'
import { instantInWords } from './words'

export const AUDIT_FINDINGS = ['met', 'concern', 'violated'] as const
export type AuditFinding = (typeof AUDIT_FINDINGS)[number]

export type PolicySecretAudit = Policy['secrets']['audits'][number]

/** One audit of a profile's secret handling, as it stands on the record. */
export type SecretAuditFact = {
  id: string
  finding: AuditFinding
  note: string
  link: string | null
  by: { id: string; name: string }
  auditedAt: Date
  nextDueAt: Date | null
}

export type SecretAuditState = 'never' | 'met' | 'due' | 'concern' | 'violated'

/** Where the audit of a profile's secret handling stands (000.10). `rule` is null where the policy asks for none and one was made all the same. */
export type SecretAuditStanding = {
  system: string
  systemName: string
  profile: { id: string; name: string }
  rule: PolicySecretAudit | null
  last: SecretAuditFact | null
  /** When the next one is due; null when nothing asks for one. A profile that was never audited is due at once. */
  dueAt: Date | null
  state: SecretAuditState
  /** Whether one is due now. */
  due: boolean
  sentence: string
}

/** When the audit after this one is due: the date chosen, else the policy's interval after it; null when there is neither. */
export function nextAuditAt(rule: PolicySecretAudit | null, last: Pick<SecretAuditFact, 'auditedAt' | 'nextDueAt'>): Date | null {
  return last.nextDueAt ?? (rule ? new Date(last.auditedAt.getTime() + durationMs(rule.every)) : null)
}

/**
 * Where the audit of a profile stands at an instant: the newest finding counts, and a good one only until the next is due (000.10). What was found
 * wrong stays wrong until an audit finds it mended.
 */
export function secretAuditStanding(
  policy: Policy,
  profileId: string,
  rule: PolicySecretAudit | null,
  last: SecretAuditFact | null,
  now: Date,
): SecretAuditStanding {
  const profile = policy.profiles.find(({ id }) => id === profileId)
  const at = {
    system: policy.system.slug,
    systemName: policy.system.name,
    profile: { id: profileId, name: profile?.name ?? profileId },
    rule,
    last,
  }
  if (!last) return { ...at, dueAt: null, state: 'never', due: rule !== null, sentence: 'Nobody has audited it. SecOps records an audit.' }
  const dueAt = nextAuditAt(rule, last)
  const due = dueAt !== null && dueAt <= now
  const told = `Audited ${instantInWords(last.auditedAt)} by ${last.by.name}`
  const next = dueAt === null ? '' : due ? ` The next was due ${instantInWords(dueAt)}.` : ` Next due ${instantInWords(dueAt)}.`
  if (last.finding === 'violated') return { ...at, dueAt, state: 'violated', due, sentence: `${told}: violated.${next}` }
  if (due) return { ...at, dueAt, state: 'due', due, sentence: `${told}.${next} SecOps audits it again.` }
  if (last.finding === 'concern') return { ...at, dueAt, state: 'concern', due, sentence: `${told}, with a concern.${next}` }
  return { ...at, dueAt, state: 'met', due, sentence: `${told}: met.${next}` }
}

/** A rotation as far as an audit is concerned: who had a hand in it, by the person their acts count as, in words ("opened it"). */
export type AuditedRotation = { id: string; status: string; hands: ReadonlyMap<string, string> }

/** What recording an audit depends on. */
export type AuditFacts = {
  system: { id: string; name: string }
  profile: string
  rule: PolicySecretAudit | null
  /** The rotation that is audited; null for the secret handling of the profile. */
  rotation: AuditedRotation | null
  /** The rotations of the profile since its last audit. */
  since: readonly AuditedRotation[]
}

const AUDITORS: Right['roles'] = ['secops']
const ENDED = ['completed', 'rolled_back']

/**
 * Why somebody may not audit a rotation or the secret handling of a profile (domain.md, roles; 000.10): SecOps does, who had no hand in what is
 * audited, counted by the person behind a token or an agent. A rotation is audited once it is over; the next audit is not put off beyond the policy.
 */
export function whyNotAudit(facts: AuditFacts, wish: { nextDueAt: Date | null }, actor: Actor, now: Date): Refusal | null {
  const { system, profile, rotation, rule } = facts
  const right =
    whyNotRight(actor, system, { roles: AUDITORS, scope: 'key:report', what: `The secrets of ${system.name} are audited` }, now) ??
    // A token acts with the roles of whoever made it, and an audit is a matter of the role.
    (holdsAny(actor, AUDITORS, system.id, now)
      ? null
      : refuse(
          'not_allowed',
          `The secrets of ${system.name} are audited by SecOps. Whoever stands behind this token does not hold that role.`,
        ))
  if (right) return right
  if (rotation && !ENDED.includes(rotation.status))
    return refuse('wrong_state', `${rotation.id} is not over. It is audited once it is completed or rolled back.`, { place: 'rotation' })
  for (const each of rotation ? [rotation] : facts.since) {
    const hand = each.hands.get(actor.countsAsId)
    if (hand !== undefined)
      return refuse(
        'separation_of_duties',
        rotation
          ? `You ${hand} ${each.id}. Who audits a rotation had no hand in it.`
          : `You ${hand} ${each.id}, a rotation on ${profile} since its last audit. Somebody else of SecOps has to audit it.`,
      )
  }
  if (wish.nextDueAt === null) return null
  if (rotation) return refuse('invalid', 'The audit of a rotation has no next one. Leave the date out.', { place: 'nextDueAt' })
  if (wish.nextDueAt <= now) return refuse('invalid', 'The next audit lies in the past. Choose a later date.', { place: 'nextDueAt' })
  if (rule && wish.nextDueAt.getTime() > now.getTime() + durationMs(rule.every))
    return refuse(
      'policy_forbids',
      `The policy asks for an audit of ${profile} every ${formatDuration(rule.every)}. Choose an earlier date.`,
      {
        place: 'nextDueAt',
      },
    )
  return null
}

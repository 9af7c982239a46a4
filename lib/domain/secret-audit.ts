import { durationMs } from './duration'
import type { Policy } from './policy/schema'
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

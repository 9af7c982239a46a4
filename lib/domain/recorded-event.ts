import { AUDIT_ACTIONS, type AuditAction, type AuditEvent, type AuditValue, describe, type SubjectKind, type Told } from './audit-event'
import type { RefusalCode } from './refusal'
import type { Role } from './roles'

/** An event as its canonical text says it: what `eventText` wrote, read back. */
export type RecordedEvent = {
  v: number
  action: string
  at: string
  actor: {
    kind: 'person' | 'token' | 'agent'
    id: string
    countsAs: string
    roles: readonly Role[]
    grant: string | null
    session: string | null
    token: string | null
  }
  system: string | null
  subject: { kind: SubjectKind; id: string; version: number | null }
  decision: 'approve' | 'decline' | null
  dossier: string | null
  policy: string | null
  before: Readonly<Record<string, AuditValue>> | null
  after: Readonly<Record<string, AuditValue>> | null
  text: string | null
  request: { id: string; ip: string | null; agent: string | null }
  outcome: 'done' | 'refused'
  reason: RefusalCode | null
  count: number
  demo?: boolean
}

/** Reads a canonical text back. It was checked before it was hashed, so its shape is known. */
export function parseRecorded(canonical: string): RecordedEvent {
  return JSON.parse(canonical) as RecordedEvent
}

/** Whether this build has words for an action; a trail may hold events of a newer one. */
export function isKnownAction(action: string): action is AuditAction {
  return Object.hasOwn(AUDIT_ACTIONS, action)
}

/**
 * The one plain sentence of a recorded event, with a full stop. `name(key, value)` names an id found under a key of `after` or `before`;
 * lists are joined, what is missing is "nothing".
 */
export function sentenceOf(
  recorded: RecordedEvent,
  names: { actor: string; subject: string; system: string; name: (key: string, value: AuditValue) => string },
): string {
  if (!isKnownAction(recorded.action)) return `${names.actor} did ${recorded.action} on ${names.subject}.`
  const at = (key: string): string => {
    const value = recorded.after?.[key] ?? recorded.before?.[key]
    if (value === undefined || value === null) return key === 'systemId' ? 'every system' : 'nothing'
    return names.name(key, value)
  }
  const told: Told = { actor: names.actor, subject: names.subject, system: names.system, at, event: eventOf(recorded, recorded.action) }
  const words = describe(told).trim()
  return /[.!?]$/.test(words) ? words : `${words}.`
}

function eventOf(recorded: RecordedEvent, action: AuditAction): AuditEvent {
  return {
    action,
    system: recorded.system,
    subject: { kind: recorded.subject.kind, id: recorded.subject.id, version: recorded.subject.version ?? undefined },
    decision: recorded.decision ?? undefined,
    dossier: recorded.dossier ?? undefined,
    policy: recorded.policy ?? undefined,
    before: recorded.before ?? undefined,
    after: recorded.after ?? undefined,
    text: recorded.text ?? undefined,
    outcome: recorded.outcome,
    reason: recorded.reason ?? undefined,
    count: recorded.count,
  }
}

import 'server-only'
import { type NamedKind, nameThem } from '@/lib/db/trail-names'
import { NOBODY_ID } from '@/lib/domain/anonymous'
import type { AuditValue, SubjectKind } from '@/lib/domain/audit-event'
import type { Actor } from '@/lib/domain/context'
import { LOG_ACTOR_ID } from '@/lib/domain/log/log-event'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { type RecordedEvent, sentenceOf } from '@/lib/domain/recorded-event'
import { ROLE_TITLE, ROLES, type Role } from '@/lib/domain/roles'
import { instantInWords } from '@/lib/domain/words'

/** Words for the ids of events: the names of today, looked up once for a whole page of them. Whoever was erased is shown by id (T40). */
export type Namer = {
  actor: (event: RecordedEvent) => { id: string; name: string; kind: Actor['kind'] }
  principal: (id: string) => string
  token: (id: string) => string
  what: (event: RecordedEvent) => string
  where: (event: RecordedEvent) => {
    system: string | null
    name: string | null
    profile: { id: string; class: ProfileClass | null } | null
  }
  value: (key: string, value: AuditValue) => string
  sentence: (event: RecordedEvent) => string
}

const NAMED: Partial<Record<SubjectKind, NamedKind>> = {
  principal: 'principal',
  token: 'token',
  system: 'system',
  policy: 'policy',
  release: 'release',
  grant: 'grant',
  session: 'session',
  evidence: 'evidence',
  checklist_template: 'template',
  checklist_run: 'run',
  snapshot: 'snapshot',
  promotion: 'promotion',
  release_notes: 'promotion',
  deployment: 'deployment',
}

// Under these keys of `before` and `after` stand ids of principals.
const PRINCIPAL_KEYS = ['principal', 'actsAs', 'sponsor', 'principalId', 'person', 'commander', 'contact', 'owner', 'requester']
const SYSTEM_KEYS = ['system', 'systemId']
const PROFILE_KEYS = ['profile', 'to'] as const

const textIn = (event: RecordedEvent, key: string): string | null => {
  const value = event.after?.[key] ?? event.before?.[key]
  return typeof value === 'string' ? value : null
}

/** Looks up every name that some events need, in one statement. */
export async function namerFor(events: readonly RecordedEvent[]): Promise<Namer> {
  const wanted = new Map<NamedKind, Set<string>>()
  const want = (kind: NamedKind, id: string | null) => {
    if (id !== null) wanted.set(kind, (wanted.get(kind) ?? new Set()).add(id))
  }
  for (const event of events) {
    want('principal', event.actor.id)
    want('principal', event.actor.countsAs)
    want('token', event.actor.token)
    want('system', event.system)
    want('profile', event.system)
    const kind = NAMED[event.subject.kind]
    if (kind) want(kind, event.subject.id)
    for (const key of PRINCIPAL_KEYS) want('principal', textIn(event, key))
    for (const key of SYSTEM_KEYS) want('system', textIn(event, key))
  }
  const names = await nameThem(Object.fromEntries(wanted))
  const principal = (id: string): string =>
    id === NOBODY_ID ? 'Somebody' : id === LOG_ACTOR_ID ? 'The log' : (names('principal', id)?.name ?? id)
  const system = (id: string): string => names('system', id)?.name ?? id

  const value = (key: string, given: AuditValue): string => {
    if (given === null) return 'nothing'
    if (Array.isArray(given)) return given.length === 0 ? 'nothing' : given.map((each: AuditValue) => value(key, each)).join(', ')
    if (typeof given === 'boolean') return given ? 'yes' : 'no'
    if (typeof given !== 'string') return String(given)
    if (key === 'role' && (ROLES as readonly string[]).includes(given)) return ROLE_TITLE[given as Role]
    if (PRINCIPAL_KEYS.includes(key)) return principal(given)
    if (SYSTEM_KEYS.includes(key)) return system(given)
    if (key === 'verb') return verbOf(given)
    if (key === 'until' && !Number.isNaN(Date.parse(given))) return instantInWords(new Date(given))
    if (key === 'state' || key === 'kind' || key === 'cause') return given.replaceAll('_', ' ')
    return given
  }

  const versioned = (event: RecordedEvent, text: string): string =>
    event.subject.version === null ? text : `${text} v${event.subject.version}`

  /** The subject in a cell of its own. */
  const what = (event: RecordedEvent): string => {
    const { kind, id } = event.subject
    const found = NAMED[kind] ? names(NAMED[kind], id) : undefined
    switch (kind) {
      case 'promotion':
        return versioned(event, id)
      case 'release_notes':
        return versioned(event, `Notes of ${id}`)
      case 'sign_off':
      case 'deployment':
      case 'rotation':
      case 'incident':
        return id
      case 'finding':
        return id
      case 'fallback':
      case 'exception':
        return versioned(event, id)
      case 'observation':
        return `Observation of ${textIn(event, 'profile') ?? id}`
      case 'attestation':
        return textIn(event, 'topic') ?? 'Attestation'
      case 'contract':
        return textIn(event, 'variant') ?? 'Contract'
      case 'environment_flag':
        return textIn(event, 'name') ?? 'Flag'
      case 'governed_change':
        return 'Governed change'
      case 'key':
        return textIn(event, 'keyId') ?? textIn(event, 'mapping') ?? 'Fingerprints'
      case 'secret_audit':
        return textIn(event, 'what') ?? 'Secret handling'
      case 'contact':
        return textIn(event, 'list') ?? id
      case 'system':
        return found?.name ?? id
      case 'policy':
        return `Policy version ${event.subject.version ?? found?.name ?? id}`
      case 'principal':
        return principal(id)
      case 'grant':
        return found
          ? `${value('role', found.name)} of ${principal(found.more ?? id)}`
          : `${value('role', textIn(event, 'role') ?? 'role')} of ${value('principal', textIn(event, 'principal') ?? id)}`
      case 'token':
        return found?.name ?? id
      case 'session':
        return found ? `Session of ${found.name}` : 'Session'
      case 'release':
        return found?.name ?? textIn(event, 'version') ?? id
      case 'snapshot':
        return `Snapshot of ${textIn(event, 'profile') ?? found?.name ?? id}`
      case 'evidence':
        return textIn(event, 'gate') ?? found?.name ?? id
      case 'checklist_template':
        return versioned(event, textIn(event, 'checklist') ?? found?.name ?? id)
      case 'checklist_run':
        return textIn(event, 'item') ?? textIn(event, 'checklist') ?? found?.name ?? id
      case 'trail':
        return textIn(event, 'format') ?? 'Audit trail'
      case 'log':
        return id
      case 'statement':
        return textIn(event, 'about') ?? 'Statement'
      default:
        return kind satisfies never
    }
  }

  /** The subject inside a sentence. */
  const inSentence = (event: RecordedEvent): string => {
    const { kind, id } = event.subject
    // Where a version counts, the sentence names it itself.
    if (kind === 'promotion' || kind === 'release_notes' || kind === 'rotation' || kind === 'fallback' || kind === 'exception') return id
    if (kind === 'release') return `${event.system === null ? 'release' : system(event.system)} ${what(event)}`
    if (kind === 'policy')
      return `policy version ${event.subject.version ?? ''} of ${event.system === null ? 'a system' : system(event.system)}`
    return what(event)
  }

  const where = (event: RecordedEvent) => {
    const subject = NAMED[event.subject.kind]
    const behind =
      subject === 'promotion' || subject === 'deployment' || subject === 'evidence' || subject === 'run'
        ? names(subject, event.subject.id)?.more
        : null
    const profile = PROFILE_KEYS.map((key) => textIn(event, key)).find((key) => key !== null) ?? behind ?? null
    return {
      system: event.system,
      name: event.system === null ? null : system(event.system),
      profile:
        profile === null || event.system === null
          ? null
          : // A profile's `more` is its class, which the schema of policies keeps to the four.
            { id: profile, class: (names('profile', `${event.system}/${profile}`)?.more as ProfileClass | undefined) ?? null },
    }
  }

  const actor = (event: RecordedEvent) => ({ id: event.actor.id, name: principal(event.actor.id), kind: event.actor.kind })
  return {
    actor,
    principal,
    token: (id) => names('token', id)?.name ?? id,
    what,
    where,
    value,
    sentence: (event) =>
      sentenceOf(event, {
        actor: principal(event.actor.id),
        subject: inSentence(event),
        system: event.system === null ? 'Countersign' : system(event.system),
        name: value,
      }),
  }
}

/** `evidence:bring` and `signPromotionInput` as words: "evidence bring", "sign promotion". */
function verbOf(verb: string): string {
  return verb
    .replace(/Input$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[:_.-]/g, ' ')
    .toLowerCase()
}

/** What is told of an event wherever machines read it, in answers of the API and in JSON lines alike: what its bytes say, with its sentence and the name of who acted. */
export function toldOf(event: RecordedEvent, namer: Namer) {
  const { id, kind, name } = namer.actor(event)
  return {
    sentence: namer.sentence(event),
    action: event.action,
    actor: { id, kind, name, roles: event.actor.roles },
    system: event.system,
    subject: event.subject,
    decision: event.decision,
    dossier: event.dossier,
    policy: event.policy,
    before: event.before as Record<string, AuditValue> | null,
    after: event.after as Record<string, AuditValue> | null,
    outcome: event.outcome,
    reason: event.reason,
    count: event.count,
  }
}

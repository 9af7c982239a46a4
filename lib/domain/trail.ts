import { AUDIT_ACTIONS, type AuditAction, type SubjectKind } from './audit-event'
import { isUuid } from './uuid'

/** How many weeks the drawing of entries per day shows. */
export const TRAIL_WEEKS = 26

/** Which events of the trail somebody asks for; what is left out does not narrow. `to` is exclusive. */
export type TrailFilter = {
  /** A word: an id or hash, or the beginning of one, an id such as PRM-0142, a name, a version. */
  q?: string
  /** Id of a principal. */
  actor?: string
  /** An action, or one of `ACTION_GROUPS`. */
  action?: string
  /** `promotion:PRM-0142`, or an id alone. */
  subject?: string
  /** What kind of thing it was done to, whichever one. */
  subjectKind?: SubjectKind
  /** Slug of a system; `-` for events of none. */
  system?: string
  from?: Date
  to?: Date
}

/** What the filter "Did" offers: actions that people look for together. */
export const ACTION_GROUPS = {
  refused: { label: 'Denied attempts', actions: ['action.refused', 'step_up.failed', 'sign_in.failed'] },
  signing: {
    label: 'Seals and signatures',
    actions: [
      'promotion.sealed',
      'promotion.signed',
      'promotion.declined',
      'sign_off.withdrawn',
      'promotion.voided',
      'step_up.passed',
      'dossier.opened',
      'question.asked',
    ],
  },
  promotions: {
    label: 'Promotions',
    actions: [
      'promotion.opened',
      'promotion.window_set',
      'promotion.repinned',
      'promotion.withdrawn',
      'promotion.superseded',
      'promotion.deployed',
      'promotion.failed',
      'promotion.rolled_back',
    ],
  },
  evidence: { label: 'Evidence and snapshots', actions: ['evidence.recorded', 'snapshot.recorded'] },
  checklists: {
    label: 'Checklists',
    actions: ['checklist_template.imported', 'checklist_run.started', 'checklist_run.variant_chosen', 'checklist_item.ticked'],
  },
  deployments: {
    label: 'Deployments',
    actions: ['deployment.started', 'deployment.succeeded', 'deployment.failed', 'deployment.rolled_back'],
  },
  releases: {
    label: 'Releases and notes',
    actions: ['release.registered', 'bundle.approved', 'release_notes.summary_edited', 'release_notes.sealed', 'release_notes.voided'],
  },
  secrets: {
    label: 'Keys and rotations',
    actions: [
      'key.recorded',
      'key.corrected',
      'key.retired',
      'key.fingerprint_reported',
      'rotation.opened',
      'rotation.planned',
      'rotation.approved',
      'rotation.declined',
      'rotation.started',
      'rotation.step_recorded',
      'rotation.verifying',
      'rotation.confirmed',
      'rotation.completed',
      'rotation.cancelled',
      'rotation.rolling_back',
      'rotation.rolled_back',
      'rotation.postmortem_recorded',
      'secret_audit.recorded',
    ],
  },
  incidents: {
    label: 'Incidents and break-glass',
    actions: [
      'incident.declared',
      'incident.commander_changed',
      'incident.changed',
      'incident.closed',
      'fallback.requested',
      'fallback.approved',
      'fallback.declined',
      'fallback.opened',
      'fallback.withdrawn',
      'fallback.extension_asked',
      'fallback.extended',
      'fallback.returned',
      'fallback.cleaned_up',
      'fallback.reviewed',
      'contact.confirmed',
    ],
  },
  policies: { label: 'Systems and policies', actions: ['system.created', 'policy.applied'] },
  access: {
    label: 'People and access',
    actions: [
      'principal.created',
      'principal.retired',
      'principal.erased',
      'text.redacted',
      'commit_address.added',
      'person.updated',
      'password.changed',
      'setup_link.created',
      'setup.completed',
      'invitation.created',
      'invitation.accepted',
      'grant.given',
      'grant.ended',
      'token.created',
      'token.revoked',
      'session.opened',
      'session.ended',
      'session.ended_everywhere',
    ],
  },
  record: {
    label: 'The record itself',
    actions: [
      'trail.read',
      'trail.exported',
      'trail.sampled',
      'statement.requested',
      'log.started',
      'log.key_added',
      'log.key_retired',
      'log.restored',
    ],
  },
} as const satisfies Record<string, { label: string; actions: readonly AuditAction[] }>

export type ActionGroup = keyof typeof ACTION_GROUPS

/** Whether a word names a group of actions. */
export function isActionGroup(word: string): word is ActionGroup {
  return Object.hasOwn(ACTION_GROUPS, word)
}

/** The actions that a word of the filter stands for; null for a word that is neither an action nor a group. */
export function actionsOf(word: string): readonly AuditAction[] | null {
  if (isActionGroup(word)) return ACTION_GROUPS[word].actions
  return Object.hasOwn(AUDIT_ACTIONS, word) ? [word as AuditAction] : null
}

/** How an event about something is narrowed down to, each by an index of its own. */
export type Place =
  | { by: 'id'; from: string; to: string }
  | { by: 'leaf'; from: string; to: string }
  | { by: 'actor'; id: string }
  | { by: 'subject'; kind: SubjectKind; id: string }

const HEX = /^[0-9a-f]+$/

/**
 * Where a word that looks like an id or a hash may lead: entries whose id begins with it (6 to 32 hexadecimal digits, hyphens wherever),
 * or whose leaf hash does (8 to 64). An empty list for any other word.
 */
export function placesOfDigits(word: string): Place[] {
  const digits = word
    .toLowerCase()
    .replace(/^#|^sha256:/, '')
    .replace(/[-\s]/g, '')
  if (!HEX.test(digits) || digits.length > 64) return []
  const places: Place[] = []
  if (digits.length >= 6 && digits.length <= 32)
    places.push({ by: 'id', from: uuidOf(digits.padEnd(32, '0')), to: uuidOf(digits.padEnd(32, 'f')) })
  if (digits.length >= 8) places.push({ by: 'leaf', from: digits.padEnd(64, '0'), to: digits.padEnd(64, 'f') })
  return places
}

function uuidOf(digits: string): string {
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}

const KINDS_OF_PREFIX: Readonly<Record<string, readonly SubjectKind[]>> = {
  PRM: ['promotion', 'release_notes'],
  SIG: ['sign_off'],
  DEP: ['deployment'],
  ROT: ['rotation'],
  INC: ['incident'],
  BG: ['fallback'],
}

/** Every kind of subject whose id is a plain UUID. */
const UUID_KINDS: readonly SubjectKind[] = [
  'policy',
  'principal',
  'grant',
  'token',
  'session',
  'release',
  'snapshot',
  'evidence',
  'checklist_template',
  'checklist_run',
  'key',
  'secret_audit',
  'contact',
]

const SUBJECT_KINDS: readonly SubjectKind[] = [
  ...UUID_KINDS,
  'system',
  'promotion',
  'sign_off',
  'release_notes',
  'deployment',
  'rotation',
  'incident',
  'fallback',
]

/** The subjects that a text of the filter names: `kind:id` is one, an id alone is every kind that has such ids, a slug a system. Empty for none. */
export function placesOfSubject(text: string): Place[] {
  const [, kind, id] = /^([a-z_]+):(.{1,128})$/.exec(text) ?? []
  if (kind !== undefined && id !== undefined) {
    const known = SUBJECT_KINDS.find((each) => each === kind)
    return known ? [{ by: 'subject', kind: known, id }] : []
  }
  const readable = /^([A-Z]{2,4})-\d{1,12}$/.exec(text.toUpperCase())
  if (readable) return (KINDS_OF_PREFIX[readable[1] as string] ?? []).map((each) => ({ by: 'subject', kind: each, id: text.toUpperCase() }))
  if (isUuid(text)) return UUID_KINDS.map((each) => ({ by: 'subject', kind: each, id: text }))
  if (/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/.test(text)) return [{ by: 'subject', kind: 'system', id: text }]
  return []
}

import { AUDIT_ACTIONS, type AuditAction, type SubjectKind } from './audit-event'
import { isUuid } from './uuid'

/** How many weeks the drawing of entries per day shows. */
export const TRAIL_WEEKS = 26

/** Which events of the trail somebody asks for; what is left out does not narrow. `to` is exclusive. */
export type TrailFilter = {
  /** A word: an id or hash, or the beginning of one, a number in the log, an id such as PRM-0142, a name, a version. */
  q?: string
  /** The number of one entry in the log, from 1. */
  number?: number
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
      'promotion.reviewed',
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
  drift: {
    label: 'Drift and findings',
    actions: [
      'observation.recorded',
      'finding.opened',
      'finding.closed',
      'finding.acknowledged',
      'finding.raised',
      'finding.resolved',
      'attestation.recorded',
      'contract.variant_chosen',
      'contract.variant_ended',
      'environment_flag.recorded',
      'environment_flag.ended',
      'governed_change.recorded',
    ],
  },
  exceptions: {
    label: 'Exceptions',
    actions: [
      'exception.filed',
      'exception.approved',
      'exception.declined',
      'exception.took_effect',
      'exception.extension_asked',
      'exception.extended',
      'exception.withdrawn',
      'exception.extension_withdrawn',
      'exception.condition_added',
      'exception.closed',
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

/** How an event about something is narrowed down to, each by an index of its own. `index` is the place in the log, from 0. */
export type Place =
  | { by: 'id'; from: string; to: string }
  | { by: 'leaf'; from: string; to: string }
  | { by: 'index'; index: number }
  | { by: 'actor'; id: string }
  | { by: 'subject'; kind: SubjectKind; id: string }

const HEX = /^[0-9a-f]+$/

/**
 * The number of an entry in the log that a word says (`48209`, `48,209`, `#48,209`), from 1; null for any other word. Numbers that could not be
 * counted exactly are none.
 */
export function numberOf(word: string): number | null {
  const digits = /^#?\s?([1-9]\d{0,2}(?:[,\u00a0\u202f]\d{3})+|[1-9]\d{0,15})$/.exec(word.trim())?.[1]?.replace(/\D/g, '')
  const number = digits === undefined ? Number.NaN : Number(digits)
  return Number.isSafeInteger(number) ? number : null
}

/** The number of an entry as people see it: "#48,209". */
export function numbered(number: number): string {
  return `#${number.toLocaleString('en-GB')}`
}

/** What an entry is called on a screen: its number in the log where it has one, else the first eight digits of its id. */
export function entryName(entry: { number: number | null; id: string }): string {
  return entry.number === null ? entry.id.slice(0, 8) : numbered(entry.number)
}

/** What an address says for an entry: its number in the log where it has one, else its id. */
export function entryKey(entry: { number: number | null; id: string }): string {
  return entry.number === null ? entry.id : String(entry.number)
}

/** What an address calls an entry: its number in the log (`48209`), or its id while it has none. Null for what is neither. */
export function entryReference(text: string): Place | null {
  if (isUuid(text)) return { by: 'id', from: text.toLowerCase(), to: text.toLowerCase() }
  const number = numberOf(text)
  return number === null ? null : { by: 'index', index: number - 1 }
}

/**
 * Where a word that looks like a number, an id or a hash may lead: the entry with that number in the log, entries whose id begins with it
 * (6 to 32 hexadecimal digits, hyphens wherever), or whose leaf hash does (8 to 64). An empty list for any other word.
 */
export function placesOfDigits(word: string): Place[] {
  const number = numberOf(word)
  const places: Place[] = number === null ? [] : [{ by: 'index', index: number - 1 }]
  const digits = word
    .toLowerCase()
    .replace(/^#|^sha256:/, '')
    .replace(/[-\s]/g, '')
  if (!HEX.test(digits) || digits.length > 64) return places
  if (digits.length >= 6 && digits.length <= 32)
    places.push({ by: 'id', from: uuidOf(digits.padEnd(32, '0')), to: uuidOf(digits.padEnd(32, 'f')) })
  if (digits.length >= 8) places.push({ by: 'leaf', from: digits.padEnd(64, '0'), to: digits.padEnd(64, 'f') })
  return places
}

function uuidOf(digits: string): string {
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}

/** How subjects of each kind are called: by an id such as PRM-0142, by a UUID, by a slug, by an address, or by a digest. */
const IDS: Readonly<Record<SubjectKind, readonly [prefix: string] | 'uuid' | 'slug' | 'origin' | 'digest'>> = {
  system: 'slug',
  policy: 'uuid',
  principal: 'uuid',
  grant: 'uuid',
  token: 'uuid',
  session: 'uuid',
  release: 'uuid',
  snapshot: 'uuid',
  evidence: 'uuid',
  checklist_template: 'uuid',
  checklist_run: 'uuid',
  promotion: ['PRM'],
  sign_off: ['SIG'],
  release_notes: ['PRM'],
  deployment: ['DEP'],
  key: 'uuid',
  rotation: ['ROT'],
  secret_audit: 'uuid',
  incident: ['INC'],
  fallback: ['BG'],
  contact: 'uuid',
  observation: 'uuid',
  finding: ['FND'],
  exception: ['EXC'],
  attestation: 'uuid',
  contract: 'uuid',
  environment_flag: 'uuid',
  governed_change: 'uuid',
  trail: 'uuid',
  log: 'origin',
  statement: 'digest',
}

/** Every kind of thing that an event may be about. */
export const SUBJECT_KINDS = Object.keys(IDS) as readonly SubjectKind[] // a record of all of them, or it does not compile

/** The subjects that a text of the filter names: `kind:id` is one, an id alone is every kind that has such ids, a slug a system. Empty for none. */
export function placesOfSubject(text: string): Place[] {
  const places = (id: string, is: (how: (typeof IDS)[SubjectKind]) => boolean): Place[] =>
    SUBJECT_KINDS.filter((kind) => is(IDS[kind])).map((kind) => ({ by: 'subject', kind, id }))
  const [, kind, id] = /^([a-z_]+):(.{1,128})$/.exec(text) ?? []
  if (kind !== undefined && id !== undefined && Object.hasOwn(IDS, kind)) return [{ by: 'subject', kind: kind as SubjectKind, id }]
  const readable = /^([A-Z]{2,4})-\d{1,12}$/.exec(text.toUpperCase())
  if (readable) return places(text.toUpperCase(), (how) => Array.isArray(how) && how[0] === readable[1])
  if (isUuid(text)) return places(text.toLowerCase(), (how) => how === 'uuid')
  if (/^[0-9a-f]{64}$/.test(text)) return places(text, (how) => how === 'digest')
  if (/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/.test(text)) return places(text, (how) => how === 'slug')
  return []
}

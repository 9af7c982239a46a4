import type { RefusalCode } from './refusal'

/** What an event may be about. */
export type SubjectKind =
  | 'system'
  | 'policy'
  | 'principal'
  | 'grant'
  | 'token'
  | 'session'
  | 'release'
  | 'snapshot'
  | 'evidence'
  | 'checklist_template'
  | 'checklist_run'
  | 'promotion'
  | 'sign_off'
  | 'release_notes'
  | 'deployment'
  | 'key'
  | 'rotation'
  | 'secret_audit'
  | 'incident'
  | 'fallback'
  | 'contact'
  | 'observation'
  | 'finding'
  | 'exception'
  | 'attestation'
  | 'contract'
  | 'environment_flag'
  | 'governed_change'
  | 'trail'
  | 'log'
  | 'statement'

/** Before and after hold ids, enums, numbers and digests; never names, addresses or prose (T18, T40). */
export type AuditValue = string | number | boolean | null | readonly string[]

/**
 * One thing that happened. Texts (statements, reasons) are named by the salted digest under which they lie apart.
 * The database adds id and time; `toCanonical` adds actor and request.
 */
export type AuditEvent = {
  action: AuditAction
  system: string | null
  subject: { kind: SubjectKind; id: string; version?: number }
  decision?: 'approve' | 'decline'
  /** SHA-256 of the sealed text the act names. */
  dossier?: string
  /** SHA-256 of the policy version it was done under. */
  policy?: string
  before?: Readonly<Record<string, AuditValue>>
  after?: Readonly<Record<string, AuditValue>>
  /** Digest of a text kept apart. */
  text?: string
  /** The grant the act rested on, where one slot's role did. */
  grant?: string
  outcome?: 'done' | 'refused'
  reason?: RefusalCode
  /** How many equal refusals this one event stands for (T35). */
  count?: number
}

/** What a sentence about an event may draw on: names looked up when read, never stored in the event. */
export type Told = { actor: string; subject: string; system: string; at: (key: string) => string; event: AuditEvent }

/**
 * Every action that can be on the record, and its one plain sentence. The table is the union: an action without words does not compile.
 * Events are history: add an action rather than change what an old one means.
 */
export const AUDIT_ACTIONS = {
  'system.created': (t) => `${t.actor} put ${t.system} under governance`,
  'policy.applied': (t) => `${t.actor} applied policy version ${t.at('number')} of ${t.system}; it is not signed`,
  'principal.created': (t) => `${t.actor} added ${t.subject} (${t.at('kind')})`,
  'principal.retired': (t) => `${t.actor} retired ${t.subject}`,
  'principal.erased': (t) => `${t.actor} erased the personal data of ${t.subject}; the record of their acts stays`,
  'text.redacted': (t) =>
    `${t.actor} took the words of ${t.event.after?.texts === 1 ? 'a text' : `${t.at('texts')} texts`} of ${t.subject} off the record; what names them still stands`,
  'commit_address.added': (t) => `${t.actor} recorded another address by which ${t.subject} commits`,
  'person.updated': (t) => `${t.actor} changed the profile of ${t.subject}`,
  'password.changed': (t) => `${t.actor} changed the password of ${t.subject}; every other session ended`,
  'setup_link.created': () => 'The console printed a one-time link for the first admin',
  'invitation.created': (t) => `${t.actor} made a one-time link with which ${t.subject} chooses a password`,
  'invitation.accepted': (t) => `${t.subject} chose a password through a one-time link; every earlier session ended`,
  'setup.completed': (t) => `${t.subject} became the first admin through the set-up link`,
  'grant.given': (t) => `${t.actor} granted ${t.at('role')} on ${t.at('systemId')} to ${t.at('principal')}`,
  'grant.ended': (t) => `${t.actor} ended ${t.at('role')} of ${t.at('principal')}`,
  'token.created': (t) => `${t.actor} made the token ${t.subject}`,
  'token.revoked': (t) => `${t.actor} revoked the token ${t.subject}`,
  'session.opened': (t) => `${t.actor} signed in`,
  'session.ended': (t) => `${t.actor} signed out`,
  'session.ended_everywhere': (t) => `${t.actor} ended every session of ${t.subject}`,
  'sign_in.failed': (t) => `A sign-in failed${many(t)}`,
  'release.registered': (t) => `${t.actor} registered ${t.subject}`,
  'bundle.approved': (t) => `${t.actor} approved the release bundle of ${t.subject}`,
  'snapshot.recorded': (t) => `${t.actor} recorded a snapshot of ${t.at('profile')} of ${t.system}`,
  'evidence.recorded': (t) =>
    `${t.actor} brought evidence for ${t.at('gate')} of ${t.at('release')} towards ${t.at('profile')}: ${t.at('verdict')}`,
  'checklist_template.imported': (t) => `${t.actor} imported version ${t.at('number')} of the checklist ${t.at('checklist')}`,
  'checklist_run.started': (t) => `${t.actor} started the checklist ${t.at('checklist')} for ${t.at('release')} towards ${t.at('profile')}`,
  'checklist_run.variant_chosen': (t) => `${t.actor} chose ${t.at('variant')} for the checklist ${t.at('checklist')}`,
  'checklist_item.ticked': (t) => `${t.actor} marked ${t.at('item')} of ${t.at('checklist')} as ${t.at('state')}`,
  'promotion.opened': (t) => `${t.actor} opened ${t.subject}: ${t.at('release')} from ${t.at('from')} to ${t.at('to')}`,
  'promotion.window_set': (t) => `${t.actor} set the window of ${t.subject}`,
  'promotion.repinned': (t) => `${t.actor} pinned ${t.subject} to policy version ${t.at('number')}`,
  'promotion.sealed': (t) => `${t.actor} sealed version ${t.event.subject.version ?? ''} of ${t.subject}`,
  'promotion.voided': (t) => `Version ${t.event.subject.version ?? ''} of ${t.subject} was voided: ${t.at('moved')}`,
  'promotion.withdrawn': (t) => `${t.actor} withdrew ${t.subject}`,
  'promotion.superseded': (t) => `${t.subject} was superseded by ${t.at('by')}`,
  'promotion.signed': (t) => `${t.actor} signed version ${t.event.subject.version ?? ''} of ${t.subject} as ${t.at('capacity')}`,
  'promotion.declined': (t) => `${t.actor} declined version ${t.event.subject.version ?? ''} of ${t.subject} as ${t.at('capacity')}`,
  'promotion.deployed': (t) => `${t.subject} is deployed`,
  'promotion.failed': (t) => `The deployment of ${t.subject} failed`,
  'promotion.rolled_back': (t) => `${t.subject} was rolled back`,
  'dossier.opened': (t) => `${t.actor} opened version ${t.event.subject.version ?? ''} of ${t.subject} for the first time`,
  'step_up.passed': (t) => `${t.actor} confirmed who they are for ${t.subject}`,
  'step_up.failed': (t) => `A step-up of ${t.actor} for ${t.subject} failed${many(t)}`,
  'sign_off.withdrawn': (t) => `${t.actor} withdrew the signature ${t.subject}`,
  'question.asked': (t) => `${t.actor} asked a question on ${t.subject}`,
  'release_notes.summary_edited': (t) => `${t.actor} edited the summary of the release notes of ${t.subject}`,
  'release_notes.sealed': (t) => `The release notes of ${t.subject} were sealed`,
  'release_notes.voided': (t) => `The sealed release notes of ${t.subject} were voided with their dossier`,
  'deployment.started': (t) =>
    `${t.actor} started ${t.subject}: ${t.at('release')} to ${t.at('profile')}${t.event.after?.authorised === false ? ', unauthorised' : ''}`,
  'deployment.succeeded': (t) => `${t.actor} recorded that ${t.subject} succeeded`,
  'deployment.failed': (t) => `${t.actor} recorded that ${t.subject} failed: ${t.at('class')}`,
  'deployment.rolled_back': (t) => `${t.actor} recorded that ${t.subject} was rolled back by ${t.at('by')}`,
  'key.recorded': (t) => `${t.actor} recorded the key ${t.at('keyId')} of ${t.at('mapping')} on ${t.at('profile')} of ${t.system}`,
  'key.corrected': (t) =>
    `${t.actor} corrected the id of the key of ${t.at('mapping')} on ${t.at('profile')} of ${t.system}: ${t.at('keyId')} instead of ${t.at('corrects')}`,
  'key.retired': (t) =>
    `${t.actor} recorded that the key ${t.at('keyId')} of ${t.at('mapping')} on ${t.at('profile')} of ${t.system} is retired`,
  'key.fingerprint_reported': (t) => `${t.actor} reported the fingerprints of ${t.at('mappings')} on ${t.at('profile')} of ${t.system}`,
  'rotation.opened': (t) => `${t.actor} opened ${t.subject}: ${t.at('secrets')} on ${t.at('profile')}, ${t.at('cause')}`,
  'rotation.planned': (t) => `${t.actor} sealed version ${t.event.subject.version ?? ''} of the plan of ${t.subject}`,
  'rotation.approved': (t) =>
    `${t.actor} approved version ${t.event.subject.version ?? ''} of the plan of ${t.subject} as ${t.at('capacity')}`,
  'rotation.declined': (t) =>
    `${t.actor} declined version ${t.event.subject.version ?? ''} of the plan of ${t.subject} as ${t.at('capacity')}`,
  'rotation.started': (t) => `${t.actor} started ${t.subject} as ${t.at('owner')}`,
  'rotation.step_recorded': (t) => `${t.actor} recorded the step ${t.at('step')} of ${t.subject} as ${t.at('state')}`,
  'rotation.verifying': (t) => `${t.subject} is being verified`,
  'rotation.confirmed': (t) => `${t.actor} confirmed ${t.subject} as ${t.at('owner')}`,
  'rotation.completed': (t) => `${t.actor} completed ${t.subject}`,
  'rotation.cancelled': (t) => `${t.actor} cancelled ${t.subject}`,
  'rotation.rolling_back': (t) => `${t.actor} began to roll ${t.subject} back: ${t.at('trigger')}`,
  'rotation.rolled_back': (t) => `${t.actor} rolled ${t.subject} back`,
  'rotation.postmortem_recorded': (t) => `${t.actor} recorded where the postmortem of ${t.subject} is`,
  'secret_audit.recorded': (t) => `${t.actor} audited ${t.at('what')} on ${t.at('profile')} of ${t.system}: ${t.at('finding')}`,
  'incident.declared': (t) => `${t.actor} declared ${t.subject}, ${t.at('severity')}`,
  'incident.commander_changed': (t) => `${t.actor} made ${t.at('commander')} commander of ${t.subject}`,
  'incident.changed': (t) => `${t.actor} changed ${t.subject}: ${t.at('severity')}`,
  'incident.closed': (t) => `${t.actor} closed the incident ${t.subject}`,
  'fallback.requested': (t) => `${t.actor} asked for ${t.subject} on ${t.at('profile')} of ${t.system}`,
  'fallback.approved': (t) => `${t.actor} granted version ${t.event.subject.version ?? ''} of ${t.subject} as ${t.at('capacity')}`,
  'fallback.declined': (t) => `${t.actor} refused version ${t.event.subject.version ?? ''} of ${t.subject} as ${t.at('capacity')}`,
  'fallback.opened': (t) =>
    `The glass is open on ${t.at('profile')} of ${t.system}, ${t.subject}${t.event.after?.ownRequest === true ? ', on the commander’s own request' : ''}`,
  'fallback.withdrawn': (t) => `${t.actor} withdrew the request ${t.subject}`,
  'fallback.extension_asked': (t) => `${t.actor} asked to extend ${t.subject}`,
  'fallback.extended': (t) => `${t.subject} was extended`,
  'fallback.returned': (t) => `${t.actor} closed ${t.subject} before its time`,
  'fallback.cleaned_up': (t) => `${t.actor} recorded the clean-up of ${t.subject}`,
  'fallback.reviewed': (t) => `${t.actor} reviewed ${t.subject}: ${t.at('finding')}`,
  'contact.confirmed': (t) => `${t.actor} confirmed that ${t.at('contact')} can be reached as ${t.at('list')} of ${t.system}`,
  'promotion.reviewed': (t) => `${t.actor} reviewed ${t.subject} as ${t.at('capacity')}: ${t.at('finding')}`,
  'observation.recorded': (t) =>
    `${t.actor} reported ${t.at('sections')} of ${t.at('profile')} of ${t.system}${Number(t.event.after?.observations ?? 1) > 1 ? ` in ${t.at('observations')} observations` : ''}`,
  'finding.opened': (t) => `${t.subject} was opened on ${t.at('profile')} of ${t.system}: ${t.at('rule')}, ${t.at('severity')}`,
  'finding.closed': (t) => `${t.subject} was closed: ${t.at('rule')}, by ${t.at('how')}`,
  'finding.acknowledged': (t) => `${t.actor} acknowledged ${t.subject}`,
  'finding.raised': (t) => `${t.actor} raised ${t.subject}: ${t.at('kind')} at ${t.at('rule')} of ${t.system}`,
  'finding.resolved': (t) => `${t.actor} resolved ${t.subject}`,
  'exception.filed': (t) => `${t.actor} filed ${t.subject}: ${t.at('rule')} on ${t.at('profile')} of ${t.system}, until ${t.at('until')}`,
  'exception.approved': (t) =>
    `${t.actor} approved version ${t.event.subject.version ?? ''} of the exception ${t.subject} as ${t.at('capacity')}`,
  'exception.declined': (t) =>
    `${t.actor} declined version ${t.event.subject.version ?? ''} of the exception ${t.subject} as ${t.at('capacity')}`,
  'exception.took_effect': (t) => `${t.subject} holds until ${t.at('until')}`,
  'exception.extension_asked': (t) => `${t.actor} asked to extend ${t.subject} until ${t.at('until')}`,
  'exception.extended': (t) => `${t.subject} was extended until ${t.at('until')}`,
  'exception.withdrawn': (t) => `${t.actor} withdrew the exception ${t.subject}`,
  'exception.extension_withdrawn': (t) => `${t.actor} withdrew the extension of ${t.subject}`,
  'exception.condition_added': (t) => `${t.actor} made a condition of ${t.subject}`,
  'exception.closed': (t) => `${t.actor} closed the exception ${t.subject}`,
  'attestation.recorded': (t) =>
    `${t.actor} attested ${t.at('topic')} of ${t.system}: ${t.event.after?.holds === false ? 'it does not hold' : 'it holds'}`,
  'contract.variant_chosen': (t) => `${t.actor} chose the variables of ${t.at('variant')} for ${t.at('profile')} of ${t.system}`,
  'contract.variant_ended': (t) => `${t.actor} put the default variables of ${t.at('profile')} of ${t.system} back`,
  'environment_flag.recorded': (t) => `${t.actor} recorded that the name ${t.at('name')} of ${t.system} counts as ${t.at('class')}`,
  'environment_flag.ended': (t) => `${t.actor} ended the flag for the name ${t.at('name')} of ${t.system}`,
  'governed_change.recorded': (t) => `${t.actor} recorded a governed change of ${t.at('variables')} on ${t.at('profile')} of ${t.system}`,
  'trail.read': (t) =>
    `${t.actor} read the trail${t.event.system ? ` of ${t.system}` : ''}${(t.event.count ?? 1) > 1 ? `, ${t.event.count} times within the hour` : ''}`,
  'trail.exported': (t) => `${t.actor} exported the trail as ${t.at('format')}, up to entry ${t.at('size')}`,
  'trail.sampled': (t) => `${t.actor} drew a sample of ${t.at('drawn')} of ${t.at('population')} changes, seed ${t.at('seed')}`,
  'statement.requested': (t) => `${t.actor} had ${t.subject} stated for others to check (${t.at('type')})`,
  'log.started': (t) => `The log ${t.subject} began, with the key ${t.at('key')}`,
  'log.key_added': (t) => `The key ${t.at('key')} began to sign the log ${t.subject} beside ${t.at('beside')}`,
  'log.key_retired': (t) => `The key ${t.at('key')} no longer signs the log ${t.subject}`,
  'log.restored': (t) =>
    `The log ${t.subject} went on from ${t.at('size')} entries after a restore, by the hand of ${t.at('operator')}; its guard had seen ${t.at('guard')}`,
  'action.refused': (t) =>
    `${t.actor} was refused ${t.at('verb')} on ${t.subject}${many(t)}: ${(t.event.reason ?? 'no reason').replaceAll('_', ' ')}`,
} as const satisfies Record<string, (told: Told) => string>

export type AuditAction = keyof typeof AUDIT_ACTIONS

function many(told: Told): string {
  const count = told.event.count ?? 1
  return count > 1 ? ` ${count} times` : ''
}

/** The only place that turns an event into words. `at(key)` gives a value of `after` (or `before`) with ids already named. */
export function describe(told: Told): string {
  const words: (told: Told) => string = AUDIT_ACTIONS[told.event.action]
  return words(told)
}

import type { PolicyItem, PolicyRunbook } from './policy/schema'
import type { RotationMethod } from './rotation'

/** A runbook of ours, for a method whose rule names none in the policy. Shown as assumed. */
export type BuiltInRunbook = Pick<PolicyRunbook, 'id' | 'title' | 'items' | 'rollbackTriggers' | 'states'>

type Draft = Pick<PolicyItem, 'id' | 'text' | 'phase' | 'evidence'> & Partial<PolicyItem>
const items = (...drafts: Draft[]): PolicyItem[] => drafts.map((draft) => ({ variants: [], does: [], ...draft }))

const TRIGGERS = [
  { id: 'boot-failure', text: 'The system fails to start, or a part of it does.' },
  { id: 'access-failure', text: 'Access with the new key is refused, or errors rise after the change.' },
]

const STATES = [
  { id: 'planned', title: 'Planned' },
  { id: 'new-key', title: 'New key made', after: 'create' },
  { id: 'switched', title: 'Switched over', after: 'switch' },
  { id: 'verified', title: 'Verified', after: 'verify' },
  { id: 'old-retired', title: 'Old key retired', after: 'retire' },
  { id: 'rolled-back', title: 'Rolled back', after: 'back-restart' },
]

const ACCESS: Draft = {
  id: 'access',
  text: 'Whoever performs can write to the secret store and to whatever issues the key.',
  phase: 'prerequisite',
  evidence: 'attestation',
}
const USERS: Draft = {
  id: 'users-known',
  text: 'Everything that uses the key is known, and takes a new one without a change of code.',
  phase: 'before',
  evidence: 'attestation',
}
const KEPT: Draft = {
  id: 'old-kept',
  text: 'The key in use stays available for going back; the reference to where it is kept is recorded.',
  phase: 'before',
  evidence: 'record',
  captures: { what: 'Where the key in use is kept', as: 'reference' },
  refersTo: 'switch',
}
const INCIDENT: Draft = { id: 'log-incident', text: 'Write down what happened for the postmortem.', phase: 'rollback', evidence: 'record' }

/**
 * What each method consists of, and when it is done (002.24): two credentials valid at once for a window; create, update the store, revoke;
 * signing keys that several verifiers know by key id; the primary moved into the second slot. A policy's own runbook comes first.
 */
export const BUILT_IN_RUNBOOKS: Record<RotationMethod, BuiltInRunbook> = {
  'dual-credentials': {
    id: 'built-in-dual-credentials',
    title: 'Dual credentials',
    rollbackTriggers: TRIGGERS,
    states: STATES,
    items: items(
      ACCESS,
      USERS,
      KEPT,
      {
        id: 'create',
        number: '1',
        text: 'Create the second credential beside the one in use, with the same rights. Both are valid from now on.',
        phase: 'during',
        evidence: 'command-result',
        records: 'new-key',
      },
      {
        id: 'switch',
        number: '2',
        text: 'Put the new credential into the secret store and let everything that uses it take it up.',
        phase: 'during',
        evidence: 'command-result',
      },
      {
        id: 'verify',
        number: '3',
        text: 'Everything works with the new credential.',
        phase: 'after',
        evidence: 'attestation',
      },
      {
        id: 'old-unused',
        number: '4',
        text: 'Nothing uses the old credential any more: no open connection and no use in the log of the window.',
        phase: 'after',
        evidence: 'log-entry',
      },
      {
        id: 'retire',
        number: '5',
        text: 'Revoke the old credential. The window in which both are valid ends.',
        phase: 'after',
        evidence: 'record',
        records: 'old-key-retired',
      },
      {
        id: 'back-switch',
        text: 'Put the old credential back into the secret store.',
        phase: 'rollback',
        evidence: 'command-result',
        refersTo: 'switch',
      },
      {
        id: 'back-restart',
        text: 'Everything works with the old credential again.',
        phase: 'rollback',
        evidence: 'attestation',
        refersTo: 'verify',
      },
      { id: 'back-revoke', text: 'Revoke the new credential.', phase: 'rollback', evidence: 'attestation', refersTo: 'create' },
      INCIDENT,
    ),
  },
  'replace-then-revoke': {
    id: 'built-in-replace-then-revoke',
    title: 'Replace, then revoke',
    rollbackTriggers: TRIGGERS,
    states: STATES,
    items: items(
      ACCESS,
      USERS,
      {
        id: 'create',
        number: '1',
        text: 'Create a new token where it is issued.',
        phase: 'during',
        evidence: 'command-result',
        records: 'new-key',
      },
      {
        id: 'switch',
        number: '2',
        text: 'Update the secret store and let the system take the new token up.',
        phase: 'during',
        evidence: 'command-result',
      },
      { id: 'verify', number: '3', text: 'The integration works with the new token.', phase: 'after', evidence: 'attestation' },
      {
        id: 'retire',
        number: '4',
        text: 'Revoke the old token, and show that it is refused.',
        phase: 'after',
        evidence: 'record',
        records: 'old-key-retired',
      },
      {
        id: 'back-switch',
        text: 'Put the old token back into the secret store.',
        phase: 'rollback',
        evidence: 'command-result',
        refersTo: 'switch',
      },
      {
        id: 'back-restart',
        text: 'The integration works with the old token again.',
        phase: 'rollback',
        evidence: 'attestation',
        refersTo: 'verify',
      },
      { id: 'back-revoke', text: 'Revoke the new token.', phase: 'rollback', evidence: 'attestation', refersTo: 'create' },
      INCIDENT,
    ),
  },
  kid: {
    id: 'built-in-kid',
    title: 'Signing key by key id',
    rollbackTriggers: TRIGGERS,
    states: STATES,
    items: items(
      ACCESS,
      {
        id: 'overlap',
        text: 'How long tokens signed with the old key live is known: the old key verifies at least as long.',
        phase: 'before',
        evidence: 'attestation',
      },
      KEPT,
      {
        id: 'create',
        number: '1',
        text: 'Make a new key pair under a key id of its own.',
        phase: 'during',
        evidence: 'command-result',
        records: 'new-key',
      },
      {
        id: 'publish',
        number: '2',
        text: 'Publish its public half beside the old one: every verifier accepts both key ids.',
        phase: 'during',
        evidence: 'attestation',
      },
      { id: 'switch', number: '3', text: 'Sign with the new key id.', phase: 'during', evidence: 'command-result' },
      {
        id: 'verify',
        number: '4',
        text: 'New tokens carry the new key id, and tokens of either key id verify.',
        phase: 'after',
        evidence: 'attestation',
      },
      {
        id: 'expired',
        number: '5',
        text: 'The last token signed with the old key has expired.',
        phase: 'after',
        evidence: 'attestation',
      },
      {
        id: 'retire',
        number: '6',
        text: 'Take the old key id out of what verifiers accept, and destroy its private half.',
        phase: 'after',
        evidence: 'record',
        records: 'old-key-retired',
      },
      { id: 'back-switch', text: 'Sign with the old key id again.', phase: 'rollback', evidence: 'command-result', refersTo: 'switch' },
      {
        id: 'back-restart',
        text: 'New tokens carry the old key id and verify.',
        phase: 'rollback',
        evidence: 'attestation',
        refersTo: 'verify',
      },
      {
        id: 'back-revoke',
        text: 'Take the new key id out of what verifiers accept, once its last token has expired.',
        phase: 'rollback',
        evidence: 'attestation',
        refersTo: 'create',
      },
      INCIDENT,
    ),
  },
  'shift-pair': {
    id: 'built-in-shift-pair',
    title: 'Shift pair',
    rollbackTriggers: TRIGGERS,
    states: [
      { id: 'planned', title: 'Planned' },
      { id: 'stopped', title: 'Services stopped', after: 'stop' },
      { id: 'rotated', title: 'Rotated', after: 'switch' },
      { id: 'restarted', title: 'Restarted', after: 'restart' },
      { id: 'verified', title: 'Verified', after: 'verify' },
      { id: 'rolled-back', title: 'Rolled back', after: 'back-restart' },
    ],
    items: items(
      ACCESS,
      {
        id: 'old-second-unused',
        text: 'Nothing depends on the old key of the second slot any more; what is sealed only under it becomes unreadable.',
        phase: 'before',
        evidence: 'attestation',
      },
      {
        id: 'values-captured',
        text: 'The values before the rotation are kept somewhere safe; the reference to that place is recorded.',
        phase: 'before',
        evidence: 'record',
        captures: { what: 'Where the values before the rotation are kept', as: 'reference' },
        refersTo: 'switch',
      },
      { id: 'stop', number: '1', text: 'Stop what uses the keys.', phase: 'during', evidence: 'command-result' },
      {
        id: 'switch',
        number: '2',
        text: 'Move the primary key into the second slot, then make a new primary key.',
        phase: 'during',
        evidence: 'command-result',
        records: 'new-key',
      },
      { id: 'restart', number: '3', text: 'Start it again.', phase: 'during', evidence: 'command-result' },
      {
        id: 'verify',
        number: '4',
        text: 'What was encrypted before opens with the second key, and what is written now is encrypted with the new one.',
        phase: 'after',
        evidence: 'attestation',
      },
      { id: 'back-stop', text: 'Stop what uses the keys.', phase: 'rollback', evidence: 'command-result', refersTo: 'stop' },
      {
        id: 'back-switch',
        text: 'Put both values back as they were kept.',
        phase: 'rollback',
        evidence: 'attestation',
        refersTo: 'switch',
      },
      {
        id: 'back-restart',
        text: 'Start it again and see that it works.',
        phase: 'rollback',
        evidence: 'command-result',
        refersTo: 'restart',
      },
      INCIDENT,
    ),
  },
}

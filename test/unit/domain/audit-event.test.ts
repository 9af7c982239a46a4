import { describe, expect, it } from 'vitest'
import { AUDIT_DID } from '@/lib/domain/audit-did'
import { AUDIT_ACTIONS, type AuditAction, describe as inWords, type SubjectKind } from '@/lib/domain/audit-event'
import { parseRecorded, type RecordedEvent, sentenceOf } from '@/lib/domain/recorded-event'

const ACTIONS = Object.keys(AUDIT_ACTIONS) as AuditAction[]

const recorded = (action: string, more: Partial<RecordedEvent> = {}): RecordedEvent => ({
  v: 1,
  action,
  at: '2026-11-19T12:00:00.000Z',
  actor: { kind: 'person', id: 'p-1', countsAs: 'p-1', roles: ['secops'], grant: null, session: null, token: null },
  system: 'robodj',
  subject: { kind: 'promotion' as SubjectKind, id: 'PRM-0142', version: 3 },
  decision: null,
  dossier: null,
  policy: null,
  before: null,
  after: null,
  text: null,
  request: { id: 'r-1', ip: null, agent: null },
  outcome: 'done',
  reason: null,
  count: 1,
  ...more,
})
const NAMES = {
  actor: 'Priya Raman',
  subject: 'PRM-0142',
  system: 'RoboDJ',
  name: (_: string, value: unknown) => (Array.isArray(value) ? value.join(' and ') : String(value)),
}

describe('every action that can be on the record', () => {
  it.each(ACTIONS)('%s is one plain sentence, with and without details', (action) => {
    const bare = sentenceOf(recorded(action), NAMES)
    const after = {
      number: 4,
      kind: 'person',
      role: 'secops',
      systemId: 'robodj',
      principal: 'Ada',
      profile: 'prod',
      gate: 'drill',
      release: '2.4.0',
      verdict: 'pass',
      checklist: 'pre',
      variant: 'a',
      item: 'one',
      state: 'done',
      from: 'staging',
      to: 'prod',
      by: 'PRM-0143',
      capacity: 'SecOps',
      moved: ['x', 'y'],
      class: 'other',
      verb: 'sign',
    }
    const full = sentenceOf(recorded(action, { after, reason: 'not_allowed', count: 12 }), NAMES)
    for (const sentence of [bare, full]) {
      expect(sentence).toMatch(/^[A-Z][^\n]*[.!?]$/)
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object|_/)
      expect(sentence).not.toMatch(/ {2}|\.\.$/)
      expect(sentence.length).toBeLessThan(220)
    }
  })

  it.each(ACTIONS)('%s has its word or two for a row of the trail', (action) => {
    expect(AUDIT_DID[action]).toMatch(/^[A-Z][a-z]/)
    expect(AUDIT_DID[action].length).toBeLessThanOrEqual(24)
  })

  it('no two differ only by chance: subject and deed are told apart', () => {
    expect(new Set(Object.keys(AUDIT_DID))).toEqual(new Set(ACTIONS))
    const sentences = ACTIONS.map((action) => sentenceOf(recorded(action), NAMES))
    expect(new Set(sentences).size).toBe(ACTIONS.length)
  })
})

describe('a sentence', () => {
  it('names the version, what moved, how often and why', () => {
    expect(sentenceOf(recorded('promotion.signed', { after: { capacity: 'SecOps' } }), NAMES)).toBe(
      'Priya Raman signed version 3 of PRM-0142 as SecOps.',
    )
    expect(sentenceOf(recorded('promotion.voided', { after: { moved: ['The window changed', 'The artefact changed'] } }), NAMES)).toBe(
      'Version 3 of PRM-0142 was voided: The window changed and The artefact changed.',
    )
    expect(sentenceOf(recorded('action.refused', { after: { verb: 'sign' }, reason: 'separation_of_duties', count: 7 }), NAMES)).toBe(
      'Priya Raman was refused sign on PRM-0142 7 times: separation of duties.',
    )
    expect(sentenceOf(recorded('deployment.started', { after: { release: '2.4.0', profile: 'prod', authorised: false } }), NAMES)).toMatch(
      /, unauthorised\.$/,
    )
  })

  it('what an event before it had counts where nothing came after; no system is every system', () => {
    expect(sentenceOf(recorded('grant.ended', { before: { role: 'secops', principal: 'Ada' } }), NAMES)).toBe(
      'Priya Raman ended secops of Ada.',
    )
    expect(sentenceOf(recorded('grant.given', { after: { role: 'admin', systemId: null, principal: 'Ada' } }), NAMES)).toContain(
      'on every system to Ada',
    )
  })

  it('an action of a newer build is told as it stands, and what was written is read back', () => {
    expect(sentenceOf(recorded('moon.landed'), NAMES)).toBe('Priya Raman did moon.landed on PRM-0142.')
    const event = recorded('question.asked', { text: 'f'.repeat(64) })
    expect(parseRecorded(JSON.stringify(event))).toEqual(event)
  })

  it('keys of an object’s prototype are no actions', () => {
    for (const action of ['constructor', 'toString', '__proto__']) expect(sentenceOf(recorded(action), NAMES)).toContain(`did ${action} on`)
  })

  it('is made in one place', () => {
    const told = {
      actor: 'A',
      subject: 'S',
      system: 'T',
      at: () => 'x',
      event: { action: 'promotion.withdrawn' as const, system: null, subject: { kind: 'promotion' as const, id: 'S' } },
    }
    expect(inWords(told)).toBe('A withdrew S')
  })
})

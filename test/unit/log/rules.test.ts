import { describe, expect, it } from 'vitest'
import { Rules } from '@/lib/domain/log/verify/rules'
import { parseRecorded } from '@/lib/domain/recorded-event'
import { makeStory, storyEvent, type Told } from '../../support/trail-story'

/** What the replay of a few acts finds: index and sentence of each. */
function replay(acts: readonly Told[]): [number | null, string][] {
  const rules = new Rules()
  for (const [at, act] of acts.entries()) rules.see(parseRecorded(storyEvent(at, act)), at)
  rules.finish()
  return rules.findings.kept.map(({ index, says }) => [index, says])
}

const promotion = { kind: 'promotion', id: 'PRM-0001' }
const opened: Told = { action: 'promotion.opened', subject: promotion, by: 'ada', after: { from: 'dev', to: 'prod', release: '1.0.0' } }
const sealed = (version: number, dossier: string): Told => ({
  action: 'promotion.sealed',
  subject: { ...promotion, version },
  by: 'bo',
  dossier,
  after: { slots: ['lead', 'secops'], requester: 'ada' },
})
const signed = (by: string, slot: string, dossier = 'aaaa', more: Partial<Told> = {}): Told => ({
  action: 'promotion.signed',
  subject: { ...promotion, version: dossier === 'aaaa' ? 1 : 2 },
  by,
  dossier,
  after: { signature: `SIG-${by}-${slot}`, slot },
  ...more,
})
const started = (after: Record<string, unknown> = {}, dossier = 'aaaa'): Told => ({
  action: 'deployment.started',
  subject: { kind: 'deployment', id: 'DEP-0001' },
  by: 'cy',
  kind: 'token',
  dossier,
  after: { authorised: true, kind: 'deploy', profile: 'prod', promotion: 'PRM-0001', release: '1.0.0', reverts: null, ...after },
})
const withdrawn = (by: string, signature: string): Told => ({
  action: 'sign_off.withdrawn',
  subject: { kind: 'sign_off', id: signature },
  by,
  dossier: 'aaaa',
  after: { promotion: 'PRM-0001', slot: 'lead' },
})

describe('the rules, replayed from events alone (T02, T07, 000.24)', () => {
  it('finds nothing in a trail in which they were kept', () => {
    const rules = new Rules()
    for (const [index, event] of makeStory(2000).events.entries()) rules.see(parseRecorded(event), index)
    rules.finish()
    expect(rules.findings.kept).toEqual([])
  })

  const broken: [string, Told[], number, RegExp][] = [
    ['a sign-off by the requester', [opened, sealed(1, 'aaaa'), signed('ada', 'lead')], 2, /by whoever asked for it/],
    ['a sign-off on another hash', [opened, sealed(1, 'aaaa'), signed('bo', 'lead', 'bbbb')], 2, /hash bbbb, which was not sealed/],
    [
      'a sign-off on a version that was replaced',
      [opened, sealed(1, 'aaaa'), sealed(2, 'bbbb'), signed('bo', 'lead', 'aaaa')],
      3,
      /version 1, which was replaced/,
    ],
    [
      'a sign-off on a version that was voided',
      [
        opened,
        sealed(1, 'aaaa'),
        { action: 'promotion.voided', subject: { ...promotion, version: 1 }, by: 'cy', dossier: 'aaaa' },
        signed('bo', 'lead'),
      ],
      3,
      /version 1, which was voided/,
    ],
    [
      'a sign-off after the promotion was withdrawn',
      [opened, sealed(1, 'aaaa'), { action: 'promotion.withdrawn', subject: promotion, by: 'ada' }, signed('bo', 'lead')],
      3,
      /which was withdrawn/,
    ],
    [
      'a sign-off after a decline',
      [opened, sealed(1, 'aaaa'), { ...signed('bo', 'lead'), action: 'promotion.declined' }, signed('dee', 'secops')],
      3,
      /which was declined/,
    ],
    [
      'a second sign-off by one person',
      [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), signed('bo', 'secops')],
      3,
      /second by one person/,
    ],
    [
      'a second sign-off in one slot',
      [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), signed('dee', 'lead')],
      3,
      /second in the slot lead/,
    ],
    ['a sign-off in a slot that is none', [opened, sealed(1, 'aaaa'), signed('bo', 'owner')], 2, /its seal does not name/],
    ['a sign-off by a token', [opened, sealed(1, 'aaaa'), signed('bo', 'lead', 'aaaa', { kind: 'token' })], 2, /not by a person/],
    ['a seal for another requester', [opened, { ...sealed(1, 'aaaa'), after: { slots: [], requester: 'eli' } }], 1, /another requester/],
    [
      'a withdrawal by somebody else',
      [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), withdrawn('dee', 'SIG-bo-lead')],
      3,
      /by somebody else/,
    ],
    ['a withdrawal of nothing', [opened, sealed(1, 'aaaa'), withdrawn('bo', 'SIG-bo-lead')], 2, /did not stand/],
    ['a deployment with a slot unsigned', [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), started()], 3, /nobody had signed as secops/],
    [
      'a deployment after a signature was withdrawn',
      [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), signed('dee', 'secops'), withdrawn('bo', 'SIG-bo-lead'), started()],
      5,
      /nobody had signed as lead/,
    ],
    [
      'a deployment of another release',
      [opened, sealed(1, 'aaaa'), signed('bo', 'lead'), signed('dee', 'secops'), started({ release: '1.0.1' })],
      4,
      /another release or profile/,
    ],
    ['a deployment on a promotion that never was', [started()], 0, /was never opened/],
    ['a deployment that names none where one is asked for', [opened, started({ promotion: null })], 1, /its policy asks for one/],
    ['a redeploy of what never ran', [started({ kind: 'redeploy', promotion: null })], 0, /did not run there with authority/],
    ['a rollback to what never ran', [started({ kind: 'rollback', promotion: null, reverts: 'DEP-0009' })], 0, /did not run there/],
    [
      'a promotion that ended with a deployment it had not authorised',
      [
        opened,
        started({ authorised: false, promotion: null }),
        { action: 'promotion.deployed', subject: promotion, by: 'cy', after: { deployment: 'DEP-0001' } },
      ],
      2,
      /had not authorised/,
    ],
    [
      'a rotation that started without its approvals',
      [
        { action: 'rotation.opened', subject: { kind: 'rotation', id: 'ROT-1' }, by: 'ada' },
        {
          action: 'rotation.planned',
          subject: { kind: 'rotation', id: 'ROT-1', version: 1 },
          by: 'ada',
          dossier: 'aaaa',
          after: { slots: ['lead'] },
        },
        { action: 'rotation.started', subject: { kind: 'rotation', id: 'ROT-1', version: 1 }, by: 'bo', dossier: 'aaaa' },
      ],
      2,
      /nobody had signed as lead/,
    ],
    [
      'an exception in force that nobody approved',
      [
        {
          action: 'exception.filed',
          subject: { kind: 'exception', id: 'EXC-1', version: 1 },
          by: 'ada',
          dossier: 'aaaa',
          after: { slots: ['lead'] },
        },
        { action: 'exception.took_effect', subject: { kind: 'exception', id: 'EXC-1', version: 1 }, by: 'bo', dossier: 'aaaa' },
      ],
      1,
      /nobody had signed as lead/,
    ],
    [
      'an extension granted by whoever asked for it',
      [
        {
          action: 'exception.filed',
          subject: { kind: 'exception', id: 'EXC-1', version: 1 },
          by: 'ada',
          dossier: 'aaaa',
          after: { slots: ['lead'] },
        },
        {
          action: 'exception.extension_asked',
          subject: { kind: 'exception', id: 'EXC-1', version: 2 },
          by: 'bo',
          dossier: 'bbbb',
          after: { slots: ['lead'] },
        },
        {
          action: 'exception.approved',
          subject: { kind: 'exception', id: 'EXC-1', version: 2 },
          by: 'bo',
          dossier: 'bbbb',
          after: { slot: 'lead' },
        },
      ],
      2,
      /by whoever asked for it/,
    ],
    [
      'a glass that somebody else opened as their own',
      [
        {
          action: 'fallback.requested',
          subject: { kind: 'fallback', id: 'BG-1', version: 1 },
          by: 'ada',
          dossier: 'aaaa',
          after: { slots: ['lead'] },
        },
        {
          action: 'fallback.opened',
          subject: { kind: 'fallback', id: 'BG-1', version: 1 },
          by: 'bo',
          dossier: 'aaaa',
          after: { ownRequest: true },
        },
      ],
      1,
      /had not asked/,
    ],
  ]
  it.each(broken)('finds %s', (_, acts, index, says) => {
    const found = replay(acts)
    expect(found).toHaveLength(1)
    expect(found[0]?.[0]).toBe(index)
    expect(found[0]?.[1]).toMatch(says)
  })

  it('lets the last signature and what follows from it be recorded in any order, as one transaction', () => {
    const filed: Told = {
      action: 'exception.filed',
      subject: { kind: 'exception', id: 'EXC-1', version: 1 },
      by: 'ada',
      dossier: 'aaaa',
      after: { slots: ['lead'] },
    }
    const approved: Told = {
      action: 'exception.approved',
      subject: filed.subject,
      by: 'bo',
      dossier: 'aaaa',
      after: { slot: 'lead', signature: 'SIG-1' },
    }
    const effect: Told = { action: 'exception.took_effect', subject: filed.subject, by: 'bo', dossier: 'aaaa' }
    const rules = new Rules()
    rules.see(parseRecorded(storyEvent(0, filed)), 0)
    for (const [at, act] of [effect, approved].entries()) rules.see(parseRecorded(storyEvent(1, { ...act, request: 'one' })), 1 + at)
    rules.finish()
    expect(rules.findings.kept).toEqual([])
  })

  it('tells less of events from before seals named their slots, and accuses nobody for that', () => {
    expect(replay([opened, { ...sealed(1, 'aaaa'), after: undefined }, signed('bo', 'lead'), started()])).toEqual([])
  })

  it('lets refused attempts be: they changed nothing', () => {
    const rules = new Rules()
    rules.see({ ...parseRecorded(storyEvent(0, signed('ada', 'lead'))), outcome: 'refused' }, 0)
    expect(rules.findings.count).toBe(0)
  })
})

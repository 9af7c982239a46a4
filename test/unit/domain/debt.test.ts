import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { debtsOf, type EmergencyOwing, type FallbackOwing, fallbackDebts, type RotationOwing } from '@/lib/domain/debt'
import { fallbackPhase } from '@/lib/domain/fallback'
import { type FallbackRule, fallbackRules } from '@/lib/domain/fallback-rule'
import { PolicySchema } from '@/lib/domain/policy/schema'

const policy = PolicySchema.parse(parse(readFileSync(`${import.meta.dirname}/../../../policies/robodj.yaml`, 'utf8')))
const rule = (id: string) => fallbackRules(policy).find((each) => each.id === id) as FallbackRule
const T = new Date('2026-11-21T10:00:00Z')
const HOUR = 3_600_000
const at = (ms: number) => new Date(T.getTime() + ms)

const use = (more: Partial<FallbackOwing> = {}): FallbackOwing => ({
  id: 'BG-0001',
  system: 'robodj',
  incident: 'INC-0001',
  rule: rule('prod'),
  mappings: ['secret-key', 'secret-v2-key'],
  askedBy: { name: 'Mara' },
  ownRequest: false,
  exposed: null,
  status: 'granted',
  expiresAt: T,
  returnedAt: null,
  cleanedUpAt: null,
  reviewedAt: null,
  rotated: new Map(),
  rotators: ['release_manager', 'secops'],
  ...more,
})
const kinds = (of: FallbackOwing, now = at(0)) => fallbackDebts(of, now).map(({ kind }) => kind)

describe('what a fallback use owes (000.21, 000.23)', () => {
  it('nothing while it runs, from its very end clean-up and review, each with its time', () => {
    expect(kinds(use(), at(-1))).toEqual([])
    const [cleanUp, review] = fallbackDebts(use(), at(0))
    expect(cleanUp).toMatchObject({
      kind: 'clean_up',
      profile: 'prod',
      incident: 'INC-0001',
      since: T,
      dueAt: at(24 * HOUR),
      overdue: false,
    })
    expect(review).toMatchObject({ kind: 'review', dueAt: at(24 * HOUR), roles: ['incident_commander', 'production_approver', 'secops'] })
    expect(fallbackDebts(use(), at(24 * HOUR)).map(({ overdue }) => overdue)).toEqual([true, true])
    expect(fallbackDebts(use(), at(24 * HOUR - 1)).map(({ overdue }) => overdue)).toEqual([false, false])
  })

  it('where the rule asks for no review none is owed, except after a commander’s own request', () => {
    const cleaned = { rule: rule('staging'), cleanedUpAt: T, exposed: false }
    expect(kinds(use(cleaned))).toEqual([])
    expect(fallbackDebts(use({ ...cleaned, ownRequest: true }), T)).toMatchObject([{ kind: 'review', dueAt: null, overdue: false }])
    expect(kinds(use({ ...cleaned, ownRequest: true, reviewedAt: T }))).toEqual([])
  })

  it('exposure owes a rotation of each secret after the end; what was rotated before it does not count', () => {
    const exposed = (rotated: [string, Date][]) => use({ cleanedUpAt: T, exposed: true, reviewedAt: T, rotated: new Map(rotated) })
    expect(fallbackDebts(exposed([]), T)[0]?.sentence).toContain('ROBODJ_SECRET_KEY and ROBODJ_SECRET_V2_KEY')
    expect(
      fallbackDebts(
        exposed([
          ['secret-key', at(1)],
          ['secret-v2-key', T],
        ]),
        T,
      )[0]?.sentence,
    ).toContain('exposed ROBODJ_SECRET_V2_KEY.')
    expect(
      kinds(
        exposed([
          ['secret-key', at(1)],
          ['secret-v2-key', at(1)],
        ]),
      ),
    ).toEqual([])
    const other = use({ mappings: [], cleanedUpAt: T, exposed: true, reviewedAt: T })
    expect([kinds(other), kinds({ ...other, rotated: new Map([['', at(1)]]) })]).toEqual([['rotate'], []])
  })

  it('an ended use owes its clean-up exactly as long as it is in the phase ended', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e8, max: 1e8 }),
        fc.option(fc.integer({ min: -1e8, max: -1 })),
        fc.boolean(),
        (ms, returned, cleaned) => {
          const one = use({ returnedAt: returned === null ? null : at(returned), cleanedUpAt: cleaned ? T : null })
          expect(kinds(one, at(ms)).includes('clean_up')).toBe(fallbackPhase(one, at(ms)) === 'ended')
        },
      ),
    )
  })
})

const rotation: RotationOwing = {
  id: 'ROT-0001',
  system: 'robodj',
  profile: 'prod',
  incident: 'INC-0001',
  rolledBackAt: T,
  postmortem: null,
  template: 'Postmortem template',
  roles: ['release_manager'],
}
const emergency: EmergencyOwing = {
  id: 'PRM-0001',
  system: 'robodj',
  profile: 'prod',
  incident: 'INC-0001',
  release: '2.4.1',
  isDeployed: true,
  since: T,
  reviewWithin: 'P2D',
  skipped: [
    { key: 'a', title: 'Rollback drill', passedAt: null, who: 'Engineer', roles: ['engineer'] },
    { key: 'b', title: 'Checklist', passedAt: at(1), who: 'Engineer', roles: ['engineer'] },
  ],
  slots: [
    { key: 'rm', title: 'Release Manager', roles: ['release_manager'], isReviewed: true },
    { key: 'm', title: 'Management', roles: ['management'], isReviewed: false },
  ],
}

describe('what a rollback and an emergency owe', () => {
  it('a postmortem until it is named (003.19)', () => {
    const of = (postmortem: string | null) => debtsOf({ fallbacks: [], rotations: [{ ...rotation, postmortem }], promotions: [] }, T)
    expect(of(null)).toMatchObject([
      { kind: 'postmortem', subject: { kind: 'rotation', id: 'ROT-0001' }, sentence: expect.stringContaining('Postmortem template') },
    ])
    expect(of('PM-1')).toEqual([])
  })

  it('the skipped evidence and a review in each ordinary slot, within the policy’s time', () => {
    const debts = (more: Partial<EmergencyOwing> = {}, now = T) =>
      debtsOf({ fallbacks: [], rotations: [], promotions: [{ ...emergency, ...more }] }, now)
    expect(debts()).toMatchObject([
      { kind: 'skipped_gate', what: 'Rollback drill', dueAt: at(48 * HOUR), overdue: false },
      { kind: 'emergency_review', what: 'Review as Management', who: 'Management eligible for the slot' },
    ])
    expect(debts({}, at(48 * HOUR)).every(({ overdue }) => overdue)).toBe(true)
    // A release that is not there any more has nothing to show; that it went is still reviewed.
    expect(debts({ isDeployed: false }).map(({ kind }) => kind)).toEqual(['emergency_review'])
  })

  it('all together, the one due first first', () => {
    const all = debtsOf({ fallbacks: [use()], rotations: [rotation], promotions: [emergency] }, T)
    expect(all.map(({ kind }) => kind)).toEqual(['clean_up', 'review', 'skipped_gate', 'emergency_review', 'postmortem'])
  })
})

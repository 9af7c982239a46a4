import { describe, expect, test } from 'vitest'
import type { Actor } from '@/lib/domain/context'
import type { EdgeGate } from '@/lib/domain/gate'
import { whyNotClaims } from '@/lib/domain/observation/claims'
import { type CurrentFact, ObservationFacts } from '@/lib/domain/observation/facts'
import { forgottenFacts } from '@/lib/domain/observation/forget'
import {
  evidenceSummary,
  evidenceVerdict,
  gateBindings,
  isEvidenceDue,
  mayBringObserved,
  runsRelease,
} from '@/lib/domain/observation/gate-evidence'
import { loadPolicy } from '../policy/policies'

const NOW = new Date('2026-11-21T12:00:00Z')
const policy = loadPolicy('robodj')
const claim = (facts: object, claimedAt?: string) => ({
  facts: ObservationFacts.parse(facts),
  ...(claimedAt ? { claimedAt: new Date(claimedAt) } : {}),
})
const files = { files: { present: [] } }

describe('why a claim cannot be taken', () => {
  test.each([
    ['no claim', undefined, null],
    ['a little ahead', '2026-11-21T12:04:00Z', null],
    ['ahead', '2026-11-21T12:06:00Z', 'observations[2].claimedAt'],
    ['of the year 2099', '2099-01-01T00:00:00Z', 'observations[2].claimedAt'],
    ['six days old', '2026-11-15T12:00:01Z', null],
    ['older than a week', '2026-11-14T11:59:59Z', 'observations[2].claimedAt'],
  ])('%s', (_, at, place) => {
    expect(whyNotClaims(policy, claim(files, at), 'observations[2].', NOW)?.place ?? null).toBe(place)
  })

  test('instants inside the facts may not lie in the future either', () => {
    const late = '2026-11-22T12:00:00Z'
    for (const [facts, place] of [
      [{ checks: [{ check: 'a', ok: true, at: late }] }, 'facts.checks[0].at'],
      [{ snapshots: [{ takenAt: late, digest: 'a'.repeat(64) }] }, 'facts.snapshots[0].takenAt'],
      [{ fileChanges: { since: late, changes: [] } }, 'facts.fileChanges.since'],
      [
        { fileChanges: { since: '2026-11-01T00:00:00Z', changes: [{ path: 'a', by: 'agent', what: 'edited', at: late }] } },
        'facts.fileChanges.changes[0].at',
      ],
    ] as const)
      expect(whyNotClaims(policy, claim(facts), '', NOW)).toMatchObject({ code: 'invalid', place })
  })

  test('only a declared variable that is no secret and says a mode, a level or a name may say its word (T18)', () => {
    const variable = (name: string) => ({ variables: [{ name, present: true, says: 'staging' }] })
    expect(whyNotClaims(policy, claim(variable('ROBODJ_ENV')), '', NOW)).toBeNull()
    for (const name of ['ROBODJ_SECRET_KEY', 'NOBODY_KNOWS'])
      expect(whyNotClaims(policy, claim(variable(name)), '', NOW)).toMatchObject({ code: 'invalid', place: 'facts.variables[0].says' })
  })
})

test('002.20: only a condition that the policy leaves open is answered, and what stands there instead of a name is not repeated', () => {
  const stack = loadPolicy('stack')
  const answer = (variable: string) => claim({ conditions: [{ variable, applies: false }] })
  expect(whyNotClaims(stack, answer('API__CORS_ORIGINS'), '', NOW)).toBeNull()
  for (const name of ['API__DATABASE_URL', 'HUNTER2_IS_MY_WORD']) {
    const refusal = whyNotClaims(stack, answer(name), 'observations[1].', NOW)
    expect(refusal).toMatchObject({ code: 'invalid', place: 'observations[1].facts.conditions[0].variable' })
    expect(refusal?.sentence).toContain('It asks of API__CORS_ORIGINS.')
    expect(JSON.stringify(refusal)).not.toContain(name)
  }
  expect(ObservationFacts.safeParse({ conditions: [1, 2].map(() => ({ variable: 'A', applies: true })) }).success).toBe(false)
})

describe('facts that say nothing any more', () => {
  const fact = (instance: string, days: number, more: Partial<CurrentFact> = {}): CurrentFact => ({
    profile: 'prod',
    instance,
    section: 'files',
    facts: { present: [] },
    baseline: null,
    source: 'runtime',
    seenAt: new Date(NOW.getTime() - days * 86_400_000),
    observationId: 'o',
    ...more,
  })

  test('are those of runtimes that were silent for a week while another reports the same, never the last word on a profile', () => {
    const old = fact('pod-1', 8)
    expect(forgottenFacts(policy, [old, fact('pod-2', 0)], NOW)).toEqual([old])
    expect(forgottenFacts(policy, [fact('pod-1', 6), fact('pod-2', 0)], NOW)).toEqual([])
    expect(forgottenFacts(policy, [old, fact('pod-2', 3)], NOW)).toEqual([])
    expect(forgottenFacts(policy, [old, fact('pod-2', 0, { profile: 'staging' })], NOW)).toEqual([])
    expect(forgottenFacts(policy, [old, fact('pod-2', 0, { section: 'routes', facts: { exposed: [] } })], NOW)).toEqual([])
  })
})

describe('evidence of observations', () => {
  const gate = { id: 'g', kind: 'check', observed: [], contract: false, by: { kinds: ['token', 'agent'] } } as unknown as EdgeGate
  const artefact = (reference?: string, gitSha?: string): CurrentFact => ({
    profile: 'dev',
    instance: `i-${reference}${gitSha}`,
    section: 'artefact',
    facts: { ...(reference ? { reference } : {}), ...(gitSha ? { gitSha } : {}), state: 'running', stamps: [] },
    baseline: null,
    source: 'runtime',
    seenAt: NOW,
    observationId: 'o',
  })
  const release = { artefact: 'app@sha256:1', gitSha: 'abc' }

  test('a gate that asks for the contract is bound to it, and only checks are bound at all', () => {
    expect(gateBindings({ ...gate, contract: true })).toEqual([{ by: 'contract' }])
    expect(gateBindings({ ...gate, contract: true, observed: [{ by: 'contract' }, { by: 'sources' }] })).toEqual([
      { by: 'contract' },
      { by: 'sources' },
    ])
    expect(gateBindings({ ...gate, kind: 'attestation', contract: true })).toEqual([])
  })

  test('another profile counts while every runtime of it runs the release', () => {
    expect(runsRelease([], 'dev', release)).toBe(false)
    expect(runsRelease([artefact('app@sha256:1')], 'dev', release)).toBe(true)
    expect(runsRelease([artefact(undefined, 'abc')], 'dev', release)).toBe(true)
    expect(runsRelease([artefact('app@sha256:1'), artefact('app@sha256:2')], 'dev', release)).toBe(false)
    expect(runsRelease([artefact('app@sha256:2', 'abc')], 'dev', release)).toBe(false)
    expect(runsRelease([artefact()], 'dev', release)).toBe(false)
    expect(runsRelease([artefact('app@sha256:1')], 'staging', release)).toBe(false)
  })

  test('old and missing facts bring nothing', () => {
    expect((['met', 'deviates', 'stale', 'unknown'] as const).map((state) => evidenceVerdict({ state }))).toEqual([
      'pass',
      'fail',
      null,
      null,
    ])
  })

  test('is due when there is none, when it says otherwise, or after a tenth of its time', () => {
    const newest = (minutes: number, verdict = 'pass') => ({ verdict, recordedAt: new Date(NOW.getTime() - minutes * 60_000) })
    const day = { validFor: 'PT24H' }
    expect(isEvidenceDue(day, 'pass', null, NOW)).toBe(true)
    expect(isEvidenceDue(day, 'fail', newest(0), NOW)).toBe(true)
    expect(isEvidenceDue(day, 'pass', newest(144), NOW)).toBe(false)
    expect(isEvidenceDue(day, 'pass', newest(145), NOW)).toBe(true)
    expect(isEvidenceDue({}, 'pass', newest(100_000), NOW)).toBe(false)
  })

  test('is brought by the kinds and roles that the gate names, and by no token for other gates (T11)', () => {
    const token = { kind: 'token', grants: [], token: { gates: [] } } as unknown as Actor
    const person = {
      kind: 'person',
      token: null,
      grants: [{ role: 'engineer', systemId: null, startsAt: new Date(0), endsAt: null }],
    } as unknown as Actor
    expect(mayBringObserved(gate, token, 's', NOW)).toBe(true)
    expect(mayBringObserved(gate, { ...token, token: { gates: ['other'] } } as unknown as Actor, 's', NOW)).toBe(false)
    expect(mayBringObserved(gate, person, 's', NOW)).toBe(false)
    const both = { ...gate, by: { kinds: ['person'], roles: ['secops'] } } as unknown as EdgeGate
    expect(mayBringObserved(both, person, 's', NOW)).toBe(false)
    expect(mayBringObserved({ ...both, by: { kinds: ['person'] } } as unknown as EdgeGate, person, 's', NOW)).toBe(true)
  })

  test('its summary names what deviates, in one line', () => {
    expect(evidenceSummary({ state: 'met', observed: 'All there', causes: [] })).toBe('All there')
    expect(evidenceSummary({ state: 'deviates', observed: 'Not there', causes: ['variable.A', 'variable.B'] })).toBe('A, B: Not there')
    expect(evidenceSummary({ state: 'deviates', observed: 'x'.repeat(600), causes: [] })).toHaveLength(500)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChecklistFact,
  type EdgeGate,
  type EvidenceFact,
  edgeGates,
  GATE_VERDICTS,
  type GateFacts,
  isPassing,
  judgeGate,
  whoCanBring,
} from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'
import { loadPolicy, SLUGS } from '../policy/policies'
import { aPromotion, hours, NOW, passing, robodj, runs, someEvidence } from './facts'

const gatesOf = (policy: Policy, edgeId: string) =>
  edgeGates(policy, policy.edges.find(({ id }) => id === edgeId) as Policy['edges'][number])
const gate = (id: string, edgeId = 'staging->prod') => gatesOf(robodj, edgeId).find((each) => each.id === id) as EdgeGate
const minutes = (count: number) => hours(count / 60)

describe('the gates of an edge', () => {
  it('are the policy’s, and one for each constraint whose moment guards the way (000.8)', () => {
    const lines = SLUGS.flatMap((slug) => {
      const policy = loadPolicy(slug)
      return policy.edges.flatMap((edge) =>
        edgeGates(policy, edge).map(({ id, kind, moments }) => `${slug} ${edge.id} ${id}: ${kind}, ${moments.join(' ')}`),
      )
    })
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "dreichor dev->prod variables-valid: check, promotion deployment
      dreichor dev->prod isolation: attestation, promotion deployment
      dreichor dev->prod dev-startup: check, promotion deployment
      robodj dev->staging config-validation: check, opening promotion deployment
      robodj dev->staging secret-preflight: check, promotion deployment
      robodj dev->staging docs-updated: attestation, promotion deployment
      robodj dev->staging diff-secrets: check, promotion deployment
      robodj staging->prod pre-release-checklist: checklist, promotion deployment
      robodj staging->prod secret-preflight: check, promotion deployment
      robodj staging->prod rollback-drill: check, promotion deployment
      robodj staging->prod escalation-contacts: attestation, promotion deployment
      robodj staging->prod config-validation: check, deployment
      stack ci->staging lint-types: check, promotion deployment
      stack ci->staging unit-tests: check, promotion deployment
      stack ci->staging docs-guards: check, promotion deployment
      stack ci->staging migration-checks: check, promotion deployment
      stack staging->production staging-smoke: check, promotion deployment
      stack staging->production secret-rules: check, promotion deployment
      stack staging->production migration-way: attestation, promotion deployment
      stack staging->production deployment-checklist: checklist, promotion deployment
      waxwatch dev->staging ci-green: check, promotion deployment
      waxwatch dev->staging change-surface: check, promotion deployment
      waxwatch dev->staging env-sample: check, promotion deployment
      waxwatch staging->production change-surface: check, promotion deployment
      waxwatch staging->production env-sample: check, promotion deployment
      waxwatch staging->production check-prod-env: check, promotion deployment
      waxwatch staging->production deployment-checklist: checklist, promotion deployment"
    `)
  })

  it('a constraint becomes a check with the document’s words, its command and whether it blocks', () => {
    expect(gate('config-validation')).toMatchObject({
      title: 'Config validation',
      kind: 'check',
      asks: 'Config validation: Required before deployment.',
      command: 'python config/validate_config.py',
      moments: ['deployment'],
      blocking: true,
    })
    const recommended = structuredClone(robodj)
    const cell = recommended.constraints.find(({ id }) => id === 'config-validation')?.cells.prod
    if (cell) cell.level = 'recommended'
    expect(gatesOf(recommended, 'staging->prod').find(({ id }) => id === 'config-validation')).toMatchObject({ blocking: false })
  })

  it('a constraint that moves to another moment is judged then, and one before a merge guards no way', () => {
    const moved = structuredClone(robodj)
    const cells = moved.constraints.find(({ id }) => id === 'config-validation')?.cells
    if (cells?.prod) cells.prod.moment = 'before-release-candidate'
    expect(gatesOf(moved, 'staging->prod').find(({ id }) => id === 'config-validation')?.moments).toEqual(['opening'])
    if (cells?.prod) cells.prod.moment = 'before-merge'
    expect(gatesOf(moved, 'staging->prod').some(({ id }) => id === 'config-validation')).toBe(false)
  })

  it('one that shares its id with a gate of the edge is judged by that gate, at opening too', () => {
    const same = gatesOf(robodj, 'dev->staging').filter(({ id }) => id === 'config-validation')
    expect(same).toHaveLength(1)
    expect(same[0]).toMatchObject({ validFor: 'PT24H', moments: ['opening', 'promotion', 'deployment'] })
  })
})

describe('evidence', () => {
  const preflight = gate('secret-preflight')
  const judged = (facts: Partial<GateFacts>, now = NOW) => judgeGate(preflight, { ...passing(preflight), ...facts }, now)

  it('missing says what to run; failed says how; passed says what it rests on', () => {
    expect(judged({ evidence: [] })).toMatchObject({
      verdict: 'missing',
      evidence: null,
      sentence: expect.stringContaining('python config/check_runtime_secrets.py --require-env-only'),
    })
    expect(judged({ evidence: [someEvidence({ verdict: 'fail', summary: 'exit 1' })] })).toMatchObject({
      verdict: 'fail',
      sentence: 'Failed: exit 1',
    })
    expect(judged({})).toMatchObject({
      verdict: 'pass',
      seenAt: hours(-1),
      freshUntil: hours(23),
      evidence: { id: 'evidence-of-secret-preflight' },
    })
  })

  it('the newest counts: an older pass does not cover a failure, nor an older failure a pass', () => {
    const fail = someEvidence({ verdict: 'fail' })
    expect(judged({ evidence: [fail, someEvidence()] }).verdict).toBe('fail')
    expect(judged({ evidence: [someEvidence(), fail] }).verdict).toBe('pass')
  })

  it('is fresh for as long as the policy says, to the millisecond', () => {
    const evidence = [someEvidence({ recordedAt: NOW })]
    expect(judged({ evidence }, new Date(hours(24).getTime() - 1)).verdict).toBe('pass')
    expect(judged({ evidence }, hours(24))).toMatchObject({ verdict: 'stale', sentence: '24 h old, limit 24 hours. Bring it again.' })
  })

  it('without a limit it does not age', () => {
    const docs = gate('docs-updated', 'dev->staging')
    expect(judgeGate(docs, passing(docs), hours(100_000))).toMatchObject({ verdict: 'pass', freshUntil: null })
  })

  it('a running exception covers what does not pass, until it ends', () => {
    const exception = { id: 'EXC-0007', endsAt: hours(5) }
    for (const evidence of [[], [someEvidence({ verdict: 'fail' })]]) {
      expect(judged({ evidence, exception })).toMatchObject({
        verdict: 'pass_with_exception',
        exception: { id: 'EXC-0007' },
        sentence: expect.stringMatching(/^Covered by EXC-0007 until 19 Nov 2026, 17:00 UTC\. /),
      })
      expect(isPassing(judged({ evidence, exception }, hours(5)).verdict)).toBe(false)
    }
    expect(judged({ exception })).toMatchObject({ verdict: 'pass', exception: null })
  })
})

describe('evidence that must be about the latest snapshot (000.29)', () => {
  const drill = gate('rollback-drill')
  const snapshot = { id: 'new', takenAt: hours(-2), digest: 'e'.repeat(64) }
  const judged = (facts: Partial<GateFacts>) => judgeGate(drill, { ...passing(drill), ...facts }, NOW)

  it.each<[string, Partial<GateFacts>, string, RegExp]>([
    ['about the newest', { newestSnapshot: snapshot, evidence: [someEvidence({ snapshotId: 'new' })] }, 'pass', /exit 0/],
    [
      'about an older one',
      { newestSnapshot: snapshot, evidence: [someEvidence({ snapshotId: 'old' })] },
      'stale',
      /older snapshot of prod/,
    ],
    ['about none', { newestSnapshot: snapshot, evidence: [someEvidence()] }, 'stale', /older snapshot of prod/],
    ['no snapshot is recorded', { newestSnapshot: null, evidence: [someEvidence({ snapshotId: 'old' })] }, 'missing', /Record it first/],
    ['neither snapshot nor evidence', { newestSnapshot: null, evidence: [] }, 'missing', /No evidence yet/],
    [
      'a drill that failed on an older one',
      { newestSnapshot: snapshot, evidence: [someEvidence({ snapshotId: 'old', verdict: 'fail' })] },
      'fail',
      /Failed/,
    ],
    [
      'too long ago, on the newest',
      { newestSnapshot: snapshot, evidence: [someEvidence({ snapshotId: 'new', recordedAt: hours(-24 * 7) })] },
      'stale',
      /limit 7 days/,
    ],
  ])('%s', (_, facts, verdict, sentence) => {
    expect(judged(facts)).toMatchObject({ verdict, sentence: expect.stringMatching(sentence) })
  })
})

describe('a checklist fails closed (000.30)', () => {
  const list = gate('pre-release-checklist')
  const done = passing(list).checklist as ChecklistFact
  const judged = (checklist: ChecklistFact | null, now = NOW, validFor?: string) =>
    judgeGate({ ...list, validFor }, { ...passing(list), checklist }, now)

  it.each<[string, ChecklistFact | null, string, RegExp]>([
    ['no facts at all', null, 'missing', /not imported/],
    [
      'an outside file that nobody imported',
      { ...done, runId: null, templateHash: null, file: 'PRE_RELEASE_CHECKLIST.md' },
      'missing',
      /^PRE_RELEASE_CHECKLIST\.md is not imported/,
    ],
    ['not started', { ...done, runId: null, done: 0, total: 0 }, 'missing', /Nobody has started/],
    ['items left', { ...done, done: 2 }, 'missing', /^2 of 3 items/],
    ['a failed item, others left', { ...done, done: 1, failed: 1 }, 'fail', /^1 of 3 items failed/],
    ['all done', done, 'pass', /^3 of 3 items/],
    [
      'nothing on it that comes before a deployment',
      { ...done, done: 0, total: 0, lastTickAt: null, lastTickBy: null },
      'pass',
      /^0 of 0 items/,
    ],
  ])('%s', (_, checklist, verdict, sentence) => {
    expect(judged(checklist)).toMatchObject({ verdict, sentence: expect.stringMatching(sentence) })
  })

  it('evidence brought by other means does not stand for a checklist', () => {
    expect(judgeGate(list, { ...passing(list), checklist: null, evidence: [someEvidence()] }, NOW).verdict).toBe('missing')
  })

  it('ages from its last tick where the policy limits it', () => {
    expect(judged(done, hours(22), 'PT24H')).toMatchObject({ verdict: 'pass', freshUntil: hours(23) })
    expect(judged(done, hours(23), 'PT24H')).toMatchObject({ verdict: 'stale', sentence: '24 h old, limit 24 hours. Bring it again.' })
  })
})

describe('whatever the facts', () => {
  const instant = fc.integer({ min: -400, max: 400 }).map(minutes)
  const evidence: fc.Arbitrary<EvidenceFact> = fc
    .record({
      verdict: fc.constantFrom('pass', 'pass', 'fail' as const),
      recordedAt: fc.integer({ min: -400, max: 0 }).map(minutes),
      snapshotId: fc.constantFrom(null, 'old', 'new'),
    })
    .map(someEvidence)
  const checklist: fc.Arbitrary<ChecklistFact> = fc
    .record({
      runId: fc.option(fc.constant('run'), { freq: 3 }),
      templateHash: fc.option(fc.constant('a'.repeat(64)), { freq: 3 }),
      total: fc.nat(4),
      part: fc.nat(4),
      failed: fc.nat(2),
      ticked: fc.integer({ min: -400, max: 0 }),
    })
    .map(({ runId, templateHash, total, part, failed, ticked }) => ({
      runId,
      templateHash,
      file: null,
      total,
      done: Math.min(part, total),
      failed: Math.min(failed, total),
      lastTickAt: part === 0 ? null : minutes(ticked),
      lastTickBy: null,
    }))
  const facts: fc.Arbitrary<GateFacts> = fc.record({
    evidence: fc.array(evidence, { maxLength: 3 }).map((list) => list.toSorted((a, b) => b.recordedAt.getTime() - a.recordedAt.getTime())),
    newestSnapshot: fc.option(fc.constant({ id: 'new', takenAt: hours(-300), digest: 'e'.repeat(64) }), { freq: 4 }),
    checklist: fc.option(checklist, { freq: 4 }),
    exception: fc.option(instant.map((endsAt) => ({ id: 'EXC-0007', endsAt }))),
  })
  const anyGate: fc.Arbitrary<EdgeGate> = fc
    .record({
      from: fc.constantFrom(...SLUGS.flatMap((slug) => loadPolicy(slug).edges.flatMap((edge) => edgeGates(loadPolicy(slug), edge)))),
      validFor: fc.constantFrom(undefined, 'PT1H', 'PT3H'),
    })
    .map(({ from, validFor }) => ({ ...from, validFor }))

  it('every gate has a verdict and a sentence, and the two agree with what is named', () => {
    fc.assert(
      fc.property(anyGate, facts, instant, (each, given, now) => {
        const judged = judgeGate(each, given, now)
        expect(GATE_VERDICTS).toContain(judged.verdict)
        expect(judged.sentence).not.toMatch(/undefined|null|NaN|Invalid/)
        expect(judged.sentence.length).toBeGreaterThan(3)
        expect(judged.exception !== null).toBe(judged.verdict === 'pass_with_exception')
        if (judged.verdict === 'pass' && judged.freshUntil) expect(judged.freshUntil.getTime()).toBeGreaterThan(now.getTime())
        if (judged.verdict === 'pass' && each.kind !== 'checklist') expect(judged.evidence?.verdict).toBe('pass')
      }),
      { numRuns: runs(500) },
    )
  })

  it('time alone takes away and gives nothing back: without new facts nothing that does not pass comes to pass', () => {
    fc.assert(
      fc.property(anyGate, facts, instant, instant, (each, given, one, other) => {
        const [earlier, later] = one < other ? [one, other] : [other, one]
        const before = judgeGate(each, given, earlier)
        const after = judgeGate(each, given, later)
        if (isPassing(after.verdict)) expect(isPassing(before.verdict)).toBe(true)
        if (!given.exception && before.verdict !== 'pass') expect(after.verdict).toBe(before.verdict)
        if (!given.exception && before.verdict !== after.verdict) expect([before.verdict, after.verdict]).toEqual(['pass', 'stale'])
      }),
      { numRuns: runs(500) },
    )
  })

  it('judging has no memory: the same facts at the same instant give the same', () => {
    fc.assert(
      fc.property(anyGate, facts, instant, (each, given, now) => {
        expect(judgeGate(each, structuredClone(given), new Date(now))).toEqual(judgeGate(each, given, now))
      }),
      { numRuns: runs(100) },
    )
  })
})

describe('who can bring it, in words', () => {
  it.each([
    ['secret-preflight', 'a pipeline token, an agent, Engineer or Dev lead or Release Manager or SecOps'],
    ['escalation-contacts', 'Release Manager or Incident commander'],
    ['config-validation', 'a pipeline token, an agent, a person'],
  ])('%s: %s', (id, words) => {
    expect(whoCanBring(gate(id))).toBe(words)
  })

  it('a list or statement without roles is anybody’s who acts on the system', () => {
    expect(whoCanBring({ ...gate('escalation-contacts'), by: { kinds: ['person'] } })).toBe('anybody with a role on the system')
  })
})

it('the fixture of these tests passes everywhere', () => {
  expect(aPromotion().gates.every(({ verdict }) => verdict === 'pass')).toBe(true)
})

import { describe, expect, it } from 'vitest'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { FindingStanding } from '@/lib/domain/finding'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { matrixOf } from '@/lib/domain/matrix'
import type { DriftFacts, MatrixCell, MatrixFacts } from '@/lib/domain/matrix-cell'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { type ProfileFacts, profileStanding } from '@/lib/domain/profile-standing'
import { hours, NOW, robodj, someEvidence } from './facts'

const verdict = (more: Partial<RuleVerdict> = {}): RuleVerdict => ({
  rule: 'runtime.launchPath',
  profile: 'staging',
  state: 'deviates',
  severity: 'block',
  title: 'Launch path',
  expected: 'RoboDJ_Launcher.bat',
  observed: 'python main.py',
  seenAt: hours(-0.2),
  instance: 'stg-win-02',
  provenance: { assumed: true },
  ...more,
})

const JONAH = { id: 'jonah', kind: 'person', name: 'Jonah Weiss', countsAsId: 'jonah' } as const
const exception = (more: Partial<ExceptionStanding> = {}): ExceptionStanding => ({
  id: 'EXC-0031',
  system: 'robodj',
  profile: 'staging',
  rule: 'runtime.launchPath',
  title: 'Launch path',
  expected: 'RoboDJ_Launcher.bat',
  observed: 'python',
  owner: JONAH,
  startsAt: hours(-24),
  endsAt: hours(72),
  approvedAt: hours(-23),
  endedAt: null,
  status: 'approved',
  covers: true,
  extensions: 0,
  reason: 'r',
  remediation: 'm',
  finding: null,
  terms: [{ approvedAt: hours(-23), until: more.endsAt ?? hours(72) }],
  ...more,
})

const finding = (more: Partial<FindingStanding> = {}): FindingStanding => ({
  id: 'FND-0004',
  system: 'robodj',
  profile: 'staging',
  rule: 'runtime.launchPath',
  kind: 'drift',
  severity: 'block',
  title: 'Launch path',
  expected: 'RoboDJ_Launcher.bat',
  observed: 'python main.py',
  instance: null,
  openedAt: hours(-2),
  acknowledgedAt: null,
  ...more,
})

const facts = (drift: Partial<DriftFacts>, more: Partial<MatrixFacts> = {}): MatrixFacts => ({
  evidence: () => [],
  snapshot: () => null,
  keys: () => null,
  findings: () => [],
  audit: () => null,
  glass: () => null,
  drift: { verdicts: [], findings: [], exceptions: [], ...drift },
  people: [],
  systemId: 'robodj',
  now: NOW,
  ...more,
})

const cell = (drift: Partial<DriftFacts>, row = 'runtime.launchPath', profile = 'staging', more: Partial<MatrixFacts> = {}): MatrixCell =>
  matrixOf(robodj, facts(drift, more))
    .flatMap((group) => group.rows)
    .find(({ id }) => id === row)
    ?.cells.find((each) => each.profile === profile) as MatrixCell

describe('a cell and what was reported of it', () => {
  it('met: seen, with the age of the fact; an observation in words keeps them', () => {
    expect(cell({ verdicts: [verdict({ state: 'met', observed: 'RoboDJ_Launcher.bat' })] })).toMatchObject({
      state: 'pass',
      known: 'seen',
      knownAt: hours(-0.2),
      observed: { instance: 'stg-win-02' },
    })
    const attested = 'Attested on 19 Nov 2026, next due 19 Feb 2027'
    expect(cell({ verdicts: [verdict({ state: 'met', observed: attested })] })).toMatchObject({ known: attested, knownAt: null })
    expect(cell({ verdicts: [verdict({ state: 'met', observed: '0 agent writes, 30 days' })] }).known).toBe('0 agent writes, 30 days, seen')
  })

  it('deviates: open drift, with the finding of it; what was reported never becomes the rule', () => {
    expect(cell({ verdicts: [verdict()], findings: [finding()] })).toMatchObject({
      state: 'open-drift',
      known: 'python main.py',
      rule: 'RoboDJ_Launcher.bat',
      finding: 'FND-0004',
      exception: null,
    })
  })

  it('stale is amber and unknown waits: neither is a pass', () => {
    expect(cell({ verdicts: [verdict({ state: 'stale' })] })).toMatchObject({ state: 'stale', known: 'stale, last seen' })
    expect(cell({ verdicts: [verdict({ state: 'unknown', seenAt: null })] })).toMatchObject({ state: 'waiting', observed: null })
  })

  it('what is only recommended never goes red', () => {
    expect(cell({ verdicts: [verdict({ severity: 'note' })] })).toMatchObject({ state: 'waiting', known: 'python main.py, allowed' })
    expect(cell({ verdicts: [verdict({ severity: 'note', state: 'stale' })] }).state).toBe('waiting')
  })

  it('the worst of evidence and report wins, whichever it is', () => {
    const gate = robodj.edges
      .filter(({ to }) => to === 'prod')
      .flatMap((edge) => edgeGates(robodj, edge))
      .find(({ id }) => id === 'config-validation')
    if (!gate) throw new Error('robodj has lost its gate')
    const evidence = (result: 'pass' | 'fail') => () => [
      {
        judged: judgeGate(
          gate,
          { evidence: [someEvidence({ verdict: result })], newestSnapshot: null, checklist: null, exception: null },
          NOW,
        ),
        version: '2.14.0',
        live: false,
        promotion: 'PRM-0142',
      },
    ]
    const row = 'constraint.config-validation'
    const said = (state: RuleVerdict['state']) => [verdict({ rule: row, profile: 'prod', state, observed: 'exit 1' })]
    expect(cell({ verdicts: said('deviates') }, row, 'prod', { evidence: evidence('pass') }).state).toBe('open-drift')
    expect(cell({ verdicts: said('met') }, row, 'prod', { evidence: evidence('fail') }).state).toBe('fail')
    // An exception for the gate is one for the constraint of that id.
    const covered = { verdicts: said('met'), exceptions: [exception({ rule: 'gate.config-validation', profile: 'prod' })] }
    expect(cell(covered, row, 'prod', { evidence: evidence('fail') })).toMatchObject({
      state: 'drift',
      known: 'failed for 2.14.0, EXC-0031',
    })
  })
})

describe('a cell and its exceptions', () => {
  it('covered while it is honoured, and open again at the instant that ends it', () => {
    const drift = (endsAt: Date) => ({ verdicts: [verdict()], exceptions: [exception({ endsAt })] })
    expect(cell(drift(hours(72)))).toMatchObject({ state: 'drift', known: 'python main.py, EXC-0031', exception: { isCovering: true } })
    expect(cell(drift(new Date(NOW.getTime() + 1))).state).toBe('drift')
    expect(cell(drift(NOW))).toMatchObject({
      state: 'open-drift',
      known: 'python main.py, EXC-0031 ended Thu 19 Nov',
      exception: { isCovering: false, state: 'overdue' },
    })
  })

  it('one that waits for approval, and one that covers no such rule, cover nothing and are named', () => {
    const filed = exception({ status: 'filed', approvedAt: null, terms: [] })
    expect(cell({ verdicts: [verdict()], exceptions: [filed] })).toMatchObject({
      state: 'open-drift',
      known: 'python main.py, EXC-0031 waits for approval',
    })
    expect(cell({ verdicts: [verdict()], exceptions: [exception({ covers: false })] })).toMatchObject({
      state: 'open-drift',
      known: 'python main.py, EXC-0031 does not cover it',
    })
  })

  it('says that it deviates where nobody reported it, and until a newer report says otherwise', () => {
    expect(cell({ exceptions: [exception()] })).toMatchObject({ state: 'drift', known: 'python, EXC-0031' })
    const met = (seenAt: Date) => [verdict({ state: 'met', observed: '', seenAt })]
    expect(cell({ exceptions: [exception()], verdicts: met(hours(-30)) }).state).toBe('drift')
    expect(cell({ exceptions: [exception()], verdicts: met(hours(-1)) })).toMatchObject({ state: 'pass', exception: { id: 'EXC-0031' } })
  })

  it('overdue stays open drift until somebody closes it, whatever is seen meanwhile', () => {
    const over = [exception({ endsAt: hours(-1) })]
    expect(cell({ exceptions: over, verdicts: [verdict({ state: 'met' })] })).toMatchObject({
      state: 'open-drift',
      known: 'EXC-0031 ended Thu 19 Nov',
    })
    expect(cell({ exceptions: over }).state).toBe('open-drift')
  })

  it('of another profile or system it says nothing', () => {
    expect(cell({ verdicts: [verdict()], exceptions: [exception({ profile: 'prod' })] }).state).toBe('open-drift')
    expect(cell({ verdicts: [verdict()], exceptions: [exception({ system: 'other' })] }).state).toBe('open-drift')
  })
})

describe('rules that share a row', () => {
  const variable = (name: string, more: Partial<RuleVerdict> = {}) =>
    verdict({ rule: `variable.${name}`, title: name, state: 'met', observed: '', ...more })

  it('count what is met, and show the worst with how many more', () => {
    const row = 'reported.variables'
    expect(cell({ verdicts: [variable('A'), variable('B')] }, row)).toMatchObject({ state: 'pass', known: '2 of 2, seen', parts: [] })
    expect(cell({ verdicts: [variable('A'), variable('B', { state: 'unknown', seenAt: null })] }, row)).toMatchObject({
      state: 'waiting',
      known: '1 of 2, seen',
    })
    const worst = cell(
      {
        verdicts: [
          variable('A', { state: 'stale' }),
          variable('B', { state: 'deviates', observed: 'missing' }),
          variable('C', { state: 'deviates', observed: 'unknown', severity: 'note' }),
        ],
      },
      row,
    )
    expect(worst).toMatchObject({ state: 'open-drift', known: 'B: missing, and 1 more' })
    expect(worst.parts?.map(({ key }) => key)).toEqual(['variable.B', 'variable.A', 'variable.C'])
  })

  it('what is only noted turns no cell', () => {
    const noted = variable('EXTRA', { state: 'deviates', severity: 'note', observed: 'in no contract' })
    expect(cell({ verdicts: [variable('A'), noted] }, 'reported.variables')).toMatchObject({ state: 'pass', known: '1 of 1, seen' })
  })

  it('a summary is as old as its oldest fact', () => {
    const both = [variable('A', { seenAt: hours(-5) }), variable('B', { seenAt: hours(-1) })]
    expect(cell({ verdicts: both }, 'reported.variables').knownAt).toEqual(hours(-5))
  })

  it('a disagreement that a person raised of a profile stands there, without any report (004.1)', () => {
    const raised = finding({ kind: 'disagreement', rule: 'document.doc-000', title: 'start.sh', observed: 'starts python' })
    expect(cell({ findings: [raised] }, 'reported.documents')).toMatchObject({ state: 'open-drift', known: 'start.sh: starts python' })
    expect(cell({ findings: [raised] }, 'reported.documents', 'prod')).toMatchObject({ state: 'na', rule: null })
  })
})

describe('how a profile stands with them', () => {
  const staging = robodj.profiles.find(({ id }) => id === 'staging')
  if (!staging) throw new Error('robodj has lost its profile')
  const LIVE = { version: '2.14.0', since: hours(-48), deployment: 'DEP-0001', authorised: true, violations: 0 }
  const stands = (cells: MatrixCell[], exceptions: ProfileFacts['exceptions'] = []) =>
    profileStanding(
      staging,
      cells.map((each) => ({ row: 'Launch path', cell: each })),
      { live: LIVE, running: null, failed: null, lastRun: null, exceptions },
    )

  it('covered drift: how many exceptions, and when the first ends', () => {
    const covered = cell({ verdicts: [verdict()], exceptions: [exception()] })
    expect(stands([covered], [exception()])).toMatchObject({ state: 'drift', sentence: '1 exception, ends Sun 22 Nov' })
    expect(stands([covered], [exception(), exception({ id: 'EXC-0032', endsAt: hours(24) })]).sentence).toBe(
      '2 exceptions, the first ends Fri 20 Nov',
    )
  })

  it('open drift is said first, and a rule that shares a row by its own name', () => {
    const shared = cell(
      { verdicts: [verdict({ rule: 'variable.LOG_LEVEL', title: 'LOG_LEVEL', observed: 'says debug' })] },
      'reported.variables',
    )
    expect(stands([cell({ verdicts: [verdict()] }), shared])).toMatchObject({
      state: 'open-drift',
      words: 'drift',
      sentence: 'Launch path: python main.py, and 1 more',
    })
    expect(stands([shared]).sentence).toBe('LOG_LEVEL: says debug')
  })

  it('all rules are met only where nothing is left unsaid', () => {
    const met = cell({ verdicts: [verdict({ state: 'met', observed: '' })] })
    expect(stands([met]).sentence).toBe('All rules met; deployed')
    expect(stands([met, cell({}, 'runtime.dataSource')]).sentence).toBe('1 rule met, 1 not reported; deployed')
    expect(stands([cell({})]).sentence).toBe('Deployed with authority')
    expect(stands([met], [exception()]).sentence).toBe('1 exception, ends Sun 22 Nov. All rules met; deployed')
  })
})

import { describe, expect, it } from 'vitest'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import {
  type KnownEvidence,
  MATRIX_STATES,
  type MatrixCell,
  type MatrixFacts,
  matrixOf,
  PROBLEM_STATES,
  type ProfileFacts,
  profileStanding,
  worstState,
} from '@/lib/domain/matrix'
import type { Policy, PolicyProfile } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { ROLES } from '@/lib/domain/roles'
import { loadPolicy } from '../policy/policies'
import { aGrant, hours, NOW, robodj, someEvidence } from './facts'

const everybody = (...roles: readonly Role[]): MatrixFacts['people'] =>
  roles.map((role) => ({ id: role, name: `The ${role}`, kind: 'person', grants: [aGrant(role, role, { systemId: null })] }))

const facts = (more: Partial<MatrixFacts> = {}): MatrixFacts => ({
  evidence: () => [],
  snapshot: () => null,
  people: everybody(...ROLES),
  systemId: 'robodj',
  now: NOW,
  ...more,
})

const cellsOf = (policy: Policy, known = facts()) => matrixOf(policy, known).flatMap((group) => group.rows.flatMap((row) => row.cells))
const cellOf = (row: string, profile: string, known = facts()): MatrixCell =>
  matrixOf(robodj, known)
    .flatMap((group) => group.rows)
    .find(({ id }) => id === row)
    ?.cells.find((cell) => cell.profile === profile) as MatrixCell

/** Evidence for the config gate towards prod as the grid is told of it. */
function known(more: Parameters<typeof someEvidence>[0] = {}, live = false): KnownEvidence {
  const gate = robodj.edges
    .filter(({ to }) => to === 'prod')
    .flatMap((edge) => edgeGates(robodj, edge))
    .find(({ id }) => id === 'config-validation')
  if (!gate) throw new Error('robodj has lost its gate')
  const judged = judgeGate(gate, { evidence: [someEvidence(more)], newestSnapshot: null, checklist: null, exception: null }, NOW)
  return { judged, version: '2.14.0', live, promotion: live ? null : 'PRM-0142' }
}

describe('the grid', () => {
  it.each(['robodj', 'waxwatch', 'stack', 'dreichor'])(
    '%s: every rule on every profile, and without facts nothing passes (000.1)',
    (slug) => {
      const policy = loadPolicy(slug)
      for (const row of matrixOf(policy, facts({ systemId: slug })).flatMap((group) => group.rows))
        expect(row.cells.map(({ profile }) => profile)).toEqual(policy.profiles.map(({ id }) => id))
      const states = new Set(cellsOf(policy, facts({ systemId: slug })).map(({ state }) => state))
      expect([...states].filter((state) => state !== 'waiting' && state !== 'na')).toEqual([])
    },
  )

  it('quotes the document in its own words, with level, moment and source', () => {
    expect(cellOf('constraint.config-validation', 'prod')).toMatchObject({
      rule: 'Required before deployment',
      known: 'no observation yet',
      terms: expect.arrayContaining([{ label: 'Level', value: 'required' }]),
      provenance: { source: { document: 'doc-000' } },
    })
  })

  it('passes with evidence, fails with failed evidence, and old evidence of what is on its way is stale', () => {
    const cell = (evidence: KnownEvidence) => cellOf('constraint.config-validation', 'prod', facts({ evidence: () => [evidence] }))
    expect(cell(known())).toMatchObject({ state: 'pass', known: 'passed for 2.14.0' })
    expect(cell(known({ verdict: 'fail' }))).toMatchObject({ state: 'fail', known: 'failed for 2.14.0' })
    const old = known({ recordedAt: hours(-24 * 300) })
    expect(cell(old).state).toBe(old.judged.verdict === 'stale' ? 'stale' : 'pass')
    // What runs has passed this moment; its evidence growing old says nothing against it.
    expect(cell(known({ recordedAt: hours(-24 * 300) }, true))).toMatchObject({ state: 'pass' })
  })

  it('the newest evidence speaks, and all of it stays a fact', () => {
    const both = [known({ recordedAt: hours(-2), verdict: 'fail' }), known({ recordedAt: hours(-1) })]
    const cell = cellOf('constraint.config-validation', 'prod', facts({ evidence: () => both }))
    expect(cell.state).toBe('pass')
    expect(cell.facts).toHaveLength(2)
  })

  it('what is recommended never goes red (ux.md section 8)', () => {
    const recommended = robodj.constraints.flatMap(({ id, cells }) =>
      Object.entries(cells).flatMap(([profile, cell]) => (cell?.level === 'recommended' ? [[id, profile] as const] : [])),
    )
    expect(recommended.length).toBeGreaterThan(0)
    for (const [id, profile] of recommended)
      expect(PROBLEM_STATES).not.toContain(
        cellOf(`constraint.${id}`, profile, facts({ evidence: () => [known({ verdict: 'fail' })] })).state,
      )
  })

  it('a rule about snapshots is answered by the newest one on record', () => {
    const taken = hours(-7)
    const cell = cellOf('constraint.backup-snapshots', 'prod', facts({ snapshot: () => ({ takenAt: taken, digest: 'd'.repeat(64) }) }))
    expect(cell).toMatchObject({ state: 'pass', known: 'newest snapshot', knownAt: taken })
  })

  it('a role that nobody holds is a problem; one held elsewhere or no longer does not count', () => {
    const approval = (people: MatrixFacts['people']) =>
      matrixOf(robodj, facts({ people }))
        .flatMap((group) => group.rows)
        .find(({ id }) => id.startsWith('rotation.') && id.endsWith('.approval'))
        ?.cells.find(({ profile }) => profile === 'staging')
    expect(approval(everybody('management'))?.state).toBe('waiting')
    expect(approval([])).toMatchObject({ state: 'warn', known: 'nobody holds this role' })
    const held = (grant: Parameters<typeof aGrant>[2]): MatrixFacts['people'] => [
      { id: 'm', name: 'M', kind: 'person', grants: [aGrant('m', 'management', grant)] },
    ]
    expect(approval(held({ systemId: 'elsewhere' }))?.state).toBe('warn')
    expect(approval(held({ endsAt: hours(-1) }))?.state).toBe('warn')
  })
})

describe('where a profile stands', () => {
  const PROD = robodj.profiles.find(({ id }) => id === 'prod') as PolicyProfile
  const LIVE = { version: '2.13.2', since: hours(-48), deployment: 'DEP-0001', authorised: true, violations: 0 }
  const NOTHING: ProfileFacts = { live: null, running: null, failed: null, lastRun: null }
  const RUNNING = { id: 'DEP-0002', version: '2.14.0', since: hours(-1), authorised: true, violations: 0 }
  const FAILED = { id: 'DEP-0002', version: '2.14.0', at: hours(-1), why: 'Restart loop', authorised: true }
  const bad = (state: MatrixCell['state'], row = 'Config validation') => ({
    row,
    cell: { ...cellOf('constraint.config-validation', 'prod'), state, known: 'something' },
  })
  const stands = (more: Partial<ProfileFacts>, cells: Parameters<typeof profileStanding>[1] = []) =>
    profileStanding(PROD, cells, { ...NOTHING, ...more })

  it('from worst to best: without authority, failed, a broken rule, an input, a look, running, well, nothing', () => {
    expect(stands({ running: { ...RUNNING, authorised: false }, live: LIVE })).toMatchObject({
      state: 'fail',
      words: 'unauthorised',
      version: '2.13.2',
    })
    expect(stands({ live: { ...LIVE, authorised: false }, running: RUNNING })).toMatchObject({ state: 'fail', words: 'unauthorised' })
    expect(stands({ live: LIVE, failed: FAILED }, [bad('stale')])).toMatchObject({
      state: 'fail',
      words: '2.14.0 failed',
      version: '2.13.2',
    })
    expect(stands({ live: { ...LIVE, violations: 1 } }, [bad('stale')])).toMatchObject({ state: 'stale', words: 'stale' })
    expect(stands({ live: { ...LIVE, violations: 2 } }, [bad('warn')])).toMatchObject({ state: 'warn', words: 'input violation' })
    expect(stands({ live: LIVE, running: { ...RUNNING, violations: 1 } })).toMatchObject({
      state: 'warn',
      sentence: expect.stringMatching(/^DEP-0002: an input/),
    })
    expect(stands({ live: LIVE, running: RUNNING }, [bad('warn')])).toMatchObject({ state: 'warn', words: 'look' })
    expect(stands({ live: LIVE, running: RUNNING })).toMatchObject({ state: 'running', words: 'deploying' })
    expect(stands({ live: LIVE })).toMatchObject({ state: 'pass', words: 'authorised' })
    expect(stands({})).toMatchObject({ state: 'na', words: 'nothing deployed', at: null })
  })

  it('a failure without authority says both', () => {
    expect(stands({ failed: { ...FAILED, authorised: false } }).sentence).toBe(
      'DEP-0002 of 2.14.0, without authority, failed: Restart loop',
    )
  })

  it('names the first of the worst rules and how many more there are', () => {
    expect(stands({ live: LIVE }, [bad('warn', 'Approval'), bad('fail', 'Binary edits'), bad('stale')])).toMatchObject({
      state: 'fail',
      words: 'rule broken',
      sentence: 'Binary edits: something, and 2 more',
    })
  })

  it('a profile that only verifies shows its last run, and says that releases are never deployed there', () => {
    const ci = loadPolicy('stack').profiles.find(({ id }) => id === 'ci') as PolicyProfile
    expect(profileStanding(ci, [], NOTHING)).toMatchObject({ state: 'na', words: 'never deployed' })
    const lastRun = { version: 'a41c09e', passed: false, at: hours(-1) }
    expect(profileStanding(ci, [], { ...NOTHING, lastRun })).toMatchObject({ state: 'fail', words: 'failed', version: 'a41c09e' })
  })

  it('the worst state is the first of the order, and nothing at all is not applicable', () => {
    for (const [index, state] of MATRIX_STATES.entries()) expect(worstState(MATRIX_STATES.slice(index))).toBe(state)
    expect(worstState([])).toBe('na')
  })
})

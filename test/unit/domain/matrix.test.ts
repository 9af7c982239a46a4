import { describe, expect, it } from 'vitest'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { type HeldKey, type KeyStanding, keyStanding } from '@/lib/domain/key-standing'
import { matrixOf } from '@/lib/domain/matrix'
import { type KnownEvidence, MATRIX_STATES, type MatrixCell, type MatrixFacts, PROBLEM_STATES, worstState } from '@/lib/domain/matrix-cell'
import type { Policy, PolicyProfile } from '@/lib/domain/policy/schema'
import { type ProfileFacts, profileStanding } from '@/lib/domain/profile-standing'
import { ROLES, type Role } from '@/lib/domain/roles'
import { type SecretAuditFact, secretAuditStanding } from '@/lib/domain/secret-audit'
import { loadPolicy } from '../policy/policies'
import { aGrant, hours, NOW, robodj, someEvidence } from './facts'

const everybody = (...roles: readonly Role[]): MatrixFacts['people'] =>
  roles.map((role) => ({ id: role, name: `The ${role}`, kind: 'person', grants: [aGrant(role, role, { systemId: null })] }))

const facts = (more: Partial<MatrixFacts> = {}): MatrixFacts => ({
  evidence: () => [],
  snapshot: () => null,
  keys: () => null,
  findings: () => [],
  audit: () => null,
  glass: () => null,
  drift: { verdicts: [], findings: [], exceptions: [] },
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

describe('secrets in the grid', () => {
  const prod = robodj.rotation.ownership.find(({ id }) => id === 'prod')
  if (!prod) throw new Error('robodj has lost its rule')
  const rotationCell = (row: string, more: Partial<MatrixFacts>) => cellOf(`rotation.key-pair.${row}`, 'prod', facts(more))
  const aged = (days: number, more: Partial<KeyStanding> = {}): MatrixFacts['keys'] => {
    const born = hours(-24 * days)
    const held: HeldKey = { keyId: 'k7', use: 'current', bornAt: born, activatedAt: born, fingerprint: null, rotation: null }
    return (id) => (id === 'prod' ? { ...keyStanding(robodj, prod, () => [held], null, NOW), ...more } : null)
  }

  it('key rotation has its age first, then who rotates, who approves and the fallback files (ux.md section 8, 000.18 to 000.21)', () => {
    const group = matrixOf(robodj, facts()).find(({ title }) => title === 'Key rotation')
    expect(group?.rows.map(({ title }) => title)).toEqual(['Key age', 'Fingerprints', 'Owner', 'Approval', 'Fallback files'])
  })

  it('an age is drawn against its limit; unknown waits, due soon warns, overdue fails', () => {
    expect(rotationCell('age', {})).toMatchObject({ state: 'waiting', known: 'no key recorded', rule: 'At most 90 days' })
    expect(rotationCell('age', { keys: aged(12) })).toMatchObject({
      state: 'pass',
      known: '12 days',
      bullet: { value: 12 * 86_400_000, limit: 90 * 86_400_000 },
    })
    expect(rotationCell('age', { keys: aged(84) })).toMatchObject({ state: 'warn', known: '84 days, due 25 Nov 2026' })
    expect(rotationCell('age', { keys: aged(97) })).toMatchObject({ state: 'fail', known: '97 days, 7 days overdue' })
    const open = aged(97, { rotation: { id: 'ROT-0058', status: 'in_progress' } })
    expect(rotationCell('owner', { keys: open })).toMatchObject({ state: 'running', known: 'ROT-0058, in progress' })
    expect(rotationCell('age', { keys: open }).facts[0]?.sentence).toMatch(/ROT-0058 is in progress\.$/)
  })

  it('a fingerprint that speaks against a profile fails there, on both of two that share (002.42, 004.4)', () => {
    const finding = {
      kind: 'shared_between_profiles',
      system: 'robodj',
      profile: 'prod',
      mapping: 'secret-key',
      sentence: 'ROBODJ_SECRET_KEY has the same value on prod as on staging.',
      other: { profile: 'staging', mapping: 'secret-key' },
      rotation: null,
      since: hours(-1),
    } as const
    expect(rotationCell('fingerprints', { keys: aged(3), findings: () => [finding] })).toMatchObject({
      state: 'fail',
      known: 'shared with another profile',
      facts: [{ sentence: finding.sentence }],
    })
    expect(rotationCell('fingerprints', { keys: aged(3) })).toMatchObject({ state: 'waiting', known: 'none reported' })
  })

  it('an open fallback use is broken glass on its profile, and the worst there is (000.22, 000.23)', () => {
    const glass: MatrixFacts['glass'] = (profile, id) =>
      profile === 'prod' && id === 'prod'
        ? { id: 'BG-0004', system: 'robodj', profile, rule: id, mappings: ['secret-key'], expiresAt: hours(2) }
        : null
    const cell = rotationCell('fallback', { glass })
    expect(cell).toMatchObject({ state: 'glass', known: 'glass open until 19 Nov 2026, 14:00 UTC' })
    expect(rotationCell('fallback', {})).toMatchObject({ state: 'na', known: 'not in use' })
    expect(worstState(['fail', cell.state])).toBe('glass')
    const stack = loadPolicy('stack')
    const seeding = matrixOf(
      stack,
      facts({
        systemId: 'stack',
        glass: (profile, id) => ({ id: 'BG-1', system: 'stack', profile, rule: id, mappings: [], expiresAt: hours(1) }),
      }),
    )
      .flatMap((group) => group.rows)
      .find(({ id }) => id === 'glass.production-seeding')
    expect(seeding?.cells.map(({ state }) => state)).toEqual(['na', 'na', 'na', 'glass'])
  })

  describe('env-only; audited (000.10)', () => {
    const rule = robodj.secrets.audits[0] ?? null
    const audit = (last: Partial<SecretAuditFact> | null, now = NOW): MatrixFacts['audit'] => {
      const fact: SecretAuditFact | null = last && {
        id: 'a',
        finding: 'met',
        note: 'Injected only',
        link: null,
        by: { id: 'p', name: 'Priya Raman' },
        auditedAt: hours(-24 * 8),
        nextDueAt: null,
        ...last,
      }
      return (profile) => (profile === 'prod' ? secretAuditStanding(robodj, 'prod', rule, fact, now) : null)
    }
    const cell = (last: Partial<SecretAuditFact> | null, more: Partial<MatrixFacts> = {}) =>
      cellOf('constraint.secret-handling', 'prod', facts({ audit: audit(last), ...more }))

    it('waits for an audit and says who can do it', () => {
      expect(cell(null)).toMatchObject({ state: 'waiting', known: 'waiting for an audit' })
      expect(cell(null).who).toContainEqual({ label: 'Can audit', value: 'The secops' })
      expect(cell(null, { people: [] }).who).toContainEqual({ label: 'Can audit', value: 'nobody' })
    })
    it('is met by a current one, with date, by whom and next due', () => {
      expect(cell({})).toMatchObject({
        state: 'pass',
        known: 'next due 9 Feb 2027; audited by Priya Raman',
        knownAt: hours(-24 * 8),
        facts: [{ sentence: expect.stringContaining('by Priya Raman: met.') }],
      })
    })
    it('is stale once the next is due, and stays violated until another audit', () => {
      expect(cell({ auditedAt: hours(-24 * 90) })).toMatchObject({ state: 'stale' })
      expect(cell({ nextDueAt: NOW })).toMatchObject({ state: 'stale' })
      expect(cell({ finding: 'violated' })).toMatchObject({ state: 'fail', known: expect.stringMatching(/found violated by Priya Raman$/) })
      expect(cell({ finding: 'violated', auditedAt: hours(-24 * 200) })).toMatchObject({ state: 'fail' })
      expect(cell({ finding: 'concern' })).toMatchObject({ state: 'warn' })
    })
    it('other profiles and constraints are not asked for one', () => {
      expect(cellOf('constraint.secret-handling', 'staging', facts({ audit: audit(null) })).who).not.toContainEqual(
        expect.objectContaining({ label: 'Can audit' }),
      )
      expect(cellOf('constraint.database-files', 'prod', facts({ audit: audit(null) })).state).toBe('waiting')
    })
  })
})

describe('where a profile stands', () => {
  const PROD = robodj.profiles.find(({ id }) => id === 'prod') as PolicyProfile
  const LIVE = { version: '2.13.2', since: hours(-48), deployment: 'DEP-0001', authorised: true, violations: 0 }
  const NOTHING: ProfileFacts = { live: null, running: null, failed: null, lastRun: null, exceptions: [] }
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

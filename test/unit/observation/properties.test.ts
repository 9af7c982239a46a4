import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SHAPE_PROBLEMS } from '@/lib/domain/contract/facts'
import { maySay } from '@/lib/domain/contract/shape'
import { SEVERITIES } from '@/lib/domain/finding'
import type { CurrentFact, ObservationFacts } from '@/lib/domain/observation/facts'
import { ObservationFacts as Schema } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { mergeFacts } from '@/lib/domain/observation/merge'
import { reconcile } from '@/lib/domain/observation/reconcile'
import { RULE_STATES } from '@/lib/domain/observation/verdict'
import type { Policy } from '@/lib/domain/policy/schema'
import { SLUGS } from '../policy/policies'
import { NOW, recording } from './recordings'

const RECORDINGS = SLUGS.map(recording)
const HOUR = 3_600_000

const some = <T>(values: readonly T[]) => fc.constantFrom(...(values as [T, ...T[]]))
const hex = fc.stringMatching(/^[0-9a-f]{64}$/)
const instant = fc.integer({ min: 0, max: 200 }).map((hours) => new Date(NOW.getTime() - hours * HOUR).toISOString())
const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/)

/** Any observation of a system: names it knows, and others. */
function observed(policy: Policy) {
  const names = [...policy.variables.map(({ name }) => name), 'STRAY', 'log_level']
  const profiles = [...policy.profiles.flatMap(({ id, aliases }) => [id, ...aliases]), 'qa']
  const paths = [
    ...policy.config.files.map(({ path }) => path.split(', ')[0] ?? path),
    '.env.stray',
    'a/settings.db',
    'x.exe',
    '/api/dev-x',
  ]
  const sources = [...policy.config.injection.map(({ id }) => id), ...policy.config.precedence.map(({ id }) => id), 'elsewhere']
  const checks = [...policy.constraints.flatMap(({ check }) => check ?? []), 'secret-scan', 'stray']
  const services = [...policy.topology.services.map(({ id }) => id), 'stray']
  const resources = [...policy.isolation.resources.map(({ id }) => id), 'stray']
  const variable = fc.record({
    name: some(names),
    present: fc.boolean(),
    valid: some([true, false, null]),
    problem: some([...SHAPE_PROBLEMS, null]),
    source: some([...sources, null]),
    isDefault: fc.boolean(),
    says: some(['says-1-marker', 'says-2-marker', null]),
    fingerprint: fc.option(fc.record({ value: hex, keyId: some(['k1', 'k2']) })),
  })
  const path = some(paths)
  return fc
    .record(
      {
        runtime: fc.record({ launchPath: word, dataSource: word }, { requiredKeys: [] }),
        environment: fc.record(
          {
            name: some(profiles),
            label: some(profiles),
            sources: fc.array(some(sources), { maxLength: 3 }),
            envFiles: fc.array(path, { maxLength: 2 }),
          },
          { requiredKeys: [] },
        ),
        variables: fc.uniqueArray(variable, { selector: ({ name }) => name, maxLength: 20 }),
        conditions: fc.uniqueArray(fc.record({ variable: some(names), applies: fc.boolean() }), {
          selector: (each) => each.variable,
          maxLength: 3,
        }),
        files: fc.record({ present: fc.array(path, { maxLength: 5 }) }),
        fileChanges: fc.record({
          since: instant,
          changes: fc.array(
            fc.record({ path, by: some(['agent', 'pipeline', 'person', 'unknown']), what: some(['edited', 'restored']), at: instant }),
            { maxLength: 6 },
          ),
        }),
        artefact: fc.record({ reference: word, state: some(['running', 'starting', 'restarting', 'stopped', 'failed']) }),
        checks: fc.array(fc.record({ check: some(checks), ok: fc.boolean(), at: instant }), { maxLength: 5 }),
        snapshots: fc.array(fc.record({ takenAt: instant, digest: hex }), { maxLength: 3 }),
        routes: fc.record({ exposed: fc.array(path, { maxLength: 3 }) }),
        seeding: fc.record({ data: some(['none', 'synthetic', 'real']), controlledFlow: fc.boolean() }),
        isolation: fc.array(fc.record({ resource: some(resources), name: some(['one', 'two', '/a', '/a/b']) }), { maxLength: 5 }),
        services: fc.uniqueArray(
          fc.record({
            service: some(services),
            running: fc.boolean(),
            ports: fc.array(some([80, 8000, 5432]), { maxLength: 2 }),
            exposure: some(['private', 'public', 'behind-proxy', null]),
          }),
          { selector: ({ service }) => service, maxLength: 5 },
        ),
        migrations: fc.record({ heads: fc.array(word, { maxLength: 3 }), diverged: fc.boolean() }),
        disagreements: fc.array(fc.record({ id: some(['a', 'b']), where: path, text: word }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    .filter((facts) => Object.keys(facts).length > 0)
    .map((facts): ObservationFacts => Schema.parse(facts))
}

const history = (policy: Policy) =>
  fc.array(
    fc.record({
      profile: some(policy.profiles.map(({ id }) => id)),
      instance: some(['a', 'b']),
      facts: observed(policy),
      hoursAgo: fc.integer({ min: 0, max: 60 }),
    }),
    { maxLength: 6 },
  )
type Told = { profile: string; instance: string; facts: ObservationFacts; hoursAgo: number }

const NONE = { changes: [], rotations: [] }
const add = (policy: Policy, known: readonly CurrentFact[], { profile, instance, facts, hoursAgo }: Told, id: string): CurrentFact[] => {
  const rows = mergeFacts(
    policy,
    known,
    { id, profile, instance, source: 'runtime', facts, recordedAt: new Date(NOW.getTime() - hoursAgo * HOUR) },
    NONE,
  )
  const isSame = (a: CurrentFact, b: CurrentFact) => a.profile === b.profile && a.instance === b.instance && a.section === b.section
  return [...known.filter((old) => !rows.some((row) => isSame(row, old))), ...rows]
}
const all = (policy: Policy, told: readonly Told[]): CurrentFact[] =>
  told.toSorted((a, b) => b.hoursAgo - a.hoursAgo).reduce<CurrentFact[]>((known, each, index) => add(policy, known, each, `o${index}`), [])

describe.each(RECORDINGS)('whatever is reported of $slug', ({ policy, record }) => {
  const facts = history(policy).map((told) => all(policy, told))

  test('every rule gets one verdict, well formed, and the same one every time', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const verdicts = judgeSystem(policy, known, record, NOW)
        expect(new Set(verdicts.map(({ profile, rule }) => `${profile} ${rule}`)).size).toBe(verdicts.length)
        for (const { state, severity, title, expected, observed: words, seenAt } of verdicts) {
          expect(RULE_STATES).toContain(state)
          expect(SEVERITIES).toContain(severity)
          expect([title, expected, words].every((text) => text.length > 0)).toBe(true)
          if (seenAt !== null) expect(Number.isNaN(seenAt.getTime())).toBe(false)
        }
        expect(judgeSystem(policy, known, record, NOW)).toEqual(verdicts)
      }),
      { numRuns: 40 },
    )
  })

  test('the order of facts does not matter', () => {
    fc.assert(
      fc.property(
        facts.chain((known) => fc.tuple(fc.constant(known), fc.shuffledSubarray(known, { minLength: known.length }))),
        ([known, shuffled]) => {
          expect(judgeSystem(policy, shuffled, record, NOW)).toEqual(judgeSystem(policy, known, record, NOW))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('T18: no fingerprint comes out, and no word but of a variable that may tell one', () => {
    const telling = policy.variables.filter(maySay).map(({ name }) => name)
    fc.assert(
      fc.property(history(policy), (told) => {
        const quiet = told.map((each) => ({
          ...each,
          facts: { ...each.facts, variables: each.facts.variables?.filter(({ name }) => !telling.includes(name)) },
        }))
        const text = JSON.stringify(judgeSystem(policy, all(policy, quiet), record, NOW))
        expect(text.match(/says-\d-marker/)).toBeNull()
        for (const { fingerprint } of quiet.flatMap(({ facts: { variables } }) => variables ?? []))
          if (fingerprint) expect(text).not.toContain(fingerprint.value)
      }),
      { numRuns: 40 },
    )
  })

  test('a required variable that is missing is never met', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const verdicts = judgeSystem(policy, known, record, NOW)
        for (const { section, profile, facts: said, seenAt } of known) {
          if (section !== 'variables' || NOW.getTime() - seenAt.getTime() >= 24 * HOUR) continue
          for (const fact of said as { name: string; present: boolean; isDefault: boolean }[]) {
            const variable = policy.variables.find(({ name }) => name === fact.name)
            if (fact.present || fact.isDefault || variable?.requiredWhen || !variable?.requiredIn.includes(profile)) continue
            expect(verdicts.find((each) => each.profile === profile && each.rule === `variable.${fact.name}`)?.state).toBe('deviates')
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('an observation that is recorded twice changes nothing more', () => {
    fc.assert(
      fc.property(history(policy), observed(policy), some(policy.profiles.map(({ id }) => id)), (told, last, profile) => {
        const once = add(policy, all(policy, told), { profile, instance: 'a', facts: last, hoursAgo: 0 }, 'last')
        expect(add(policy, once, { profile, instance: 'a', facts: last, hoursAgo: 0 }, 'last')).toEqual(once)
        const again = add(policy, once, { profile, instance: 'a', facts: last, hoursAgo: 0 }, 'again')
        expect(again.map(({ observationId: _, ...row }) => row)).toEqual(once.map(({ observationId: _, ...row }) => row))
      }),
      { numRuns: 40 },
    )
  })

  test('findings that were opened from verdicts are settled by them', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const verdicts = judgeSystem(policy, known, record, NOW)
        const opened = reconcile([], verdicts).open.map((verdict, index) => ({
          ...verdict,
          id: `FND-${index}`,
          system: policy.system.slug,
          kind: 'drift' as const,
          openedAt: NOW,
          acknowledgedAt: null,
        }))
        expect(reconcile(opened, verdicts)).toEqual({ open: [], change: [], close: [] })
      }),
      { numRuns: 40 },
    )
  })
})

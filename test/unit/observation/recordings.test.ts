import { describe, expect, test } from 'vitest'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { ruleRef } from '@/lib/domain/rule-ref'
import { SLUGS } from '../policy/policies'
import { deviating, factsOf, judged, recording } from './recordings'

const RECORDINGS = SLUGS.map(recording)
const rule = (verdicts: readonly RuleVerdict[], profile: string, key: string) =>
  verdicts.find((verdict) => verdict.profile === profile && verdict.rule === key)

/** Rules that nothing deviates from, and why. */
const NEVER_DEVIATES: Readonly<Record<string, string>> = {
  'robodj/file.env-contract': 'allowed on every profile',
  'dreichor/isolation.deploy-agent-port': 'server-defined: any port will do',
  'dreichor/constraint.deploy-agent-port': 'server-defined: any port will do',
}

/** What a demand says must become a finding, and by which rule: a recording that cites it deviates there. Where all is in order nothing does. */
const DEMANDED: readonly (readonly [demand: string, slug: string, rule: string])[] = [
  ['000.11', 'robodj', 'constraint.database-files'],
  ['000.12', 'robodj', 'constraint.binary-edits'],
  ['001.1', 'waxwatch', 'constraint.env-files'],
  ['001.6', 'waxwatch', 'routes.dev'],
  ['001.7', 'waxwatch', 'environment.name'],
  ['001.10', 'waxwatch', 'environment.env-file'],
  ['002.3', 'stack', 'document.compose-ports'],
  ['002.14', 'stack', 'attestation.scheduler-in-worker'],
  ['002.17', 'stack', 'constraint.boot-validation'],
  ['002.33', 'stack', 'seeding'],
  ['002.42', 'stack', 'isolation.database'],
  ['002.43', 'stack', 'attestation.hardening'],
  ['004.1', 'dreichor', 'document.deploy-workflow'],
  ['004.4', 'dreichor', 'isolation.database'],
  ['004.13', 'dreichor', 'variable.LOG_LEVEL'],
  ['004.19', 'dreichor', 'artefact'],
]

test.each(DEMANDED)('%s is recorded for %s: %s deviates where it is not so', (demand, slug, key) => {
  const of = RECORDINGS.find((each) => each.slug === slug)
  const cited = (of?.cases ?? []).filter(({ is }) => is.match(/00[0-4]\.\d+/g)?.includes(demand))
  expect(cited.flatMap(({ deviates }) => deviates)).toContain(key)
})

describe.each(RECORDINGS)('$slug', (of) => {
  const good = judged(of, of.good, of.record)

  test('everything that is recorded in order is met, and nobody reported less than every rule', () => {
    expect(
      good.filter(({ state }) => state !== 'met').map(({ profile, rule: key, state, observed }) => ({ profile, key, state, observed })),
    ).toEqual([])
  })

  test.each(of.cases)('$is', (one) => {
    const [facts, context] = factsOf(of, one)
    const verdicts = judged(of, facts, context)
    expect(deviating(verdicts)).toEqual({ ...(one.deviates.length > 0 ? { [one.on]: [...one.deviates].sort() } : {}), ...one.also })
    for (const [key, state] of Object.entries(one.states)) expect(rule(verdicts, one.on, key)?.state, key).toBe(state)
    for (const [key, says] of Object.entries(one.says)) expect(rule(verdicts, one.on, key)?.observed, key).toBe(says)
  })

  test('each rule that facts can judge is met in one recording and deviates in another', () => {
    const bad = of.cases.flatMap((one) => judged(of, ...factsOf(of, one)).filter(({ state }) => state === 'deviates'))
    const ids = [...new Set(good.map(({ rule: key }) => key))]
    const never = ids.filter((key) => !bad.some((verdict) => verdict.rule === key))
    expect(never).toEqual(ids.filter((key) => `${of.slug}/${key}` in NEVER_DEVIATES))
    const bound = of.policy.constraints.filter(({ observed }) => observed.length > 0).map(({ id }) => `constraint.${id}`)
    expect(bound.filter((key) => !ids.includes(key))).toEqual([])
  })

  test('every rule of the policy is called in findings what exceptions and forms call it', () => {
    for (const { profile, rule: key, title, expected } of good) {
      const ref = ruleRef(of.policy, profile, key)
      if (ref) expect([title, expected], key).toEqual([ref.title, ref.expected])
      else expect(key).toMatch(/^(?:attestation|variable|environment|file)\./)
    }
  })

  test('a cell that follows from other rules names them, and they deviate too', () => {
    for (const one of of.cases) {
      const verdicts = judged(of, ...factsOf(of, one))
      for (const { causes = [], profile, state } of verdicts)
        for (const cause of causes) {
          expect(state).toBe('deviates')
          expect(rule(verdicts, profile, cause)?.state, cause).toBe('deviates')
        }
    }
  })
})

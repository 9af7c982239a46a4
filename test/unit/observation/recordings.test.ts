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

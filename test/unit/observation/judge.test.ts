import { describe, expect, test } from 'vitest'
import { attestationsOf } from '@/lib/domain/observation/attestations'
import { type JudgeContext, NOTHING_RECORDED } from '@/lib/domain/observation/context'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import { isExpected, isShared } from '@/lib/domain/observation/isolation'
import { judgeBindings, judgeSystem } from '@/lib/domain/observation/judge'
import { weight } from '@/lib/domain/observation/judged'
import { matchesPath, matchesPattern, pathsOf } from '@/lib/domain/observation/pattern'
import type { Policy } from '@/lib/domain/policy/schema'
import { loadPolicy, named } from '../policy/policies'
import { NOW, observe } from './recordings'

const robodj = loadPolicy('robodj')
const dreichor = loadPolicy('dreichor')
const stack = loadPolicy('stack')

type Seen = { profile: string; instance?: string; hoursAgo?: number; facts: unknown }
const seen = (policy: Policy, ...all: Seen[]): CurrentFact[] =>
  all.reduce<CurrentFact[]>(
    (known, { profile, instance = 'a', hoursAgo = 1, facts }, index) =>
      observe(policy, known, { profile, instance, id: `o${index}`, hoursAgo }, facts, NOTHING_RECORDED),
    [],
  )
const judge = (policy: Policy, facts: readonly CurrentFact[], profile: string, rule: string, context: Partial<JudgeContext> = {}) => {
  const found = judgeSystem(policy, facts, { ...NOTHING_RECORDED, ...context }, NOW).find(
    (each) => each.profile === profile && each.rule === rule,
  )
  return found && [found.state, found.observed, found.instance]
}
const launch = (launchPath: string) => ({ runtime: { launchPath } })

describe('age and several runtimes', () => {
  test('what nobody reported is unknown, and what was not reported again within a day is stale', () => {
    expect(judge(robodj, [], 'staging', 'runtime.launchPath')).toEqual(['unknown', 'Nobody reported it.', null])
    const facts = seen(robodj, { profile: 'staging', hoursAgo: 23.9, facts: launch('RoboDJ_Launcher.bat') })
    expect(judge(robodj, facts, 'staging', 'runtime.launchPath')?.[0]).toBe('met')
    const old = seen(robodj, { profile: 'staging', hoursAgo: 24, facts: launch('main.py') })
    expect(judge(robodj, old, 'staging', 'runtime.launchPath')).toEqual(['stale', 'main.py', 'a'])
  })

  test('the worst runtime counts, and an old one no more once another is fresh', () => {
    const bad = { profile: 'staging', instance: 'a', facts: launch('main.py') }
    const good = { profile: 'staging', instance: 'b', facts: launch('RoboDJ_Launcher.bat') }
    expect(judge(robodj, seen(robodj, bad, good), 'staging', 'runtime.launchPath')).toEqual(['deviates', 'main.py', 'a'])
    expect(judge(robodj, seen(robodj, { ...bad, hoursAgo: 30 }, good), 'staging', 'runtime.launchPath')).toEqual([
      'met',
      'RoboDJ_Launcher.bat',
      'b',
    ])
    expect(judge(robodj, seen(robodj, { ...bad, hoursAgo: 30 }, { ...good, hoursAgo: 40 }), 'staging', 'runtime.launchPath')?.[0]).toBe(
      'stale',
    )
  })

  test('002.45: what one runtime has of the contract, another need not report; one that lacks it says so', () => {
    const has = (name: string, present = true) => ({ variables: [{ name, present, valid: present ? true : null }] })
    const both = seen(
      stack,
      { profile: 'staging', instance: 'api', facts: has('API__JWT_ISSUER') },
      { profile: 'staging', instance: 'worker', facts: has('WORKER__REDIS_URL') },
    )
    expect(judge(stack, both, 'staging', 'variable.API__JWT_ISSUER')).toEqual(['met', 'Required on staging, there and valid.', 'api'])
    expect(judge(stack, both, 'staging', 'variable.WORKER__REDIS_URL')?.[2]).toBe('worker')
    const lacks = seen(
      stack,
      { profile: 'staging', instance: 'api', facts: has('API__JWT_ISSUER') },
      { profile: 'staging', instance: 'api-2', facts: has('API__JWT_ISSUER', false) },
    )
    expect(judge(stack, lacks, 'staging', 'variable.API__JWT_ISSUER')).toEqual(['deviates', 'Required on staging, and not there.', 'api-2'])
  })

  test('a fact of a profile that the policy has no more is no verdict', () => {
    const facts = seen(robodj, { profile: 'qa', facts: launch('main.py') })
    expect(judgeSystem(robodj, facts, NOTHING_RECORDED, NOW).filter(({ state }) => state !== 'unknown')).toEqual([])
  })
})

describe('how much a deviation weighs', () => {
  const loose: Policy = { ...robodj, document: { ...robodj.document, normative: false } }
  test.each([
    ['dev', 'recommended', 'note', 'note'],
    ['dev', 'required', 'block', 'warn'],
    ['dev', 'read-only', 'block', 'warn'],
    ['dev', 'forbidden', 'block', 'block'],
    ['prod', 'recommended', 'note', 'note'],
    ['prod', 'required', 'block', 'block'],
    ['prod', 'restricted', 'block', 'block'],
  ] as const)('on %s what is %s: %s where the document is normative, else %s (004.1)', (profile, level, normative, otherwise) => {
    expect(weight(robodj, named(robodj.profiles, profile), level)).toBe(normative)
    expect(weight(loose, named(loose.profiles, profile), level)).toBe(otherwise)
  })

  test('000.9: what is only recommended is a note, what is required blocks', () => {
    const facts = seen(robodj, { profile: 'dev', facts: { snapshots: [] } }, { profile: 'prod', facts: { snapshots: [] } })
    const verdicts = judgeSystem(robodj, facts, NOTHING_RECORDED, NOW).filter(({ rule }) => rule === 'constraint.backup-snapshots')
    expect(verdicts.map(({ profile, state, severity }) => [profile, state, severity])).toEqual([
      ['dev', 'deviates', 'note'],
      ['staging', 'unknown', 'note'],
      ['prod', 'deviates', 'block'],
    ])
  })
})

describe('gates', () => {
  const gate = named(named(robodj.edges, 'dev->staging').gates, 'secret-preflight')
  const preflight = (facts: unknown) => {
    const known = seen(robodj, { profile: 'staging', facts })
    const { state, causes } = judgeBindings(robodj, gate.observed, 'staging', known, NOTHING_RECORDED, NOW)
    return [state, ...causes]
  }
  const keys = (source: string) =>
    ['ROBODJ_SECRET_KEY', 'ROBODJ_SECRET_V2_KEY'].map((name) => ({ name, present: true, valid: true, source }))

  test('000.24: the secret preflight holds by contract and sources, and all of it must', () => {
    expect(preflight({ variables: keys('environment') })).toEqual(['met'])
    expect(preflight({ variables: keys('environment').slice(1) })).toEqual(['deviates', 'variable.ROBODJ_SECRET_KEY'])
    expect(preflight({ variables: keys('environment'), files: { present: ['secret.key'] } })).toEqual([
      'deviates',
      'file.fallback-key-files',
    ])
    expect(preflight({ runtime: { launchPath: 'x' } })).toEqual(['unknown'])
  })

  test('a gate without bindings, or of no profile, is never answered by facts', () => {
    expect(judgeBindings(robodj, [], 'staging', [], NOTHING_RECORDED, NOW).state).toBe('unknown')
    expect(judgeBindings(robodj, gate.observed, 'qa', [], NOTHING_RECORDED, NOW).state).toBe('unknown')
  })

  test('004.8: the contract of prod in one gate', () => {
    const ten = dreichor.variables.map(({ name }) => ({ name, present: true, valid: true }))
    const of = (variables: unknown[]) =>
      judgeBindings(
        dreichor,
        [{ by: 'contract' }],
        'prod',
        seen(dreichor, { profile: 'prod', facts: { variables } }),
        NOTHING_RECORDED,
        NOW,
      )
    expect(of(ten)).toMatchObject({ state: 'met', observed: '10 variables are as the contract says' })
    expect(of(ten.slice(1))).toMatchObject({ state: 'deviates', causes: ['variable.RUNTIME_INSTANCE_ID'] })
    expect(of(ten.map((each) => (each.name === 'DATABASE_URL' ? { ...each, valid: null } : each)))).toMatchObject({ state: 'unknown' })
  })
})

describe('secrets of two profiles', () => {
  test('002.42: what the recorded keys say counts like what runtimes report', () => {
    const finding = {
      kind: 'shared_between_profiles' as const,
      system: 'robodj',
      profile: 'prod',
      mapping: 'secret-key',
      sentence: '',
      other: { profile: 'staging', mapping: 'secret-v2-key' },
      rotation: null,
      since: NOW,
    }
    const on = (profile: string, variable: string) => judge(robodj, [], profile, `variable.${variable}`, { fingerprintFindings: [finding] })
    expect(on('prod', 'ROBODJ_SECRET_KEY')?.slice(0, 2)).toEqual(['deviates', 'The same value as ROBODJ_SECRET_V2_KEY on staging.'])
    expect(on('staging', 'ROBODJ_SECRET_V2_KEY')?.slice(0, 2)).toEqual(['deviates', 'The same value as ROBODJ_SECRET_KEY on prod.'])
    expect(
      judge(robodj, [], 'prod', 'variable.ROBODJ_SECRET_KEY', { fingerprintFindings: [{ ...finding, kind: 'pair_identical' }] })?.[0],
    ).toBe('unknown')
  })

  test('what is no secret may be the same', () => {
    const facts = {
      variables: [{ name: 'LOG_LEVEL', present: true, valid: true, says: 'info', fingerprint: { value: 'a'.repeat(64), keyId: 'k' } }],
    }
    const known = seen(dreichor, { profile: 'dev', facts }, { profile: 'prod', facts })
    expect(judge(dreichor, known, 'prod', 'variable.LOG_LEVEL')?.[0]).toBe('met')
  })
})

describe('isolation (004.4, 004.20)', () => {
  test.each([
    ['dreichor_dev', 'dreichor_dev', true],
    ['dreichor_dev', 'dreichor_prod', false],
    ['/opt/a/', '/opt/a', true],
    ['/opt/a', '/opt/a/b', true],
    ['/opt/a', '/opt/ab', false],
    ['db-1', 'db-1/x', false],
  ])('%s and %s share state: %s', (one, other, shared) => {
    expect([isShared(one, other), isShared(other, one)]).toEqual([shared, shared])
  })

  test.each([
    [undefined, 'anything', true],
    ['(server-defined)', '9101', true],
    ['/opt/dreichor/dev/...', '/opt/dreichor/dev/data', true],
    ['/opt/dreichor/dev/...', '/opt/dreichor/dev', true],
    ['/opt/dreichor/dev/...', '/opt/dreichor/development', false],
    ['dreichor_dev', 'dreichor_dev2', false],
  ])('%s allows %s: %s', (written, name, expected) => {
    expect(isExpected(written, name)).toBe(expected)
  })
})

describe('names of files', () => {
  test.each([
    ['.env', '/srv/app/.env', true],
    ['.env', '.env.prod', false],
    ['.env.*', 'app/.env.prod', true],
    ['config/x.py', '/srv/config/x.py', true],
    ['config/x.py', 'x.py', false],
    ['*.exe', 'C:\\RoboDJ\\RoboDJ.exe', true],
    ['*.exe', 'a.exe.bak', false],
    ['/api/dev-*', '/api/dev-login', true],
    ['/api/dev-*', '/api/development', false],
  ])('%s means %s: %s', (pattern, path, means) => {
    expect(matchesPath(pattern, path)).toBe(means)
  })

  test('patterns do not look at case, and one entry may name several files', () => {
    expect(matchesPattern('^make prod-up$', 'MAKE PROD-UP')).toBe(true)
    expect(pathsOf('secret.key, secret_v2.key')).toEqual(['secret.key', 'secret_v2.key'])
  })
})

describe('attestations (002.14, 002.43, 002.44)', () => {
  const day = (date: string) => new Date(date)
  const said = (topic: string, profile: string | null, attestedAt: string, nextDueAt: string, holds = true) => ({
    topic,
    profile,
    holds,
    attestedAt: day(attestedAt),
    nextDueAt: day(nextDueAt),
  })

  test('one for each profile, one for the system, and one for each criterion; nobody attested: unknown', () => {
    expect(attestationsOf(stack, [], NOW).map(({ topic, profile, state }) => `${topic} ${profile} ${state}`)).toEqual([
      'attestation.hardening production unknown',
      'attestation.scheduler-in-worker staging unknown',
      'attestation.scheduler-in-worker production unknown',
      ...stack.acceptance.map(({ id }) => `acceptance.${id} null unknown`),
    ])
  })

  test('the newest counts, until it is due or the policy lets it stand no longer', () => {
    const topic = 'attestation.hardening'
    const of = (...facts: ReturnType<typeof said>[]) => attestationsOf(stack, facts, NOW)[0]
    expect(of(said(topic, 'production', '2026-11-01', '2026-12-01'))).toMatchObject({ state: 'met', dueAt: day('2026-12-01') })
    expect(of(said(topic, 'production', '2026-11-01', '2026-11-20'))?.state).toBe('stale')
    expect(of(said(topic, 'production', '2026-08-01', '2027-12-01'))).toMatchObject({ state: 'stale', dueAt: day('2026-10-30') })
    expect(
      of(said(topic, 'production', '2026-11-01', '2026-12-01'), said(topic, 'production', '2026-11-02', '2026-12-01', false))?.state,
    ).toBe('deviates')
    expect(of(said(topic, null, '2026-11-01', '2026-12-01'))?.state).toBe('unknown')
  })
})

describe('002.20: conditions that the policy leaves open', () => {
  const cors = 'variable.API__CORS_ORIGINS'
  const none = { variables: [{ name: 'API__CORS_ORIGINS', present: false }] }
  const says = (applies: boolean) => ({ conditions: [{ variable: 'API__CORS_ORIGINS', applies }] })
  const found = (...all: Seen[]) => {
    const verdicts = judgeSystem(stack, seen(stack, ...all), NOTHING_RECORDED, NOW)
    const verdict = verdicts.find(({ profile, rule }) => profile === 'production' && rule === cors)
    return verdict && [verdict.state, verdict.severity]
  }
  const at = (hoursAgo: number, facts: unknown, instance = 'a'): Seen => ({ profile: 'production', instance, hoursAgo, facts })

  test('unanswered it warns; answered it holds, or asks for nothing', () => {
    expect(found(at(1, none))).toEqual(['deviates', 'warn'])
    expect(found(at(2, says(true)), at(1, none))).toEqual(['deviates', 'block'])
    expect(found(at(2, says(false)), at(1, none))?.[0]).toBe('met')
  })

  test('the newest fresh answer of all runtimes counts, and an old one is none', () => {
    expect(found(at(3, says(false)), at(2, says(true), 'b'), at(1, none))).toEqual(['deviates', 'block'])
    expect(found(at(3, says(true)), at(2, says(false), 'b'), at(1, none))?.[0]).toBe('met')
    expect(found(at(2, says(false)), at(2, says(true), 'b'), at(1, none))).toEqual(['deviates', 'block'])
    expect(found(at(25, says(false)), at(1, none))).toEqual(['deviates', 'warn'])
    expect(found({ profile: 'staging', facts: says(false) }, at(1, none))).toEqual(['deviates', 'warn'])
  })
})

describe('what runs beside what is recorded as deployed (002.27, 004.18)', () => {
  const digest = (letter: string) => `example/dreichor@sha256:${letter.repeat(64)}`
  const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)
  const live = (more: object = {}) => ({ live: { prod: { artefact: digest('b'), gitSha: 'b'.repeat(40), version: '2.0.0', ...more } } })
  const runs = (letter: string, hoursAgo: number) =>
    seen(dreichor, {
      profile: 'prod',
      hoursAgo,
      facts: { artefact: { reference: digest(letter), stamps: ['GIT_SHA', 'BUILD_DATE', 'APP_VERSION'] } },
    })
  const state = (facts: readonly CurrentFact[], context: Partial<JudgeContext>) => judge(dreichor, facts, 'prod', 'artefact', context)

  test('another artefact deviates once it was reported after the deployment, and says nothing before that', () => {
    expect(state(runs('a', 3), live({ since: ago(2) }))).toEqual(['unknown', 'Not reported since 2.0.0 was deployed', 'a'])
    expect(state(runs('a', 1), live({ since: ago(2) }))?.[0]).toBe('deviates')
    expect(state(runs('a', 2), live({ since: ago(2) }))?.[0]).toBe('deviates')
    expect(state(runs('b', 3), live({ since: ago(2) }))?.[0]).toBe('met')
  })

  test('while a deployment is under way another artefact may run; what failed to start deviates all the same', () => {
    expect(state(runs('a', 1), live({ since: ago(2), deploying: true }))?.slice(0, 2)).toEqual(['unknown', 'A deployment is under way'])
    const failed = seen(dreichor, { profile: 'prod', facts: { artefact: { reference: digest('b'), state: 'restarting' } } })
    expect(state(failed, live({ since: ago(2), deploying: true }))?.[0]).toBe('deviates')
  })
})

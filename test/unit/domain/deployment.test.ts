import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DEPLOYMENT_STATUSES,
  type DeploymentFacts,
  inputViolations,
  judgeStart,
  knownFailure,
  labelMismatch,
  type PastDeployment,
  stampMismatches,
  whyNotFinish,
  whyNotRecordDeployment,
} from '@/lib/domain/deployment'
import type { Policy } from '@/lib/domain/policy/schema'
import { ROLES } from '@/lib/domain/roles'
import { loadPolicy } from '../policy/policies'
import { aPerson, aPromotion, aToken, hours, NOW, PROD_SLOTS, robodj, runs, sealed, signedBy } from './facts'

const waxwatch = loadPolicy('waxwatch')
const stack = loadPolicy('stack')
const dreichor = loadPolicy('dreichor')
const approved = sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS) }))
const RELEASE = { id: approved.release.id, version: approved.release.version }

const past = (id: string, releaseId: string, more: Partial<PastDeployment> = {}): PastDeployment => ({
  id,
  releaseId,
  version: releaseId,
  authorised: true,
  status: 'succeeded',
  schemaBackwardCompatible: true,
  ...more,
})

const facts = (more: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  policy: robodj,
  profileKey: 'prod',
  release: RELEASE,
  promotion: null,
  past: [],
  reverts: null,
  ...more,
})
const withRule = (application: Policy['rollback']['application']): Policy => ({
  ...robodj,
  rollback: { ...robodj.rollback, application, preferred: 'Roll forward.' },
})

describe('a start towards a guarded profile', () => {
  it.each<[string, Partial<DeploymentFacts>, boolean, RegExp[]]>([
    ['an approved promotion', { promotion: approved }, true, []],
    ['no promotion', {}, false, [/^No open promotion leads 2\.4\.0 to prod\.$/]],
    ['a promotion that nobody signed', { promotion: sealed(aPromotion()) }, false, PROD_SLOTS.map(() => /has not signed version 1/)],
    [
      'one whose evidence is missing',
      { promotion: sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS), gateFacts: { 'config-validation': { evidence: [] } } })) },
      false,
      [/^Config validation: No evidence yet/],
    ],
    [
      'before its window',
      { promotion: sealed(aPromotion({ signOffs: signedBy(...PROD_SLOTS), window: { startsAt: hours(1), endsAt: hours(2) } })) },
      false,
      [/window opens at/],
    ],
    ['one that is being deployed already', { promotion: { ...approved, deploymentRunning: 'DEP-0100' } }, false, [/DEP-0100 has started/]],
    ['a profile nobody declared counts as production', { profileKey: 'prod-eu' }, false, [/^No open promotion leads 2\.4\.0 to prod-eu/]],
  ])('%s', (_, more, authorised, reasons) => {
    expect(judgeStart(facts(more), NOW)).toEqual({
      kind: 'deploy',
      authorised,
      reasons: reasons.map((reason) => expect.stringMatching(reason)),
    })
  })
})

describe('a profile no edge leads to', () => {
  it('takes any release: dev is unguarded', () => {
    expect(judgeStart(facts({ profileKey: 'dev' }), NOW)).toEqual({ kind: 'deploy', authorised: true, reasons: [] })
  })

  it('unless the policy never deploys there (002.7)', () => {
    const reasons = ['The policy never deploys to ci.']
    expect(judgeStart(facts({ policy: stack, profileKey: 'ci' }), NOW)).toEqual({ kind: 'deploy', authorised: false, reasons })
    expect(judgeStart(facts({ policy: stack, profileKey: 'ci', past: [past('DEP-1', RELEASE.id)] }), NOW)).toEqual({
      kind: 'deploy',
      authorised: false,
      reasons,
    })
    expect(
      judgeStart(
        facts({ policy: stack, profileKey: 'ci', past: [past('DEP-2', 'new'), past('DEP-1', RELEASE.id)], reverts: 'DEP-2' }),
        NOW,
      ),
    ).toEqual({ kind: 'rollback', authorised: false, reasons })
  })
})

describe('the same release again', () => {
  it.each<[string, PastDeployment[], boolean]>([
    ['runs with authority', [past('DEP-2', RELEASE.id), past('DEP-1', 'old')], true],
    ['runs without', [past('DEP-2', RELEASE.id, { authorised: false })], false],
    ['ran before another', [past('DEP-2', 'new'), past('DEP-1', RELEASE.id)], false],
    ['was rolled back', [past('DEP-2', RELEASE.id, { status: 'rolled_back' }), past('DEP-1', 'old')], false],
    [
      'runs again since what replaced it was rolled back',
      [past('DEP-2', 'new', { status: 'rolled_back' }), past('DEP-1', RELEASE.id)],
      true,
    ],
  ])('that %s', (_, history, authorised) => {
    const judged = judgeStart(facts({ past: history }), NOW)
    expect(judged.authorised).toBe(authorised)
    expect(judged.kind).toBe(authorised ? 'redeploy' : 'deploy')
  })
})

describe('a rollback (002.32)', () => {
  const history = [past('DEP-2', 'new'), past('DEP-1', RELEASE.id)]
  it.each<[string, Partial<DeploymentFacts>, RegExp[]]>([
    ['to what ran with authority, from a compatible schema', { past: history }, []],
    ['of something unknown here', { past: [] }, [/^DEP-2 is not a finished deployment on prod\.$/]],
    [
      'of what is already rolled back',
      { past: [past('DEP-2', 'new', { status: 'rolled_back' }), past('DEP-1', RELEASE.id)] },
      [/already rolled back/],
    ],
    ['of what no longer runs', { past: [past('DEP-3', 'newer'), ...history] }, [/^DEP-2 is not what runs; DEP-3 is\.$/]],
    ['to what never ran here', { past: [past('DEP-2', 'new'), past('DEP-1', 'other')] }, [/2\.4\.0 never ran on prod with authority/]],
    [
      'to what ran without authority',
      { past: [past('DEP-2', 'new'), past('DEP-1', RELEASE.id, { authorised: false })] },
      [/2\.4\.0 never ran on prod with authority/],
    ],
    [
      'to what ran with authority first and without later',
      { past: [past('DEP-3', 'new'), past('DEP-2', RELEASE.id, { authorised: false }), past('DEP-1', RELEASE.id)], reverts: 'DEP-3' },
      [],
    ],
    [
      'over a schema that is not compatible',
      { past: [past('DEP-2', 'new', { schemaBackwardCompatible: false }), past('DEP-1', RELEASE.id)] },
      [/The schema of new is not marked backward compatible\. Restore the latest snapshot/],
    ],
    [
      'over a schema that nobody said anything of: no',
      { past: [past('DEP-2', 'new', { schemaBackwardCompatible: null }), past('DEP-1', RELEASE.id)] },
      [/not marked backward compatible/],
    ],
    [
      'over any schema, where the policy allows that',
      { policy: withRule('allowed'), past: [past('DEP-2', 'new', { schemaBackwardCompatible: false }), past('DEP-1', RELEASE.id)] },
      [],
    ],
    [
      'where the policy forbids it',
      { policy: withRule('forbidden'), past: history },
      [/^The policy allows no application rollback\. Roll forward\.$/],
    ],
    [
      'of something that ran without authority, to what had it',
      { past: [past('DEP-2', 'new', { authorised: false }), past('DEP-1', RELEASE.id)] },
      [],
    ],
  ])('%s', (_, more, reasons) => {
    const judged = judgeStart(facts({ reverts: 'DEP-2', ...more }), NOW)
    expect(judged).toEqual({
      kind: 'rollback',
      authorised: reasons.length === 0,
      reasons: reasons.map((reason) => expect.stringMatching(reason)),
    })
  })

  it('needs no promotion, and an approved one does not make it one', () => {
    expect(judgeStart(facts({ reverts: 'DEP-2', past: [], promotion: approved }), NOW)).toMatchObject({
      kind: 'rollback',
      authorised: false,
    })
  })
})

describe('whatever ran before', () => {
  it('authorised is exactly without a reason, and a rollback never ends on something that never had authority', () => {
    const history = fc
      .array(
        fc.record({
          releaseId: fc.constantFrom('a', 'b', RELEASE.id),
          authorised: fc.boolean(),
          status: fc.constantFrom('succeeded', 'rolled_back' as const),
          schemaBackwardCompatible: fc.option(fc.boolean()),
        }),
        { maxLength: 5 },
      )
      .map((list) => list.map(({ releaseId, ...more }, index) => past(`DEP-${list.length - index}`, releaseId, more)))
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(null, 'DEP-1', 'DEP-2', 'DEP-3'),
        fc.constantFrom('prod', 'dev', 'staging', 'nowhere'),
        fc.constantFrom(null, approved, sealed(aPromotion())),
        (ran, reverts, profileKey, promotion) => {
          const judged = judgeStart(facts({ past: ran, reverts, profileKey, promotion }), NOW)
          expect(judged.authorised).toBe(judged.reasons.length === 0)
          expect(judged.kind === 'rollback').toBe(reverts !== null)
          if (judged.kind === 'rollback' && judged.authorised)
            expect(ran.some(({ releaseId, authorised, id }) => releaseId === RELEASE.id && authorised && id !== reverts)).toBe(true)
          if (judged.kind === 'deploy' && judged.authorised && profileKey !== 'dev') expect(promotion).toBe(approved)
          expect(judged.reasons.join(' ')).not.toContain('undefined')
        },
      ),
      { numRuns: runs(400) },
    )
  })
})

describe('what a start was given (001.10, 004.15, 004.21)', () => {
  it.each<[string, Policy, string, string[], RegExp[]]>([
    ['the image alone', dreichor, 'prod', ['image'], []],
    ['the image with its reference, the env object and the label', dreichor, 'prod', ['image:app@sha256', 'env', 'label'], []],
    ['no image (required)', dreichor, 'prod', ['env'], [/^Image reference is required and was not named\.$/]],
    ['nothing at all', dreichor, 'dev', [], [/Image reference is required/]],
    ['anything else is a violation (004.15)', dreichor, 'prod', ['image', 'debug-flag'], [/^debug-flag: the policy does not list it/]],
    ['a name that only begins like one', dreichor, 'prod', ['image', 'envelope'], [/^envelope: the policy does not list it/]],
    [
      'ad-hoc secrets (004.21)',
      dreichor,
      'prod',
      ['image', 'env: per-run token'],
      [/^env: per-run token: No ad-hoc per-run runtime secret injection/],
    ],
    ['in whatever case', dreichor, 'prod', ['image', 'env: Ad-Hoc'], [/^env: Ad-Hoc: No ad-hoc/]],
    ['the process environment', waxwatch, 'production', ['image', 'env'], []],
    [
      'a file instead of it (001.10)',
      waxwatch,
      'production',
      ['image', 'env', '--env-file .env.prod'],
      [/^--env-file \.env\.prod: The process environment, not `--env-file \.env\.prod`/],
    ],
    ['a server-local file', waxwatch, 'production', ['image', 'env', '.env'], [/^\.env: Do not rely on checked-in/]],
    ['the same file in dev', waxwatch, 'dev', ['image', 'env', '.env.dev'], []],
    ['an input nobody listed where that is allowed', waxwatch, 'production', ['image', 'env', 'feature-flags'], []],
    [
      'fallback files towards staging',
      robodj,
      'staging',
      ['bundle', 'secret_v2.key'],
      [/^secret_v2\.key: Fallback secret files are prohibited/],
    ],
    ['fallback files in dev', robodj, 'dev', ['bundle', 'secret.key'], []],
    ['neither bundle nor a clean list', robodj, 'prod', ['secret.key'], [/^secret\.key: /, /^Release bundle is required/]],
    [
      'a profile nobody declared is held to what production is',
      robodj,
      'prod-eu',
      ['bundle', 'secret.key'],
      [/^secret\.key: Fallback secret files are prohibited/],
    ],
    ['and so is another system’s', waxwatch, 'prd', ['image', 'env', '.env.prod'], [/^\.env\.prod: /]],
  ])('%s', (_, policy, profile, inputs, violations) => {
    expect(inputViolations(policy, profile, inputs)).toEqual(violations.map((violation) => expect.stringMatching(violation)))
  })

  it('an input has at most one violation, and a forbidden one always has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('image', 'env', 'label', '.env', 'per-run')), { maxLength: 6 }),
        (inputs) => {
          const violations = inputViolations(dreichor, 'prod', inputs)
          expect(violations.length).toBeLessThanOrEqual(inputs.length + 1)
          for (const input of inputs) {
            const listed = ['image', 'env', 'label'].some((id) => input === id || input.startsWith(`${id}:`))
            const forbidden = /per-run|ad-hoc|one-off/i.test(input)
            expect(violations.some((violation) => violation.startsWith(`${input}: `))).toBe(forbidden || !listed)
          }
        },
      ),
      { numRuns: runs(200) },
    )
  })
})

describe('a failure that is known (004.19)', () => {
  it.each<[Policy, string, string | null]>([
    [dreichor, 'restart-loop', 'restart-loop'],
    [dreichor, 'Restart-Loop', 'restart-loop'],
    [dreichor, 'Seen: Docker immediately restarts the container, producing repeated crash logs. Since noon.', 'restart-loop'],
    [dreichor, 'the disk is full', null],
    [dreichor, '', null],
    [robodj, 'boot-failure', 'boot-failure'],
    [stack, 'boot-validation', 'boot-validation'],
    [waxwatch, 'restart-loop', null],
  ])('%#: %s', (policy, signature, id) => {
    expect(knownFailure(policy, signature)?.id ?? null).toBe(id)
  })

  it('brings its class: a crash from an invalid environment is one (004.18)', () => {
    expect(knownFailure(dreichor, 'restart-loop')).toMatchObject({ failureClass: 'invalid-environment', title: 'Restart loop' })
  })
})

describe('what a runtime says of itself (002.27)', () => {
  const release = { gitSha: 'c0ffee1234'.padEnd(40, '0'), version: '2.4.0', buildDate: new Date('2026-11-17T10:00:00Z') }
  it.each<[string, Record<string, string>, RegExp[]]>([
    ['nothing', {}, []],
    ['the same', { GIT_SHA: release.gitSha, APP_VERSION: '2.4.0', BUILD_DATE: '2026-11-17T10:00:00Z' }, []],
    ['a short commit', { GIT_SHA: 'c0ffee1' }, []],
    ['the same in capitals', { GIT_SHA: 'C0FFEE1234' }, []],
    ['the same instant in another zone', { BUILD_DATE: '2026-11-17T11:00:00+01:00' }, []],
    ['another commit', { GIT_SHA: 'deadbeef' }, [/^GIT_SHA says deadbeef, the dossier says c0ffee1234/]],
    ['an empty commit', { GIT_SHA: '' }, [/^GIT_SHA says /]],
    ['a commit too short to mean anything', { GIT_SHA: 'c' }, [/^GIT_SHA says c,/]],
    ['a commit with something on top', { GIT_SHA: `${release.gitSha}-dirty` }, [/^GIT_SHA says c0ffee1234.*-dirty,/]],
    ['another version', { APP_VERSION: '2.4.1' }, [/^APP_VERSION says 2\.4\.1, the dossier says 2\.4\.0$/]],
    ['a date that is none', { BUILD_DATE: 'yesterday' }, [/^BUILD_DATE says yesterday/]],
    [
      'all three differ',
      { GIT_SHA: 'deadbeef', APP_VERSION: '0', BUILD_DATE: '2020-01-01T00:00:00Z' },
      [/GIT_SHA/, /APP_VERSION/, /BUILD_DATE/],
    ],
  ])('%s', (_, stamp, mismatches) => {
    expect(stampMismatches(stamp, release)).toEqual(mismatches.map((mismatch) => expect.stringMatching(mismatch)))
  })

  it('a release known by a short commit agrees with the long one', () => {
    expect(stampMismatches({ GIT_SHA: release.gitSha }, { ...release, gitSha: 'c0ffee1' })).toEqual([])
  })
})

it('a label that disagrees with the target is told, an alias agrees, and none says nothing (004.24)', () => {
  expect([labelMismatch(waxwatch, 'production', 'prod'), labelMismatch(waxwatch, 'production', null)]).toEqual([null, null])
  expect(labelMismatch(dreichor, 'prod', 'dev')).toBe('The label says dev, and the target was prod.')
  expect(labelMismatch(dreichor, 'prod', 'prodution')).toContain('prodution')
  expect(labelMismatch(dreichor, 'somewhere', 'somewhere')).toBeNull()
})

describe('who records, and when', () => {
  const system = { id: 'robodj', name: 'RoboDJ' }
  it('Release Managers and tokens with the scope', () => {
    expect(ROLES.filter((role) => whyNotRecordDeployment(aPerson('x', [role]), system, NOW) === null)).toEqual(['release_manager'])
    const maker = aPerson('x', ['engineer'])
    expect(whyNotRecordDeployment(aToken(maker, ['deployment:record']), system, NOW)).toBeNull()
    expect(whyNotRecordDeployment(aToken(maker, ['read']), system, NOW)).toMatchObject({ code: 'not_allowed' })
    expect(whyNotRecordDeployment(aToken(maker, ['deployment:record'], 'stack'), system, NOW)).toMatchObject({ code: 'not_found' })
  })

  it('a result is given once', () => {
    expect(DEPLOYMENT_STATUSES.map((status) => whyNotFinish({ id: 'DEP-1', status })?.sentence ?? null)).toEqual([
      null,
      'DEP-1 has already succeeded. Start another deployment.',
      'DEP-1 has already failed. Start another deployment.',
      'DEP-1 has already been rolled back. Start another deployment.',
    ])
  })
})

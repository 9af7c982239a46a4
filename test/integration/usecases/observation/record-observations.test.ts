import { beforeAll, describe, expect, it } from 'vitest'
import { flushNews } from '@/lib/db/announce'
import { db } from '@/lib/db/client'
import { loadOpenFindings } from '@/lib/db/load-findings'
import { loadVerdicts } from '@/lib/db/load-judge-context'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { reportObservationsInput } from '@/lib/schemas/observation'
import { endGrant } from '@/lib/usecases/account/end-grant'
import { recordObservations } from '@/lib/usecases/observation/record-observations'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { aReporter, observe, present, printOf, type ReportedFacts, robodjStaging, robodjVariables } from '../../../support/observations'
import { aPerson, aToken } from '../../../support/people'
import { asOwner } from '../../../support/record'
import { aGovernedSystem, aRelease, digestOf, policyText, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'
import { countStatements } from '../../../support/statements'

let scene: Scene
let runtime: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  runtime = await aReporter(scene)
})

const report = (facts: ReportedFacts, more: Parameters<typeof observe>[4] = {}, by = runtime) =>
  observe(by, 'robodj', 'staging', facts, more)
const launchedPast = { primaryRuntime: 'Windows launcher', launchPath: 'python main.py', dataSource: 'Staging config snapshots' }
const openRules = async () => (await loadOpenFindings(db, ['robodj'])).map(({ profile, rule }) => `${profile} ${rule}`).sort()

describe('recording observations', () => {
  it('keeps what was reported, the newest facts of it, and says so on the record once for each profile', async () => {
    const recorded = await recordObservations(
      runtime,
      reportObservationsInput.parse({
        system: 'robodj',
        observations: [
          { profile: 'staging', instance: 'stg-1', facts: robodjStaging() },
          { profile: 'staging', instance: 'stg-2', facts: { files: { present: [] } } },
          { profile: 'production', facts: { files: { present: [] } } }, // an alias
        ],
      }),
    )
    expect(recorded).toMatchObject({
      opened: [],
      closed: [],
      evidence: [],
      observations: [
        { profile: 'staging', instance: 'stg-1', duplicate: false },
        { profile: 'staging', instance: 'stg-2' },
        { profile: 'prod', instance: 'default' },
      ],
    })
    const [first] = recorded.observations
    expect(await db.observation.findUniqueOrThrow({ where: { id: first?.id } })).toMatchObject({
      profileKey: 'staging',
      source: 'runtime',
      environment: 'staging',
      observedById: runtime.actor.id,
      observedForId: scene.people.admin.actor.id,
      facts: { files: { present: [] } },
    })
    const facts = await db.profileFact.findMany({ where: { systemId: 'robodj' }, orderBy: [{ profileKey: 'asc' }, { instance: 'asc' }] })
    expect(facts.map(({ profileKey, instance, section }) => `${profileKey} ${instance} ${section}`)).toEqual(
      expect.arrayContaining(['prod default files', 'staging stg-1 variables', 'staging stg-2 files']),
    )
    expect(facts).toHaveLength(6)
    const events = await trail({ action: 'observation.recorded' })
    expect(events.map(({ after }) => [after?.profile, after?.observations])).toEqual([
      ['staging', 2],
      ['prod', 1],
    ])
    expect(events[0]).toMatchObject({
      subject: { kind: 'observation', id: first?.id },
      after: { sections: ['environment', 'files', 'runtime', 'variables'] },
    })
  })

  it('opens a finding with the facts, follows them, and closes it with them (000.4)', async () => {
    const bad = await report({ runtime: launchedPast }, { instance: 'stg-1' })
    expect(bad.opened).toMatchObject([{ profile: 'staging', rule: 'runtime.launchPath', observed: 'python main.py' }])
    const [{ id = '' } = {}] = bad.opened
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'finding.opened', after: { rule: 'runtime.launchPath', profile: 'staging' } },
    ])
    expect(await db.finding.findUniqueOrThrow({ where: { id } })).toMatchObject({ observationId: bad.observations[0]?.id, kind: 'drift' })
    const still = await report({ runtime: launchedPast }, { instance: 'stg-1' })
    expect([still.opened, still.closed]).toEqual([[], []])
    const otherwise = await report({ runtime: { ...launchedPast, launchPath: 'python other.py' } }, { instance: 'stg-1' })
    expect([otherwise.opened, otherwise.closed]).toEqual([[], []])
    expect(await db.finding.findUniqueOrThrow({ where: { id } })).toMatchObject({ observed: 'python other.py', closedAt: null })
    const good = await report(robodjStaging(), { instance: 'stg-1' })
    expect(good.closed).toEqual([id])
    expect(await db.finding.findUniqueOrThrow({ where: { id } })).toMatchObject({ closedHow: 'facts' })
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'finding.opened' },
      { action: 'finding.closed', after: { how: 'facts' } },
    ])
    const again = await report({ runtime: launchedPast }, { instance: 'stg-1' })
    expect(again.opened[0]?.id).not.toBe(id)
    await report(robodjStaging(), { instance: 'stg-1' })
    expect(await openRules()).toEqual([])
  })

  it('verdicts that are read are those that findings are made of, in a few statements whatever the number of systems', async () => {
    await report({ runtime: launchedPast }, { instance: 'stg-1' })
    const robodj = await loadActivePolicy(db, 'robodj')
    await aGovernedSystem('stack')
    const stack = await loadActivePolicy(db, 'stack')
    const one = await countStatements(() => loadVerdicts(db, [robodj], new Date()))
    const two = await countStatements(() => loadVerdicts(db, [robodj, stack], new Date()))
    expect([one.statements, two.statements]).toEqual([1, 1])
    expect([...two.result.keys()]).toEqual(['robodj', 'stack'])
    expect(two.result.get('robodj')?.filter(({ state }) => state === 'deviates')).toMatchObject([
      { profile: 'staging', rule: 'runtime.launchPath' },
    ])
    expect(two.result.get('stack')?.filter(({ state }) => state === 'deviates')).toEqual([])
    await report(robodjStaging(), { instance: 'stg-1' })
  })

  it('takes few statements where nothing changed, however many observations come (the fast path)', async () => {
    const input = (n: number) =>
      reportObservationsInput.parse({
        system: 'robodj',
        observations: Array.from({ length: n }, (_, i) => ({
          profile: 'staging',
          instance: `w-${i}`,
          claimedAt: new Date(Date.now() - i).toISOString(),
          facts: robodjStaging(),
        })),
      })
    await recordObservations(runtime, input(20))
    await flushNews()
    const one = await countStatements(() => recordObservations(runtime, input(1)))
    await flushNews()
    const many = await countStatements(() => recordObservations(runtime, input(20)))
    // begin, token, grants, keep and read, renew facts, events, commit
    expect([one.statements, many.statements]).toEqual([7, 7])
  })

  it('names the registered release that runs, and an artefact nobody registered as none', async () => {
    const release = await aRelease(scene)
    const { artefact, gitSha } = await db.release.findUniqueOrThrow({ where: { id: release.id } })
    expect(await report({ artefact: { reference: artefact } }, { profile: 'dev' })).toMatchObject({
      observations: [{ release: release.version }],
    })
    expect(await report({ artefact: { gitSha } }, { profile: 'dev' })).toMatchObject({ observations: [{ release: release.version }] })
    expect(await report({ artefact: { reference: 'example/other:abc' } }, { profile: 'dev' })).toMatchObject({
      observations: [{ release: null }],
    })
    expect(await db.observation.count({ where: { releaseId: release.id } })).toBe(2)
  })
})

describe('an observation is kept once (T10)', () => {
  it('the same report of the same reporter adds nothing and is answered as before', async () => {
    const input = reportObservationsInput.parse({
      system: 'robodj',
      observations: [
        { profile: 'staging', instance: 'once', claimedAt: new Date(Date.now() - 60_000).toISOString(), facts: robodjStaging() },
      ],
    })
    const first = await recordObservations(runtime, input)
    const length = await trailLength()
    const second = await recordObservations(runtime, input)
    expect(second.observations).toEqual([{ ...first.observations[0], duplicate: true }])
    expect(await trailLength()).toBe(length)
    const twice = await recordObservations(runtime, {
      ...input,
      observations: [...(input.observations ?? []), { ...(input.observations?.[0] as object), instance: 'new' } as never],
    })
    expect(twice.observations.map(({ duplicate }) => duplicate)).toEqual([true, false])
    const other = await recordObservations(await aReporter(scene), input)
    expect(other.observations[0]?.duplicate).toBe(false)
  })

  it('a batch that says one thing twice keeps it once', async () => {
    const one = {
      profile: 'staging',
      instance: 'same',
      claimedAt: new Date(Date.now() - 61_000).toISOString(),
      facts: { files: { present: [] } },
    }
    const { observations } = await recordObservations(
      runtime,
      reportObservationsInput.parse({ system: 'robodj', observations: [one, one] }),
    )
    expect(observations.map(({ duplicate }) => duplicate)).toEqual([false, true])
    expect(observations[0]?.id).toBe(observations[1]?.id)
  })

  it('with one idempotency key runs once, also across the attempts of one call', async () => {
    const input = reportObservationsInput.parse({ system: 'robodj', profile: 'staging', instance: 'keyed', facts: robodjStaging() })
    const once = () => ({ principalId: runtime.actor.id, route: 'POST x', key: digestOf('key'), requestHash: digestOf('body'), turn: 0 })
    const first = { ...runtime, once: once() }
    const kept = await recordObservations(first, input)
    const again: Ctx = { ...runtime, once: once() }
    expect(await recordObservations(again, input)).toEqual(kept)
    expect(again.once?.replayed).toBe(true)
    expect(await refusalOf(recordObservations({ ...runtime, once: { ...once(), requestHash: digestOf('other') } }, input))).toMatchObject({
      code: 'idempotency_conflict',
    })
  })
})

describe('bad input is refused with its place, and nothing of it is kept (issue 4, section 5)', () => {
  const refused = async (observation: object, by = runtime) => {
    const before = [await trailLength(), await db.observation.count()]
    const refusal = await refusalOf(
      (async () =>
        recordObservations(
          by,
          reportObservationsInput.parse({
            system: 'robodj',
            observations: [{ profile: 'staging', facts: { files: { present: [] } } }, observation],
          }),
        ))(),
    )
    expect([await trailLength(), await db.observation.count()]).toEqual(before)
    return refusal
  }
  const facts = { files: { present: [] } }

  it('a profile nobody knows, with the names that are known', async () => {
    expect(await refused({ profile: 'moon', facts })).toEqual({
      code: 'not_found',
      sentence: 'RoboDJ has no profile moon. Its profiles are dev, staging, prod.',
      place: 'observations[1].profile',
    })
  })

  it('a clock of the year 2099, and a claim too old to say what runs (T11)', async () => {
    expect(await refused({ profile: 'staging', claimedAt: '2099-01-01T00:00:00Z', facts })).toMatchObject({
      code: 'invalid',
      place: 'observations[1].claimedAt',
      sentence: expect.stringContaining('Check the clock'),
    })
    expect(await refused({ profile: 'staging', claimedAt: '2020-01-01T00:00:00Z', facts })).toMatchObject({
      code: 'invalid',
      place: 'observations[1].claimedAt',
    })
    const checks = [{ check: 'config-validation', ok: true, at: '2099-01-01T00:00:00Z' }]
    expect(await refused({ profile: 'staging', facts: { checks } })).toMatchObject({ place: 'observations[1].facts.checks[0].at' })
  })

  it('the word of a secret, of a variable nobody declared, and of one that may say anything (T18)', async () => {
    for (const variable of [present('ROBODJ_SECRET_KEY', { says: 'staging' }), present('WHATEVER', { says: 'on' })]) {
      expect(await refused({ profile: 'staging', facts: { variables: [variable] } })).toMatchObject({
        code: 'invalid',
        place: 'observations[1].facts.variables[0].says',
      })
    }
  })

  it('a value where a name belongs, never repeated (T18)', async () => {
    const value = 'q7Zp0vKx93LmNbT2sR8w'
    for (const [observation, place] of [
      [{ profile: 'staging', facts: { variables: [present(`x${value}`)] } }, 'observations[1].facts.variables[0].name'],
      [{ profile: 'staging', instance: value, facts }, 'observations[1].instance'],
      [{ profile: 'staging', facts: { files: { present: ['.env', `/srv/.env.${value}`] } } }, 'observations[1].facts.files.present[1]'],
      [{ profile: 'staging', facts: { environment: { envFiles: [`.env.${value}`] } } }, 'observations[1].facts.environment.envFiles[0]'],
      [
        {
          profile: 'staging',
          facts: { variables: [present('ROBODJ_SECRET_KEY', { fingerprint: { value: digestOf('x'), keyId: digestOf('hmac') } })] },
        },
        'observations[1].facts.variables[0].fingerprint.keyId',
      ],
    ] as const) {
      const refusal = await refused(observation)
      expect(refusal).toMatchObject({ code: 'secret_refused', place })
      expect(JSON.stringify(refusal)).not.toContain(value)
    }
  })

  it('who has no right to report: another scope, an auditor, somebody elsewhere, a role that ended (T11, T23)', async () => {
    expect(
      await refused({ profile: 'staging', facts }, await aToken(scene.people.admin, { scopes: ['evidence:bring'], systemId: 'robodj' })),
    ).toMatchObject({
      code: 'not_allowed',
      place: 'observation:report',
    })
    expect(await refused({ profile: 'staging', facts }, scene.people.auditor)).toMatchObject({ code: 'not_allowed' })
    expect(await refused({ profile: 'staging', facts }, await aPerson('Elsewhere', ['engineer'], 'stack'))).toMatchObject({
      code: 'not_found',
    })
    const leaver = await aPerson('Leaver', ['engineer'], 'robodj')
    const theirs = await aToken(leaver, { scopes: ['observation:report'], systemId: 'robodj' })
    await endGrant(scene.people.admin, { grant: leaver.actor.grants[0]?.id as string })
    expect(await refused({ profile: 'staging', facts }, theirs)).toMatchObject({ code: expect.stringMatching(/not_allowed|not_found/) })
    expect(await refused({ profile: 'staging', source: 'person', facts })).toMatchObject({
      code: 'invalid',
      place: 'observations[1].source',
    })
  })
})

describe('what comes with an observation', () => {
  it('snapshots that nobody recorded are recorded, each once (000.29)', async () => {
    const snapshots = [{ takenAt: new Date(Date.now() - 7_200_000).toISOString(), digest: digestOf('backup') }]
    expect(await report({ snapshots }, { profile: 'prod' })).toMatchObject({ snapshots: 1 })
    expect(await report({ snapshots }, { profile: 'prod' })).toMatchObject({ snapshots: 0 })
    expect(await db.snapshot.findMany({ where: { digest: digestOf('backup') } })).toMatchObject([
      { profileKey: 'prod', location: 'Reported by default' },
    ])
    expect(await trail({ action: 'snapshot.recorded' })).toMatchObject([{ after: { digest: digestOf('backup') } }])
  })

  it('fingerprints of mapped secrets are recorded when they say something new, and one value on two profiles opens a finding (002.42, 004.4)', async () => {
    expect(await report({ variables: robodjVariables('prod') }, { profile: 'prod' })).toMatchObject({ fingerprints: 2, opened: [] })
    expect(await report({ variables: robodjVariables('prod') }, { profile: 'prod' })).toMatchObject({ fingerprints: 0 })
    const before = await db.fingerprintReport.count()
    const same = [present('ROBODJ_SECRET_KEY', { fingerprint: printOf('staging 1') }), ...robodjVariables('prod').slice(1)]
    const shared = await report({ variables: same }, { profile: 'prod' })
    expect(shared.fingerprints).toBe(1)
    expect(shared.opened.map(({ rule }) => rule)).toContain('variable.ROBODJ_SECRET_KEY')
    expect(await db.fingerprintReport.count()).toBe(before + 1)
    const back = await report({ variables: robodjVariables('prod') }, { profile: 'prod' })
    expect(back.fingerprints).toBe(1)
    expect(back.closed.length).toBeGreaterThan(0)
  })

  it('two runtimes with an old and a new key do not add a row at every report', async () => {
    const old = { variables: robodjVariables('prod') }
    const rotated = { variables: robodjVariables('prod', 'prod rotated') }
    await report(old, { profile: 'prod', instance: 'a' })
    await report(rotated, { profile: 'prod', instance: 'b' })
    for (let i = 0; i < 3; i += 1) {
      expect(await report(old, { profile: 'prod', instance: 'a' })).toMatchObject({ fingerprints: 0 })
      expect(await report(rotated, { profile: 'prod', instance: 'b' })).toMatchObject({ fingerprints: 0 })
    }
  })
})

describe('runtimes whose names change with every start', () => {
  it('do not pile up: what was silent for a week goes when others report, its observations stay', async () => {
    await report({ routes: { exposed: [] } }, { profile: 'dev', instance: 'pod-1' })
    await asOwner(`UPDATE "ProfileFact" SET "seenAt" = now() - interval '8 days' WHERE instance = 'pod-1'`)
    await report({ routes: { exposed: [] } }, { profile: 'dev', instance: 'pod-2' })
    expect(await db.profileFact.count({ where: { instance: 'pod-1' } })).toBe(0)
    expect(await db.observation.count({ where: { instance: 'pod-1' } })).toBe(1)
  })
})

describe('another policy meanwhile', () => {
  it('a process that knew the version before judges by the one that is active, and a rule that is gone closes its finding', async () => {
    await report({ runtime: launchedPast }, { instance: 'stg-1' })
    const text = policyText('robodj').replace(
      /launchPath: '[^']*'(?=, dataSource: '[^']*staging)/,
      () => "launchPath: '(main.py|RoboDJ_Launcher.bat)$'",
    )
    expect(text).not.toBe(policyText('robodj'))
    await applyPolicy(await openConsole(), { text, fileName: 'policies/robodj.yaml' })
    expect(await openRules()).not.toContain('staging runtime.launchPath')
    const [closed] = await db.finding.findMany({ where: { rule: 'runtime.launchPath' }, orderBy: { openedAt: 'desc' }, take: 1 })
    expect(closed).toMatchObject({ closedHow: 'policy' })
    expect(await report({ runtime: launchedPast }, { instance: 'stg-1' })).toMatchObject({ opened: [] })
    const recorded = await trail({ action: 'observation.recorded' })
    expect(recorded.at(-1)?.policy).toBe((await loadActivePolicy(db, 'robodj')).hash)
  })
})

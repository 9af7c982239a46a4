import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { mutate } from '@/lib/db/mutate'
import { bringNewKeys, retireOldKeys } from '@/lib/db/write-keys'
import type { Ctx } from '@/lib/domain/context'
import { getSecretKey } from '@/lib/queries/secret-key'
import { getSecrets } from '@/lib/queries/secrets'
import { getSecretsEnv } from '@/lib/queries/secrets-env'
import { getStandings } from '@/lib/queries/system-standing'
import { recordKeyVersionInput, reportFingerprintsInput } from '@/lib/schemas/key'
import { recordSecretAuditInput } from '@/lib/schemas/secret-audit'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { reportFingerprints } from '@/lib/usecases/key/report-fingerprints'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { aPerson } from '../../support/people'
import { aRotationRow } from '../../support/rotation-rows'
import { aGovernedSystem, digestOf, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

const DAY = 86_400_000
let robodj: Scene
let waxwatch: Scene

const looker = ({ actor }: Ctx, now = new Date()) => ({ actor, now })
const record = (system: string, profile: string, mapping: string, keyId: string, days: number) =>
  recordKeyVersion(
    (system === 'robodj' ? robodj : waxwatch).people.engineer,
    recordKeyVersionInput.parse({ system, profile, mapping, keyId, bornAt: new Date(Date.now() - days * DAY).toISOString() }),
  )
const report = (profile: string, mapping: string, value: string) =>
  reportFingerprints(
    robodj.people.engineer,
    reportFingerprintsInput.parse({
      system: 'robodj',
      profile,
      fingerprintKeyId: 'h1',
      fingerprints: [{ mapping, fingerprint: digestOf(value) }],
    }),
  )

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
  await record('robodj', 'prod', 'secret-key', 'k7', 97)
  await record('robodj', 'prod', 'secret-v2-key', 'k6', 190)
  await record('robodj', 'staging', 'secret-key', 'k5', 84)
  await record('waxwatch', 'production', 'database-url', 'c3', 10)
  await report('prod', 'secret-key', 'seven')
  await report('prod', 'secret-key', 'seven')
  await report('staging', 'secret-key', 'seven')
})

describe('SecOps in one page', () => {
  it('has what is overdue, due soon, unknown, shared and due for audit, of the systems one may see (T23)', async () => {
    const mine = await getSecrets(looker(robodj.people.secops))
    expect(mine.systems).toEqual([{ slug: 'robodj', name: 'RoboDJ' }])
    expect(mine.overdue.map(({ ownership }) => ownership.id)).toEqual(['prod'])
    expect(mine.dueSoon.map(({ ownership }) => ownership.id)).toEqual(['staging'])
    expect(mine.unknown.map(({ ownership }) => ownership.id)).toEqual(['dev'])
    expect(mine.findings.map(({ kind }) => kind)).toEqual(['shared_between_profiles'])
    expect(mine.audits).toMatchObject([{ state: 'never', due: true, profile: { id: 'prod' } }])
    expect([mine.halfDone, mine.running, mine.debts, mine.glass]).toEqual([[], [], [], []])
    const everything = await getSecrets(looker(await aPerson('Everywhere', ['auditor'])))
    expect(everything.fine).toBe(1)
    expect(everything.systems).toHaveLength(2)
    expect(await getSecrets(looker(await aPerson('Nowhere', [])))).toMatchObject({ systems: [], overdue: [], findings: [], debts: [] })
  })

  it('asks the database as often for two systems as for one', async () => {
    const everywhere = looker(await aPerson('Everywhere too', ['auditor']))
    await getSecrets(everywhere)
    const one = await countStatements(() => getSecrets(looker(robodj.people.secops)))
    const two = await countStatements(() => getSecrets(everywhere))
    expect(two.statements).toBeLessThanOrEqual(one.statements + 1)
  })
})

describe('the grid and the estate', () => {
  it('show ages, findings and audits as the pages do', async () => {
    const { standings } = await getStandings(looker(robodj.people.secops))
    const cell = (row: string, profile: string) =>
      standings[0]?.groups
        .flatMap((group) => group.rows)
        .find(({ id }) => id === row)
        ?.cells.find((each) => each.profile === profile)
    expect(cell('rotation.key-pair.age', 'prod')).toMatchObject({ state: 'fail', known: '97 days, 7 days overdue' })
    expect(cell('rotation.key-pair.age', 'staging')?.state).toBe('warn')
    expect(cell('rotation.key-pair.age', 'dev')?.state).toBe('waiting')
    expect(cell('rotation.key-pair.fingerprints', 'staging')).toMatchObject({ state: 'fail', known: 'shared with another profile' })
    expect(cell('constraint.secret-handling', 'prod')).toMatchObject({ state: 'waiting', known: 'waiting for an audit' })
    expect(standings[0]?.profiles.find(({ profile }) => profile === 'prod')).toMatchObject({ state: 'fail' })
  })
})

describe('the secrets of a system', () => {
  it('profile by profile: the manager’s key, what it holds, its age, and who may audit (000.14 to 000.18)', async () => {
    const { policy } = await loadActivePolicy(db, 'robodj')
    const [dev, staging, prod] = await getSecretsEnv(looker(robodj.people.secops), policy)
    expect(prod?.mappings.map(({ managerKey, counts, keys }) => [managerKey, counts, keys[0]?.keyId])).toEqual([
      ['dgn-dj/prod/ROBODJ_SECRET_KEY', true, 'k7'],
      ['dgn-dj/prod/ROBODJ_SECRET_V2_KEY', false, 'k6'],
    ])
    expect(prod?.storage?.text).toBe('Env-only; audited')
    expect(prod?.mappings[0]).toMatchObject({ standing: { state: 'overdue' }, findings: [{ kind: 'shared_between_profiles' }] })
    expect(staging?.mappings[0]?.findings).toHaveLength(1)
    expect(dev?.mappings[0]).toMatchObject({ keys: [], findings: [], standing: { state: 'unknown' } })
    expect(prod?.whyNotAudit).toBeNull()
    const [, , asEngineer] = await getSecretsEnv(looker(robodj.people.engineer), policy)
    expect(asEngineer?.whyNotAudit).toMatchObject({ code: 'not_allowed' })
  })

  it('says which capability is off while a secret is missing (001.4)', async () => {
    const { policy } = await loadActivePolicy(db, 'waxwatch')
    const production = (await getSecretsEnv(looker(waxwatch.people.engineer), policy)).find(({ profile }) => profile.id === 'production')
    expect(production?.mappings.find(({ mapping }) => mapping.id === 'discogs-token')?.capabilities).toEqual([
      { title: 'Discogs provider', whenMissing: 'disabled', text: 'Missing secrets stay missing and providers remain disabled.' },
    ])
    expect(production?.mappings.find(({ mapping }) => mapping.id === 'auth-issuer')).toMatchObject({ rule: null, standing: null })
  })
})

describe('the history of a key', () => {
  it('every version, who rotated, what it was seen with, and the audits', async () => {
    const { policy } = await loadActivePolicy(db, 'robodj')
    const manager = robodj.people.release_manager
    const rotation = await aRotationRow('robodj', 'prod', manager, { performer: manager })
    const members = ['secret-key', 'secret-v2-key']
    await mutate(manager, async (work) => {
      const [first, ...rest] = await bringNewKeys(work, { rotation, method: 'shift-pair', members, newKeys: { 'secret-key': 'k8' } })
      if (!first) throw new Error('nothing was brought')
      return { result: null, events: [first, ...rest] }
    })
    const during = await getSecretKey(looker(robodj.people.secops), policy, 'prod', 'secret-key')
    expect(during?.whyNotRecord).toMatchObject({ code: 'wrong_state' })
    await mutate(manager, async (work) => {
      const [first, ...rest] = await retireOldKeys(work, rotation.id, 'Run 12')
      if (!first) throw new Error('nothing was retired')
      return { result: null, events: [first, ...rest] }
    })
    await db.rotation.update({ where: { id: rotation.id }, data: { status: 'completed', endedAt: new Date() } })
    const auditor = await aPerson('Another Of SecOps', ['secops'], 'robodj')
    const input = recordSecretAuditInput.parse({ system: 'robodj', rotation: rotation.id, finding: 'met', note: 'As planned' })
    await recordSecretAudit(auditor, input)

    const found = await getSecretKey(looker(auditor), policy, 'prod', 'secret-key')
    expect(found?.intervals.map(({ keyId, endedHow, rotation: by }) => [keyId, endedHow, by === rotation.id])).toEqual([
      ['k8', null, true],
      ['k7', 'moved', false],
    ])
    expect(found?.intervals[1]?.prints).toMatchObject([{ value: digestOf('seven'), keyId: 'h1', times: 2 }])
    expect(found?.rotations.get(rotation.id)).toMatchObject({
      performer: { name: 'The release manager' },
      approvals: [],
      audits: [{ finding: 'met', note: 'As planned' }],
      whyNotAudit: null,
    })
    expect(found?.whyNotRecord).toMatchObject({ code: 'policy_forbids' })
    expect(found?.together.map(({ mapping }) => mapping)).toEqual(['secret-v2-key'])
    const second = await getSecretKey(looker(robodj.people.release_manager), policy, 'prod', 'secret-v2-key')
    expect(second?.intervals.map(({ keyId, use, endedHow, retirementProof }) => [keyId, use, endedHow, retirementProof])).toEqual(
      expect.arrayContaining([
        ['k7', 'current', null, null],
        ['k6', 'accepted', 'retired', 'Run 12'],
        ['k6', 'current', 'moved', null],
      ]),
    )
    expect(second?.rotations.get(rotation.id)?.whyNotAudit).toMatchObject({ code: 'not_allowed' })
  })

  it('a mistyped id is offered to be put right until a rotation brings another, and what was wrong says so', async () => {
    const { policy } = await loadActivePolicy(db, 'robodj')
    const see = async (mapping: string) => getSecretKey(looker(robodj.people.secops), policy, 'dev', mapping)
    expect((await see('secret-key'))?.whyNotCorrect).toMatchObject({ code: 'not_found' })
    await record('robodj', 'dev', 'secret-key', 'd7', 12)
    expect((await see('secret-key'))?.whyNotCorrect).toBeNull()
    const right = { system: 'robodj', profile: 'dev', mapping: 'secret-key', keyId: 'd1', corrects: 'd7', reason: 'Mistyped' }
    await recordKeyVersion(robodj.people.engineer, recordKeyVersionInput.parse(right))
    expect((await see('secret-key'))?.intervals.map(({ keyId, corrected }) => [keyId, corrected])).toEqual([
      ['d1', false],
      ['d7', true],
    ])
    const prod = await getSecretKey(looker(robodj.people.secops), policy, 'prod', 'secret-key')
    expect(prod?.whyNotCorrect).toMatchObject({ code: 'policy_forbids' })
    expect(prod?.intervals.some(({ corrected }) => corrected)).toBe(false)
  })

  it('is null for a secret or a profile the policy does not have', async () => {
    const { policy } = await loadActivePolicy(db, 'robodj')
    expect(await getSecretKey(looker(robodj.people.secops), policy, 'prod', 'auth-issuer')).toBeNull()
    expect(await getSecretKey(looker(robodj.people.secops), policy, 'moon', 'secret-key')).toBeNull()
  })
})

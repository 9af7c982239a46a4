import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadFingerprintFindings, loadKeyStandings } from '@/lib/db/load-keys'
import { recordKeyVersionInput, reportFingerprintsInput, retireKeyInput } from '@/lib/schemas/key'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { reportFingerprints } from '@/lib/usecases/key/report-fingerprints'
import { retireKey } from '@/lib/usecases/key/retire-key'
import { aPerson, aToken } from '../../../support/people'
import { aRotationRow } from '../../../support/rotation-rows'
import { aGovernedSystem, digestOf, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let robodj: Scene
let waxwatch: Scene

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
})

const key = (more: object = {}) =>
  recordKeyVersionInput.parse({ system: 'robodj', profile: 'prod', mapping: 'secret-key', keyId: 'k7', ...more })
const held = (profile: string, mapping: string) =>
  db.keyVersion.findMany({ where: { profileKey: profile, mappingKey: mapping, endedAt: null }, orderBy: { activatedAt: 'asc' } })

describe('recording which key a profile holds (000.14 to 000.18)', () => {
  it('makes it known by its name, with its birth and fingerprint, and says so on the record', async () => {
    const made = await recordKeyVersion(
      robodj.people.engineer,
      key({ bornAt: '2026-10-18T08:00:00Z', fingerprint: digestOf('seven'), fingerprintKeyId: 'h1' }),
    )
    expect(await held('prod', 'secret-key')).toMatchObject([
      {
        id: made.id,
        keyId: 'k7',
        use: 'current',
        bornAt: new Date('2026-10-18T08:00:00Z'),
        fingerprint: digestOf('seven'),
        rotationId: null,
      },
    ])
    expect(await trail({ subject: made.id })).toMatchObject([
      { action: 'key.recorded', after: { profile: 'prod', mapping: 'secret-key', keyId: 'k7', bornAt: '2026-10-18T08:00:00.000Z' } },
    ])
    const [standing] = (await loadKeyStandings(db, ['robodj'], new Date())).filter(({ profile }) => profile.id === 'prod')
    expect(standing?.members[0]?.keys).toMatchObject([{ keyId: 'k7', fingerprint: { value: digestOf('seven'), keyId: 'h1' } }])
  })

  it('two at once: one is recorded, the other is told (T07)', async () => {
    for (const keyId of ['k1', 'k2']) {
      const profile = keyId === 'k1' ? 'staging' : 'dev'
      const same = await race(
        recordKeyVersion(robodj.people.engineer, key({ profile, keyId })),
        recordKeyVersion(robodj.people.secops, key({ profile, keyId: keyId === 'k1' ? 'k1' : 'other' })),
      )
      expect(same.won).toHaveLength(1)
      expect(same.lost).toMatchObject([{ code: keyId === 'k1' ? 'conflict' : 'policy_forbids', place: 'keyId' }])
      expect(await held(profile, 'secret-key')).toHaveLength(1)
    }
  })

  it('another key comes by a rotation only, where the policy has a rule (000.18 to 000.21)', async () => {
    expect(await refusalOf(recordKeyVersion(robodj.people.release_manager, key({ keyId: 'k8' })))).toMatchObject({
      code: 'policy_forbids',
      sentence: 'ROBODJ_SECRET_KEY on prod holds the key k7. Another one comes by a rotation, which its owners perform and others approve.',
    })
  })

  it('a mistyped id is put right, with its age, what it was seen with and the reason kept; two at once correct it once (T07)', async () => {
    const [wrong] = await held('prod', 'secret-key')
    const right = (more: object = {}) =>
      recordKeyVersion(robodj.people.engineer, key({ keyId: 'k70', corrects: 'k7', reason: 'The store says k70.', ...more }))
    const younger = await refusalOf(right({ bornAt: '2026-11-01T08:00:00Z' }))
    expect(younger).toMatchObject({ code: 'policy_forbids', place: 'bornAt' })
    const pasted = `DATABASE_PASSWORD=${['Zq8vN2kLw5Xt', '9Rb'].join('')}`
    expect(await refusalOf(right({ reason: pasted }))).toMatchObject({ code: 'secret_refused', place: 'reason' })
    expect(await held('prod', 'secret-key')).toEqual([wrong])
    const { won, lost } = await race(right(), right({ keyId: 'k71' }))
    expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
    const [now] = await held('prod', 'secret-key')
    expect(now).toMatchObject({
      keyId: won[0]?.keyId,
      use: 'current',
      bornAt: wrong?.bornAt,
      fingerprint: digestOf('seven'),
      fingerprintKeyId: 'h1',
      rotationId: null,
    })
    expect(await db.keyVersion.findUnique({ where: { id: wrong?.id ?? '' } })).toMatchObject({ keyId: 'k7', endedHow: 'moved' })
    const [event] = await trail({ subject: now?.id ?? '' })
    expect(event).toMatchObject({ action: 'key.corrected', before: { keyId: 'k7' }, after: { keyId: now?.keyId, corrects: 'k7' } })
    expect(await db.auditText.count({ where: { body: 'The store says k70.' } })).toBe(1)
    await recordKeyVersion(robodj.people.engineer, key({ keyId: 'k7', corrects: now?.keyId, reason: 'It was k7 after all.' }))
  })

  it('a correction says what was wrong, and nothing else gives a reason', () => {
    const base = { system: 'robodj', profile: 'prod', mapping: 'secret-key', keyId: 'k7' }
    expect(recordKeyVersionInput.safeParse({ ...base, corrects: 'k8', reason: 'Mistyped' }).success).toBe(true)
    for (const half of [{ corrects: 'k8' }, { reason: 'Mistyped' }])
      expect(recordKeyVersionInput.safeParse({ ...base, ...half }).error?.issues[0]?.path).toEqual(['reason'])
  })

  it('a mapping without a rule changes by hand, and what was before is over', async () => {
    const issuer = (keyId: string) =>
      recordKeyVersion(waxwatch.people.engineer, key({ system: 'waxwatch', profile: 'production', mapping: 'auth-issuer', keyId }))
    await issuer('v1')
    await issuer('v2')
    expect((await held('production', 'auth-issuer')).map(({ keyId }) => keyId)).toEqual(['v2'])
    expect(await db.keyVersion.findFirst({ where: { mappingKey: 'auth-issuer', keyId: 'v1' } })).toMatchObject({ endedHow: 'moved' })
  })

  it('while a rotation of the secret is open only its steps change the key', async () => {
    const rotation = await aRotationRow('waxwatch', 'production-discogs', waxwatch.people.release_manager, { status: 'planned' })
    const record = () =>
      recordKeyVersion(waxwatch.people.secops, key({ system: 'waxwatch', profile: 'prod', mapping: 'discogs-token', keyId: '2' }))
    expect(await refusalOf(record())).toMatchObject({
      code: 'wrong_state',
      sentence: `${rotation.id} rotates DISCOGS_TOKEN on production and is not over. Until then its keys change only by the steps of that rotation.`,
    })
    await db.rotation.update({ where: { id: rotation.id }, data: { status: 'cancelled', endedAt: new Date() } })
    expect(await record()).toMatchObject({ profile: 'production', keyId: '2' })
  })

  it('owners, engineers, Release Managers, SecOps and software with the scope do; nobody else, and it leaves nothing', async () => {
    const before = [await trailLength(), await db.keyVersion.count()]
    const second = (who = robodj.people.auditor, more: object = {}) => recordKeyVersion(who, key({ mapping: 'secret-v2-key', ...more }))
    for (const role of ['auditor', 'admin', 'management', 'production_approver'] as const)
      expect(await refusalOf(second(robodj.people[role])), role).toMatchObject({ code: 'not_allowed' })
    // A dev lead owns the rotations of dev, not those of prod.
    expect(await refusalOf(second(robodj.people.dev_lead))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(second(await aToken(robodj.people.engineer, { scopes: ['evidence:bring'] })))).toMatchObject({
      place: 'key:report',
    })
    expect(await refusalOf(second(await aPerson('Elsewhere', ['engineer'], 'waxwatch')))).toMatchObject({ code: 'not_found' })
    expect(await refusalOf(second(robodj.people.engineer, { mapping: 'database-url' }))).toMatchObject({
      code: 'not_found',
      sentence: 'RoboDJ has no secret database-url on prod. Its secrets there are secret-key, secret-v2-key.',
    })
    expect(await refusalOf(second(robodj.people.engineer, { profile: 'moon' }))).toMatchObject({ code: 'not_found', place: 'profile' })
    expect(await refusalOf(second(robodj.people.engineer, { bornAt: '2099-01-01T00:00:00Z' }))).toMatchObject({ place: 'bornAt' })
    const pasted = digestOf('what openssl rand -hex 32 makes')
    expect(await refusalOf(second(robodj.people.engineer, { keyId: pasted }))).toMatchObject({ code: 'secret_refused', place: 'keyId' })
    expect([await trailLength(), await db.keyVersion.count()]).toEqual(before)
    await recordKeyVersion(robodj.people.dev_lead, key({ profile: 'dev', mapping: 'secret-v2-key', keyId: 'k0' }))
    await second(await aToken(robodj.people.admin, { scopes: ['key:report'], systemId: 'robodj' }), { keyId: 'k6' })
  })
})

describe('reporting fingerprints (002.42, 004.4, T18)', () => {
  const report = (profile: string, fingerprints: Record<string, string>, more: object = {}) =>
    reportFingerprintsInput.parse({
      system: 'robodj',
      profile,
      fingerprintKeyId: 'h1',
      fingerprints: Object.entries(fingerprints).map(([mapping, value]) => ({ mapping, fingerprint: digestOf(value) })),
      ...more,
    })

  it('several at once by a machine; it hears at once what speaks against the profile', async () => {
    const token = await aToken(robodj.people.admin, { scopes: ['key:report'], systemId: 'robodj' })
    const good = await reportFingerprints(token, report('prod', { 'secret-key': 'prod one', 'secret-v2-key': 'prod two' }))
    expect(good).toMatchObject({ profile: 'prod', reported: 2, rotations: [], findings: [], claimSkewMinutes: null })
    const bad = await reportFingerprints(token, report('staging', { 'secret-key': 'prod one' }))
    expect(bad.findings).toMatchObject([
      { kind: 'shared_between_profiles', profile: 'prod', other: { profile: 'staging', mapping: 'secret-key' } },
    ])
    const [event] = (await trail({ action: 'key.fingerprint_reported' })).slice(-1)
    expect(event).toMatchObject({
      after: { profile: 'staging', mappings: ['secret-key'], fingerprintKeyId: 'h1', against: ['shared_between_profiles'] },
    })
    expect(await loadFingerprintFindings(db, ['robodj'])).toHaveLength(1)
    await reportFingerprints(token, report('staging', { 'secret-key': 'staging one' }))
    expect(await loadFingerprintFindings(db, ['robodj'])).toEqual([])
  })

  it('belongs to the rotation that is open, and flags a claimed time that is off', async () => {
    const rotation = await aRotationRow('robodj', 'prod', robodj.people.release_manager)
    const claimedAt = new Date(Date.now() - 3_600_000).toISOString()
    const told = await reportFingerprints(robodj.people.secops, report('prod', { 'secret-key': 'prod one' }, { claimedAt }))
    expect(told).toMatchObject({ rotations: [rotation.id], claimSkewMinutes: -60 })
    expect(await db.fingerprintReport.count({ where: { rotationId: rotation.id } })).toBe(1)
    await db.rotation.update({ where: { id: rotation.id }, data: { status: 'cancelled', endedAt: new Date() } })
  })

  it('is refused without right, for a secret the profile lacks, and for what looks like the HMAC key', async () => {
    const before = [await trailLength(), await db.fingerprintReport.count()]
    expect(await refusalOf(reportFingerprints(robodj.people.auditor, report('prod', { 'secret-key': 'x' })))).toMatchObject({
      code: 'not_allowed',
    })
    expect(await refusalOf(reportFingerprints(robodj.people.engineer, report('prod', { 'auth-issuer': 'x' })))).toMatchObject({
      code: 'not_found',
      place: 'mapping',
    })
    const pasted = report('prod', { 'secret-key': 'x' }, { fingerprintKeyId: digestOf('the HMAC key itself') })
    expect(await refusalOf(reportFingerprints(robodj.people.engineer, pasted))).toMatchObject({ code: 'secret_refused' })
    expect([await trailLength(), await db.fingerprintReport.count()]).toEqual(before)
  })
})

describe('retiring an old key by hand (002.21 to 002.23)', () => {
  const retire = (keyId: string, who = robodj.people.secops) =>
    retireKey(
      who,
      retireKeyInput.parse({ system: 'robodj', profile: 'staging', mapping: 'secret-v2-key', keyId, proof: 'Run 12 refused it' }),
    )
  const anOldKey = async (keyId: string) =>
    db.keyVersion.create({
      data: {
        systemId: 'robodj',
        profileKey: 'staging',
        mappingKey: 'secret-v2-key',
        keyId,
        use: keyId === 'now' ? 'current' : 'accepted',
        bornAt: new Date('2026-01-01'),
        activatedAt: new Date('2026-01-01'),
        recordedById: robodj.people.engineer.actor.id,
        recordedForId: robodj.people.engineer.actor.id,
        recordedAt: new Date('2026-01-01'),
      },
    })

  it('ends an accepted key once, with the proof, and never the one in use', async () => {
    await anOldKey('now')
    const old = await anOldKey('old')
    expect(await refusalOf(retire('now'))).toMatchObject({ code: 'wrong_state' })
    expect(await refusalOf(retire('old', robodj.people.auditor))).toMatchObject({ code: 'not_allowed' })
    const both = await race(retire('old'), retire('old', robodj.people.release_manager))
    expect([both.won.length, both.lost.map(({ code }) => code)]).toEqual([1, ['not_found']])
    expect(await db.keyVersion.findUnique({ where: { id: old.id } })).toMatchObject({
      endedHow: 'retired',
      retirementProof: 'Run 12 refused it',
    })
    expect(await trail({ subject: old.id })).toMatchObject([{ action: 'key.retired', after: { keyId: 'old' } }])
  })

  it('waits for an open rotation, which retires its own', async () => {
    await anOldKey('older')
    const rotation = await aRotationRow('robodj', 'staging', robodj.people.release_manager)
    expect(await refusalOf(retire('older'))).toMatchObject({ code: 'wrong_state', place: 'mapping' })
    await db.rotation.update({ where: { id: rotation.id }, data: { status: 'cancelled', endedAt: new Date() } })
    await retire('older')
  })

  it('a value in the proof is refused', async () => {
    await anOldKey('oldest')
    const proof = ['postgresql', '://deploy:', 'Zq8vN2kLw5Xt', '@db.example.org/app'].join('')
    const input = { system: 'robodj', profile: 'staging', mapping: 'secret-v2-key', keyId: 'oldest', proof }
    expect(await refusalOf(retireKey(robodj.people.secops, retireKeyInput.parse(input)))).toMatchObject({ code: 'secret_refused' })
  })
})

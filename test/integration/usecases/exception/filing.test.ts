import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import { sentenceOf } from '@/lib/domain/exception-approval'
import { fileExceptionInput } from '@/lib/schemas/exception'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'
import { exceptionOf, exceptionStateOf, fileIt, isoIn, passTimeOf } from '../../../support/exceptions'
import { aPerson, aToken } from '../../../support/people'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

// What can be filed, by whom, and what is sealed (000.32). The rules themselves are tried in test/unit/domain/exception-guards.test.ts.

let scene: Scene
let stack: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
})

const LAUNCH = { profile: 'staging', rule: 'runtime.launchPath' }
const withdraw = (exception: string) => withdrawException(scene.people.engineer, { exception, reason: 'Done with it.' })

/** A refusal, and that nothing was written for it. */
async function refused(promise: () => Promise<unknown>) {
  const before = [await trailLength(), await db.driftException.count(), await db.auditText.count()]
  const refusal = await refusalOf(promise())
  expect([await trailLength(), await db.driftException.count(), await db.auditText.count()]).toEqual(before)
  return refusal
}

describe('filing', () => {
  it('a tier with slots waits for them, sealed with ids and digests and no prose', async () => {
    const filed = await fileIt(scene, scene.people.engineer, {
      ...LAUNCH,
      observed: 'python',
      reason: 'The launcher was renamed by hand.',
      remediation: 'Restore it from the bundle.',
      conditions: ['Only for the demo machine.'],
    })
    expect(filed).toMatchObject({ number: 1, tier: 'medium', isApproved: false, covers: true })
    const facts = await exceptionOf(filed.id)
    expect(facts).toMatchObject({ status: 'filed', approvedAt: null, covers: true, finding: null, extensions: 0, history: [] })
    expect(facts.owner.id).toBe(scene.people.engineer.actor.id)
    expect(facts.conditions.map(({ text }) => text)).toEqual(['Only for the demo machine.'])
    const version = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'exception', subjectId: filed.id } })
    expect(sha256Hex(version.canonical)).toBe(filed.sealedHash)
    expect(version.requesterId).toBe(scene.people.engineer.actor.id)
    expect(version.canonical).not.toMatch(/renamed|Restore|demo machine|engineer/)
    expect(JSON.parse(version.canonical)).toMatchObject({
      rule: 'runtime.launchPath',
      observed: 'python',
      expected: 'RoboDJ_Launcher.bat',
      owner: scene.people.engineer.actor.id,
      tier: 'medium',
      slots: [{ id: 'release-manager', roles: ['release_manager'] }],
    })
    expect(sentenceOf(facts)).toMatch(
      /^Launch path is python; the policy says RoboDJ_Launcher\.bat\. From .*; owner The engineer; expected 1 day 1 hour, /,
    )
    const [event] = await trail({ subject: filed.id })
    expect(event).toMatchObject({ action: 'exception.filed', after: { rule: 'runtime.launchPath', profile: 'staging', tier: 'medium' } })
    expect(JSON.stringify(event)).not.toMatch(/renamed|Restore|demo machine/)
    await withdraw(filed.id)
  })

  it('a tier without slots is approved by it, with a term and no signature', async () => {
    const filed = await fileIt(scene, scene.people.engineer, { profile: 'dev', rule: 'runtime.launchPath' })
    expect(filed).toMatchObject({ tier: 'short', isApproved: true, covers: true })
    const facts = await exceptionOf(filed.id)
    expect(facts).toMatchObject({ status: 'approved', history: [{ number: 1, tier: 'short', sealed: null }] })
    expect(facts.approvedAt).toEqual(facts.filedAt)
    expect((await trail({ subject: filed.id })).map(({ action }) => action)).toEqual(['exception.filed', 'exception.took_effect'])
    expect(await db.signOff.count({ where: { sealedHash: filed.sealedHash } })).toBe(0)
  })

  it('an owner may be somebody else, or an agent of the system', async () => {
    const agent = await db.principal.findFirstOrThrow({ where: { systemId: 'robodj', kind: 'agent' } })
    const filed = await fileIt(scene, scene.people.engineer, { ...LAUNCH, owner: agent.id })
    expect((await exceptionOf(filed.id)).owner).toMatchObject({ id: agent.id, kind: 'agent' })
    await withdraw(filed.id)
  })

  it('everybody but auditor and admin', async () => {
    for (const role of ['auditor', 'admin'] as const)
      expect((await refused(() => fileIt(scene, scene.people[role], LAUNCH))).code, role).toBe('not_allowed')
    expect((await refused(() => fileIt(scene, stack.people.engineer, LAUNCH))).code).toBe('not_found')
    for (const role of ['management', 'secops', 'incident_commander'] as const) {
      const { id } = await fileIt(scene, scene.people[role], LAUNCH)
      await withdrawException(scene.people[role], { exception: id, reason: 'Only tried.' })
    }
  })

  it('a token with the scope, in the name of whoever it names as owner', async () => {
    const pipeline = await aToken(scene.people.admin, { scopes: ['exception:file'], systemId: 'robodj' })
    expect(await refused(() => fileIt(scene, pipeline, LAUNCH))).toMatchObject({ code: 'invalid', place: 'owner' })
    const filed = await fileIt(scene, pipeline, { ...LAUNCH, owner: scene.people.dev_lead.actor.id })
    expect(await exceptionOf(filed.id)).toMatchObject({
      owner: { name: 'The dev lead' },
      filedBy: { kind: 'token', countsAsId: scene.people.admin.actor.id },
    })
    await withdrawException(scene.people.dev_lead, { exception: filed.id, reason: 'Mended.' })
    const other = await aToken(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })
    expect((await refused(() => fileIt(scene, other, LAUNCH))).code).toBe('not_allowed')
  })
})

describe('what is not taken', () => {
  const bad: [string, Partial<Parameters<typeof fileIt>[2]>, { code: string; place: string }][] = [
    ['an end in the year 2099', { until: '2099-01-01T00:00:00Z' }, { code: 'invalid', place: 'until' }],
    ['an end before the start', { startsAt: isoIn(-1), until: isoIn(-2) }, { code: 'invalid', place: 'until' }],
    ['a start in the future', { startsAt: isoIn(2), until: isoIn(3) }, { code: 'invalid', place: 'startsAt' }],
    ['a rule that the policy does not have', { rule: 'constraint.teapot' }, { code: 'not_found', place: 'rule' }],
    ['a rule that is none there', { rule: 'gate.rollback-drill', profile: 'dev' }, { code: 'not_found', place: 'rule' }],
    ['a profile that nobody declared', { profile: 'moon' }, { code: 'not_found', place: 'profile' }],
    ['plaintext secrets', { rule: 'constraint.secret-handling' }, { code: 'policy_forbids', place: 'rule' }],
    ['an owner who is nobody', { owner: '00000000-0000-7000-8000-000000000000' }, { code: 'not_found', place: 'owner' }],
    ['a finding that is not there', { finding: 'FND-9999' }, { code: 'not_found', place: 'finding' }],
    [
      'what looks like a secret',
      { reason: 'The key is AKIA' + 'IOSFODNN7EXAMPLQ and it is needed' },
      { code: 'secret_refused', place: 'reason' },
    ],
    ['a value where the name of a file belongs', { rule: 'file..env.q7Zp0vKx93LmNbT2sR8w' }, { code: 'secret_refused', place: 'rule' }],
    ['a secret as what is observed', { observed: 'postgres://app:hunter2hunter2@db/app' }, { code: 'secret_refused', place: 'observed' }],
  ]
  it.each(bad)('%s: a clear no, and nothing is kept', async (_, more, expected) => {
    expect(await refused(() => fileIt(scene, scene.people.engineer, { ...LAUNCH, ...more }))).toMatchObject(expected)
  })

  it('an owner without a role on the system, and a token as owner', async () => {
    const stranger = await aPerson('Nobody Here', ['engineer'], 'stack')
    for (const owner of [stranger.actor.id, scene.people.auditor.actor.id])
      expect(await refused(() => fileIt(scene, scene.people.engineer, { ...LAUNCH, owner }))).toMatchObject({
        code: 'invalid',
        place: 'owner',
      })
  })

  it('a deviation without one of the mandatory fields (000.32), broken text, or the key of no rule', () => {
    const whole = {
      system: 'robodj',
      ...LAUNCH,
      observed: 'python',
      reason: 'Why.',
      remediation: 'How.',
      startsAt: isoIn(-1),
      until: isoIn(1),
    }
    expect(fileExceptionInput.safeParse(whole).success).toBe(true)
    for (const field of ['observed', 'reason', 'remediation', 'startsAt', 'until', 'rule', 'profile'] as const) {
      const { [field]: _left, ...rest } = whole
      expect(fileExceptionInput.safeParse(rest).error?.issues[0]?.path, field).toEqual([field])
    }
    for (const more of [
      { observed: 'a\u0000b' },
      { rule: 'variable.ЛОГ' },
      { rule: `file.${'x'.repeat(400)}` },
      { until: 'soon' },
      { surprise: 1 },
    ])
      expect(fileExceptionInput.safeParse({ ...whole, ...more }).success).toBe(false)
  })

  it('a second one from the same rule: it is extended', async () => {
    const { id } = await fileIt(scene, scene.people.engineer, LAUNCH)
    expect(await refused(() => fileIt(scene, scene.people.dev_lead, LAUNCH))).toMatchObject({
      code: 'conflict',
      place: 'rule',
      sentence: expect.stringContaining(id),
    })
    await withdraw(id)
  })

  it('a tier whose slots nobody can fill: the gap is named', async () => {
    const lonely = await aGovernedSystem('dreichor')
    await db.roleGrant.updateMany({ where: { systemId: 'dreichor', role: 'secops' }, data: { endsAt: new Date() } })
    const refusal = await refused(() => fileIt(lonely, lonely.people.engineer, { profile: 'prod', rule: 'variable.LOG_LEVEL' }))
    expect(refusal).toMatchObject({ code: 'slot_gap', sentence: expect.stringContaining('SecOps') })
  })
})

describe('a filing that nobody decided on', () => {
  it('lapses with its end, and gives way to the next', async () => {
    const first = await fileIt(scene, scene.people.engineer, LAUNCH)
    await passTimeOf(first.id, '30 hours')
    const second = await fileIt(scene, scene.people.dev_lead, LAUNCH)
    expect([await exceptionStateOf(first.id), await exceptionStateOf(second.id)]).toEqual(['withdrawn', 'filed'])
    expect((await trail({ subject: first.id })).at(-1)).toMatchObject({ action: 'exception.withdrawn', after: { lapsed: true } })
    await withdrawException(scene.people.dev_lead, { exception: second.id, reason: 'Mended.' })
  })
})

describe('a finding', () => {
  const finding = (more: { openedAt: Date; kind?: string; profileKey?: string }) =>
    db.finding.create({
      data: {
        systemId: 'robodj',
        profileKey: 'staging',
        rule: 'runtime.launchPath',
        kind: 'drift',
        severity: 'block',
        title: 'Launch path',
        expected: 'RoboDJ_Launcher.bat',
        observed: 'python',
        ...more,
      },
      select: { id: true },
    })

  it('that is open is named by itself, and since it saw it the deviation counts', async () => {
    const openedAt = new Date(Date.now() - 20 * 86_400_000)
    const { id } = await finding({ openedAt })
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    const facts = await exceptionOf(filed.id)
    expect(facts).toMatchObject({ finding: id, startsAt: openedAt })
    expect(filed.tier).toBe('long') // 21 days in all, although an hour was claimed
    expect(await refused(() => fileIt(scene, scene.people.engineer, { ...LAUNCH, profile: 'prod', finding: id }))).toMatchObject({
      code: 'invalid',
      place: 'finding',
    })
    await withdraw(filed.id)
    await db.finding.update({ where: { id }, data: { closedAt: new Date(), closedHow: 'facts' } })
    expect((await refused(() => fileIt(scene, scene.people.engineer, { ...LAUNCH, finding: id }))).code).toBe('wrong_state')
  })
})

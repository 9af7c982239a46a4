import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadSecretFacts } from '@/lib/db/load-keys'
import { loadActivePolicies } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { recordSecretAuditInput } from '@/lib/schemas/secret-audit'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { aPerson, aToken } from '../../../support/people'
import { aRotationRow } from '../../../support/rotation-rows'
import { aGovernedSystem, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

const DAY = 86_400_000
let scene: Scene
let other: Ctx

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  other = await aPerson('Second Of SecOps', ['secops'], 'robodj')
})

const audit = (who: Ctx, more: object = {}) =>
  recordSecretAudit(
    who,
    recordSecretAuditInput.parse({ system: 'robodj', profile: 'prod', finding: 'met', note: 'Injected only', ...more }),
  )
const standing = async (profile: string, at = new Date()) =>
  (await loadSecretFacts(db, await loadActivePolicies(db, ['robodj']), at)).audits.find((found) => found.profile.id === profile)

describe('auditing the secret handling of a profile (000.10)', () => {
  it('is due where the policy asks for it and nobody did; a good one is current until the next is due', async () => {
    expect(await standing('prod')).toMatchObject({ state: 'never', due: true, last: null })
    expect(await standing('dev')).toBeUndefined()
    const made = await audit(scene.people.secops)
    expect(made.nextDueAt?.getTime()).toBe(made.auditedAt.getTime() + 90 * DAY)
    expect(await standing('prod')).toMatchObject({ state: 'met', due: false, last: { finding: 'met', by: { name: 'The secops' } } })
    expect(await standing('prod', new Date(made.auditedAt.getTime() + 90 * DAY))).toMatchObject({ state: 'due', due: true })
    expect(await trail({ subject: made.id })).toMatchObject([
      { action: 'secret_audit.recorded', after: { what: 'secret handling', profile: 'prod', finding: 'met', rotation: null } },
    ])
  })

  it('a violation stays one until an audit finds it mended', async () => {
    await audit(scene.people.secops, { finding: 'violated', note: 'A file on the host' })
    expect(await standing('prod', new Date(Date.now() + 200 * DAY))).toMatchObject({ state: 'violated' })
    await audit(other, { finding: 'concern', note: 'Nearly' })
    expect(await standing('prod')).toMatchObject({ state: 'concern', due: false })
  })

  it('the next one may be sooner than the policy asks, not later, and not past', async () => {
    const at = (days: number) => new Date(Date.now() + days * DAY).toISOString()
    expect(await refusalOf(audit(other, { nextDueAt: at(91) }))).toMatchObject({ code: 'policy_forbids', place: 'nextDueAt' })
    expect(await refusalOf(audit(other, { nextDueAt: at(-1) }))).toMatchObject({ code: 'invalid', place: 'nextDueAt' })
    expect((await audit(other, { nextDueAt: at(30) })).nextDueAt).toEqual(expect.any(Date))
  })

  it('an audit without a rule stands, and is due only when somebody chose a date', async () => {
    expect((await audit(scene.people.secops, { profile: 'dev' })).nextDueAt).toBeNull()
    expect(await standing('dev')).toMatchObject({ state: 'met', due: false, rule: null })
  })

  it('is SecOps’ alone, in person or by a token of theirs', async () => {
    const before = [await trailLength(), await db.secretAudit.count()]
    for (const role of ['auditor', 'admin', 'release_manager', 'engineer'] as const)
      expect(await refusalOf(audit(scene.people[role])), role).toMatchObject({ code: 'not_allowed' })
    const tokenOf = (who: Ctx) => aToken(who, { scopes: ['key:report'], systemId: 'robodj' })
    expect(await refusalOf(audit(await tokenOf(scene.people.engineer)))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(audit(await aToken(scene.people.secops, { scopes: ['read'] })))).toMatchObject({ place: 'key:report' })
    expect(await refusalOf(audit(scene.people.secops, { note: ['token: ', 'ghp_', 'x9'.repeat(18)].join('') }))).toMatchObject({
      code: 'secret_refused',
    })
    expect([await trailLength(), await db.secretAudit.count()]).toEqual(before)
    await audit(await tokenOf(scene.people.secops))
  })
})

describe('who audits had no hand in it', () => {
  // Ended after the audits before it, however fast the machine is.
  const ended = { status: 'completed', endedAt: new Date(Date.now() + 600_000) }

  it('of a rotation: not who opened, performed, a step of it, confirmed or approved it, nor their software', async () => {
    const somebody = async (role: 'secops' = 'secops') => aPerson(`Of SecOps ${'ABCDEFGH'[count++]}`, [role], 'robodj')
    let count = 0
    const [opener, performer, stepper, confirmer, free] = [
      await somebody(),
      await somebody(),
      await somebody(),
      await somebody(),
      await somebody(),
    ]
    const rotation = await aRotationRow('robodj', 'prod', opener, { ...ended, performer })
    const at = new Date()
    const by = (who: Ctx) => ({ byId: who.actor.id, forId: who.actor.countsAsId, at })
    await db.rotationStep.create({ data: { id: randomUUID(), rotationId: rotation.id, stepId: 'rotate', state: 'done', ...by(stepper) } })
    await db.rotationConfirmation.create({ data: { rotationId: rotation.id, ownerKey: 'x', ...by(confirmer) } })
    const of = { profile: undefined, rotation: rotation.id }
    for (const [who, did] of [
      [opener, 'opened'],
      [performer, 'performed'],
      [stepper, 'performed a step of'],
      [confirmer, 'confirmed'],
      [await aToken(opener, { scopes: ['key:report'] }), 'opened'],
    ] as const)
      expect(await refusalOf(audit(who, of)), did).toMatchObject({
        code: 'separation_of_duties',
        sentence: `You ${did} ${rotation.id}. Who audits a rotation had no hand in it.`,
      })
    // Neither do they audit the profile it was on, since its last audit.
    expect(await refusalOf(audit(performer))).toMatchObject({
      sentence: `You performed ${rotation.id}, a rotation on prod since its last audit. Somebody else of SecOps has to audit it.`,
    })
    const made = await audit(free, of)
    expect(made).toMatchObject({ profile: 'prod', rotation: rotation.id, nextDueAt: null })
    // The audit of a rotation does not stand for that of the profile.
    expect((await standing('prod'))?.last?.id).not.toBe(made.id)
    await db.rotation.update({ where: { id: rotation.id }, data: { endedAt: new Date(Date.now() - 60_000) } })
    await audit(free)
    await audit(performer)
  })

  it('a rotation is audited once it is over, and has no next audit', async () => {
    const rotation = await aRotationRow('robodj', 'staging', scene.people.release_manager, { status: 'verifying' })
    const of = { profile: undefined, rotation: rotation.id }
    expect(await refusalOf(audit(other, of))).toMatchObject({ code: 'wrong_state', place: 'rotation' })
    await db.rotation.update({ where: { id: rotation.id }, data: ended })
    expect(await refusalOf(audit(other, { ...of, nextDueAt: new Date(Date.now() + DAY).toISOString() }))).toMatchObject({
      code: 'invalid',
    })
    expect(await refusalOf(audit(other, { profile: undefined, rotation: 'ROT-99999' }))).toMatchObject({ code: 'not_found' })
    const both = await race(audit(other, of), audit(scene.people.secops, of))
    expect(both.won).toHaveLength(2) // two audits of one rotation contradict nothing
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { rotationPhase } from '@/lib/domain/rotation'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { changePlan } from '@/lib/usecases/rotation/change-plan'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aPerson } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { asOwner } from '../../../support/record'
import { aRotationRow } from '../../../support/rotation-rows'
import { approve, aRotation, declinePlan, doAll, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

// The plan: sealed, approved through the one engine, changed, declined, withdrawn (000.18 to 000.22, 003.3).

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
}, 60_000)

const OWNER = { owner: 'release-manager-agent' }
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)

/** Leaves the rule free for the next test. */
const leave = (rotation: string) => cancelRotation(scene.people.release_manager, { rotation, reason: 'Shown enough.' })

describe('a plan', () => {
  it('is sealed as canonical JSON named by its SHA-256, and holds ids of principals, never names', async () => {
    const { id, hash } = await aRotation(scene, 'prod', { reason: 'The quarter is over.' })
    const version = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'rotation', subjectId: id } })
    expect(sha256Hex(version.canonical)).toBe(hash)
    expect(canonicalText(JSON.parse(version.canonical), { depth: 8 })).toBe(version.canonical)
    expect(version.canonical).not.toContain('The release manager')
    expect(version.canonical).not.toContain('quarter')
    expect(version).toMatchObject({ systemId: 'robodj', requesterId: scene.people.release_manager.actor.id })
    expect((await rotationOf(id)).reason?.text).toBe('The quarter is over.')
    await leave(id)
  })

  it('that changes has to be approved again: the version before ends with its signatures (003.3)', async () => {
    const { people } = scene
    const first = await aRotation(scene, 'staging', { variant: 'windows' })
    await approve(people.management, first.id, 'management', first.hash)
    const window = { windowStartsAt: inHours(1).toISOString(), windowEndsAt: inHours(2).toISOString() }
    const second = await changePlan(people.secops, {
      rotation: first.id,
      windowStartsAt: new Date(window.windowStartsAt),
      windowEndsAt: new Date(window.windowEndsAt),
    })
    expect(second.number).toBe(2)
    expect(rotationPhase(await rotationOf(first.id))).toBe('planned')
    expect(await db.sealedVersion.findFirst({ where: { hash: first.hash } })).toMatchObject({ endedBy: 'replaced' })
    expect((await refusalOf(approve(people.management, first.id, 'management', first.hash))).code).toBe('stale_version')
    await approve(people.management, first.id, 'management', second.hash)
    await doAll(people.release_manager, first.id, 'prerequisite', 'before')
    expect((await refusalOf(startRotation(people.release_manager, { rotation: first.id, ...OWNER }))).code).toBe('outside_window')
    expect((await refusalOf(changePlan(people.engineer, { rotation: first.id }))).code).toBe('not_allowed')
    expect((await refusalOf(changePlan(people.secops, { rotation: first.id, variant: 'teletype' }))).place).toBe('variant')
    // Without the window again, as the first was: a version of its own all the same.
    expect((await changePlan(people.release_manager, { rotation: first.id })).number).toBe(3)
    expect((await refusalOf(changePlan(people.release_manager, { rotation: first.id }))).code).toBe('wrong_state')
    await leave(first.id)
  })

  it('may not lie in a window that has passed', async () => {
    const window = { windowStartsAt: inHours(-2).toISOString(), windowEndsAt: inHours(-1).toISOString() }
    expect((await refusalOf(aRotation(scene, 'staging', window))).code).toBe('outside_window')
  })

  it('that nobody could approve is not sealed: the gap is named (000.19)', async () => {
    const before = await trailLength()
    // The scene has one dev lead, and dev leads may open on dev: opened by that one, nobody is left to approve.
    const gap = await refusalOf(aRotation(scene, 'dev', {}, scene.people.dev_lead))
    expect(gap).toMatchObject({ code: 'slot_gap' })
    expect(gap.sentence).toContain('Dev lead')
    expect(await trailLength()).toBe(before)
  })
})

describe('approving', () => {
  it('is for the policy’s slots of the profile: dev lead, Management, incident commander or production approver (000.19 to 000.21)', async () => {
    const { people } = scene
    const rights = [
      ['dev', 'dev-lead', ['dev_lead']],
      ['staging', 'management', ['management']],
      ['prod', 'incident-commander-or-approver', ['incident_commander', 'production_approver']],
    ] as const
    for (const [rule, slot, roles] of rights) {
      const opener = rule === 'dev' ? people.engineer : people.secops
      const { id, hash } = await aRotation(scene, rule, {}, opener)
      for (const [role, who] of Object.entries(people)) {
        if (who === opener || (roles as readonly string[]).includes(role)) continue
        expect([role, (await refusalOf(approve(who, id, slot, hash))).code]).toEqual([role, 'not_allowed'])
      }
      await approve(people[roles[0]], id, slot, hash)
      expect(rotationPhase(await rotationOf(id))).toBe('approved')
      if (roles[1]) expect((await refusalOf(approve(people[roles[1]], id, slot, hash))).code).toBe('conflict')
      await leave(id)
    }
  })

  it('is never by who opened it or recorded a step of it, nor without a proof (T01, T02)', async () => {
    const both = await aPerson('Two Hats', ['release_manager', 'management', 'secops'], 'robodj')
    const opened = await aRotation(scene, 'staging', {}, both)
    expect((await refusalOf(approve(both, opened.id, 'management', opened.hash))).sentence).toMatch(/^You opened this rotation/)
    await leave(opened.id)
    const other = await aRotation(scene, 'staging')
    await doAll(both, other.id, 'prerequisite')
    expect((await refusalOf(approve(both, other.id, 'management', other.hash))).sentence).toMatch(/^You recorded a step/)
    const { approveRotation } = await import('@/lib/usecases/rotation/approve-rotation')
    const browser = await inBrowser(scene.people.management)
    const sign = (proof: string) =>
      approveRotation(browser, { rotation: other.id, slot: 'management', sealedHash: other.hash, proof, confirmed: 'yes' })
    expect((await refusalOf(sign(crypto.randomUUID()))).code).toBe('step_up_required')
    const proof = await aProof(browser, other.hash, 'management', 'decline')
    expect((await refusalOf(sign(proof))).code).toBe('step_up_required')
    await approve(scene.people.management, other.id, 'management', other.hash)
    // And the other way round: who approved records and starts nothing.
    const approver = await aPerson('Three Hats', ['release_manager', 'management'], 'robodj')
    await leave(other.id)
    const third = await aRotation(scene, 'staging')
    await approve(approver, third.id, 'management', third.hash)
    expect((await refusalOf(doAll(approver, third.id, 'prerequisite'))).code).toBe('separation_of_duties')
    await leave(third.id)
  })

  it('the database itself refuses the requester (T02)', async () => {
    const { id, hash } = await aRotation(scene, 'staging')
    const version = await db.sealedVersion.findFirstOrThrow({ where: { hash } })
    const { id: grantId } = await db.roleGrant.findFirstOrThrow({ where: { principalId: version.requesterId } })
    const slot = await db.signOffSlot.findFirstOrThrow({ where: { subject: 'rotation', rule: 'staging' } })
    const data = {
      sealedVersionId: version.id,
      sealedHash: hash,
      requesterId: version.requesterId,
      slotId: slot.id,
      slotKey: slot.key,
      capacity: slot.title,
      decision: 'approve',
      signerId: version.requesterId,
      role: 'management',
      grantId,
      statement: '0'.repeat(64),
      separation: [],
      signedAt: new Date(),
    }
    await expect(db.signOff.create({ data })).rejects.toThrow(/sign_off_not_by_requester/)
    await leave(id)
  })

  it('declined, it is planned again before anybody can approve', async () => {
    const { people } = scene
    const { id, hash } = await aRotation(scene, 'staging')
    await declinePlan(people.management, id, 'management', hash)
    const facts = await rotationOf(id)
    expect([facts.sealed, facts.status, facts.steps.length > 0]).toEqual([null, 'planned', true])
    expect((await refusalOf(approve(people.management, id, 'management', hash))).code).toBe('wrong_state')
    const again = await changePlan(people.release_manager, { rotation: id })
    await approve(people.management, id, 'management', again.hash)
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual([
      'rotation.opened',
      'rotation.planned',
      'rotation.declined',
      'rotation.planned',
      'rotation.approved',
    ])
    await leave(id)
  })

  it('withdrawn by whoever gave it, until it starts', async () => {
    const { people } = scene
    const { id, hash } = await aRotation(scene, 'staging')
    const { id: signature } = await approve(people.management, id, 'management', hash)
    const back = (who: typeof people.management) => withdrawApproval(who, { signOff: signature, reason: 'Second thoughts.' })
    expect((await refusalOf(back(people.secops))).code).toBe('not_allowed')
    expect((await refusalOf(back(await aPerson('Elsewhere Only', ['management'], 'stack')))).code).toBe('not_found')
    expect(await back(people.management)).toEqual({ subject: 'rotation', id })
    expect((await refusalOf(back(people.management))).code).toBe('wrong_state')
    expect(rotationPhase(await rotationOf(id))).toBe('planned')
    const { id: second } = await approve(people.management, id, 'management', hash)
    await doAll(people.release_manager, id, 'prerequisite', 'before')
    await startRotation(people.release_manager, { rotation: id, ...OWNER })
    expect((await refusalOf(withdrawApproval(people.management, { signOff: second, reason: 'Too late.' }))).sentence).toBe(
      `${id} has started, so the signature can no longer be withdrawn.`,
    )
  })
})

describe('two rules that name one secret', () => {
  it('are not rotated under both at once: the second waits for the first, and opened at once one of them is told (T07)', async () => {
    const stack = await aGovernedSystem('stack')
    const other = await aRotationRow('stack', 'production-cache', stack.people.release_manager, { status: 'planned' })
    await asOwner(`UPDATE "Rotation" SET "mappingKeys" = $2 WHERE id = $1`, [other.id, ['jwt-private-key', 'api-redis-url']])
    const refusal = await refusalOf(aRotation(stack, 'production-signing-keys'))
    expect([refusal.code, refusal.sentence.startsWith(`${other.id} rotates `), refusal.place]).toEqual(['conflict', true, 'secrets'])
    expect((await aRotation(stack, 'production-database')).id).toMatch(/^ROT-/)
    await db.rotation.update({ where: { id: other.id }, data: { status: 'cancelled', endedAt: new Date() } })
    expect((await aRotation(stack, 'production-signing-keys')).id).toMatch(/^ROT-/)
  })
})

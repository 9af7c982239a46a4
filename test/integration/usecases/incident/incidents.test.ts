import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadIncidents } from '@/lib/db/load-incidents'
import { incidentPhase } from '@/lib/domain/incident'
import { ROLES } from '@/lib/domain/roles'
import { declareIncidentInput } from '@/lib/schemas/incident'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { changeIncident } from '@/lib/usecases/incident/change-incident'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { anIncident, ask, cleanUp, grant } from '../../../support/fallbacks'
import { aPerson, aToken } from '../../../support/people'
import { asOwner, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const given = { system: 'robodj', title: 'Config cannot be decrypted', severity: 'sev2' as const }
const factsOf = async (id: string) => {
  const [facts] = await loadIncidents(db, { id })
  if (!facts) throw new Error(`There is no ${id}`)
  return facts
}
const close = (incident: string, by = scene.people.incident_commander) => closeIncident(by, { incident, note: 'The key is back.' })

describe('declaring', () => {
  it.each(ROLES)('%s: everyone but auditor and admin', async (role) => {
    const attempt = () => declareIncident(scene.people[role], { ...given, profile: 'production' })
    if (role === 'auditor' || role === 'admin') return expect((await refusedWithoutTrace(attempt)).code).toBe('not_allowed')
    const { id } = await attempt()
    const facts = await factsOf(id)
    expect(facts).toMatchObject({ profile: 'prod', severity: 'sev2', closed: null, declaredBy: { id: scene.people[role].actor.id } })
    // Whoever may command it does, until somebody else is named.
    expect(facts.commander?.id ?? null).toBe(role === 'incident_commander' ? scene.people[role].actor.id : null)
    expect((await trail({ subject: id })).map(({ action, after }) => [action, after?.severity])).toEqual([['incident.declared', 'sev2']])
  })

  it('a token with the scope does, one without does not (T11)', async () => {
    const may = await aToken(scene.people.release_manager, { scopes: ['incident:declare'], systemId: 'robodj' })
    const { id } = await declareIncident(may, given)
    expect((await factsOf(id)).declaredBy).toMatchObject({ kind: 'token', countsAsId: scene.people.release_manager.actor.id })
    const mayNot = await aToken(scene.people.release_manager, { scopes: ['read'], systemId: 'robodj' })
    expect(await refusedWithoutTrace(() => declareIncident(mayNot, given))).toMatchObject({
      code: 'not_allowed',
      place: 'incident:declare',
    })
  })

  it('a commander holds the role on the system, the profile is one of the policy, and no secret is in the title', async () => {
    const attempt = (more: object) => refusedWithoutTrace(() => declareIncident(scene.people.engineer, { ...given, ...more }))
    expect(await attempt({ commander: scene.people.secops.actor.id })).toMatchObject({ code: 'invalid', place: 'commander' })
    expect(await attempt({ profile: 'elsewhere' })).toMatchObject({ code: 'not_found', place: 'profile' })
    expect(await attempt({ title: 'ROBODJ_SECRET_KEY=Zk3n8Vq2Lw9xT5rB7yHc4MdPfJ6gSaEu' })).toMatchObject({ code: 'secret_refused' })
    expect(await attempt({ system: 'waxwatch' })).toMatchObject({ code: 'not_found', place: 'system' })
  })

  it('a reference is an id or an address, not prose and not markup', () => {
    const parse = (reference: string) => declareIncidentInput.safeParse({ ...given, reference }).success
    expect(['OPS-2231', 'https://tickets.example.org/browse/OPS-2231', 'PagerDuty Q1X2'].map(parse)).toEqual([true, true, true])
    expect(['', '<b>', 'a\nb', 'x'.repeat(301), 'a b c d e f g h i'].map(parse)).toEqual([false, false, false, false, false])
  })
})

describe('changing', () => {
  it('severity, reference and commander, each with what was before; by who steers it or declared it', async () => {
    const id = await anIncident(scene)
    const commander = scene.people.incident_commander.actor.id
    await changeIncident(scene.people.engineer, { incident: id, severity: 'sev1', reference: 'OPS-2231', commander })
    expect(await factsOf(id)).toMatchObject({ severity: 'sev1', reference: 'OPS-2231', commander: { id: commander } })
    const events = (await trail({ subject: id })).slice(1)
    expect(events.map(({ action, before, after }) => [action, before, after])).toEqual([
      ['incident.commander_changed', { commander: null }, { commander }],
      ['incident.changed', { severity: 'sev2' }, { severity: 'sev1', reference: true }],
    ])
    expect(JSON.stringify(events)).not.toContain('OPS-2231')
    await changeIncident(scene.people.secops, { incident: id, severity: 'sev3' })
    expect((await refusedWithoutTrace(() => changeIncident(scene.people.dev_lead, { incident: id, severity: 'sev4' }))).code).toBe(
      'not_allowed',
    )
    expect((await refusedWithoutTrace(() => changeIncident(scene.people.secops, { incident: id, severity: 'sev3' }))).code).toBe('invalid')
    const other = { incident: id, commander: scene.people.engineer.actor.id }
    expect((await refusedWithoutTrace(() => changeIncident(scene.people.secops, other))).place).toBe('commander')
  })

  it('not once it is closed', async () => {
    const id = await anIncident(scene)
    await close(id)
    expect((await refusedWithoutTrace(() => changeIncident(scene.people.secops, { incident: id, severity: 'sev1' }))).code).toBe(
      'wrong_state',
    )
    expect((await refusedWithoutTrace(() => close(id))).code).toBe('wrong_state')
  })
})

describe('closing', () => {
  it('only an incident commander', async () => {
    const id = await anIncident(scene)
    for (const role of ROLES.filter((each) => each !== 'incident_commander'))
      expect((await refusedWithoutTrace(() => close(id, scene.people[role]))).code, role).toBe('not_allowed')
    await closeIncident(scene.people.incident_commander, { incident: id, note: 'All well.', postmortem: 'PM-17' })
    const facts = await factsOf(id)
    expect([incidentPhase(facts), facts.closed]).toMatchObject(['closed', { note: 'All well.', postmortem: 'PM-17' }])
  })

  it('never over what runs under it or an unpaid debt, each named; paid, it closes (000.21, T33)', async () => {
    const id = await anIncident(scene)
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident: id })
    await grant(scene.people.production_approver, asked, 'incident-commander-or-approver')
    expect((await refusedWithoutTrace(() => close(id))).details).toEqual([expect.stringContaining(`${asked.id} is open until`)])
    await returnFallback(scene.people.secops, { fallback: asked.id })
    const owed = await refusedWithoutTrace(() => close(id))
    expect(owed).toMatchObject({ code: 'held', details: [expect.stringContaining('cleaned up'), expect.stringContaining('not reviewed')] })
    await cleanUp(scene.people.secops, asked.id, { exposed: 'yes' })
    expect((await refusedWithoutTrace(() => close(id))).details?.some((line) => line.includes('exposed'))).toBe(true)
    const [reviewer] = [await aPerson('Second Pair', ['secops'], 'robodj')]
    await reviewFallback(reviewer, { fallback: asked.id, finding: 'concern', note: 'The file lay there for an hour.' })
    expect((await refusedWithoutTrace(() => close(id))).details).toHaveLength(1)
    await aRotationOf(id, 'completed')
    await close(id)
  })

  it('not while a rotation under it is half done, nor over the postmortem that a rolled back one owes (003.19)', async () => {
    const id = await anIncident(scene)
    const rotation = await aRotationOf(id, 'verifying')
    expect((await refusedWithoutTrace(() => close(id))).details).toEqual([`${rotation} is verifying; it ends first.`])
    await asOwner(`UPDATE "Rotation" SET status = 'rolled_back', "endedAt" = now() WHERE id = $1`, [rotation])
    expect((await refusedWithoutTrace(() => close(id))).details).toEqual([expect.stringContaining('postmortem')])
    await asOwner(`UPDATE "Rotation" SET postmortem = 'PM-18' WHERE id = $1`, [rotation])
    await close(id)
  })

  it('what another incident owes does not keep this one open', async () => {
    const [one, other] = [await anIncident(scene), await anIncident(scene)]
    await aRotationOf(one, 'rolled_back')
    await close(other)
    expect((await refusedWithoutTrace(() => close(one))).code).toBe('held')
  })
})

/** A rotation of prod's pair under an incident, in a state, as far as debts and closing look at it. */
async function aRotationOf(incident: string, status: string): Promise<string> {
  const version = await db.policyVersion.findFirstOrThrow({ where: { systemId: 'robodj', status: 'active' } })
  const ownership = await db.rotationOwnership.findFirstOrThrow({ where: { policyVersionId: version.id, key: 'prod' } })
  const ended = ['completed', 'rolled_back', 'cancelled'].includes(status)
  const [row] = await asOwner<{ id: string }>(
    `INSERT INTO "Rotation" ("systemId", "profileKey", "policyVersionId", "ownershipId", "ownershipKey", "mappingKeys", method, cause, status, "incidentId", "openedById", "openedForId", "openedAt", "startedAt", "endedAt")
     VALUES ('robodj', 'prod', $1, $2, 'prod', '{secret-key,secret-v2-key}', 'shift-pair', 'suspected_exposure', $3, $4, $5, $5, now(), now(), $6) RETURNING id`,
    [version.id, ownership.id, status, incident, scene.people.secops.actor.id, ended ? new Date(Date.now() + 1_000) : null],
  )
  return row?.id as string
}

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadContacts } from '@/lib/db/load-contacts'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { contactGates } from '@/lib/domain/contact'
import { ROLES } from '@/lib/domain/roles'
import { confirmContact } from '@/lib/usecases/contact/confirm-contact'
import { aToken } from '../../../support/people'
import { asOwner, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, aRelease, bringAll, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const standing = async () => {
  const { policy } = await loadActivePolicy(db, 'robodj')
  const lists = await loadContacts(db, 'robodj', policy, new Date())
  return { lists, gates: contactGates(policy, lists) }
}
const confirm = (by: Scene['people']['secops'], list: string, contact: Scene['people']['secops'], reach?: string) =>
  confirmContact(by, { system: 'robodj', list, contact: contact.actor.id, reach })

describe('escalation contacts are data with a confirmation date (000.33)', () => {
  it('the lists are the policy’s, the people are those who hold the roles; nobody is confirmed at first', async () => {
    const { lists, gates } = await standing()
    expect(lists.map(({ id, isFresh, people }) => [id, isFresh, people.map(({ name }) => name)])).toEqual([
      ['incident-commander', false, ['The incident commander']],
      ['secops-on-call', false, ['The secops']],
      ['management', false, ['The management']],
    ])
    expect(gates).toMatchObject([{ edge: 'staging->prod', gate: { id: 'escalation-contacts' }, isMet: false }])
    expect(gates[0]?.missing).toHaveLength(3)
  })

  it('everybody confirms themself, a Release Manager or incident commander anybody; nobody else (000.25)', async () => {
    const { people } = scene
    await confirm(people.secops, 'secops-on-call', people.secops, 'Pager, then the desk')
    await confirm(people.release_manager, 'management', people.management)
    await confirm(people.incident_commander, 'incident-commander', people.incident_commander)
    for (const role of ROLES.filter((each) => !['release_manager', 'incident_commander', 'management'].includes(each)))
      expect((await refusedWithoutTrace(() => confirm(people[role], 'management', people.management))).code, role).toBe('not_allowed')
    const token = await aToken(people.release_manager, { scopes: ['read'], systemId: 'robodj' })
    expect((await refusedWithoutTrace(() => confirm(token, 'management', people.management))).code).toBe('not_allowed')
    const { lists, gates } = await standing()
    expect(lists.every(({ isFresh }) => isFresh)).toBe(true)
    expect(gates[0]).toMatchObject({ isMet: true, missing: [] })
    expect(lists[1]?.people[0]).toMatchObject({ reach: 'Pager, then the desk', confirmed: { by: { name: 'The secops' } } })
    expect(lists[1]?.freshUntil?.getTime()).toBeGreaterThan(Date.now() + 7.9 * 3_600_000)
    expect((await trail({ action: 'contact.confirmed' })).map(({ after }) => after?.list)).toEqual([
      'secops-on-call',
      'management',
      'incident-commander',
    ])
  })

  it('a confirmation grows old by the list’s own measure, and a newer one counts', async () => {
    await asOwner(`UPDATE "ContactConfirmation" SET "confirmedAt" = "confirmedAt" - interval '8 hours' WHERE "contactKey" = 'management'`)
    const { gates } = await standing()
    expect(gates[0]?.missing).toEqual([
      expect.stringMatching(/^Management: last confirmed .*too long ago\. A confirmation is good for 8 hours\.$/),
    ])
    await confirm(scene.people.release_manager, 'management', scene.people.management)
    expect((await standing()).gates[0]?.isMet).toBe(true)
  })

  it('only who is on the list, only lists there are, and no secret in how they are reached', async () => {
    const { people } = scene
    expect(await refusedWithoutTrace(() => confirm(people.release_manager, 'management', people.engineer))).toMatchObject({
      place: 'contact',
    })
    expect(await refusedWithoutTrace(() => confirm(people.release_manager, 'nobody', people.management))).toMatchObject({ place: 'list' })
    const reach = 'ROBODJ_SECRET_KEY=Zk3n8Vq2Lw9xT5rB7yHc4MdPfJ6gSaEu'
    expect((await refusedWithoutTrace(() => confirm(people.secops, 'secops-on-call', people.secops, reach))).code).toBe('secret_refused')
  })

  it('the gate is met by its own evidence all the same: the list is policy, the attestation is what counts (000.25)', async () => {
    await asOwner(`UPDATE "ContactConfirmation" SET "confirmedAt" = "confirmedAt" - interval '9 hours'`)
    const { version } = await aRelease(scene)
    await bringAll(scene, version, 'prod')
    expect((await standing()).gates[0]?.isMet).toBe(false)
  })
})

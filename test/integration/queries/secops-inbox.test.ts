import { beforeAll, describe, expect, it } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { inboxOf } from '@/lib/domain/inbox'
import { getInFlight } from '@/lib/queries/in-flight'
import { getInbox } from '@/lib/queries/inbox'
import { search } from '@/lib/queries/search'
import { getShell } from '@/lib/queries/shell'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { anIncident, ask, cleanUp, grant, openAlone, passTime } from '../../support/fallbacks'
import { aPerson } from '../../support/people'
import { approve, aRotation, doAll } from '../../support/rotations'
import { aGovernedSystem, type Scene } from '../../support/scene'

let robodj: Scene
let dreichor: Scene
let second: Ctx

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
  second = await aPerson('Another of SecOps', ['secops'], 'robodj')
}, 90_000)

const lookerOf = (ctx: Ctx) => ({ actor: ctx.actor, now: new Date() })

/** What somebody finds in their inbox about one thing, as its kinds. */
async function kindsOf(ctx: Ctx, id: string): Promise<string[]> {
  const looker = lookerOf(ctx)
  const flight = await getInFlight(looker)
  return inboxOf(looker.actor, flight, looker.now)
    .filter(({ about }) => about?.id === id)
    .map(({ kind }) => kind)
}

const alertsOf = async (ctx: Ctx) => (await getShell(lookerOf(ctx))).alerts.map(({ kind, id }) => `${kind} ${id}`)

describe('a rotation with two owners', () => {
  it('asks at each moment whoever can move it, and is loud from the new keys until its end (000.21, 000.22)', async () => {
    const { release_manager, secops, incident_commander, engineer } = robodj.people
    const { id, hash } = await aRotation(robodj, 'prod')
    expect(await kindsOf(incident_commander, id)).toEqual(['approve'])
    expect(await kindsOf(engineer, id)).toEqual([])
    expect(await kindsOf(secops, id)).toEqual(['step'])

    await doAll(release_manager, id, 'prerequisite', 'before')
    await approve(incident_commander, id, 'incident-commander-or-approver', hash)
    expect(await kindsOf(incident_commander, id)).toEqual([])
    expect(await kindsOf(release_manager, id)).toEqual(['rotate'])

    await startRotation(release_manager, { rotation: id, owner: 'release-manager-agent' })
    expect(await kindsOf(release_manager, id)).toEqual(['step'])
    expect(await kindsOf(secops, id)).toEqual([])
    expect(await alertsOf(engineer)).toEqual([])

    await doAll(release_manager, id, 'during')
    expect(await alertsOf(engineer)).toEqual([`rotation ${id}`])
    expect(await alertsOf(dreichor.people.engineer)).toEqual([])
    await doAll(release_manager, id, 'after')
    expect(await kindsOf(secops, id)).toEqual(['confirm'])
    expect(await kindsOf(release_manager, id)).toEqual([])

    await confirmRotation(secops, { rotation: id, owner: 'secops-secrets-auditor-agent' })
    expect(await kindsOf(secops, id)).toEqual([])
    expect(await kindsOf(release_manager, id)).toEqual(['step'])
    await completeRotation(release_manager, { rotation: id, proof: 'The store lists it as destroyed.' })
    expect(await kindsOf(release_manager, id)).toEqual([])
    expect(await alertsOf(engineer)).toEqual([])
  })
})

describe('keys', () => {
  it('past their age are planned by their owners and by SecOps, nearly so by their owners alone (000.18)', async () => {
    const { release_manager, secops, engineer } = dreichor.people
    const record = (days: number) =>
      recordKeyVersion(secops, {
        system: 'dreichor',
        profile: 'prod',
        mapping: 'database-url',
        keyId: `p${days}`,
        bornAt: new Date(Date.now() - days * 86_400_000),
      })
    await record(85)
    expect(await kindsOf(release_manager, 'prod-database')).toEqual(['plan'])
    expect(await kindsOf(secops, 'prod-database')).toEqual([])
    expect((await getShell(lookerOf(secops))).rotations).toBe(0)
    expect(await kindsOf(engineer, 'prod-database')).toEqual([])
  })
})

describe('broken glass', () => {
  it('is asked of those who grant, then owed by those who may pay, and seen over every page while it is open (000.20)', async () => {
    const { engineer, management, release_manager } = robodj.people
    const asked = await ask(robodj, engineer, { rule: 'staging', ticket: 'OPS-1' })
    expect(await kindsOf(management, asked.id)).toEqual(['grant'])
    expect(await kindsOf(release_manager, asked.id)).toEqual([])
    await grant(management, asked, 'management')
    expect(await kindsOf(management, asked.id)).toEqual([])
    expect(await alertsOf(release_manager)).toEqual([`glass ${asked.id}`])
    expect((await getShell(lookerOf(release_manager))).glassOpen).toEqual({ text: '1 open', bad: true })
    // Everybody who approves something of the system is told, and nobody else.
    expect((await getInbox(lookerOf(release_manager))).announced.map(({ id }) => id)).toEqual([asked.id])
    expect((await getInbox(lookerOf(dreichor.people.release_manager))).announced).toEqual([])
    const found = async (text: string) => (await search(lookerOf(release_manager), text)).map(({ target }) => target)
    expect(await found(asked.id)).toContainEqual({ to: 'fallback', id: asked.id })
    expect(await found(asked.id.replace('-', '').toLowerCase())).toContainEqual({ to: 'fallback', id: asked.id })
    expect((await search(lookerOf(dreichor.people.engineer), asked.id)).map(({ target }) => target)).toEqual([])

    await passTime(asked.id, '2 hours')
    expect(await alertsOf(release_manager)).toEqual([])
    expect(await kindsOf(release_manager, asked.id)).toEqual(['pay'])
    await cleanUp(engineer, asked.id)
    expect(await kindsOf(release_manager, asked.id)).toEqual([])
  })

  it('opened on a commander’s own request is reviewed by somebody who had no part in it (000.21)', async () => {
    const { incident_commander, release_manager, secops } = robodj.people
    const asked = await ask(robodj, incident_commander, { rule: 'prod', incident: await anIncident(robodj) })
    await openAlone(incident_commander, asked)
    await returnFallback(incident_commander, { fallback: asked.id })
    await cleanUp(secops, asked.id)
    expect(await kindsOf(incident_commander, asked.id)).toEqual([])
    expect(await kindsOf(secops, asked.id)).toEqual([])
    expect(await kindsOf(release_manager, asked.id)).toEqual([])
    expect(await kindsOf(second, asked.id)).toEqual(['review'])
    await reviewFallback(second, { fallback: asked.id, finding: 'accepted', note: 'One process read it.' })
    expect(await kindsOf(second, asked.id)).toEqual([])
  })
})

describe('an audit', () => {
  it('that is due is SecOps’s, and gone once it is recorded (000.10)', async () => {
    expect(await kindsOf(second, 'prod')).toEqual(['audit'])
    expect(await kindsOf(robodj.people.engineer, 'prod')).toEqual([])
    await recordSecretAudit(second, { system: 'robodj', profile: 'prod', finding: 'met', note: 'Environment only, everywhere.' })
    expect(await kindsOf(second, 'prod')).toEqual([])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { getContacts } from '@/lib/queries/contacts'
import { getFallback, getFallbackCeremony } from '@/lib/queries/fallback'
import { getAskPage, lengthsUpTo } from '@/lib/queries/fallback-ask'
import { getGlassNow, listPast } from '@/lib/queries/fallbacks'
import { getIncident } from '@/lib/queries/incident'
import { getIncidentStart } from '@/lib/queries/incident-start'
import { listIncidents } from '@/lib/queries/incidents'
import { getSystemHead } from '@/lib/queries/system-head'
import type { Looker } from '@/lib/queries/system-standing'
import { confirmContact } from '@/lib/usecases/contact/confirm-contact'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { anIncident, ask, cleanUp, openAlone } from '../../support/fallbacks'
import { aPerson } from '../../support/people'
import { aGovernedSystem, type Scene } from '../../support/scene'

// What the screens of break-glass, incidents and contacts say, judged at one instant, and to nobody who may not see the system (T23).

let scene: Scene
let stranger: Ctx
const PROD = 'prod'
const look = (ctx: Ctx): Looker => ({ actor: ctx.actor, now: new Date() })
const as = (role: keyof Scene['people']): Looker => look(scene.people[role])

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  await aGovernedSystem('dreichor')
  stranger = await aPerson('A stranger', ['engineer'], 'dreichor')
})

describe('asking', () => {
  it('offers the rules of the systems somebody sees, and says of each why they may not (000.19 to 000.21)', async () => {
    const { choices, chosen } = await getAskPage(as('engineer'), {})
    expect(choices.map(({ rule, whyNot }) => [rule.id, whyNot?.code ?? null])).toEqual([
      ['dev', null],
      ['staging', null],
      [PROD, 'not_allowed'],
    ])
    expect(chosen).toBeNull()
    expect((await getAskPage(look(stranger), { system: scene.slug })).choices).toEqual([])
  })

  it('chooses by itself where there is one thing to ask for, and knows who may open alone', async () => {
    const approver = await getAskPage(as('production_approver'), {})
    expect(approver.chosen).toMatchObject({ rule: { id: PROD }, asks: 'Production approver', opensAlone: false, incident: null })
    const commander = await getAskPage(as('incident_commander'), { system: scene.slug, rule: PROD })
    expect(commander.chosen).toMatchObject({
      asks: 'Incident commander',
      opensAlone: true,
      incidents: [],
      whyNot: null,
      whyNotDeclare: null,
    })
    expect(commander.chosen?.lengths.map(({ label }) => label)).toEqual(['1 hour', '2 hours', '4 hours'])
    expect(commander.chosen?.tells).toEqual(['The production approver', 'The release manager', 'The secops'])
  })

  it('takes the lengths from the longest that the rule allows', () => {
    const labels = (hours: number) => lengthsUpTo(hours * 3_600_000).map(({ label }) => label)
    expect(labels(2)).toEqual(['30 minutes', '1 hour', '2 hours'])
    expect(labels(0.25)).toEqual(['15 minutes'])
    expect(labels(72)).toEqual(['24 hours', '2 days', '3 days'])
  })
})

describe('one prod fallback from its incident to its end', () => {
  let incident: string
  let id: string

  it('fills the one open incident in', async () => {
    incident = await anIncident(scene, scene.people.incident_commander, PROD)
    const { chosen } = await getAskPage(as('incident_commander'), { rule: PROD })
    expect(chosen?.incident).toBe(incident)
    expect((await getIncident(as('auditor'), incident))?.facts.commander?.name).toBe('The incident commander')
  })

  it('says who can grant it, and judges the ceremony again as it opens', async () => {
    const asked = await ask(scene, scene.people.incident_commander, { rule: PROD, incident })
    id = asked.id
    const detail = await getFallback(as('production_approver'), id)
    expect(detail).toMatchObject({ phase: 'requested', isExtensionAsked: false, end: null, debts: [] })
    expect(detail?.slots).toMatchObject([
      { key: 'incident-commander-or-approver', signed: null, who: ['The production approver'], whyNotGrant: null },
    ])
    expect(detail?.whyNot.withdraw?.code).toBe('not_allowed')
    expect((await getFallback(as('incident_commander'), id))?.whyNot.openAlone).toBeNull()
    expect((await getGlassNow(as('engineer'))).waiting.map((row) => row.id)).toEqual([id])
    const ceremony = await getFallbackCeremony(as('production_approver'), id, 'approve', {})
    expect(ceremony).toMatchObject({
      slot: { key: 'incident-commander-or-approver' },
      whyNot: null,
      reason: 'Decrypt errors after the restart.',
    })
    expect(await getFallbackCeremony(as('production_approver'), id, 'approve', { read: 9 })).toMatchObject({ read: 9, live: 1 })
    const own = await getFallbackCeremony(as('incident_commander'), id, 'approve', {})
    expect(own && 'whyNot' in own ? own.whyNot?.code : null).toBe('separation_of_duties')
    expect(await getFallback(look(stranger), id)).toBeNull()
    expect(await getFallbackCeremony(look(stranger), id, 'approve', {})).toBeNull()
    await openAlone(scene.people.incident_commander, asked)
  })

  it('is open until its time, keeps the incident open, and owes what the policy says afterwards', async () => {
    const { open, waiting } = await getGlassNow(as('auditor'))
    expect(open).toMatchObject([{ id, phase: 'open', ownRequest: true, incident }])
    expect(waiting).toEqual([])
    expect((await getIncident(as('incident_commander'), incident))?.whyNot.close?.code).toBe('held')
    const later = { actor: scene.people.auditor.actor, now: new Date(Date.now() + 2 * 3_600_000) }
    expect((await getGlassNow(later)).open).toEqual([])
    expect((await listPast(later, { limit: 5, after: null })).rows).toMatchObject([{ id, phase: 'ended' }])
    await returnFallback(scene.people.secops, { fallback: id })
    const glass = await getGlassNow(as('engineer'))
    expect(glass.open).toEqual([])
    expect(glass.debts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['clean_up', 'review']))
    const detail = await getFallback(as('release_manager'), id)
    expect(detail).toMatchObject({ phase: 'ended', end: { how: 'returned' }, needsReview: true, storage: 'Env-only; audited' })
    expect(detail?.whyNot.cleanUp).toBeNull()
  })

  it('closes the incident once it is paid, with a timeline of everything that hung on it', async () => {
    await cleanUp(scene.people.release_manager, id)
    expect((await getFallback(as('secops'), id))?.whyNot.review).toBeNull()
    expect((await getFallback(as('release_manager'), id))?.whyNot.review?.code).toBe('not_allowed')
    await reviewFallback(scene.people.secops, { fallback: id, finding: 'accepted', note: 'The listing shows it.' })
    expect((await getGlassNow(as('engineer'))).debts).toEqual([])
    await closeIncident(scene.people.incident_commander, { incident, note: 'It decrypts again.', postmortem: 'PM-1' })
    const closed = await getIncident(as('engineer'), incident)
    expect(closed?.facts.closed).toMatchObject({ note: 'It decrypts again.', postmortem: 'PM-1' })
    expect(closed?.linked).toMatchObject([{ kind: 'fallback', id, phase: 'reviewed' }])
    expect(closed?.record.rows.map(({ action }) => action)).toEqual([
      'incident.declared',
      'fallback.requested',
      'fallback.opened',
      'fallback.returned',
      'fallback.cleaned_up',
      'fallback.reviewed',
      'incident.closed',
    ])
    expect(await getIncident(look(stranger), incident)).toBeNull()
  })
})

describe('the list of incidents', () => {
  it('has open ones first, and pages through closed ones without an offset (T30)', async () => {
    for (const title of ['One', 'Two', 'Three']) {
      const { id } = await declareIncident(scene.people.engineer, { system: scene.slug, title, severity: 'sev4' })
      await closeIncident(scene.people.incident_commander, { incident: id, note: 'Over.' })
    }
    const still = await anIncident(scene)
    const first = await listIncidents(as('auditor'), {}, { limit: 2, after: null })
    expect(first.open.map(({ id }) => id)).toEqual([still])
    expect(first.closed.map(({ title }) => title)).toEqual(['Three', 'Two'])
    const second = await listIncidents(as('auditor'), {}, { limit: 2, after: first.next })
    expect(second.open).toEqual([])
    expect(second.closed).toMatchObject([{ title: 'One' }, { linked: { fallbacks: 1 } }])
    expect(second.next).toBeNull()
    expect(await listIncidents(look(stranger), { system: scene.slug }, { limit: 5, after: null })).toMatchObject({ open: [], closed: [] })
  })

  it('names who could command, and why somebody may not declare', async () => {
    const { chosen } = await getIncidentStart(as('auditor'), { system: scene.slug })
    expect(chosen).toMatchObject({
      commanders: [{ name: 'The incident commander' }],
      viewerCommands: false,
      whyNot: { code: 'not_allowed' },
    })
    expect((await getIncidentStart(as('incident_commander'), {})).chosen).toMatchObject({ viewerCommands: true, whyNot: null })
  })
})

describe('contacts (000.33)', () => {
  it('says who is on each list, whom the viewer may confirm, and how the gate stands', async () => {
    const read = async (looker: Looker) => {
      const head = await getSystemHead(looker, scene.slug)
      if (!head) throw new Error('The system is not seen')
      return getContacts(looker, head)
    }
    const before = await read(as('secops'))
    expect(before.lists.map(({ id, isFresh, whyNotConfirm }) => [id, isFresh, whyNotConfirm?.code ?? null])).toEqual([
      ['incident-commander', false, 'not_allowed'],
      ['secops-on-call', false, null],
      ['management', false, 'not_allowed'],
    ])
    expect(before.gates).toMatchObject([{ gate: { id: 'escalation-contacts' }, isMet: false, judged: [] }])
    for (const list of before.lists)
      await confirmContact(scene.people.release_manager, { system: scene.slug, list: list.id, contact: list.people[0]?.id ?? '' })
    const after = await read(as('release_manager'))
    expect(after.gates).toMatchObject([{ isMet: true, missing: [] }])
    expect(after.lists.every(({ confirmable }) => confirmable.length === 1)).toBe(true)
    expect(after.rules.map(({ id }) => id)).toEqual(['dev', 'staging', PROD])
    expect(after.rollbacks.length).toBeGreaterThan(0)
  })
})

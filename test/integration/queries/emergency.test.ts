import '../../support/settings'
import { beforeAll, describe, expect, it } from 'vitest'
import { notesMarkdown } from '@/app/(dashboard)/notes/files'
import { bannersOf } from '@/components/promotion/dossier-words'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import type { ReleaseNotes } from '@/lib/domain/release-notes'
import { getDeployment } from '@/lib/queries/deployment'
import { listDeployments } from '@/lib/queries/deployments'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getPromotionStarts } from '@/lib/queries/promotion-new'
import { getReview } from '@/lib/queries/promotion-review'
import { getBoard, listPromotions } from '@/lib/queries/promotions-board'
import { getReceipt } from '@/lib/queries/receipt'
import { getRelease } from '@/lib/queries/release'
import { getNotes, listNotes } from '@/lib/queries/release-notes'
import { getCeremony } from '@/lib/queries/sign-ceremony'
import { getSystemHead } from '@/lib/queries/system-head'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { reviewPromotion } from '@/lib/usecases/promotion/review-promotion'
import { aBearer, api } from '../../support/api'
import { aDeployedEmergency, anIncident, aSealedEmergency, type Emergency } from '../../support/emergency'
import { aPerson } from '../../support/people'
import { aSealedPromotion, inBrowser, sign, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, bringAll, digestOf, type Scene } from '../../support/scene'

// An emergency promotion is said to be one wherever it shows, and is never mistaken for an ordinary one (000.21, 000.23).

let robodj: Scene
let stack: Scene
let signing: Emergency & { hash: string }
let deployed: Emergency & { hash: string; deployment: string }
let stranger: Ctx

const DRILL = 'rollback-drill'
const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  signing = await aSealedEmergency(robodj, 'prod', { skip: [DRILL] })
  const gates = (await loadActivePolicy(db, 'stack')).policy.edges.find(({ to }) => to === 'production')
  const skip = gates?.gates.filter(({ kind, id }) => kind !== 'checklist' && !gates.emergency?.neverSkip.includes(id)).slice(0, 1) ?? []
  deployed = await aDeployedEmergency(stack, 'production', { skip: skip.map(({ id }) => id) })
  stranger = await aPerson('Olu Stranger', ['management'], 'stack')
}, 90_000)

describe('screens', () => {
  it('the dossier says it first, with the reason in words, and what it owes afterwards', async () => {
    const d = await getPromotionDossier(looker(robodj.people.secops), signing.id)
    expect(d?.emergency).toMatchObject({
      incident: { id: signing.incident },
      skipped: [{ id: DRILL, owed: false }],
      reason: signing.reason,
      isOwing: false,
    })
    expect(d?.counts).toEqual({ passed: 3, total: 4, covered: 0, skipped: 1 })
    expect(d?.slots.map(({ title }) => title)).toEqual(['Incident commander', 'SecOps'])
    expect(d && bannersOf(d)[0]).toMatchObject({
      status: 'glass',
      title: `This is an emergency promotion during ${signing.incident}`,
      text: expect.stringContaining('Skipped: Rollback drill on the latest snapshot.'),
    })
    const after = await getPromotionDossier(looker(stack.people.release_manager), deployed.id)
    expect(after?.emergency?.skipped.map(({ owed }) => owed)).toEqual([true])
    expect(after?.emergency).toMatchObject({ isOwing: true, dueAt: expect.any(Date) })
    expect(after && bannersOf(after)[0]?.text).toMatch(
      /It still owes the evidence of 1 skipped gate and \d reviews by the ordinary signers/,
    )
  })

  it('board, table, pipeline, release, deployment and receipt name its incident, and of an ordinary one nothing', async () => {
    const rm = looker(robodj.people.release_manager)
    const ordinary = await aSealedPromotion(robodj, 'staging')
    const cards = Object.values((await getBoard(rm)).columns).flat()
    expect(cards.find(({ id }) => id === signing.id)).toMatchObject({ emergency: signing.incident, gates: { skipped: 1 } })
    expect(cards.find(({ id }) => id === ordinary.id)?.emergency).toBeNull()
    const rows = await listPromotions(rm, {}, { limit: 50, after: null })
    expect(rows.find(({ id }) => id === signing.id)).toMatchObject({
      emergency: signing.incident,
      slots: 2,
      gates: { passed: 3, skipped: 1 },
    })
    const head = await getSystemHead(looker(robodj.people.engineer), 'robodj')
    expect(head?.edges.find(({ promotion }) => promotion?.id === signing.id)?.promotion).toMatchObject({
      emergency: signing.incident,
      words: 'signing',
    })
    const release = head && (await getRelease(looker(robodj.people.engineer), head, signing.version))
    expect(release?.promotions.map(({ emergency }) => emergency)).toEqual([signing.incident])

    const theirs = looker(stack.people.release_manager)
    const { rows: deployments } = await listDeployments(theirs, {}, { limit: 10, after: null })
    expect(deployments.find(({ id }) => id === deployed.deployment)?.emergency).toBe(deployed.incident)
    expect((await getDeployment(theirs, deployed.deployment))?.row.emergency).toBe(deployed.incident)
    expect((await getBoard(theirs)).finished.find(({ id }) => id === deployed.id)?.emergency).toBe(deployed.incident)
    const signature = await db.signOff.findFirstOrThrow({ where: { sealedHash: deployed.hash } })
    expect((await getReceipt(theirs, signature.id))?.promotion.emergency).toBe(deployed.incident)
  })

  it('the ceremony reads it from the sealed bytes, with title and reason beside them', async () => {
    const ceremony = await getCeremony(looker(robodj.people.secops), signing.id, 'approve', {})
    if (!ceremony || !('slot' in ceremony)) throw new Error('It can be signed')
    expect(ceremony.slot.title).toBe('SecOps')
    expect(ceremony.statement).toContain(`as an emergency during ${signing.incident}`)
    expect(ceremony.emergency).toEqual({ incident: signing.incident, title: 'Playback stops for everyone', reason: signing.reason })
    expect(ceremony.sealed.canonical).not.toContain('listeners')
  })

  it('the review is there for who may see it: slots with who can, and why not', async () => {
    const page = await getReview(looker(stack.people.release_manager), deployed.id)
    const line = page?.emergency?.reviews.find(({ title }) => title === 'Release Manager')
    expect(line).toMatchObject({ review: null, whyNot: null, who: [{ name: 'The release manager' }] })
    expect(page?.signed.map(({ capacity }) => capacity)).toEqual(['Incident commander', 'SecOps'])
    expect(await getReview(looker(stranger), signing.id)).toBeNull()
    expect((await getReview(looker(robodj.people.management), (await aSealedPromotion(robodj, 'staging')).id))?.emergency).toBeNull()
  })

  it('a start is offered with open incidents, what may be skipped and what holds even then', async () => {
    const start = (await getPromotionStarts(looker(robodj.people.engineer))).find(({ slug }) => slug === 'robodj')
    expect(start?.incidents.map(({ id }) => id)).toContain(signing.incident)
    const prod = start?.ways.find(({ to }) => to.id === 'prod')
    expect(prod?.emergency).toMatchObject({ slots: ['Incident commander', 'SecOps'], never: ['Secret preflight, env-only'] })
    expect(prod?.emergency?.skippable.map(({ id }) => id)).toContain(DRILL)
    expect(start?.ways.find(({ to }) => to.id === 'staging')?.emergency).toBeNull()
  })
})

describe('the API', () => {
  it('opens one with flat fields, refuses half of one, and says of it what it is; so does the verdict (T11)', async () => {
    const { secret } = await aBearer(robodj.people.dev_lead, { scopes: ['read', 'promotion:open'], systemId: 'robodj' })
    const { version } = await aRelease(robodj)
    await bringAll(robodj, version, 'prod')
    const incident = await anIncident(robodj)
    const body = { system: 'robodj', version, to: 'prod', emergency: true, incident, skipGates: [DRILL] }
    expect((await api(secret, 'POST /promotions', { body })).body).toMatchObject({ code: 'invalid' })
    expect((await api(secret, 'POST /promotions', { body: { ...body, emergency: undefined } })).status).toBe(422)
    const { status, body: opened } = await api(secret, 'POST /promotions', { body: { ...body, skipReason: 'Nobody can play anything.' } })
    expect(status).toBe(201)
    const one = await api(secret, `GET /promotions/${opened.id}`)
    expect(one.body).toMatchObject({
      emergency: { incident, open: true, skipped: [DRILL], reason: 'Nobody can play anything.', reviewWithin: 'P2D' },
      debts: [],
      overdueKeys: [],
      slots: [{ id: 'incident-commander' }, { id: 'secops' }],
    })
    const listed = await api(secret, 'GET /promotions', { query: { limit: 100 } })
    expect(listed.body.items?.find(({ id }) => id === opened.id)).toMatchObject({ emergency: { incident, skipped: [DRILL] } })
    const verdict = await api(secret, 'GET /systems/robodj/profiles/prod/verdict', { query: { release: version } })
    expect(verdict.body).toMatchObject({ verdict: 'NOT_YET', emergency: { incident, skipped: [DRILL] } })
  })

  it('GO becomes NOT_YET while the profile owes something, with each debt and who can pay it (000.21)', async () => {
    const { secret } = await aBearer(stack.people.admin, { scopes: ['read'], systemId: 'stack' })
    const ordinary = await aSealedPromotion(robodj, 'prod')
    await signAll(robodj, ordinary)
    const { secret: theirs } = await aBearer(robodj.people.admin, { scopes: ['read'], systemId: 'robodj' })
    const go = await api(theirs, 'GET /systems/robodj/profiles/prod/verdict', { query: { release: ordinary.version } })
    expect(go.body).toMatchObject({ verdict: 'GO', emergency: null })
    const owing = await api(secret, `GET /promotions/${deployed.id}`)
    const debts = owing.body.debts as { kind: string; subject: string; who: string }[]
    expect(debts.map(({ subject }) => subject)).toContain(deployed.id)
    expect(debts.every(({ who }) => who.length > 0)).toBe(true)
    const by = robodj.people.secops.actor.id
    const hour = 3_600_000
    const { id: use } = await db.fallbackUse.create({
      data: {
        systemId: 'robodj',
        profileKey: 'prod',
        policyVersionId: robodj.applied.versionId,
        rule: (await loadActivePolicy(db, 'robodj')).policy.rotation.ownership.find(({ profile }) => profile === 'prod')?.id ?? '',
        mappingKeys: [],
        purpose: 'break-glass',
        reason: digestOf('a reason'),
        askedUntil: new Date(Date.now() - hour),
        askedById: by,
        askedForId: by,
        askedAt: new Date(Date.now() - 3 * hour),
        status: 'granted',
        grantedAt: new Date(Date.now() - 2 * hour),
        expiresAt: new Date(Date.now() - hour),
      },
      select: { id: true },
    })
    const held = await api(theirs, 'GET /systems/robodj/profiles/prod/verdict', { query: { release: ordinary.version } })
    expect(held.body.verdict).toBe('NOT_YET')
    expect(held.body.reasons).toContainEqual({ code: 'held', sentence: expect.stringContaining(use), who: expect.stringMatching(/./) })
    await db.fallbackUse.update({
      where: { id: use },
      data: {
        cleanedUpAt: new Date(),
        cleanedUpById: by,
        cleanedUpForId: by,
        exposed: false,
        reviewedAt: new Date(),
        reviewedById: robodj.people.management.actor.id,
      },
    })
  })
})

describe('the release notes', () => {
  it('say plainly that it was an emergency, list what happened to the secrets, and keep later facts outside the seal', async () => {
    const version = (await loadActivePolicy(db, 'stack')).policy
    const [mapping] = version.secrets.mappings
    const ownership = version.rotation.ownership.find(({ profile }) => profile === 'production')
    const row = await db.rotationOwnership.findFirstOrThrow({ where: { policyVersionId: stack.applied.versionId, key: ownership?.id } })
    const incident = await anIncident(stack)
    const rotated = (status: 'completed' | 'rolled_back', at: Date) =>
      db.rotation.create({
        data: {
          systemId: 'stack',
          profileKey: 'production',
          policyVersionId: stack.applied.versionId,
          ownershipId: row.id,
          ownershipKey: row.key,
          mappingKeys: [mapping?.id ?? ''],
          method: row.method,
          cause: 'by_hand',
          status,
          openedById: stack.people.secops.actor.id,
          openedForId: stack.people.secops.actor.id,
          openedAt: at,
          endedAt: at,
          postmortem: 'https://docs.example.org/pm/1',
          incidentId: incident,
        },
        select: { id: true },
      })
    const sealed = await aSealedEmergency(stack, 'production')
    const before = await rotated('completed', new Date())
    await sign(stack.people.incident_commander, sealed.id, 'incident-commander', sealed.hash)
    await sign(stack.people.secops, sealed.id, 'secops', sealed.hash)
    await new Promise((resolve) => setTimeout(resolve, 20)) // instants of rows and of the seal come from two clocks on one machine
    const after = await rotated('rolled_back', new Date())
    const notes = await getNotes(looker(stack.people.management), 'stack', 'production', sealed.version)
    if (!notes?.seal) throw new Error('They are sealed by the last signature')
    expect(notes.notes).toMatchObject({
      emergency: { incident: sealed.incident, skipped: [], reason: null },
      rotations: [{ id: before.id, secrets: [mapping?.variable], result: 'completed' }],
    })
    expect(notes.notes?.fallbacks).toBeUndefined()
    expect(notes.addenda.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(new RegExp(`^${after.id}: .* rolled back`))])
    const { canonical } = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'release_notes', subjectId: sealed.id } })
    expect(canonical).not.toContain(after.id)
    const text = notesMarkdown(notes, null, 'engineers')
    expect(text).toContain('## Emergency promotion')
    expect(text).toContain('Skipped gates: None.')
    expect(text).toContain('No fallback uses.')
    expect(text).toContain(before.id)
    const { rows } = await listNotes(looker(stack.people.management), {}, { limit: 20, after: null })
    expect(rows.find(({ version: of }) => of === sealed.version)?.emergency).toBe(sealed.incident)
  })

  it('tell the reason and each review of one that was deployed, beside the seal', async () => {
    await reviewPromotion(stack.people.release_manager, {
      promotion: deployed.id,
      slot: 'release-manager',
      finding: 'concern',
      note: 'Next time the drill comes first.',
    })
    const [gate] = deployed.skipped
    const { policy } = await loadActivePolicy(db, 'stack')
    const rule = policy.edges.find(({ to }) => to === 'production')?.gates.find(({ id }) => id === gate)
    await recordEvidence(stack.people[rule?.by.roles?.[0] ?? 'engineer'], {
      system: 'stack',
      version: deployed.version,
      profile: 'production',
      gate: gate ?? '',
      verdict: 'pass',
      summary: 'Shown afterwards',
      ranOn: 'a test runner',
    })
    const notes = await getNotes(looker(stack.people.management), 'stack', 'production', deployed.version)
    expect(notes?.emergency?.reason).toBe(deployed.reason)
    expect(notes?.addenda.map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Reviewed after the emergency by The release manager as Release Manager: a concern\.$/),
        expect.stringMatching(/evidence brought again by .*, passed\.$/),
      ]),
    )
    expect(JSON.stringify(notes?.notes)).not.toContain('listeners')
    expect(notesMarkdown(notes as NonNullable<typeof notes>, null, 'engineers')).toContain('each hour costs listeners')
  })

  it('sealed before all this existed read as they did: every new section is written out as none', async () => {
    const ordinary = await aSealedPromotion(robodj, 'staging')
    const browser = await inBrowser(robodj.people.release_manager)
    await sign(browser, ordinary.id, 'release-manager', ordinary.hash)
    const { canonical } = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'release_notes', subjectId: ordinary.id } })
    const notes = JSON.parse(canonical) as ReleaseNotes
    expect(Object.keys(notes)).not.toEqual(expect.arrayContaining(['emergency']))
    const detail = await getNotes(looker(robodj.people.management), 'robodj', 'staging', ordinary.version)
    const text = notesMarkdown(detail as NonNullable<typeof detail>, null, 'engineers')
    expect(text).toContain('No fallback uses.')
    expect(text).toContain('No rotations.')
    expect(text).not.toContain('Emergency')
  })
})

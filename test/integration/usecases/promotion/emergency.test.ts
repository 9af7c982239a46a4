import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Dossier } from '@/lib/domain/dossier'
import { notYet, promotionPhase } from '@/lib/domain/promotion'
import { holdsOf } from '@/lib/domain/promotion-holds'
import type { Refusal } from '@/lib/domain/refusal'
import { openPromotionInput } from '@/lib/schemas/promotion'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { reviewPromotion } from '@/lib/usecases/promotion/review-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { aDeployedEmergency, anEmergency, anIncident, aSealedEmergency, closeIncidentNow } from '../../../support/emergency'
import { aPerson } from '../../../support/people'
import { anOpenPromotion, aProof, aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { factsOf, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, aRelease, bringAll, digestOf, race, refusalOf, type Scene, tickAll, trail } from '../../../support/scene'

// Emergency promotions on real PostgreSQL (000.21, 000.23): only under an open incident, by their own slots, never quietly, and owing the rest.

let scene: Scene
/** Where emergencies are deployed, so that what they owe holds nothing elsewhere. */
let stack: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
})

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(2 * SCALE))
vi.setConfig({ testTimeout: 60_000 * Math.max(1, SCALE) })

const DRILL = 'rollback-drill'
const asked = (version: string, more: Record<string, unknown>) =>
  openPromotionInput.parse({ system: 'robodj', version, to: 'prod', emergency: true, ...more })

/** A granted fallback use whose time has passed and after which nobody cleaned up; gives its id. */
async function anEndedFallback(own: Scene, profile: string): Promise<string> {
  const { policy } = await loadActivePolicy(db, own.slug)
  const rule = policy.rotation.ownership.find((each) => each.profile === profile && each.fallback)
  const asker = own.people.incident_commander.actor.id
  const hour = 3_600_000
  const { id } = await db.fallbackUse.create({
    data: {
      systemId: own.slug,
      profileKey: profile,
      policyVersionId: own.applied.versionId,
      rule: rule?.id ?? '',
      mappingKeys: [],
      purpose: 'break-glass',
      reason: digestOf('a reason'),
      askedUntil: new Date(Date.now() - hour),
      askedById: asker,
      askedForId: asker,
      askedAt: new Date(Date.now() - 3 * hour),
      status: 'granted',
      grantedAt: new Date(Date.now() - 2 * hour),
      expiresAt: new Date(Date.now() - hour),
    },
    select: { id: true },
  })
  return id
}

describe('opening', () => {
  it('names its incident, what it skips and why, and the record says so; the reason stays apart (000.21, T40)', async () => {
    const emergency = await anEmergency(scene, 'prod', { skip: [DRILL] })
    const row = await db.promotion.findUniqueOrThrow({ where: { id: emergency.id } })
    expect(row).toMatchObject({ emergency: true, incidentId: emergency.incident, skippedGates: [DRILL] })
    expect(row.skipReason).toMatch(/^[0-9a-f]{64}$/)
    const facts = await factsOf(emergency.id)
    expect(facts.emergency).toMatchObject({ incident: { id: emergency.incident, closedAt: null }, skipped: [DRILL] })
    expect(facts.emergency?.reason?.text).toBe(emergency.reason)
    expect(facts.edge.signOff.slots.map(({ id }) => id)).toEqual(['incident-commander', 'secops'])
    const [opened] = await trail({ subject: emergency.id })
    expect(opened).toMatchObject({ after: { emergency: true, incident: emergency.incident, skipped: [DRILL] } })
    expect(JSON.stringify(opened)).not.toContain('listeners')
  })

  it('needs an open incident of this system, gates that may be skipped, and a reason; nothing is left of a refusal (000.21)', async () => {
    const { version } = await aRelease(scene)
    await bringAll(scene, version, 'prod')
    const incident = await anIncident(scene)
    const closed = await anIncident(scene)
    await closeIncidentNow(scene, closed)
    const other = await aGovernedSystem('dreichor')
    const theirs = await anIncident(other)
    const by = scene.people.dev_lead
    const refused = (more: Record<string, unknown>) => refusedWithoutTrace(() => openPromotion(by, asked(version, more)))
    expect(await refused({})).toMatchObject({ code: 'invalid', place: 'incident' })
    expect(await refused({ incident: closed })).toMatchObject({ code: 'wrong_state', place: 'incident' })
    expect(await refused({ incident: theirs })).toMatchObject({ code: 'not_found', place: 'incident' })
    expect(await refused({ incident: 'INC-9999' })).toMatchObject({ code: 'not_found', place: 'incident' })
    expect(await refused({ incident, skipGates: ['secret-preflight'], skipReason: 'No time.' })).toMatchObject({
      code: 'policy_forbids',
      place: 'skipGates',
      sentence: 'Secret preflight, env-only holds even in an emergency.',
    })
    expect(await refused({ incident, skipGates: ['nothing'], skipReason: 'No time.' })).toMatchObject({ place: 'skipGates' })
    expect(await refused({ incident, skipGates: [DRILL] })).toMatchObject({ code: 'invalid', place: 'skipReason' })
    expect(await refused({ incident, skipReason: 'No time.' })).toMatchObject({ code: 'invalid', place: 'skipReason' })
  })

  it('is not there where the policy has no emergency, nor half asked for', async () => {
    const { version } = await aRelease(scene)
    await bringAll(scene, version, 'staging')
    const incident = await anIncident(scene)
    expect(
      await refusalOf(openPromotion(scene.people.dev_lead, { system: 'robodj', version, to: 'staging', emergency: true, incident })),
    ).toMatchObject({ code: 'policy_forbids', place: 'emergency' })
    expect(openPromotionInput.safeParse({ system: 'robodj', version, to: 'prod', incident }).success).toBe(false)
    expect(openPromotionInput.safeParse({ system: 'robodj', version, to: 'prod', skipGates: [DRILL] }).success).toBe(false)
    expect(asked(version, { incident, skipGates: [] }).skipGates).toEqual([])
  })
})

describe('going through', () => {
  it('is sealed without what it skips, and only that; the sealed text says so with the reason’s digest (000.21)', async () => {
    const held = await anEmergency(scene, 'prod', { skip: [DRILL] })
    await recordEvidence(scene.people.engineer, {
      system: 'robodj',
      version: held.version,
      profile: 'prod',
      gate: 'secret-preflight',
      verdict: 'fail',
      summary: 'A file is still read',
    })
    expect(await refusedWithoutTrace(() => sealPromotion(scene.people.release_manager, { promotion: held.id }))).toMatchObject({
      code: 'gate_not_passed',
    })
    const sealed = await aSealedEmergency(scene, 'prod', { skip: [DRILL] })
    const { dossier } = (await factsOf(sealed.id)).sealed as { dossier: Dossier }
    expect(dossier.emergency).toEqual({
      incident: sealed.incident,
      skipped: [DRILL],
      reason: expect.stringMatching(/^[0-9a-f]{64}$/),
      reviewWithin: 'P2D',
      reviewedBy: ['Release Manager', 'SecOps', 'Management', 'Production approver'].map((title) => expect.objectContaining({ title })),
    })
    expect(dossier.gates.find(({ id }) => id === DRILL)).toMatchObject({ verdict: 'skipped', found: 'missing', evidence: null })
    expect(dossier.gates.filter(({ found }) => found !== undefined)).toHaveLength(1)
    expect(dossier.slots.map(({ id }) => id)).toEqual(['incident-commander', 'secops'])
  })

  it('is signed by an incident commander and SecOps, two people, and the statement says what it is (000.21, T02)', async () => {
    const sealed = await aSealedEmergency(scene, 'prod', { skip: [DRILL] })
    const { people } = scene
    const refusals = async (attempts: [Scene['people']['admin'], string][]) => {
      const found: Refusal[] = []
      for (const [who, slot] of attempts) found.push(await refusalOf(sign(who, sealed.id, slot, sealed.hash)))
      return found.map(({ code }) => code)
    }
    expect(
      await refusals([
        [people.management, 'management'],
        [people.release_manager, 'release-manager'],
        [people.dev_lead, 'secops'],
        [people.secops, 'incident-commander'],
      ]),
    ).toEqual(['not_found', 'not_found', 'not_allowed', 'not_allowed'])
    const both = await aPerson('Both Of Them', ['incident_commander', 'secops'], 'robodj')
    // Held only since after the seal, so seal again for somebody who holds both.
    const again = await aSealedEmergency(scene, 'prod', { skip: [DRILL] })
    const browser = await inBrowser(both)
    await sign(browser, again.id, 'incident-commander', again.hash)
    expect(await refusalOf(sign(browser, again.id, 'secops', again.hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: 'You have signed as Incident commander. One person, one signature.',
    })
    const { id } = await sign(people.secops, again.id, 'secops', again.hash)
    const { statement, slotId } = await db.signOff.findUniqueOrThrow({ where: { id } })
    expect((await db.signOffSlot.findUniqueOrThrow({ where: { id: slotId } })).subject).toBe('emergency')
    const { body } = await db.auditText.findUniqueOrThrow({ where: { digest: statement } })
    expect(body).toBe(
      `I, The secops, as SecOps, approve promoting RoboDJ ${again.version} from staging to prod as an emergency during ${again.incident}. I know that this gate is skipped and its evidence is owed afterwards: Rollback drill on the latest snapshot. The ordinary signers review it afterwards.`,
    )
    expect(await phaseOf(again.id)).toBe('approved')
  })

  it('neither a contributor nor whoever opened it signs it (000.21, T02)', async () => {
    const mail = 'wrote.it@example.org'
    const wrote = await aPerson('Wrote It', ['secops'], 'robodj')
    const sealed = await aSealedEmergency(scene, 'prod', { release: { contributors: [{ identity: mail, commits: 2 }] } })
    await db.releaseContributor.updateMany({ where: { releaseId: sealed.releaseId }, data: { principalId: wrote.actor.id } })
    expect(await refusalOf(sign(wrote, sealed.id, 'secops', sealed.hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('You wrote 2 commits'),
    })
    const opener = await aPerson('Opened It', ['engineer', 'incident_commander'], 'robodj')
    const { version, releaseId } = await aRelease(scene).then(async (release) => ({ ...release, releaseId: release.id }))
    await bringAll(scene, version, 'prod')
    await db.release.update({
      where: { id: releaseId },
      data: { bundleApprovedById: scene.people.release_manager.actor.id, bundleApprovedAt: new Date() },
    })
    const { id } = await openPromotion(opener, asked(version, { incident: await anIncident(scene) }))
    const { hash } = await sealPromotion(scene.people.release_manager, { promotion: id })
    expect(await refusalOf(sign(opener, id, 'incident-commander', hash))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('You opened this promotion'),
    })
  })

  it('is deployed with authority while the incident is open, and holds the moment it closes: no seal, no signature, no start (T07)', async () => {
    const open = await anEmergency(scene, 'prod')
    const sealed = await aSealedEmergency(scene, 'prod')
    const approved = await aSealedEmergency(scene, 'prod')
    await signAll(scene, approved)
    for (const { incident } of [open, sealed, approved]) await closeIncidentNow(scene, incident)
    const words = (incident: string) => `${incident} is closed, so this emergency promotion goes no further.`
    const rm = scene.people.release_manager
    const refusal = await refusedWithoutTrace(() => sealPromotion(rm, { promotion: open.id }))
    expect(refusal).toMatchObject({ code: 'held' })
    expect(refusal.sentence).toContain(words(open.incident))
    expect((await refusalOf(sign(scene.people.secops, sealed.id, 'secops', sealed.hash))).sentence).toContain(words(sealed.incident))
    expect([await phaseOf(open.id), await phaseOf(sealed.id), await phaseOf(approved.id)]).toEqual(['collecting', 'held', 'held'])
    const start = () =>
      startDeployment(rm, { system: 'robodj', version: approved.version, profile: 'prod', inputs: [] }, { onlyAuthorised: true })
    expect((await refusedWithoutTrace(start)).sentence).toContain(words(approved.incident))
    // What was sealed stands: a closed incident holds and voids nothing.
    expect((await factsOf(approved.id)).sealed?.hash).toBe(approved.hash)
  })

  it('does not skip what fails unseen: a result that comes after the seal voids it, a good one is an addendum', async () => {
    const good = await aSealedEmergency(scene, 'prod', { skip: [DRILL, 'escalation-contacts'] })
    const at = { system: 'robodj', version: good.version, profile: 'prod', gate: 'escalation-contacts', summary: 'Asked them' } as const
    expect(await recordEvidence(scene.people.release_manager, { ...at, verdict: 'pass' })).toMatchObject({ voided: false })
    expect(await recordEvidence(scene.people.release_manager, { ...at, verdict: 'fail' })).toMatchObject({ voided: true })
    const { number } = await sealPromotion(scene.people.release_manager, { promotion: good.id })
    expect(number).toBe(2)
    expect((await factsOf(good.id)).sealed?.dossier.gates.find(({ id }) => id === at.gate)).toMatchObject({
      verdict: 'skipped',
      found: 'fail',
    })
  })
})

describe('afterwards', () => {
  it('owes its evidence and a review by every ordinary slot; an ordinary promotion there waits until both are paid (000.21, 000.23)', async () => {
    const own = await aGovernedSystem('waxwatch')
    const reviewers = {
      secops: await aPerson('Second Of Secops', ['secops'], own.slug),
      management: own.people.management,
      release_manager: own.people.release_manager,
    }
    const ordinary = await aSealedPromotion(own, 'production', { release: { version: '9.0.0' } })
    await signAll(own, ordinary)
    expect(await phaseOf(ordinary.id)).toBe('approved')
    const { policy, edge } = (await factsOf(ordinary.id)) && {
      policy: (await factsOf(ordinary.id)).policy.policy,
      edge: (await factsOf(ordinary.id)).edge,
    }
    const never = policy.edges.find(({ id }) => id === edge.id)?.emergency?.neverSkip ?? []
    const skip = edge.gates.filter(({ id, kind, blocking }) => blocking && kind !== 'checklist' && !never.includes(id)).map(({ id }) => id)
    expect(skip.length).toBeGreaterThan(0)
    const emergency = await aDeployedEmergency(own, 'production', { skip, release: { version: '8.0.0' } })
    const owed = await factsOf(emergency.id)
    expect(owed.debts.map(({ kind }) => kind).toSorted()).toEqual([
      ...edge.signOff.slots.map(() => 'emergency_review'),
      ...skip.map(() => 'skipped_gate'),
    ])

    // Held, not void: nothing is sealed, signed or deployed, and each debt is named with who can pay it.
    const held = await factsOf(ordinary.id)
    const reasons = notYet(held, new Date()).filter(({ code }) => code === 'held')
    for (const debt of owed.debts) expect(reasons).toContainEqual({ code: 'held', sentence: debt.sentence, who: debt.who })
    const started = await startDeployment(own.people.release_manager, {
      system: own.slug,
      version: ordinary.version,
      profile: 'production',
      inputs: [],
    })
    expect(started.authorised).toBe(false)
    expect(started.reasons.join(' ')).toContain(emergency.id)

    for (const gate of skip)
      await recordEvidence(own.people[edge.gates.find(({ id }) => id === gate)?.by.roles?.[0] ?? 'engineer'], {
        system: own.slug,
        version: emergency.version,
        profile: 'production',
        gate,
        verdict: 'pass',
        summary: 'Shown afterwards',
        ranOn: 'a test runner',
        digest: digestOf('afterwards', gate),
      })
    for (const slot of edge.signOff.slots) {
      const role = slot.roles[0] as keyof Scene['people']
      const who = role in reviewers ? reviewers[role as keyof typeof reviewers] : own.people[role]
      await reviewPromotion(who, { promotion: emergency.id, slot: slot.id, finding: 'accepted', note: 'It had to go.' })
    }
    expect((await factsOf(emergency.id)).debts).toEqual([])
    expect((await trail({ subject: emergency.id, action: 'promotion.reviewed' })).map(({ after }) => after?.finding)).toEqual(
      edge.signOff.slots.map(() => 'accepted'),
    )
  })

  it('what a fallback use left holds signing and deploying of what was sealed before, and voids nothing (000.21, 000.23)', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const signed = await aSealedPromotion(scene, 'prod')
    await signAll(scene, signed)
    const use = await anEndedFallback(scene, 'prod')
    const by = scene.people.release_manager
    const refusal = await refusalOf(sign(by, sealed.id, 'release-manager', sealed.hash))
    expect(refusal).toMatchObject({ code: 'held' })
    expect(refusal.details?.join(' ')).toContain(use)
    expect([await phaseOf(sealed.id), await phaseOf(signed.id)]).toEqual(['held', 'held'])
    const start = () =>
      startDeployment(by, { system: 'robodj', version: signed.version, profile: 'prod', inputs: [] }, { onlyAuthorised: true })
    expect((await refusedWithoutTrace(start)).details?.join(' ')).toContain(use)
    // An emergency goes on beside it, and its signers read what is owed.
    const emergency = await aSealedEmergency(scene, 'prod')
    expect((await factsOf(emergency.id)).sealed?.dossier.debts?.map(({ subject }) => subject)).toContain(use)
    await signAll(scene, emergency)
    expect(await phaseOf(emergency.id)).toBe('approved')
    await db.fallbackUse.update({
      where: { id: use },
      data: {
        cleanedUpAt: new Date(),
        cleanedUpById: by.actor.id,
        cleanedUpForId: by.actor.id,
        exposed: false,
        reviewedAt: new Date(),
        reviewedById: by.actor.id,
        reviewFinding: 'accepted',
      },
    })
    expect([holdsOf(await factsOf(sealed.id)), holdsOf(await factsOf(signed.id))]).toEqual([[], []])
    expect((await factsOf(signed.id)).sealed?.hash).toBe(signed.hash)
  })

  it('holds an ordinary promotion at each step, and not an emergency one (000.21)', async () => {
    const own = stack
    const collecting = await anOpenPromotion(own, 'production', { release: { version: '90.0.0' } })
    const sealed = await aSealedPromotion(own, 'production', { release: { version: '91.0.0' } })
    const emergency = await aDeployedEmergency(own, 'production')
    const rm = own.people.release_manager
    const refusal = await refusedWithoutTrace(() => sealPromotion(rm, { promotion: collecting.id }))
    expect(refusal).toMatchObject({ code: 'held' })
    expect(refusal.details?.join(' ')).toContain(emergency.id)
    const slot = sealed.edge.signOff.slots.find(({ roles }) => roles.includes('release_manager'))?.id ?? ''
    // The deployment moved the baseline, so it has to be sealed again, and that waits too.
    expect(await refusalOf(sign(rm, sealed.id, slot, sealed.hash))).toMatchObject({ code: 'wrong_state' })
    expect(promotionPhase(await factsOf(collecting.id), new Date())).toBe('collecting')
    const next = await aSealedEmergency(own, 'production')
    expect((await factsOf(next.id)).sealed?.dossier.debts?.map(({ subject }) => subject)).toContain(emergency.id)
    await signAll(own, next)
    expect(await phaseOf(next.id)).toBe('approved')
  })

  it('a skipped checklist is walked after the deployment, and that pays it (000.21)', async () => {
    const list = (await loadActivePolicy(db, 'stack')).policy.edges
      .find(({ to }) => to === 'production')
      ?.gates.find(({ kind }) => kind === 'checklist')
    const { id, version } = await aDeployedEmergency(stack, 'production', { skip: [list?.id ?? ''] })
    const kinds = async () => (await factsOf(id)).debts.filter(({ subject }) => subject.id === id).map(({ what }) => what)
    expect(await kinds()).toContain(list?.title)
    await tickAll(stack, version, 'production', list?.checklist ?? '', stack.people.engineer)
    expect(await kinds()).not.toContain(list?.title)
  })

  it('is reviewed once by each slot, by people who neither opened nor signed it, after it was deployed (T02)', async () => {
    const own = stack
    const sealed = await aSealedEmergency(own, 'production')
    const review = (who: Scene['people']['admin'], slot: string) => () =>
      reviewPromotion(who, { promotion: sealed.id, slot, finding: 'concern', note: 'The drill would have found it.' })
    const slots = (await factsOf(sealed.id)).emergency?.ordinary ?? []
    const managers = slots.find(({ roles }) => roles.includes('release_manager'))?.key ?? ''
    const secops = slots.find(({ roles }) => roles.includes('secops'))?.key
    expect(await refusedWithoutTrace(review(own.people.release_manager, managers))).toMatchObject({ code: 'wrong_state' })
    await signAll(own, sealed)
    const { id } = await startDeployment(own.people.release_manager, {
      system: own.slug,
      version: sealed.version,
      profile: 'production',
      inputs: [],
    })
    await db.deployment.update({ where: { id }, data: { status: 'succeeded', finishedAt: new Date() } })
    await db.promotion.update({ where: { id: sealed.id }, data: { status: 'deployed', endedAt: new Date() } })
    expect(await refusedWithoutTrace(review(own.people.engineer, managers))).toMatchObject({ code: 'not_allowed' })
    expect(await refusedWithoutTrace(review(own.people.release_manager, 'nothing'))).toMatchObject({ code: 'not_found' })
    if (secops) {
      expect(await refusedWithoutTrace(review(own.people.secops, secops))).toMatchObject({
        code: 'separation_of_duties',
        sentence: 'You signed this emergency promotion as SecOps. Nobody signs what they opened, own or performed.',
      })
    }
    await review(own.people.release_manager, managers)()
    expect(await refusedWithoutTrace(review(own.people.release_manager, managers))).toMatchObject({ code: 'conflict' })
    const another = await aPerson('Another Manager', ['release_manager'], own.slug)
    expect(await refusedWithoutTrace(review(another, managers))).toMatchObject({ code: 'conflict' })
    expect((await factsOf(sealed.id)).emergency?.reviews).toMatchObject([
      { slotKey: managers, finding: 'concern', note: 'The drill would have found it.', by: { id: own.people.release_manager.actor.id } },
    ])
    const ordinary = await anOpenPromotion(scene, 'prod')
    expect(
      await refusalOf(
        reviewPromotion(scene.people.management, { promotion: ordinary.id, slot: 'management', finding: 'accepted', note: 'Fine.' }),
      ),
    ).toMatchObject({ code: 'wrong_state' })
  })
})

describe('races (T07)', () => {
  const rounds = async (run: () => Promise<void>) => {
    for (let round = 0; round < ROUNDS; round += 1) await run()
  }

  it('two people for one emergency slot: one signs, the other is told', () =>
    rounds(async () => {
      const second = await aPerson('Second Commander', ['incident_commander'], 'robodj')
      const sealed = await aSealedEmergency(scene, 'prod')
      const ready = await Promise.all(
        [scene.people.incident_commander, second].map(async (who) => {
          const browser = await inBrowser(who)
          const proof = await aProof(browser, sealed.hash, 'incident-commander')
          return () =>
            signPromotion(browser, { promotion: sealed.id, slot: 'incident-commander', sealedHash: sealed.hash, proof, confirmed: 'yes' })
        }),
      )
      const { won, lost } = await race(...ready.map((go) => go()))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
      expect(await db.signOff.count({ where: { sealedHash: sealed.hash } })).toBe(1)
    }))

  it('the incident closing against sealing: sealed before it closed, or refused', () =>
    rounds(async () => {
      const open = await anEmergency(scene, 'prod')
      const [sealing] = await Promise.all([
        race(sealPromotion(scene.people.release_manager, { promotion: open.id })),
        closeIncidentNow(scene, open.incident),
      ])
      const facts = await factsOf(open.id)
      expect(facts.sealed === null).toBe(sealing.won.length === 0)
      expect(sealing.lost.map(({ code }) => code)).toEqual(sealing.won.length === 0 ? ['held'] : [])
      expect(promotionPhase(facts, new Date())).toBe(facts.sealed ? 'held' : 'collecting')
    }))

  it('the incident closing against the start of the deployment: started with authority before it closed, or not at all', () =>
    rounds(async () => {
      const own = stack
      const sealed = await aSealedEmergency(own, 'production')
      await signAll(own, sealed)
      const input = { system: own.slug, version: sealed.version, profile: 'production', inputs: [] }
      const [starting] = await Promise.all([
        race(startDeployment(own.people.release_manager, input, { onlyAuthorised: true })),
        closeIncidentNow(own, sealed.incident),
      ])
      expect(starting.won.map(({ authorised }) => authorised)).toEqual(starting.won.length === 1 ? [true] : [])
      expect(starting.lost.map(({ code }) => code)).toEqual(starting.won.length === 1 ? [] : ['held'])
      // Nothing else can go there while it runs.
      await db.deployment.updateMany({ where: { status: 'started' }, data: { status: 'failed', finishedAt: new Date() } })
    }))

  it('the incident closing against opening: opened while it was open, or refused', () =>
    rounds(async () => {
      const incident = await anIncident(scene)
      const { version } = await aRelease(scene)
      await bringAll(scene, version, 'prod')
      const [opening] = await Promise.all([
        race(openPromotion(scene.people.dev_lead, asked(version, { incident }))),
        closeIncidentNow(scene, incident),
      ])
      expect(await db.promotion.count({ where: { incidentId: incident } })).toBe(opening.won.length)
      expect(opening.lost.map(({ code }) => code)).toEqual(opening.won.length === 0 ? ['wrong_state'] : [])
    }))

  it('two reviewers of one slot: one is recorded, the other is told', () =>
    rounds(async () => {
      const own = stack
      const emergency = await aDeployedEmergency(own, 'production')
      const second = await aPerson('Second Manager', ['release_manager'], own.slug)
      const slot = (await factsOf(emergency.id)).emergency?.ordinary.find(({ roles }) => roles.includes('release_manager'))?.key
      const review = (who: Scene['people']['admin']) =>
        reviewPromotion(who, { promotion: emergency.id, slot: slot ?? '', finding: 'accepted', note: 'Seen.' })
      const { won, lost } = await race(review(own.people.release_manager), review(second))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
    }))
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { record } from '@/lib/db/record'
import { QUESTIONS, type QuestionKey } from '@/lib/domain/auditor/questions'
import type { Ctx } from '@/lib/domain/context'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import { answerQuestion, countQuestions } from '@/lib/queries/auditor/answer'
import { getSegregation } from '@/lib/queries/auditor/segregation'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { anApprovedException } from '../../../support/drift'
import { anEmergency } from '../../../support/emergency'
import { startLog, type TestLog } from '../../../support/log'
import { aPerson } from '../../../support/people'
import { aSealedPromotion, inBrowser, sign, signAll } from '../../../support/promotions'
import { asOwner } from '../../../support/record'
import { aRotation } from '../../../support/rotations'
import { aGovernedSystem, aRelease, type Scene } from '../../../support/scene'

let one: Scene
let two: Scene
let auditor: Ctx
let narrow: Ctx
let log: TestLog
let promotion: string

const DAY = 86_400_000
const looker = (who: Ctx, now = new Date()) => ({ actor: who.actor, now })
const period = () => ({ from: new Date(Date.now() - 30 * DAY), to: new Date(Date.now() + DAY) })
const ask = (question: QuestionKey, who: Ctx = auditor, more: { system?: string } = {}) =>
  answerQuestion(looker(who), question, { ...period(), ...more }, { take: 50, after: null })

beforeAll(async () => {
  one = await aGovernedSystem('dreichor')
  two = await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  narrow = await aPerson('Narrow Auditor', ['auditor'], 'robodj')
  log = await startLog()
  const sealed = await aSealedPromotion(one, 'prod')
  promotion = sealed.id
  await signAll(one, sealed)
  const { version } = await aRelease(two)
  await startDeployment(two.people.release_manager, { system: 'robodj', profile: 'prod', version, inputs: [] })
  await record(one.people.engineer, [
    {
      action: 'action.refused',
      system: 'dreichor',
      subject: { kind: 'promotion', id: promotion },
      after: { verb: 'signPromotionInput' },
      outcome: 'refused',
      reason: 'not_allowed',
      count: 3,
    },
  ])
  await log.integrate()
}, 90_000)
afterAll(() => log.close())

describe('the saved questions', () => {
  it('count what they answer, and say nothing where there is nothing', async () => {
    const { counts } = await countQuestions(looker(auditor), period())
    for (const question of QUESTIONS) {
      const { rows } = await ask(question)
      expect([question, rows.length]).toEqual([question, counts[question]])
    }
    const all = counts
    for (const question of QUESTIONS) {
      const alone = await countQuestions(looker(auditor), period(), [question])
      expect(alone.counts).toEqual({ ...Object.fromEntries(QUESTIONS.map((key) => [key, 0])), [question]: all[question] })
    }
    const long = { from: new Date('2025-08-01'), to: new Date('2025-08-02') }
    expect((await answerQuestion(looker(auditor), 'unauthorised', long, { take: 50, after: null })).rows).toEqual([])
  })

  it('find the unauthorised deployment with its reasons and its entry', async () => {
    const { rows } = await ask('unauthorised')
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      gravity: 'fail',
      system: { id: 'robodj' },
      profile: 'prod',
      who: { name: 'The release manager' },
      entry: { number: expect.any(Number) },
      says: expect.stringMatching(/^Deployment of 1\.\d+\.0\. .+/),
    })
  })

  it('find decisions under a policy that is younger than a day, and no others', async () => {
    const { rows } = await ask('young-policy', auditor, { system: 'dreichor' })
    const signatures = await db.signOff.count()
    expect(rows.filter(({ says }) => says.startsWith('Signed'))).toHaveLength(signatures)
    expect(rows.every(({ entry }) => entry?.number !== null)).toBe(true)
    // Nobody can change when a policy was applied but the owner of the tables; a version of two days ago is not young.
    await asOwner(`UPDATE "PolicyVersion" SET "appliedAt" = "appliedAt" - interval '2 days'`)
    expect((await ask('young-policy')).rows).toEqual([])
    await asOwner(`UPDATE "PolicyVersion" SET "appliedAt" = "appliedAt" + interval '2 days'`)
  })

  it('find sign-offs without an opening, and those within a minute of it', async () => {
    const before = (await ask('quick-sign-offs')).rows
    expect(before.length).toBeGreaterThan(0)
    expect(before.every(({ standing }) => standing === 'never opened')).toBe(true)
    const [signOff] = await db.signOff.findMany({ orderBy: { signedAt: 'asc' }, take: 1 })
    if (!signOff) throw new Error('nobody signed')
    const opened = async (secondsBefore: number) => {
      await asOwner(`DELETE FROM "DossierOpening"`)
      await db.dossierOpening.create({
        data: {
          sealedVersionId: signOff.sealedVersionId,
          principalId: signOff.signerId,
          openedAt: new Date(signOff.signedAt.getTime() - secondsBefore * 1000),
        },
      })
      return (await ask('quick-sign-offs')).rows.find(({ says, who }) => who?.id === signOff.signerId && says.includes(signOff.capacity))
    }
    expect(await opened(20)).toMatchObject({ standing: '20 s after opening', gravity: 'warn' })
    expect(await opened(59)).toBeDefined()
    expect(await opened(61)).toBeUndefined()
  })

  it('tell grants with whoever gave them, and those somebody gave themselves', async () => {
    const admin = one.people.admin.actor.id
    const person = await aPerson('Given Role', [])
    const at = new Date()
    await db.roleGrant.createMany({
      data: [
        { principalId: person.actor.id, role: 'secops', systemId: 'dreichor', grantedById: admin, startsAt: at, createdAt: at },
        { principalId: admin, role: 'secops', systemId: 'dreichor', grantedById: admin, startsAt: at, createdAt: at },
      ],
    })
    const { rows } = await ask('grants', auditor, { system: 'dreichor' })
    expect(rows.find(({ says }) => says.includes('Given Role'))).toMatchObject({
      gravity: 'note',
      who: { name: 'The admin' },
      standing: 'holds',
    })
    expect(rows.find(({ standing }) => standing === 'granted to themselves')).toMatchObject({ gravity: 'warn' })
  })

  it('tell denied attempts from the trail, with how often', async () => {
    const { rows } = await ask('denied', auditor, { system: 'dreichor' })
    expect(rows[0]).toMatchObject({ standing: '3 times', subject: { id: promotion }, entry: { number: expect.any(Number) } })
  })

  it('show nobody what is of a system they do not read (T23)', async () => {
    for (const question of QUESTIONS) {
      const { rows } = await ask(question, narrow)
      expect(rows.filter(({ system }) => system?.id !== 'robodj')).toEqual([])
      expect((await ask(question, narrow, { system: 'dreichor' })).rows).toEqual([])
    }
    const { counts } = await countQuestions(looker(narrow), { ...period(), system: 'dreichor' })
    expect(Object.values(counts).every((count) => count === 0)).toBe(true)
  })

  it('go on behind a page without leaving out or repeating anything', async () => {
    const all = (await ask('young-policy')).rows.map(({ key }) => key)
    const walked: string[] = []
    let after: readonly string[] | null = null
    do {
      const page: Awaited<ReturnType<typeof answerQuestion>> = await answerQuestion(looker(auditor), 'young-policy', period(), {
        take: 2,
        after,
      })
      walked.push(...page.rows.map(({ key }) => key))
      after = page.next
    } while (after)
    expect(walked).toEqual(all)
  })
})

describe('the saved questions about what is out of the ordinary', () => {
  it('find an exception that somebody signed for, with the version that named it', async () => {
    expect((await ask('exceptions-relied-on')).rows).toEqual([])
    const exception = await anApprovedException(two, { profile: 'prod', rule: 'runtime.launchPath' })
    const sealed = await aSealedPromotion(two, 'prod')
    expect((await ask('exceptions-relied-on')).rows, 'nobody signed yet').toEqual([])
    await signAll(two, sealed)
    await log.integrate()
    expect((await ask('exceptions-relied-on')).rows).toMatchObject([
      {
        subject: { kind: 'promotion', id: sealed.id, label: exception },
        standing: expect.stringContaining(sealed.id),
        entry: { number: expect.any(Number) },
      },
    ])
  })

  it('find break-glass with what it still owes', async () => {
    expect((await ask('break-glass')).rows).toEqual([])
    const emergency = await anEmergency(two, 'prod')
    const { rows } = await ask('break-glass')
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      subject: { kind: 'promotion', id: emergency.id },
      system: { id: 'robodj' },
      says: `Emergency promotion of ${emergency.version} under ${emergency.incident}; no gate was skipped.`,
      entry: { number: null },
    })
    expect((await countQuestions(looker(auditor), period(), ['break-glass'])).counts['break-glass']).toBe(1)
  })

  it('find a rotation that runs past its due date, and none that is in time', async () => {
    const rotation = await aRotation(two, 'prod')
    const due = async (interval: string) => {
      await asOwner(`UPDATE "Rotation" SET "dueAt" = clock_timestamp() + interval '${interval}' WHERE id = '${rotation.id}'`)
      return (await ask('overdue-rotations')).rows.find(({ subject }) => subject.id === rotation.id)
    }
    expect(await due('1 day')).toBeUndefined()
    expect(await due('-2 days')).toMatchObject({ gravity: 'fail', says: expect.stringMatching(/^Due .+, not ended yet\.$/) })
  })
})

describe('the segregation report', () => {
  it('is of the grants and the policy of that instant', async () => {
    const late = await aPerson('Late Signer', [])
    const before = new Date()
    const from = new Date(Date.now() + 20)
    await db.roleGrant.create({
      data: {
        principalId: late.actor.id,
        role: 'management',
        systemId: 'dreichor',
        startsAt: from,
        createdAt: from,
        grantedById: one.people.admin.actor.id,
      },
    })
    const signers = async (at: Date) => {
      const { systems } = await getSegregation(looker(auditor), { at, system: 'dreichor' })
      return JSON.stringify(systems[0]?.report?.rules ?? [])
    }
    expect(await signers(before)).not.toContain('Late Signer')
    expect(await signers(new Date(from.getTime() + 1))).toContain('Late Signer')
    const early = await getSegregation(looker(auditor), { at: new Date('2025-10-01'), system: 'dreichor' })
    expect(early.systems[0]).toMatchObject({ policy: null, report: null })
    expect((await getSegregation(looker(narrow), { at: before, system: 'dreichor' })).systems).toEqual([])
  })

  it('agrees with who may really sign: everybody named could sign a promotion they did not open', async () => {
    const { systems } = await getSegregation(looker(auditor), { at: new Date(), system: 'dreichor' })
    const rule = systems[0]?.report?.rules.find(({ subject }) => subject === 'promotion')
    const sealed = await aSealedPromotion(one, 'prod')
    for (const slot of rule?.slots.toSorted((a, b) => Number(a.last) - Number(b.last)) ?? []) {
      const filler = slot.fillers.find(({ id }) => Object.values(one.people).some(({ actor }) => actor.id === id))
      const ctx = Object.values(one.people).find(({ actor }) => actor.id === filler?.id) as Ctx
      await expect(sign(await inBrowser(ctx), sealed.id, slot.key, sealed.hash)).resolves.toMatchObject({ of: rule?.slots.length })
    }
  })
})

describe('access for a time', () => {
  it('says until when, and afterwards when it ended and who grants it again', async () => {
    const guest = await aPerson('Guest Auditor', [])
    await aPerson('Ada Novak', ['admin'])
    const startsAt = new Date(Date.now() - 2 * DAY)
    const endsAt = new Date(Date.now() + DAY)
    const grant = await db.roleGrant.create({
      data: { principalId: guest.actor.id, role: 'auditor', startsAt, endsAt, createdAt: startsAt },
    })
    const held = { ...guest.actor, grants: [{ ...grant, role: 'auditor' as const }] }
    expect(await getAuditorAccess({ actor: held, now: new Date() })).toMatchObject({ state: 'auditor', endsAt, systems: null })
    const later = new Date(endsAt.getTime() + 1)
    const over = await getAuditorAccess({ actor: { ...guest.actor, grants: [] }, now: later })
    expect(over).toMatchObject({ state: 'ended', endsAt })
    expect(over.admins).toContain('Ada Novak')
    expect(await getAuditorAccess(looker(await aPerson('Nobody', [])))).toMatchObject({ state: 'none', endsAt: null })
    expect(await getAuditorAccess(looker(one.people.engineer))).toMatchObject({ state: 'role' })
  })
})

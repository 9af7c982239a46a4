import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenFindings } from '@/lib/db/load-findings'
import type { Ctx } from '@/lib/domain/context'
import { acknowledgeFindingInput, raiseFindingInput, resolveFindingInput } from '@/lib/schemas/finding'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { acknowledgeFinding } from '@/lib/usecases/finding/acknowledge-finding'
import { raiseFinding } from '@/lib/usecases/finding/raise-finding'
import { resolveFinding } from '@/lib/usecases/finding/resolve-finding'
import { aReporter, observe } from '../../../support/observations'
import { aPerson } from '../../../support/people'
import { aGovernedSystem, aRelease, race, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let robodj: Scene
let stack: Scene
let runtime: Ctx
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  runtime = await aReporter(robodj)
})

const past = { runtime: { primaryRuntime: 'Windows launcher', launchPath: 'python main.py', dataSource: 'Staging config snapshots' } }
let opened = 0
/** A finding that facts opened. */
async function anOpenFinding(): Promise<string> {
  const good = { runtime: { ...past.runtime, launchPath: 'RoboDJ_Launcher.bat' } }
  if (opened++ > 0) await observe(runtime, 'robodj', 'staging', good)
  const [finding] = (await observe(runtime, 'robodj', 'staging', past)).opened
  return finding?.id as string
}
const conflict = (more: object = {}) =>
  raiseFindingInput.parse({
    system: 'stack',
    kind: 'conflict',
    document: 'hld',
    title: 'Two ports for the api',
    expected: 'The api listens on 8000.',
    observed: 'The HLD says 8080.',
    reference: 'DOC-12',
    ...more,
  })

describe('acknowledging a finding', () => {
  it('says who has seen it and what they make of it, and leaves it open', async () => {
    const finding = await anOpenFinding()
    await acknowledgeFinding(robodj.people.engineer, acknowledgeFindingInput.parse({ finding, note: 'The launcher is being mended.' }))
    const row = await db.finding.findUniqueOrThrow({ where: { id: finding } })
    expect(row).toMatchObject({ acknowledgedById: robodj.people.engineer.actor.id, closedAt: null })
    expect(await db.auditText.findUniqueOrThrow({ where: { digest: row.acknowledgement as string } })).toMatchObject({
      body: 'The launcher is being mended.',
    })
    const told = await trail({ subject: finding })
    expect(told.at(-1)).toMatchObject({ action: 'finding.acknowledged', after: { rule: 'runtime.launchPath' } })
    expect(JSON.stringify(told)).not.toContain('mended')
    expect((await loadOpenFindings(db, ['robodj'])).find(({ id }) => id === finding)?.acknowledgedAt).toBeInstanceOf(Date)
  })

  it('once, by a person with an acting role, while it is open, without a secret in the note', async () => {
    const finding = await anOpenFinding()
    const note = (text = 'Seen.') => acknowledgeFindingInput.parse({ finding, note: text })
    expect(await refusalOf(acknowledgeFinding(robodj.people.auditor, note()))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(acknowledgeFinding(runtime, note()))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(acknowledgeFinding(await aPerson('Elsewhere', ['engineer'], 'stack'), note()))).toMatchObject({
      code: 'not_found',
    })
    expect(await refusalOf(acknowledgeFinding(robodj.people.engineer, note('password=Xk29dkLmQ2p0vR')))).toMatchObject({
      code: 'secret_refused',
    })
    const before = await trailLength()
    const { won, lost } = await race(acknowledgeFinding(robodj.people.engineer, note()), acknowledgeFinding(robodj.people.dev_lead, note()))
    expect([won.length, lost.map(({ code }) => code), (await trailLength()) - before]).toEqual([1, ['wrong_state'], 1])
    await observe(runtime, 'robodj', 'staging', { runtime: { ...past.runtime, launchPath: 'RoboDJ_Launcher.bat' } })
    expect(await refusalOf(acknowledgeFinding(robodj.people.engineer, note()))).toMatchObject({
      sentence: expect.stringContaining('is closed'),
    })
    opened = 0
  })
})

describe('raising a conflict between documents (002.3) or a disagreement (004.1)', () => {
  it('is a finding of the system that blocks where the policy says to stop, and facts never close it', async () => {
    const { id, severity } = await raiseFinding(stack.people.engineer, conflict())
    expect(severity).toBe('block')
    expect(await db.finding.findUniqueOrThrow({ where: { id } })).toMatchObject({
      kind: 'conflict',
      rule: 'document.hld',
      profileKey: null,
      reference: 'DOC-12',
      raisedById: stack.people.engineer.actor.id,
    })
    expect(await trail({ subject: id })).toMatchObject([{ action: 'finding.raised', after: { kind: 'conflict', rule: 'document.hld' } }])
    await observe(await aReporter(stack), 'stack', 'staging', { disagreements: [] })
    expect((await loadOpenFindings(db, ['stack'])).map((each) => each.id)).toContain(id)
  })

  it('a disagreement of one profile stays open whatever is reported there, until somebody resolves it', async () => {
    const { id } = await raiseFinding(stack.people.engineer, conflict({ kind: 'disagreement', profile: 'production' }))
    await observe(await aReporter(stack), 'stack', 'production', { disagreements: [] })
    const open = (await loadOpenFindings(db, ['stack'])).find((each) => each.id === id)
    expect(open).toMatchObject({ kind: 'disagreement', profile: 'production', severity: 'block' })
  })

  it('is refused for a document that nobody knows, with the known ones, and to those without an acting role', async () => {
    expect(await refusalOf(raiseFinding(stack.people.engineer, conflict({ document: 'moon' })))).toMatchObject({
      code: 'not_found',
      place: 'document',
      sentence: expect.stringContaining('hld, lld'),
    })
    expect(await refusalOf(raiseFinding(stack.people.auditor, conflict()))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(raiseFinding(robodj.people.engineer, conflict()))).toMatchObject({ code: 'not_found' })
    expect(raiseFindingInput.safeParse({ ...conflict(), profile: 'production' }).success).toBe(false)
  })
})

describe('resolving', () => {
  const resolve = (by: Ctx, finding: string) =>
    resolveFinding(by, resolveFindingInput.parse({ finding, resolution: 'The HLD was corrected in DOC-12.' }))

  it('is an act of a Release Manager or dev lead who did not raise it, once', async () => {
    const { id } = await raiseFinding(stack.people.dev_lead, conflict())
    expect(await refusalOf(resolve(stack.people.engineer, id))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(resolve(stack.people.dev_lead, id))).toMatchObject({
      code: 'separation_of_duties',
      sentence: expect.stringContaining('You raised'),
    })
    const other = await aPerson('Another dev lead', ['dev_lead'], 'stack')
    const { won, lost } = await race(resolve(stack.people.release_manager, id), resolve(other, id))
    expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
    expect(await db.finding.findUniqueOrThrow({ where: { id } })).toMatchObject({ closedHow: 'resolved', resolvedById: expect.any(String) })
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['finding.raised', 'finding.resolved'])
  })

  it('is not for what facts opened: that closes with the facts', async () => {
    const finding = await anOpenFinding()
    expect(await refusalOf(resolve(robodj.people.release_manager, finding))).toMatchObject({
      code: 'policy_forbids',
      sentence: expect.stringContaining('closes by itself'),
    })
  })
})

describe('what else moves what facts are judged by', () => {
  it('a deployment that is recorded reconciles the findings of its system', async () => {
    // What is reported as running is not what the record says was put there; a rollout that is recorded later makes it right.
    const release = await aRelease(robodj)
    const { artefact } = await db.release.findUniqueOrThrow({ where: { id: release.id } })
    const older = await aRelease(robodj)
    const put = async (version: string) => {
      const { id } = await startDeployment(robodj.people.release_manager, { system: 'robodj', profile: 'dev', version, inputs: [] })
      await finishDeployment(robodj.people.release_manager, { deployment: id, result: 'succeeded' })
    }
    await put(older.version)
    const seen = await observe(runtime, 'robodj', 'dev', { artefact: { reference: artefact } })
    const [finding] = seen.opened.filter(({ rule }) => rule === 'artefact')
    expect(finding).toBeDefined()
    await put(release.version)
    expect(await db.finding.findUniqueOrThrow({ where: { id: finding?.id } })).toMatchObject({ closedHow: 'facts' })
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { exceptionsIn, loadExceptionsDuring, loadOpenExceptions, loadRecentExceptions } from '@/lib/db/load-exceptions'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { coveringException, EXCEPTION_STATES, exceptionState, isHonoured } from '@/lib/domain/exception'
import { budgetOf } from '@/lib/domain/exception-budget'
import { addCondition } from '@/lib/usecases/exception/add-condition'
import { approveException } from '@/lib/usecases/exception/approve-exception'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'
import { withdrawExtension } from '@/lib/usecases/exception/withdraw-extension'
import {
  approveIt,
  closeIt,
  declineIt,
  exceptionOf,
  exceptionStateOf,
  extendIt,
  fileIt,
  isoIn,
  passTimeOf,
} from '../../../support/exceptions'
import { aPerson, aToken } from '../../../support/people'
import { aProof, inBrowser } from '../../../support/promotions'
import { asOwner } from '../../../support/record'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

// What becomes of a filing: approved, declined, withdrawn, extended, made conditional, closed (000.32; domain.md, life cycles).

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

const RM = 'release-manager'
const LAUNCH = { profile: 'staging', rule: 'runtime.launchPath' }
const OBSERVED = { id: '00000000-0000-7000-8000-000000000000' }
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)

/** A filing of staging's launch path, approved by the Release Manager. */
async function aRunning(hours = 24) {
  const filed = await fileIt(scene, scene.people.engineer, { ...LAUNCH, until: isoIn(hours) })
  await approveIt(scene.people.release_manager, filed, RM)
  return filed
}

async function refused(promise: () => Promise<unknown>) {
  const before = await trailLength()
  const refusal = await refusalOf(promise())
  expect(await trailLength()).toBe(before)
  return refusal
}

describe('an approval', () => {
  it('by somebody who neither filed nor owns it lets it hold, with a term of its own and the statement kept', async () => {
    const filed = await fileIt(scene, scene.people.engineer, { ...LAUNCH, owner: scene.people.dev_lead.actor.id })
    expect(coveringException(await loadOpenExceptions(db, ['robodj']), { system: 'robodj', ...LAUNCH }, new Date())).toBeNull()
    const signed = await approveIt(scene.people.release_manager, filed, RM, ['Watch the disk.', 'Tell support.'])
    const facts = await exceptionOf(filed.id)
    expect(signed).toMatchObject({ signed: 1, of: 1, until: facts.endsAt })
    expect(facts).toMatchObject({ status: 'approved', extensions: 0, history: [{ number: 1, tier: 'medium', sealed: facts.sealed?.id }] })
    expect(facts.conditions.map(({ text }) => text)).toEqual(['Watch the disk.', 'Tell support.'])
    expect(await actions(filed.id)).toEqual([
      'exception.filed',
      'exception.approved',
      'exception.condition_added',
      'exception.condition_added',
      'exception.took_effect',
    ])
    const signOff = await db.signOff.findUniqueOrThrow({ where: { id: signed.id } })
    const { body } = await db.auditText.findUniqueOrThrow({ where: { digest: signOff.statement } })
    expect(body).toMatch(
      /^I, The release manager, as Release Manager, approve EXC-\d+ on RoboDJ .* On condition: Watch the disk; Tell support\.$/,
    )
    expect(signOff).toMatchObject({ role: 'release_manager', sealedHash: filed.sealedHash, capacity: 'Release Manager' })
    const standing = coveringException(await loadOpenExceptions(db, ['robodj']), { system: 'robodj', ...LAUNCH }, new Date())
    expect(standing).toMatchObject({ id: filed.id, covers: true, title: 'Launch path', terms: [{ until: facts.endsAt }] })
    await closeIt(scene.people.dev_lead, filed.id)
  })

  it('is not its filer’s, its owner’s, nor that of the maker of the token that filed it; the database refuses the requester too (T02)', async () => {
    const both = await aPerson('Both Hats', ['engineer', 'release_manager'], 'robodj')
    const filed = await fileIt(scene, both, LAUNCH)
    expect((await refused(() => approveIt(both, filed, RM))).code).toBe('separation_of_duties')
    await withdrawException(both, { exception: filed.id, reason: 'Not mine.' })
    const owned = await fileIt(scene, scene.people.engineer, { ...LAUNCH, owner: both.actor.id })
    expect((await refused(() => approveIt(both, owned, RM))).sentence).toContain('You own EXC-')
    await withdrawException(scene.people.engineer, { exception: owned.id, reason: 'Not theirs.' })
    const pipeline = await aToken(both, { scopes: ['exception:file'], systemId: 'robodj' })
    const piped = await fileIt(scene, pipeline, { ...LAUNCH, owner: scene.people.engineer.actor.id })
    expect((await refused(() => approveIt(both, piped, RM))).code).toBe('separation_of_duties')
    const version = await db.sealedVersion.findFirstOrThrow({ where: { subjectId: piped.id } })
    expect(version.requesterId).toBe(both.actor.id)
    await withdrawException(pipeline, { exception: piped.id, reason: 'Mended by itself.' })
    expect(await exceptionStateOf(piped.id)).toBe('withdrawn')
  })

  it('takes a fresh proof for exactly this text, slot and decision (T01)', async () => {
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    const browser = await inBrowser(scene.people.release_manager)
    const attempt = (proof: string, sealedHash = filed.sealedHash) =>
      approveException(browser, { exception: filed.id, slot: RM, sealedHash, proof, confirmed: 'yes', conditions: undefined })
    expect((await refused(async () => attempt(await aProof(browser, filed.sealedHash, RM, 'decline')))).code).toBe('step_up_required')
    expect((await refused(async () => attempt(await aProof(browser, 'e'.repeat(64), RM)))).code).toBe('step_up_required')
    expect((await refused(async () => attempt(await aProof(browser, filed.sealedHash, RM), 'e'.repeat(64)))).code).toBe('stale_version')
    expect((await refusalOf(approveIt(browser, filed, RM, ['token AKIA' + 'IOSFODNN7EXAMPLQ']))).code).toBe('secret_refused')
    await declineIt(browser, filed, RM)
  })

  it('fills two slots by two people, and holds with the second', async () => {
    const filed = await fileIt(scene, scene.people.engineer, { ...LAUNCH, until: isoIn(20 * 24) })
    expect(filed.tier).toBe('long')
    expect(await approveIt(scene.people.release_manager, filed, RM)).toMatchObject({ signed: 1, of: 2, until: null })
    expect(await exceptionStateOf(filed.id)).toBe('filed')
    expect(await approveIt(scene.people.management, filed, 'management')).toMatchObject({ signed: 2, of: 2, until: expect.any(Date) })
    expect(await exceptionStateOf(filed.id)).toBe('running')
    await closeIt(scene.people.engineer, filed.id)
  })
})

describe('a decline and a withdrawal', () => {
  it('end a filing; everything stays readable, and it may be filed again', async () => {
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    await declineIt(scene.people.release_manager, filed, RM)
    expect(await exceptionOf(filed.id)).toMatchObject({ status: 'rejected', approvedAt: null, sealed: null })
    expect((await actions(filed.id)).at(-1)).toBe('exception.declined')
    const again = await fileIt(scene, scene.people.engineer, LAUNCH)
    expect((await refused(() => withdrawException(scene.people.dev_lead, { exception: again.id, reason: 'No.' }))).code).toBe('not_allowed')
    await withdrawException(scene.people.engineer, { exception: again.id, reason: 'Mended before anybody signed.' })
    expect(await exceptionOf(again.id)).toMatchObject({ status: 'withdrawn', endedAt: expect.any(Date) })
    expect((await refused(() => approveIt(scene.people.release_manager, again, RM))).code).toBe('wrong_state')
    expect(await db.sealedVersion.count({ where: { subject: 'exception', subjectId: { in: [filed.id, again.id] } } })).toBe(2)
  })

  it('are of what one may see: another system’s is as if it were not there (T23)', async () => {
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    const stranger = await aPerson('Far Away', ['engineer', 'release_manager'], 'stack')
    const unseen = await refused(() => withdrawException(stranger, { exception: filed.id, reason: 'Mine?' }))
    expect(unseen).toMatchObject({ code: 'not_found', sentence: `There is no exception ${filed.id} that you can see.` })
    expect((await refused(() => closeIt(stranger, 'EXC-9999'))).code).toBe('not_found')
    await withdrawException(scene.people.engineer, { exception: filed.id, reason: 'Done.' })
  })
})

describe('an extension', () => {
  it('is a new approval of the tier that the whole time takes; until then the old end holds, and afterwards it is counted', async () => {
    const filed = await aRunning()
    const before = await exceptionOf(filed.id)
    const asked = await extendIt(scene.people.engineer, filed.id, 20 * 24)
    expect(asked).toMatchObject({ number: 2, tier: 'long', isApproved: false })
    expect(await exceptionOf(filed.id)).toMatchObject({
      endsAt: before.endsAt,
      tier: { id: 'medium' },
      extensions: 0,
      asked: { tier: { id: 'long' } },
    })
    expect((await refused(() => extendIt(scene.people.engineer, filed.id, 21 * 24))).code).toBe('conflict')
    expect((await refused(() => approveIt(scene.people.release_manager, filed, RM))).code).toBe('stale_version')
    await approveIt(scene.people.release_manager, asked, RM)
    expect((await exceptionOf(filed.id)).endsAt).toEqual(before.endsAt)
    const { until } = await approveIt(scene.people.management, asked, 'management')
    const after = await exceptionOf(filed.id)
    expect(after).toMatchObject({ endsAt: until, tier: { id: 'long' }, extensions: 1, asked: null, status: 'approved' })
    expect(after.history.map(({ number, tier, until: end }) => [number, tier, end])).toEqual([
      [1, 'medium', before.endsAt],
      [2, 'long', until],
    ])
    expect(await actions(filed.id)).toEqual([
      'exception.filed',
      'exception.approved',
      'exception.took_effect',
      'exception.extension_asked',
      'exception.approved',
      'exception.approved',
      'exception.extended',
    ])
    await closeIt(scene.people.release_manager, filed.id)
  })

  it('within a tier without slots holds at once, and past it waits for the slots of the next', async () => {
    const rule = { profile: 'dev', rule: 'runtime.dataSource' }
    const filed = await fileIt(scene, scene.people.engineer, rule)
    expect(await extendIt(scene.people.engineer, filed.id, 48)).toMatchObject({ tier: 'short', isApproved: true })
    expect(await exceptionOf(filed.id)).toMatchObject({ extensions: 1, history: [{ sealed: null }, { sealed: null }] })
    const asked = await extendIt(scene.people.engineer, filed.id, 80)
    expect(asked).toMatchObject({ tier: 'medium', isApproved: false })
    await withdrawExtension(scene.people.engineer, { exception: filed.id })
    expect(await exceptionOf(filed.id)).toMatchObject({ asked: null, extensions: 1, sealed: null })
    expect((await refused(() => withdrawExtension(scene.people.engineer, { exception: filed.id }))).code).toBe('wrong_state')
    const again = await extendIt(scene.people.engineer, filed.id, 80)
    await declineIt(scene.people.release_manager, again, RM)
    expect(await exceptionOf(filed.id)).toMatchObject({ status: 'approved', asked: null, extensions: 1 })
    await closeIt(scene.people.engineer, filed.id)
  })

  it('of an overdue one holds from its approval and heals nothing backwards', async () => {
    const filed = await aRunning()
    await passTimeOf(filed.id, '30 hours')
    expect(await exceptionStateOf(filed.id)).toBe('overdue')
    expect(coveringException(await loadOpenExceptions(db, ['robodj']), { system: 'robodj', ...LAUNCH }, new Date())).toBeNull()
    expect((await refused(() => fileIt(scene, scene.people.engineer, LAUNCH))).sentence).toContain('overdue')
    const asked = await extendIt(scene.people.engineer, filed.id, 24)
    await approveIt(scene.people.release_manager, asked, RM)
    const [standing] = await loadOpenExceptions(db, ['robodj'])
    if (!standing) throw new Error('It is open')
    expect(exceptionState(standing, new Date())).toBe('running')
    expect([isHonoured(standing, new Date()), isHonoured(standing, new Date(Date.now() - 3_600_000))]).toEqual([true, false])
    await closeIt(scene.people.engineer, filed.id)
  })

  it('whose end passed is not approved any more', async () => {
    const filed = await aRunning()
    const asked = await extendIt(scene.people.engineer, filed.id, 30)
    await passTimeOf(filed.id, '31 hours')
    expect(await refused(() => approveIt(scene.people.release_manager, asked, RM))).toMatchObject({
      code: 'policy_forbids',
      sentence: expect.stringContaining('has passed'),
    })
    await closeIt(scene.people.engineer, filed.id)
    expect(await exceptionOf(filed.id)).toMatchObject({ status: 'closed', asked: null, sealed: null })
  })
})

describe('a condition', () => {
  it('is made by whoever could sign, of what is filed or running, and voids nothing', async () => {
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    expect(await addCondition(scene.people.secops, { exception: filed.id, condition: 'Rotate the key afterwards.' })).toMatchObject({
      conditions: 1,
    })
    expect((await refused(() => addCondition(scene.people.engineer, { exception: filed.id, condition: 'None.' }))).code).toBe('not_allowed')
    expect(
      (await refused(() => addCondition(scene.people.secops, { exception: filed.id, condition: 'AKIA' + 'IOSFODNN7EXAMPLQ' }))).code,
    ).toBe('secret_refused')
    await approveIt(scene.people.release_manager, filed, RM)
    expect((await exceptionOf(filed.id)).conditions.map(({ text }) => text)).toEqual(['Rotate the key afterwards.'])
    await closeIt(scene.people.engineer, filed.id)
    expect((await refused(() => addCondition(scene.people.secops, { exception: filed.id, condition: 'Late.' }))).code).toBe('wrong_state')
  })
})

describe('closing', () => {
  it('by its owner or a Release Manager, with a link; others are told who may', async () => {
    const filed = await aRunning()
    expect((await refused(() => closeIt(scene.people.management, filed.id))).sentence).toContain('The engineer, who owns it')
    expect(await refused(() => closeIt(scene.people.engineer, filed.id, { link: undefined }))).toMatchObject({
      code: 'policy_forbids',
      place: 'link',
    })
    expect((await refused(() => closeIt(scene.people.engineer, filed.id, { note: 'AKIA' + 'IOSFODNN7EXAMPLQ' }))).code).toBe(
      'secret_refused',
    )
    expect(await refused(() => closeIt(scene.people.engineer, filed.id, { observation: OBSERVED.id }))).toMatchObject({
      code: 'not_found',
      place: 'observation',
    })
    await closeIt(scene.people.release_manager, filed.id)
    expect(await exceptionOf(filed.id)).toMatchObject({
      status: 'closed',
      closed: { by: { name: 'The release manager' }, note: 'Set back and deployed.', link: 'https://ci.example.org/runs/4711' },
    })
    expect((await refused(() => closeIt(scene.people.engineer, filed.id))).code).toBe('wrong_state')
    expect((await actions(filed.id)).at(-1)).toBe('exception.closed')
  })

  it('of an overdue one, by the token of its owner', async () => {
    const filed = await aRunning()
    await passTimeOf(filed.id, '30 hours')
    const pipeline = await aToken(scene.people.engineer, { scopes: ['exception:file'], systemId: 'robodj' })
    await closeIt(pipeline, filed.id)
    expect(await exceptionStateOf(filed.id)).toBe('closed')
  })
})

describe('what readers load', () => {
  it('states are selected as they are judged, at any instant', async () => {
    const now = new Date()
    const all = await db.driftException.findMany({ select: { id: true } })
    const rows = await Promise.all(all.map(({ id }) => exceptionOf(id)))
    for (const instant of [now, new Date(now.getTime() + 25 * 3_600_000)])
      for (const state of EXCEPTION_STATES) {
        const found = await db.driftException.findMany({ where: exceptionsIn(state, instant), select: { id: true } })
        const judged = rows.filter((row) => exceptionState(row, instant) === state)
        expect(found.map(({ id }) => id).toSorted(), state).toEqual(judged.map(({ id }) => id).toSorted())
      }
  })

  it('open ones in one statement; those during a stretch with what ended in it; recent ones for the budget', async () => {
    const { id } = await aRunning()
    const now = new Date()
    expect((await loadOpenExceptions(db, ['robodj'])).map((each) => each.id)).toContain(id)
    expect(await loadOpenExceptions(db, ['stack'])).toEqual([])
    const during = async (from: number, to: number) =>
      (await loadExceptionsDuring(db, 'robodj', 'staging', new Date(now.getTime() + from), new Date(now.getTime() + to))).map(
        (each) => each.id,
      )
    expect(await during(-60_000, 60_000)).toContain(id)
    expect(await during(-7_200_000, -3_600_000)).not.toContain(id)
    await closeIt(scene.people.engineer, id)
    expect(await during(-60_000, 60_000)).toContain(id)
    expect(await during(60_000, 120_000)).not.toContain(id)
    const recent = await loadRecentExceptions(db, ['robodj'], new Date(now.getTime() - 86_400_000))
    expect(recent.map((each) => each.id)).toContain(id)
    const { policy } = await loadActivePolicy(db, 'robodj')
    const budget = { days: 30, within: 'P30D', text: 'Thirty days a month.', assumed: true as const }
    const spent = budgetOf({ ...policy, drift: { ...policy.drift, budget } }, recent, new Date())
    expect(spent?.spent).toBeGreaterThan(0)
    expect(spent?.left).toBeLessThan(30)
  })

  it('the application may not rewrite what was filed, nor delete anything (what always holds, 10)', async () => {
    const { id } = await fileIt(scene, scene.people.engineer, LAUNCH)
    await expect(db.driftException.update({ where: { id }, data: { observed: 'nothing' } })).rejects.toThrow()
    await expect(db.driftException.delete({ where: { id } })).rejects.toThrow()
    await expect(asOwner(`UPDATE "DriftException" SET status = 'closed' WHERE id = $1`, [id])).rejects.toThrow()
    await withdrawException(scene.people.engineer, { exception: id, reason: 'Done.' })
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { chooseVariant } from '@/lib/usecases/checklist/choose-variant'
import { importTemplate } from '@/lib/usecases/checklist/import-template'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { tickItem } from '@/lib/usecases/checklist/tick-item'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { approveBundle } from '@/lib/usecases/release/approve-bundle'
import { aPerson, aToken } from '../../../support/people'
import {
  aGovernedSystem,
  aRelease,
  beforeItemsOf,
  bringAll,
  race,
  refusalOf,
  SAMPLE_CHECKLIST,
  type Scene,
  trail,
  trailLength,
} from '../../../support/scene'

let robodj: Scene
let waxwatch: Scene
let stack: Scene
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
  stack = await aGovernedSystem('stack')
})

const file = (source = SAMPLE_CHECKLIST) => ({ system: 'robodj', checklist: 'pre-release', fileName: 'PRE_RELEASE_CHECKLIST.md', source })
const run = (scene: Scene, version: string, more: object = {}) => ({
  system: scene.slug,
  version,
  profile: 'production',
  checklist: 'deployment',
  ...more,
})

describe('importing a checklist (000.30)', () => {
  it('a gate that rests on a file nobody imported cannot even be started', async () => {
    const { version } = await aRelease(robodj)
    const refusal = await refusalOf(startRun(robodj.people.engineer, run(robodj, version, { profile: 'prod', checklist: 'pre-release' })))
    expect(refusal).toMatchObject({ code: 'wrong_state', place: 'checklist' })
    expect(refusal.sentence).toContain('PRE_RELEASE_CHECKLIST.md is not imported')
  })

  it('keeps a numbered, hashed template with its text, and says so on the record', async () => {
    const { id, number, hash, items } = await importTemplate(robodj.people.release_manager, file())
    expect([number, items]).toEqual([1, 4])
    expect(await db.checklistTemplate.findUniqueOrThrow({ where: { id } })).toMatchObject({
      checklistKey: 'pre-release',
      title: 'Pre-release checklist',
      source: SAMPLE_CHECKLIST,
      hash,
    })
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'checklist_template.imported', subject: { version: 1 }, after: { checklist: 'pre-release', number: 1, hash, items: 4 } },
    ])
  })

  it('the same items again, a file without items, an item list of the policy, and anybody else are refused', async () => {
    const before = await trailLength()
    const { release_manager, engineer } = robodj.people
    expect(await refusalOf(importTemplate(release_manager, file()))).toMatchObject({ code: 'conflict' })
    const empty = await refusalOf(importTemplate(release_manager, file('# Nothing here')))
    expect(empty).toMatchObject({ code: 'invalid', place: 'source' })
    expect(empty.details?.[0]).toMatch(/^PRE_RELEASE_CHECKLIST\.md:1 /)
    expect(await refusalOf(importTemplate(engineer, file('- [ ] Mine')))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(importTemplate(await aToken(release_manager, { scopes: ['checklist:run'] }), file('- [ ] Mine')))).toMatchObject(
      { code: 'not_allowed' },
    )
    expect(
      await refusalOf(importTemplate(waxwatch.people.release_manager, { ...file(), system: 'waxwatch', checklist: 'deployment' })),
    ).toMatchObject({ code: 'policy_forbids' })
    expect(await refusalOf(importTemplate(waxwatch.people.release_manager, file()))).toMatchObject({ code: 'not_found' })
    expect(await trailLength()).toBe(before)
  })

  it('two imports at once get numbers of their own', async () => {
    const { release_manager, admin } = robodj.people
    const { won } = await race(
      importTemplate(release_manager, file(`${SAMPLE_CHECKLIST}\n- [ ] One more`)),
      importTemplate(admin, file(`${SAMPLE_CHECKLIST}\n- [ ] Another`)),
    )
    expect(won.map(({ number }) => number).sort()).toEqual([2, 3])
  })
})

describe('starting a checklist', () => {
  it('pins the newest import, and says so on the record', async () => {
    const { version } = await aRelease(robodj)
    const newest = await db.checklistTemplate.findFirstOrThrow({ where: { systemId: 'robodj' }, orderBy: { number: 'desc' } })
    const { id } = await startRun(robodj.people.engineer, run(robodj, version, { profile: 'production', checklist: 'pre-release' }))
    const row = await db.checklistRun.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({ templateId: newest.id, templateHash: newest.hash, profileKey: 'prod', items: newest.items })
    expect(await trail({ subject: id })).toMatchObject([
      { action: 'checklist_run.started', after: { checklist: 'pre-release', release: version, profile: 'prod', template: newest.hash } },
    ])
  })

  it('is refused to others, for another profile and for what nobody knows, and leaves nothing', async () => {
    const { version } = await aRelease(waxwatch)
    const before = [await trailLength(), await db.checklistRun.count()]
    const { engineer, auditor } = waxwatch.people
    expect(await refusalOf(startRun(auditor, run(waxwatch, version)))).toMatchObject({ code: 'not_allowed' })
    expect(
      await refusalOf(startRun(await aToken(engineer, { scopes: ['checklist:run'], systemId: 'waxwatch' }), run(waxwatch, version))),
    ).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(startRun(engineer, run(waxwatch, version, { profile: 'dev' })))).toMatchObject({
      code: 'policy_forbids',
      place: 'profile',
    })
    expect(await refusalOf(startRun(engineer, run(waxwatch, version, { checklist: 'moon' })))).toMatchObject({
      code: 'not_found',
      place: 'checklist',
    })
    expect(await refusalOf(startRun(engineer, run(waxwatch, '0.0.0')))).toMatchObject({ code: 'not_found', place: 'version' })
    expect(await refusalOf(startRun(robodj.people.engineer, run(waxwatch, version)))).toMatchObject({ code: 'not_found', place: 'system' })
    expect(await refusalOf(startRun(engineer, run(waxwatch, version, { variant: 'docker' })))).toMatchObject({
      code: 'invalid',
      place: 'variant',
    })
    expect([await trailLength(), await db.checklistRun.count()]).toEqual(before)
  })

  it('of two who start it at once, one does and the other is told to go on with it', async () => {
    const { version } = await aRelease(waxwatch)
    const { won, lost } = await race(
      startRun(waxwatch.people.engineer, run(waxwatch, version)),
      startRun(waxwatch.people.release_manager, run(waxwatch, version)),
    )
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'conflict' }])
  })
})

describe('ticking items', () => {
  it('an ordered list takes its next item only; each tick keeps who and when and is on the record (001.9)', async () => {
    const { version } = await aRelease(waxwatch)
    const { engineer } = waxwatch.people
    const { id } = await startRun(engineer, run(waxwatch, version))
    const items = await beforeItemsOf(id)
    const [first, second] = items as [string, string]
    const before = await trailLength()
    expect(await refusalOf(tickItem(engineer, { run: id, item: second, state: 'done' }))).toMatchObject({
      code: 'wrong_state',
      place: second,
    })
    expect(await trailLength()).toBe(before)
    expect(
      await tickItem(engineer, { run: id, item: first, state: 'done', note: 'Build 812', link: 'https://ci.example.org/812' }),
    ).toEqual({ state: 'done', next: second, voided: false })
    expect(await db.checklistTick.findFirstOrThrow({ where: { runId: id } })).toMatchObject({
      itemId: first,
      state: 'done',
      note: 'Build 812',
      byId: engineer.actor.id,
    })
    const event = (await trail({ subject: id })).at(-1)
    expect(event).toMatchObject({
      action: 'checklist_item.ticked',
      before: { state: 'open' },
      after: { checklist: 'deployment', item: first, state: 'done' },
    })
    expect(JSON.stringify(event)).not.toContain('Build 812')
  })

  it('items during and after the deployment wait for it', async () => {
    const { version } = await aRelease(waxwatch)
    const { engineer, release_manager } = waxwatch.people
    const { id } = await startRun(engineer, run(waxwatch, version))
    for (const item of await beforeItemsOf(id)) await tickItem(engineer, { run: id, item, state: 'done' })
    expect((await refusalOf(tickItem(engineer, { run: id, item: 'migrate', state: 'done' }))).sentence).toContain('which has not started')
    await startDeployment(release_manager, { system: 'waxwatch', version, profile: 'production', inputs: [] })
    const pipeline = await aToken(waxwatch.people.admin, { scopes: ['checklist:run'], systemId: 'waxwatch' })
    expect(await tickItem(pipeline, { run: id, item: 'migrate', state: 'done' })).toMatchObject({ next: 'up' })
  })

  it('what does not apply says why, and only where the list knows a condition', async () => {
    const { version } = await aRelease(robodj)
    const { engineer } = robodj.people
    const { id } = await startRun(engineer, run(robodj, version, { profile: 'prod', checklist: 'pre-release' }))
    const items = await beforeItemsOf(id)
    const conditional = items.find((item) => item.includes('translations')) as string
    expect(await refusalOf(tickItem(engineer, { run: id, item: items[0] as string, state: 'not_applicable', note: 'No.' }))).toMatchObject({
      code: 'policy_forbids',
    })
    expect(await refusalOf(tickItem(engineer, { run: id, item: conditional, state: 'not_applicable' }))).toMatchObject({ code: 'invalid' })
    expect(await tickItem(engineer, { run: id, item: conditional, state: 'not_applicable', note: 'No new texts.' })).toMatchObject({
      state: 'not_applicable',
    })
  })

  it('others, unseen runs, unknown items and secrets in notes are refused', async () => {
    const { version } = await aRelease(waxwatch)
    const { engineer, auditor } = waxwatch.people
    const { id } = await startRun(engineer, run(waxwatch, version))
    const [item] = (await beforeItemsOf(id)) as [string]
    const tick = { run: id, item, state: 'done' as const }
    const before = [await trailLength(), await db.checklistTick.count()]
    expect(await refusalOf(tickItem(auditor, tick))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(tickItem(await aPerson('Elsewhere', ['engineer'], 'stack'), tick))).toEqual(
      await refusalOf(tickItem(engineer, { ...tick, run: '01900000-0000-7000-8000-000000000000' })),
    )
    expect(await refusalOf(tickItem(engineer, { ...tick, item: 'moon' }))).toMatchObject({ code: 'not_found' })
    const secret = ['ghp', 'R4nd0mMadeUpTok3nForATest1234567890ab'].join('_')
    expect(await refusalOf(tickItem(engineer, { ...tick, note: secret }))).toMatchObject({ code: 'secret_refused' })
    expect([await trailLength(), await db.checklistTick.count()]).toEqual(before)
  })

  it('an item with several ways waits for one to be chosen (003.12)', async () => {
    const { version } = await aRelease(stack)
    const { engineer, release_manager } = stack.people
    const { id } = await startRun(engineer, run(stack, version))
    for (const item of await beforeItemsOf(id)) await tickItem(engineer, { run: id, item, state: 'done' })
    await startDeployment(release_manager, { system: 'stack', version, profile: 'production', inputs: [] })
    expect((await refusalOf(tickItem(engineer, { run: id, item: 'migrate', state: 'done' }))).sentence).toContain(
      'Choose how it is done first',
    )
    const offered = (await refusalOf(chooseVariant(engineer, { run: id, variant: 'moon' }))).sentence
    const [variant] = (/offers ([^,.]+)/.exec(offered) ?? []).slice(1) as [string]
    expect(await chooseVariant(engineer, { run: id, variant })).toEqual({ variant })
    expect((await trail({ subject: id })).at(-1)).toMatchObject({
      action: 'checklist_run.variant_chosen',
      before: { variant: null },
      after: { variant },
    })
    expect(await tickItem(engineer, { run: id, item: 'migrate', state: 'done' })).toMatchObject({ state: 'done' })
  })

  it('two who tick the next two items of an ordered list at once never leave a gap', async () => {
    const { version } = await aRelease(waxwatch)
    const { engineer, release_manager } = waxwatch.people
    const { id } = await startRun(engineer, run(waxwatch, version))
    const [first, second] = (await beforeItemsOf(id)) as [string, string]
    const { won } = await race(
      tickItem(engineer, { run: id, item: first, state: 'done' }),
      tickItem(release_manager, { run: id, item: second, state: 'done' }),
    )
    const ticked = await db.checklistTick.findMany({ where: { runId: id }, select: { itemId: true } })
    expect(ticked.length).toBe(won.length)
    expect(ticked.map(({ itemId }) => itemId)).toContain(first)
  })
})

describe('under a sealed promotion', () => {
  async function sealed(): Promise<{ promotion: string; run: string; item: string; version: string }> {
    const { version } = await aRelease(robodj)
    const { engineer, release_manager } = robodj.people
    await bringAll(robodj, version, 'prod')
    await approveBundle(release_manager, { system: 'robodj', version })
    const { id } = await openPromotion(engineer, { system: 'robodj', version, to: 'prod' })
    await sealPromotion(release_manager, { promotion: id })
    const { id: runId } = await db.checklistRun.findFirstOrThrow({ where: { release: { version }, checklistKey: 'pre-release' } })
    const [item] = (await beforeItemsOf(runId)) as [string]
    return { promotion: id, run: runId, item, version }
  }

  it('a failed item voids the sealed version; one opened again only holds', async () => {
    const { engineer } = robodj.people
    const { promotion, run: id, item } = await sealed()
    expect(await tickItem(engineer, { run: id, item, state: 'open' })).toMatchObject({ voided: false })
    expect(await tickItem(engineer, { run: id, item, state: 'failed', note: 'It is not.' })).toMatchObject({ voided: true })
    expect((await trail({ subject: promotion })).map(({ action }) => action)).toEqual([
      'promotion.opened',
      'promotion.sealed',
      'promotion.voided',
    ])
  })

  it('a newer import does not replace the list that the sealed version pins', async () => {
    const { version } = await sealed()
    await importTemplate(robodj.people.release_manager, file(`${SAMPLE_CHECKLIST}\n- [ ] Thought of later`))
    expect(
      await refusalOf(startRun(robodj.people.engineer, run(robodj, version, { profile: 'prod', checklist: 'pre-release' }))),
    ).toMatchObject({ code: 'wrong_state' })
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { getRun, listChecklists } from '@/lib/queries/checklists'
import { getSystemHead, type SystemHead } from '@/lib/queries/system-head'
import { chooseVariant } from '@/lib/usecases/checklist/choose-variant'
import { importTemplate } from '@/lib/usecases/checklist/import-template'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { tickItem } from '@/lib/usecases/checklist/tick-item'
import { aPerson } from '../../support/people'
import { aGovernedSystem, aRelease, beforeItemsOf, SAMPLE_CHECKLIST, type Scene, tickAll } from '../../support/scene'
import { countStatements } from '../../support/statements'

let robodj: Scene
let stack: Scene
let auditor: Ctx
let stranger: Ctx

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const headOf = async (who: Ctx, slug: string) => (await getSystemHead(looker(who), slug)) as SystemHead
const checklistsOf = async (who: Ctx, slug: string) => (await listChecklists(looker(who), await headOf(who, slug))).checklists

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  stranger = await aPerson('Nobody Known', [])
}, 60_000)

describe('the checklists of a system', () => {
  it('one that nobody imported cannot be started and says who imports it; the gate fails closed (000.30)', async () => {
    const [list] = (await checklistsOf(robodj.people.release_manager, 'robodj')).filter(({ list: { external } }) => external)
    expect(list).toMatchObject({ templates: [], items: [], whyNotImport: null })
    expect(list?.whyNotStart).toMatchObject({ code: 'wrong_state', sentence: expect.stringContaining('is not imported') })
    expect(list?.gates[0]).toMatch(/, into prod$/)
    const [seen] = (await checklistsOf(auditor, 'robodj')).filter(({ list: { external } }) => external)
    expect(seen?.whyNotImport?.code).toBe('not_allowed')
  })

  it('every import is a numbered, hashed version; the newest gives the items', async () => {
    for (const source of [SAMPLE_CHECKLIST, `${SAMPLE_CHECKLIST}- [ ] Somebody listened\n`])
      await importTemplate(robodj.people.release_manager, {
        system: 'robodj',
        checklist: 'pre-release',
        fileName: 'PRE_RELEASE_CHECKLIST.md',
        source,
      })
    const list = (await checklistsOf(auditor, 'robodj')).find(({ list: { id } }) => id === 'pre-release')
    expect(list?.templates.map(({ number, items }) => [number, items])).toEqual([
      [2, 5],
      [1, 4],
    ])
    expect(new Set(list?.templates.map(({ hash }) => hash)).size).toBe(2)
    expect(list?.items.map(({ text }) => text)).toContain('Somebody listened')
  })

  it('turns to older runs page by page, each once', async () => {
    const scene = await aGovernedSystem('waxwatch')
    const who = scene.people.release_manager
    const head = await headOf(who, 'waxwatch')
    const { id, profiles } = head.version.policy.checklists[0] as (typeof head.version.policy.checklists)[number]
    const profile = profiles?.[0] ?? (head.version.policy.profiles.at(-1)?.id as string)
    for (let n = 0; n < 22; n += 1) {
      const { version } = await aRelease(scene)
      await startRun(who, { system: 'waxwatch', checklist: id, version, profile })
    }
    const pageOf = async (older: Parameters<typeof listChecklists>[2]) =>
      (await listChecklists(looker(who), head, older)).checklists.find(({ list }) => list.id === id)
    const first = await pageOf(null)
    const second = first?.olderRuns ? await pageOf({ list: id, after: first.olderRuns }) : undefined
    expect([first?.runs.length, second?.runs.length, second?.olderRuns]).toEqual([20, 2, null])
    expect(new Set([...(first?.runs ?? []), ...(second?.runs ?? [])].map((run) => run.id)).size).toBe(22)
  })

  it('lists the newest run of each release with its counts, in a number of statements that does not grow with runs', async () => {
    const first = await aRelease(robodj)
    await tickAll(robodj, first.version, 'prod', 'pre-release', robodj.people.engineer)
    const one = await countStatements(() => checklistsOf(auditor, 'robodj'))
    for (let more = 0; more < 3; more += 1)
      await startRun(robodj.people.engineer, {
        system: 'robodj',
        version: (await aRelease(robodj)).version,
        profile: 'prod',
        checklist: 'pre-release',
      })
    const four = await countStatements(() => checklistsOf(auditor, 'robodj'))
    const runs = four.result.find(({ list: { id } }) => id === 'pre-release')?.runs ?? []
    expect(runs).toHaveLength(4)
    expect(runs.find(({ version }) => version === first.version)).toMatchObject({ profile: 'prod', counts: { failed: 0 } })
    expect(four.statements).toBeLessThanOrEqual(one.statements)
  })
})

describe('one run', () => {
  it('stays readable with its ticks when a run from a newer import takes its place (domain.md, what always holds, 10)', async () => {
    const { version } = await aRelease(robodj)
    const at = { system: 'robodj', version, profile: 'prod', checklist: 'pre-release' }
    const first = await startRun(robodj.people.engineer, at)
    const [item] = await beforeItemsOf(first.id)
    await tickItem(robodj.people.engineer, { run: first.id, item: item as string, state: 'done' })
    await importTemplate(robodj.people.release_manager, {
      system: 'robodj',
      checklist: 'pre-release',
      fileName: 'PRE_RELEASE_CHECKLIST.md',
      source: `${SAMPLE_CHECKLIST}- [ ] Asked the night shift\n`,
    })
    const second = await startRun(robodj.people.engineer, at)
    const old = await getRun(looker(auditor), 'robodj', first.id)
    expect(old).toMatchObject({ run: { id: first.id }, replacedBy: second.id })
    expect(old?.run.state.items.find((each) => each.item.id === item)?.state).toBe('done')
    const now = await getRun(looker(auditor), 'robodj', second.id)
    expect(now).toMatchObject({ run: { id: second.id }, replacedBy: null })
    expect(now?.run.state.items.every(({ state }) => state === 'open')).toBe(true)
  })

  it('walks an ordered list one step at a time, and says for every other why not (001.9)', async () => {
    const { version } = await aRelease(stack)
    const { id } = await startRun(stack.people.engineer, { system: 'stack', version, profile: 'production', checklist: 'deployment' })
    const page = await getRun(looker(stack.people.release_manager), 'stack', id)
    expect(page).toMatchObject({ version, profile: { id: 'production', class: 'production' }, promotion: null, deployment: null })
    const [first, second] = page?.run.steps ?? []
    expect(page?.run.state.next).toBe(first?.item.id)
    expect(first?.whyNot.done).toBeNull()
    expect(second?.whyNot.done?.sentence).toMatch(/\S/)
    const during = page?.run.steps.find(({ item }) => item.phase === 'during')
    expect(during?.whyNot.done?.sentence).toMatch(/\S/)
    const [before] = await beforeItemsOf(id)
    await tickItem(stack.people.engineer, { run: id, item: before as string, state: 'done' })
    const next = await getRun(looker(auditor), 'stack', id)
    expect(next?.run.steps[0]).toMatchObject({ state: 'done', by: { name: 'The engineer', kind: 'person' } })
    expect(next?.run.steps.every(({ whyNot }) => whyNot.done !== null)).toBe(true)
  })

  it('offers the ways its conditions leave, and remembers the one chosen (003.5, 002.46)', async () => {
    const { version } = await aRelease(stack)
    const { id } = await startRun(stack.people.engineer, { system: 'stack', version, profile: 'production', checklist: 'deployment' })
    const choices = async () =>
      (await getRun(looker(auditor), 'stack', id))?.run.steps.flatMap((step) => step.choices.map((each) => each.id))
    expect(await choices()).toEqual(['guarded-job', 'runbook'])
    await chooseVariant(stack.people.release_manager, { run: id, variant: 'runbook' })
    expect(await choices()).toEqual([])
    expect((await getRun(looker(auditor), 'stack', id))?.run.variant).toBe('runbook')
  })

  it('is not there for a stranger, under another system, or under a made-up id (T23)', async () => {
    const { version } = await aRelease(stack)
    const { id } = await startRun(stack.people.engineer, { system: 'stack', version, profile: 'staging', checklist: 'deployment' })
    expect(await getRun(looker(stranger), 'stack', id)).toBeNull()
    expect(await getRun(looker(robodj.people.engineer), 'stack', id)).toBeNull()
    expect(await getRun(looker(auditor), 'robodj', id)).toBeNull()
    expect(await getRun(looker(auditor), 'stack', 'not-an-id')).toBeNull()
  })
})

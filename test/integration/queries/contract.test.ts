import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { factsOfValues } from '@/lib/domain/contract/values'
import { contractDifferences } from '@/lib/domain/contract/view'
import { getContractView, judgedBy } from '@/lib/queries/contract'
import { getContractFile } from '@/lib/queries/contract-file'
import { getSystemHead, type SystemHead } from '@/lib/queries/system-head'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { endContractVariant } from '@/lib/usecases/contract/end-variant'
import { aReporter, observe } from '../../support/observations'
import { aPerson } from '../../support/people'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'
import { good, layersOf } from '../../unit/contract/environments'
import { loadPolicy } from '../../unit/policy/policies'

let waxwatch: Scene
let dreichor: Scene
let reporter: Ctx

const looker = ({ actor }: Ctx, now = new Date()) => ({ actor, now })
const report = (scene: Scene, by: Ctx, profile: string, changes: Record<string, string | undefined> = {}, instance = 'run-1') =>
  observe(
    by,
    scene.slug,
    profile,
    { variables: factsOfValues(loadPolicy(scene.slug), layersOf(good(scene.slug, profile), changes), profile) },
    { instance },
  )

async function viewOf(scene: Scene, by: Ctx, now = new Date()) {
  const head = (await getSystemHead(looker(by, now), scene.slug)) as SystemHead
  return { head, view: await getContractView(looker(by, now), head) }
}
const on = ({ view }: Awaited<ReturnType<typeof viewOf>>, profile: string) => {
  const found = view.profiles.find((each) => each.profile.id === profile)
  if (!found) throw new Error(`There is no profile ${profile}`)
  return found
}

beforeAll(async () => {
  waxwatch = await aGovernedSystem('waxwatch')
  dreichor = await aGovernedSystem('dreichor')
  reporter = await aReporter(dreichor)
})

describe('the contract page', () => {
  it('says what nobody reported, then what a runtime reports, in one statement more however much that is', async () => {
    const before = await viewOf(dreichor, dreichor.people.engineer)
    expect(on(before, 'prod')).toMatchObject({ reported: null, result: null, required: 10 })
    expect(on(before, 'prod').cells.get('LOG_LEVEL')).toMatchObject({ state: 'waiting', word: 'not reported' })

    await report(dreichor, reporter, 'dev')
    await report(dreichor, reporter, 'prod', { LOG_LEVEL: undefined, EXTRA: 'x' })
    const after = await viewOf(dreichor, dreichor.people.engineer)
    expect(on(after, 'dev').result).toMatchObject({ ok: true, met: 10 })
    expect(on(after, 'prod').result).toMatchObject({ ok: false, met: 9 })
    expect(on(after, 'prod').off).toMatchObject([{ id: 'startup', missing: ['LOG_LEVEL'] }])
    const cell = on(after, 'prod').cells.get('LOG_LEVEL')
    expect(cell).toMatchObject({ state: 'fail', word: 'missing', blocks: true })
    expect(cell?.finding).toMatch(/^FND-/)
    expect(on(after, 'prod').cells.get('EXTRA')).toMatchObject({ word: 'unknown', blocks: false })

    const { head } = after
    const one = await countStatements(() => getContractView(looker(dreichor.people.engineer), head))
    await report(dreichor, reporter, 'prod', {}, 'run-2')
    const two = await countStatements(() => getContractView(looker(dreichor.people.engineer), head))
    expect(two.statements).toBe(one.statements)
  })

  it('002.20: shows what was said of a condition that the policy leaves open, and judges by it', async () => {
    const stack = await aGovernedSystem('stack')
    const by = await aReporter(stack)
    await report(stack, by, 'production', { API__CORS_ORIGINS: undefined })
    const cellOf = async () => {
      const found = on(await viewOf(stack, stack.people.engineer), 'production')
      return {
        answers: found.answers,
        cell: found.cells.get('API__CORS_ORIGINS'),
        line: found.result?.lines.find(({ variable }) => variable === 'API__CORS_ORIGINS'),
      }
    }
    const open = () =>
      db.finding.findMany({
        where: { systemId: stack.slug, rule: 'variable.API__CORS_ORIGINS', closedAt: null },
        select: { severity: true },
      })
    expect(await cellOf()).toMatchObject({ answers: [], line: { verdict: 'missing', severity: 'warn' } })
    expect(await open()).toEqual([{ severity: 'warn' }])
    await observe(by, stack.slug, 'production', { conditions: [{ variable: 'API__CORS_ORIGINS', applies: true }] }, { instance: 'run-2' })
    expect(await cellOf()).toMatchObject({
      answers: [{ applies: true, instance: 'run-2' }],
      line: { verdict: 'missing', severity: 'block' },
    })
    expect(await open()).toEqual([{ severity: 'block' }])
    await observe(by, stack.slug, 'production', { conditions: [{ variable: 'API__CORS_ORIGINS', applies: false }] }, { instance: 'run-2' })
    expect((await cellOf()).line).toMatchObject({
      verdict: 'not-required',
      sentence: 'Not there. It is needed if applicable, and on production it was said not to be.',
    })
    expect(await open()).toEqual([])
  })

  it('004.20: names what differs between two profiles', async () => {
    const seen = await viewOf(dreichor, dreichor.people.engineer)
    const side = (profile: string) => ({ ...on(seen, profile), profile, variant: null })
    const { differences } = contractDifferences(loadPolicy('dreichor'), side('dev'), side('prod'))
    expect(differences.map(({ variable }) => variable)).toContain('LOG_LEVEL')
  })

  it('judges by the policy a promotion is pinned to', async () => {
    const seen = await viewOf(dreichor, dreichor.people.engineer)
    const policy = loadPolicy('dreichor')
    const smaller = { ...policy, variables: policy.variables.filter(({ name }) => name !== 'LOG_LEVEL'), contractVariants: [] }
    const judged = judgedBy(smaller, on(seen, 'prod'), seen.head, new Date())
    expect(judged.result).toMatchObject({ required: 9, ok: true })
  })

  it('calls a report old when the policy does', async () => {
    const later = new Date(Date.now() + 25 * 3_600_000)
    const seen = await viewOf(dreichor, dreichor.people.engineer, later)
    expect(on(seen, 'dev').reported).toMatchObject({ fresh: false })
    expect(on(seen, 'dev').cells.get('SAFETY_MODE')).toMatchObject({ state: 'stale', word: 'met, old' })
  })

  it('001.12: shows the set in force with who, when and why, and to whom the choice is open', async () => {
    const before = on(await viewOf(waxwatch, waxwatch.people.release_manager), 'production').variant
    expect(before).toMatchObject({ inForce: { id: 'default' }, choice: null, others: [{ id: 'without-providers' }], whyNotChoose: null })
    expect(on(await viewOf(waxwatch, waxwatch.people.engineer), 'production').variant?.whyNotChoose).toMatchObject({ code: 'not_allowed' })

    const choice = { system: 'waxwatch', profile: 'production' }
    await chooseContractVariant(waxwatch.people.release_manager, { ...choice, variant: 'without-providers', reason: 'No providers here' })
    const during = await viewOf(waxwatch, waxwatch.people.release_manager)
    expect(on(during, 'production')).toMatchObject({
      required: 5,
      variant: {
        inForce: { id: 'without-providers' },
        choice: { reason: 'No providers here', chosenBy: 'The release manager', endedAt: null },
        others: [],
        whyNotEnd: null,
      },
    })
    expect(on(during, 'production').cells.get('EBAY_CLIENT_ID')).toMatchObject({ word: 'not required' })
    expect(await getContractFile(looker(waxwatch.people.engineer), 'waxwatch', 'prod', 'env')).toContain('\n# EBAY_CLIENT_ID=')

    await endContractVariant(waxwatch.people.release_manager, choice)
    const after = await viewOf(waxwatch, waxwatch.people.auditor)
    expect(after.view.past).toMatchObject([{ variant: 'without-providers', reason: 'No providers here', endedAt: expect.any(Date) }])
  })
})

describe('the files of a contract', () => {
  it('are of the set in force, by the id or an alias of the profile', async () => {
    const text = await getContractFile(looker(waxwatch.people.engineer), 'waxwatch', 'production', 'env')
    expect(text).toContain('\nEBAY_CLIENT_SECRET=\n')
    const schema = await getContractFile(looker(waxwatch.people.engineer), 'waxwatch', 'prod', 'json')
    expect(JSON.parse(schema ?? '')).toMatchObject({ required: expect.arrayContaining(['EBAY_CLIENT_SECRET']) })
  })

  it('T23: are not there for who may not see the system, nor for a profile nobody declared', async () => {
    const stranger = await aPerson('A stranger', ['engineer'], 'dreichor')
    expect(await getContractFile(looker(stranger), 'waxwatch', 'production', 'md')).toBeNull()
    expect(await getContractFile(looker(waxwatch.people.engineer), 'waxwatch', 'preview-7', 'md')).toBeNull()
  })
})

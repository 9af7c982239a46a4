import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { getDeployment, getDeploymentStart } from '@/lib/queries/deployment'
import { type DeploymentFilter, listDeployments, listTimelines } from '@/lib/queries/deployments'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { aPerson } from '../../support/people'
import { anOpenPromotion, aSealedPromotion, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let stack: Scene
let dreichor: Scene
let auditor: Ctx
let stranger: Ctx

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const list = async (who: Ctx, filter: DeploymentFilter = {}, limit = 50) =>
  (await listDeployments(looker(who), filter, { limit, after: null })).rows

const start = (scene: Scene, profile: string, version: string, more: { inputs?: string[]; reverts?: string } = {}) =>
  startDeployment(scene.people.release_manager, startDeploymentInput.parse({ system: scene.slug, profile, version, ...more }))

async function shipped(scene: Scene, to: string, release: Parameters<typeof aRelease>[1] = {}) {
  const sealed = await aSealedPromotion(scene, to, { release })
  await signAll(scene, sealed)
  const { id } = await start(scene, to, sealed.version, { inputs: ['image', 'env'] })
  await finishDeployment(scene.people.release_manager, { deployment: id, result: 'succeeded' })
  return { ...sealed, deployment: id }
}

beforeAll(async () => {
  stack = await aGovernedSystem('stack')
  dreichor = await aGovernedSystem('dreichor')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  stranger = await aPerson('Nobody Known', [])
}, 60_000)

describe('the list', () => {
  it('tells what is watched, what was left open when another took over, and what had no authority', async () => {
    const first = await shipped(stack, 'staging')
    expect((await list(auditor, { system: 'stack' }))[0]).toMatchObject({ id: first.deployment, watching: true, leftOpen: false })
    const second = await shipped(stack, 'staging')
    const { version } = await aRelease(dreichor)
    const rogue = await start(dreichor, 'prod', version)
    const rows = await list(auditor)
    expect(rows.map(({ id, watching, leftOpen, authorised }) => [id, watching, leftOpen, authorised])).toEqual([
      [rogue.id, false, false, false],
      [second.deployment, true, false, true],
      [first.deployment, false, true, true],
    ])
    expect(rows[0]?.reasons).toEqual([`No open promotion leads ${version} to prod.`])
    expect(rows[0]?.violations.join(' ')).toMatch(/is required and was not named/)
    await finishDeployment(dreichor.people.release_manager, {
      deployment: rogue.id,
      result: 'failed',
      failureClass: 'invalid-environment',
      failureSignature: 'restart-loop',
    })
    expect((await list(auditor))[0]).toMatchObject({ status: 'failed', failure: 'Restart loop' })
  })

  it('filters by system, profile and state, and pages without a gap or a repeat', async () => {
    expect((await list(auditor, { state: 'unauthorised' })).map(({ system }) => system.slug)).toEqual(['dreichor'])
    expect((await list(auditor, { system: 'stack', profile: 'production' })).length).toBe(0)
    const all = (await list(auditor)).map(({ id }) => id)
    const paged: string[] = []
    let after: readonly [string, string] | null = null
    do {
      const page = await listDeployments(looker(auditor), {}, { limit: 1, after })
      paged.push(...page.rows.map(({ id }) => id))
      after = page.next
    } while (after)
    expect(paged).toEqual(all)
  })

  it('holds only what the viewer may see (T23)', async () => {
    expect(await list(stranger)).toEqual([])
    expect(new Set((await list(dreichor.people.engineer)).map(({ system }) => system.slug))).toEqual(new Set(['dreichor']))
    expect(await list(dreichor.people.engineer, { system: 'stack' })).toEqual([])
  })

  it('asks in a number of statements that does not grow with rows, and the timelines in one for each profile', async () => {
    await list(auditor)
    const one = await countStatements(() => list(auditor, { system: 'stack' }, 1))
    const all = await countStatements(() => list(auditor, { system: 'stack' }))
    expect(all.result.length).toBeGreaterThan(one.result.length)
    expect(all.statements).toBeLessThanOrEqual(one.statements)
    const lines = await listTimelines('stack', ['staging', 'production'], 10)
    expect(lines.get('staging')?.map(({ profile }) => profile.class)).toEqual(['pre-production', 'pre-production'])
    expect(lines.has('production')).toBe(false)
  })
})

describe('one deployment', () => {
  it('has its run as the spine, in the order of the list, and is not there for a stranger (001.9, 002.46, T23)', async () => {
    const { id } = (await list(auditor, { system: 'stack' }))[0] as { id: string }
    const detail = await getDeployment(looker(auditor), id)
    expect(detail?.run?.list.id).toBe('deployment')
    const phases = detail?.run?.steps.map(({ item }) => item.phase) ?? []
    expect(phases).toEqual(phases.toSorted((a, b) => ['before', 'during', 'after'].indexOf(a) - ['before', 'during', 'after'].indexOf(b)))
    expect(detail?.whyNotFinish?.sentence).toBeTruthy()
    expect(await getDeployment(looker(stranger), id)).toBeNull()
    expect(await getDeployment(looker(dreichor.people.release_manager), id)).toBeNull()
    expect(await getDeployment(looker(auditor), 'DEP-9999')).toBeNull()
  })

  it('compares what the runtime says with what was deployed (002.27)', async () => {
    const { id, version } = (await list(auditor, { system: 'stack' }))[0] as { id: string; version: string }
    await db.deployment.update({ where: { id }, data: { stamp: { APP_VERSION: '0.0.0' } } })
    const detail = await getDeployment(looker(auditor), id)
    expect(detail?.mismatches).toEqual([`APP_VERSION says 0.0.0, the dossier says ${version}`])
  })

  it('offers to go back only where the policy’s rule allows it, with the reason where not (002.32)', async () => {
    const [second, first] = (await list(auditor, { system: 'stack' })) as { id: string; version: string }[]
    const detail = await getDeployment(looker(stack.people.release_manager), second?.id as string)
    expect(detail?.rollback.whyNot).toBeNull()
    expect(detail?.rollback.targets.map(({ version }) => version)).toEqual([first?.version])
    expect(detail?.rollback.targets[0]?.judged.reasons.join(' ')).toMatch(/not marked backward compatible/)
    const old = await getDeployment(looker(stack.people.release_manager), first?.id as string)
    expect(old?.rollback.whyNot?.sentence).toBe(`${first?.id} is not what runs; ${second?.id} is.`)
  })
})

describe('starting one', () => {
  it('the button refuses with every reason, while nothing is wrong with looking', async () => {
    const opened = await anOpenPromotion(dreichor, 'prod')
    const asked = { system: 'dreichor', profile: 'prod', version: opened.version }
    const { chosen } = await getDeploymentStart(looker(dreichor.people.release_manager), asked)
    expect(chosen).toMatchObject({ promotion: opened.id, judged: { authorised: false } })
    expect(chosen?.whyNot).toMatchObject({ code: 'held', details: chosen?.judged?.reasons })
    expect(chosen?.whyNot?.details?.join(' ')).toMatch(/No version is sealed/)
    const engineer = await getDeploymentStart(looker(dreichor.people.engineer), asked)
    expect(engineer.chosen?.whyNot?.code).toBe('not_allowed')
  })

  it('offers only systems and releases the viewer may see; a choice that does not exist is no choice', async () => {
    expect(await getDeploymentStart(looker(stranger), { system: 'dreichor' })).toEqual({ systems: [], chosen: null })
    const own = await getDeploymentStart(looker(dreichor.people.engineer), { system: 'stack' })
    expect(own.systems.map(({ slug }) => slug)).toEqual(['dreichor'])
    expect(own.chosen).toBeNull()
    const odd = await getDeploymentStart(looker(auditor), { system: 'dreichor', profile: 'prod', version: 'never-registered' })
    expect(odd.chosen).toMatchObject({ version: null, judged: null })
  })

  it('names the one under way instead of starting another beside it', async () => {
    const { version } = await aRelease(dreichor)
    const running = await start(dreichor, 'dev', version)
    const { chosen } = await getDeploymentStart(looker(dreichor.people.release_manager), { system: 'dreichor', profile: 'dev', version })
    expect(chosen?.whyNot).toMatchObject({ code: 'conflict', sentence: expect.stringContaining(running.id) })
  })
})

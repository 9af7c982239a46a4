import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { getEstate } from '@/lib/queries/estate'
import { getSystemHead } from '@/lib/queries/system-head'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { aPerson } from '../../support/people'
import { aSealedPromotion, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let robodj: Scene
let dreichor: Scene
let auditor: Ctx

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const start = (scene: Scene, profile: string, version: string, inputs: string[] = []) =>
  startDeployment(scene.people.release_manager, startDeploymentInput.parse({ system: scene.slug, profile, version, inputs }))
const finish = (
  scene: Scene,
  deployment: string,
  more: { result: 'succeeded' } | { result: 'failed'; failureClass: 'invalid-environment' },
) => finishDeployment(scene.people.release_manager, { deployment, ...more })

/** A profile as the estate tells it. */
async function onEstate(who: Ctx, slug: string, profile: string) {
  const estate = await getEstate(looker(who))
  return estate.systems.find((system) => system.slug === slug)?.profiles.find((each) => each.profile === profile)
}

/** Without the promotion, which only the estate tells. */
const standings = (profiles: readonly object[]) => profiles.map((profile) => ({ ...profile, promotion: undefined }))

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
}, 60_000)

describe('who sees what', () => {
  it('a stranger sees no system, and a page of one as if there were none (T23)', async () => {
    const stranger = await aPerson('Nobody Known', [])
    expect(await getEstate(looker(stranger))).toEqual({ classes: [], systems: [] })
    expect(await getSystemHead(looker(stranger), 'robodj')).toBeNull()
    expect(await getSystemHead(looker(auditor), 'no-such-system')).toBeNull()
  })

  it('an engineer of one system sees that one; an auditor of all sees all, in the order of their names', async () => {
    const own = await getEstate(looker(robodj.people.engineer))
    expect(own.systems.map(({ slug }) => slug)).toEqual(['robodj'])
    expect(own.classes).toEqual(['development', 'pre-production', 'production'])
    expect(await getSystemHead(looker(robodj.people.engineer), 'dreichor')).toBeNull()
    const all = await getEstate(looker(auditor))
    expect(all.systems.map(({ name }) => name)).toEqual(['Dreichor Runtime', 'RoboDJ'])
  })
})

describe('where a profile stands', () => {
  it('nothing deployed says nothing against a system', async () => {
    expect(await onEstate(auditor, 'dreichor', 'prod')).toMatchObject({ state: 'na', words: 'nothing deployed', version: null, at: null })
  })

  it('authorised and well, then a failed one with the title of its signature; what ran before still runs (004.18)', async () => {
    const sealed = await aSealedPromotion(dreichor, 'prod')
    expect(await onEstate(auditor, 'dreichor', 'prod')).toMatchObject({ promotion: sealed.id })
    await signAll(dreichor, sealed)
    const first = await start(dreichor, 'prod', sealed.version, ['image', 'env'])
    expect(await onEstate(auditor, 'dreichor', 'prod')).toMatchObject({ state: 'running', words: 'deploying' })
    await finish(dreichor, first.id, { result: 'succeeded' })
    expect(await onEstate(auditor, 'dreichor', 'prod')).toMatchObject({ state: 'pass', words: 'authorised', version: sealed.version })

    const again = await start(dreichor, 'prod', sealed.version, ['image', 'env'])
    await finish(dreichor, again.id, { result: 'failed', failureClass: 'invalid-environment' })
    expect(await onEstate(auditor, 'dreichor', 'prod')).toMatchObject({
      state: 'fail',
      version: sealed.version,
      sentence: `${again.id} of ${sealed.version} failed: invalid environment`,
    })
  })

  it('without authority it is said from its start on, and an input that is not allowed as well (domain.md: unauthorised; 004.6)', async () => {
    const { version } = await aRelease(robodj)
    const rogue = await start(robodj, 'prod', version, ['bundle'])
    expect(await onEstate(auditor, 'robodj', 'prod')).toMatchObject({
      state: 'fail',
      words: 'unauthorised',
      sentence: `${version} is being deployed without authority, ${rogue.id}`,
    })
    await finish(robodj, rogue.id, { result: 'succeeded' })
    expect(await onEstate(auditor, 'robodj', 'prod')).toMatchObject({ state: 'fail', words: 'unauthorised', version })

    const { version: next } = await aRelease(dreichor)
    const given = await start(dreichor, 'dev', next, ['image', 'env', 'volume-mounts'])
    await finish(dreichor, given.id, { result: 'succeeded' })
    expect(await onEstate(auditor, 'dreichor', 'dev')).toMatchObject({ state: 'warn', words: 'input violation' })
  })

  it('is the same on the estate and on the system’s own page, also when nobody holds a role that a rule needs', async () => {
    const agree = async () => {
      const estate = await getEstate(looker(auditor))
      for (const system of estate.systems) {
        const head = await getSystemHead(looker(auditor), system.slug)
        expect(standings(system.profiles)).toEqual(standings(head?.profiles ?? []))
      }
      return estate
    }
    await agree()
    await db.roleGrant.updateMany({
      where: { systemId: 'robodj', role: { in: ['management'] } },
      data: { endsAt: new Date(Date.now() - 1000) },
    })
    const estate = await agree()
    const staging = estate.systems.find(({ slug }) => slug === 'robodj')?.profiles.find(({ profile }) => profile === 'staging')
    expect(staging).toMatchObject({ state: 'warn', words: 'look', sentence: 'Approval: nobody holds this role' })
  })
})

describe('the system’s page', () => {
  it('has an edge between neighbours with what is on its way, and says who may not start a promotion', async () => {
    const sealed = await aSealedPromotion(dreichor, 'prod')
    const head = await getSystemHead(looker(auditor), 'dreichor')
    expect(head?.edges).toHaveLength(1)
    expect(head?.edges[0]?.promotion).toMatchObject({ id: sealed.id, version: sealed.version, state: 'pass', words: 'signing' })
    expect(head?.edges[0]?.promotion?.slots.map(({ state }) => state)).toEqual(head?.edges[0]?.promotion?.slots.map(() => 'open'))
    expect(head?.whyNotPromote?.sentence).toMatch(/Dreichor Runtime/)
    const signer = await getSystemHead(looker(dreichor.people.secops), 'dreichor')
    expect(signer?.edges[0]?.promotion?.slots.filter(({ state }) => state === 'you').length).toBeLessThanOrEqual(1)
  })

  it('shows every rule of the policy on every profile, and never a pass without a fact behind it', async () => {
    const head = await getSystemHead(looker(auditor), 'dreichor')
    const profiles = head?.version.policy.profiles.map(({ id }) => id)
    const rows = head?.groups.flatMap((group) => group.rows) ?? []
    expect(rows.length).toBeGreaterThan(10)
    for (const row of rows) expect(row.cells.map(({ profile }) => profile)).toEqual(profiles)
    for (const cell of rows.flatMap((row) => row.cells)) if (cell.state === 'pass') expect(cell.facts.length).toBeGreaterThan(0)
  })
})

it('asks in a number of statements that does not grow with systems', async () => {
  await getEstate(looker(auditor)) // policies are kept in memory after the first look
  const one = await countStatements(() => getEstate(looker(dreichor.people.auditor)))
  const two = await countStatements(() => getEstate(looker(auditor)))
  expect(one.result.systems).toHaveLength(1)
  expect(two.result.systems).toHaveLength(2)
  expect(one.statements).toBeGreaterThan(0)
  expect(two.statements).toBeLessThanOrEqual(one.statements)
})

import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenFindings } from '@/lib/db/load-findings'
import type { Ctx } from '@/lib/domain/context'
import { chooseContractVariantInput, endContractVariantInput } from '@/lib/schemas/contract-choice'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { endContractVariant } from '@/lib/usecases/contract/end-variant'
import { aReporter, observe, present } from '../../../support/observations'
import { aGovernedSystem, race, refusalOf, type Scene, trail } from '../../../support/scene'

let scene: Scene
let runtime: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('waxwatch')
  runtime = await aReporter(scene)
})

const input = (more: object = {}) =>
  chooseContractVariantInput.parse({
    system: 'waxwatch',
    profile: 'prod',
    variant: 'without-providers',
    reason: 'No provider in this topology.',
    ...more,
  })
const end = (by: Ctx) => endContractVariant(by, endContractVariantInput.parse({ system: 'waxwatch', profile: 'production' }))
const open = async () =>
  (await loadOpenFindings(db, ['waxwatch'])).filter(({ profile }) => profile === 'production').map(({ rule }) => rule)

describe('a topology variant of the required variables (001.12)', () => {
  it('replaces the default set explicitly: who and why are on the record, and what was missing is judged again', async () => {
    const core = ['DATABASE_URL', 'AUTH_ISSUER', 'AUTH_JWKS_URL', 'TOKEN_CRYPTO_KMS_KEY_ID']
    await observe(runtime, 'waxwatch', 'production', { variables: core.map((name) => present(name, { source: null })) })
    expect(await open()).toContain('variable.DISCOGS_TOKEN')
    const { id, profile } = await chooseContractVariant(scene.people.dev_lead, input())
    expect(profile).toBe('production')
    expect(await open()).not.toContain('variable.DISCOGS_TOKEN')
    expect(await db.finding.findFirst({ where: { rule: 'variable.DISCOGS_TOKEN' } })).toMatchObject({ closedHow: 'explained' })
    expect(await db.variantChoice.findUniqueOrThrow({ where: { id } })).toMatchObject({
      variant: 'without-providers',
      chosenById: scene.people.dev_lead.actor.id,
    })
    expect((await trail({ subject: id }))[0]).toMatchObject({
      action: 'contract.variant_chosen',
      after: { profile: 'production', variant: 'without-providers' },
    })
  })

  it('ends, and the default set holds again with what it misses', async () => {
    const { id } = await end(scene.people.release_manager)
    expect(await db.variantChoice.findUniqueOrThrow({ where: { id } })).toMatchObject({ endedAt: expect.any(Date) })
    expect(await open()).toContain('variable.DISCOGS_TOKEN')
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['contract.variant_chosen', 'contract.variant_ended'])
    expect(await refusalOf(end(scene.people.release_manager))).toMatchObject({ code: 'wrong_state' })
  })

  it('is refused for other roles, sets the policy does not offer, and the set that holds; of two at once one wins', async () => {
    expect(await refusalOf(chooseContractVariant(scene.people.engineer, input()))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(chooseContractVariant(runtime, input()))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(chooseContractVariant(scene.people.dev_lead, input({ variant: 'moon' })))).toMatchObject({
      code: 'not_found',
      sentence: expect.stringContaining('default, without-providers'),
    })
    expect(await refusalOf(chooseContractVariant(scene.people.dev_lead, input({ profile: 'staging' })))).toMatchObject({
      code: 'not_found',
    })
    expect(await refusalOf(chooseContractVariant(scene.people.dev_lead, input({ variant: 'default' })))).toMatchObject({
      code: 'wrong_state',
    })
    expect(await refusalOf(end(scene.people.engineer))).toMatchObject({ code: 'not_allowed' })
    const { won, lost } = await race(
      chooseContractVariant(scene.people.dev_lead, input()),
      chooseContractVariant(scene.people.release_manager, input()),
    )
    expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
    expect(await db.variantChoice.count({ where: { systemId: 'waxwatch', endedAt: null } })).toBe(1)
  })
})

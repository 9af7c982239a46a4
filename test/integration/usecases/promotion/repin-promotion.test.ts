import { beforeAll, describe, expect, it } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { repinPromotion } from '@/lib/usecases/promotion/repin-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aToken } from '../../../support/people'
import { anOpenPromotion, aSealedPromotion, sign, signAll } from '../../../support/promotions'
import { factsOf, phaseOf, refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, policyText, type Scene, trail } from '../../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
})

let versions = 0
/** Puts another version of the policy in force; `edit` changes the document besides its description. */
async function anotherVersion(edit: (text: string) => string = (text) => text): Promise<{ number: number; hash: string }> {
  versions += 1
  const text = edit(policyText('robodj')).replace(/^( {2}description: ).*$/m, `$1Edition ${versions}`)
  return applyPolicy(await openConsole(), { text, fileName: 'policies/robodj.yaml' })
}
const repin = (promotion: string, by: Ctx = scene.people.release_manager) => repinPromotion(by, { promotion })

describe('a newer policy', () => {
  it('voids nothing by itself: the promotion stays pinned, may be signed, and shows that there is a newer one', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const before = (await factsOf(sealed.id)).policy
    const { number } = await anotherVersion((text) => text.replaceAll('validFor: PT8H', 'validFor: PT1H'))
    const facts = await factsOf(sealed.id)
    expect(facts.policy).toMatchObject({ number: before.number, hash: before.hash, activeNumber: number })
    expect(facts.gates.find(({ gate }) => gate.id === 'escalation-contacts')?.gate.validFor).toBe('PT8H')
    await signAll(scene, sealed)
    expect(await phaseOf(sealed.id)).toBe('approved')
  })
})

describe('pinning a promotion again (T34)', () => {
  it('takes the active version, voids what was sealed, and says so on the record', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    const before = (await factsOf(sealed.id)).policy.number
    const { number, hash } = await anotherVersion((text) => text.replaceAll('validFor: PT8H', 'validFor: PT2H'))
    expect(await repin(sealed.id)).toEqual({ number, voided: true })
    const facts = await factsOf(sealed.id)
    expect(facts.policy).toMatchObject({ number, hash, activeNumber: number })
    expect(facts.gates.find(({ gate }) => gate.id === 'escalation-contacts')?.gate.validFor).toBe('PT2H')
    expect((await trail({ subject: sealed.id })).slice(-2)).toMatchObject([
      { action: 'promotion.repinned', policy: hash, before: { number: before }, after: { number } },
      { action: 'promotion.voided', after: { moved: [`The pinned policy moved from version ${before} to ${number}`] } },
    ])
    const next = await sealPromotion(scene.people.release_manager, { promotion: sealed.id })
    expect(next.number).toBe(2)
    expect((await factsOf(sealed.id)).signOffs).toEqual([])
  })

  it('with nothing sealed there is nothing to void', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const { number } = await anotherVersion()
    expect(await repin(id)).toEqual({ number, voided: false })
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['promotion.opened', 'promotion.repinned'])
  })

  it('is refused to others and software, when it is pinned there already, and after the end, without a trace', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    expect((await refusedWithoutTrace(() => repin(id))).code).toBe('wrong_state')
    await anotherVersion()
    const roles = ['dev_lead', 'engineer', 'management', 'secops', 'admin', 'auditor', 'incident_commander', 'production_approver'] as const
    for (const role of roles) expect((await refusedWithoutTrace(() => repin(id, scene.people[role]))).code).toBe('not_allowed')
    const token = await aToken(scene.people.release_manager, { scopes: ['promotion:open'], systemId: 'robodj' })
    expect((await refusedWithoutTrace(() => repin(id, token))).code).toBe('not_allowed')
    await withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: 'No longer needed.' })
    expect((await refusedWithoutTrace(() => repin(id))).code).toBe('wrong_state')
  })
})

import { beforeAll, expect, it } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { policyHash } from '@/lib/domain/policy/hash'
import { comparePolicyVersions, getPolicyVersion, listPolicyVersions } from '@/lib/queries/policy-versions'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { aPerson } from '../../support/people'
import { anOpenPromotion } from '../../support/promotions'
import { aGovernedSystem, policyText, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let scene: Scene
let auditor: Ctx

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const SECOND = policyText('dreichor').replace(/^( {2}description: ).*$/m, '$1Trades on paper, and nowhere else.')

beforeAll(async () => {
  scene = await aGovernedSystem('dreichor')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  await anOpenPromotion(scene, 'prod')
  await applyPolicy(await openConsole(), { text: SECOND, fileName: 'policies/dreichor.yaml' })
}, 60_000)

it('lists every version, newest first, with what is still open under each; none is signed', async () => {
  const { result: rows, statements } = await countStatements(() => listPolicyVersions('dreichor'))
  expect(rows.map(({ number, status, openPromotions }) => [number, status, openPromotions])).toEqual([
    [2, 'active', 0],
    [1, 'superseded', 1],
  ])
  expect(rows[0]?.supersededAt).toBeNull()
  expect(rows[1]?.supersededAt).toBeInstanceOf(Date)
  expect(statements).toBeLessThanOrEqual(4)
})

it('gives each version as it was applied: the very text, and the hash of its canonical form', async () => {
  const first = await getPolicyVersion(looker(auditor), 'dreichor', 1)
  const second = await getPolicyVersion(looker(auditor), 'dreichor', 2)
  expect(first?.source).toBe(policyText('dreichor'))
  expect(second?.source).toBe(SECOND)
  for (const version of [first, second]) expect(version?.hash).toBe(policyHash(version?.policy as NonNullable<typeof version>['policy']))
  expect(await getPolicyVersion(looker(auditor), 'dreichor', 3)).toBeNull()
})

it('tells what differs between two as sentences with their place; a version against itself says nothing', async () => {
  const changes = await comparePolicyVersions(looker(auditor), 'dreichor', 1, 2)
  expect(changes).toHaveLength(1)
  expect(changes?.[0]).toMatchObject({ path: 'system.description', kind: 'changed', after: 'Trades on paper, and nowhere else.' })
  expect(changes?.[0]?.sentence).toMatch(/\S/)
  expect(await comparePolicyVersions(looker(auditor), 'dreichor', 2, 2)).toEqual([])
  expect(await comparePolicyVersions(looker(auditor), 'dreichor', 1, 9)).toBeNull()
})

it('is not there for a stranger, nor for somebody of another system (T23)', async () => {
  const stranger = await aPerson('Nobody Known', [])
  const elsewhere = await aPerson('Somebody Else', ['release_manager'], null)
  expect(await getPolicyVersion(looker(stranger), 'dreichor', 1)).toBeNull()
  expect(await comparePolicyVersions(looker(stranger), 'dreichor', 1, 2)).toBeNull()
  expect(await getPolicyVersion(looker(elsewhere), 'dreichor', 1)).not.toBeNull()
})

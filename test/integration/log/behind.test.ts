import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { isGateRule, isProductionLikeProfile, neverExceptable, type RuleRef, rulesOf } from '@/lib/domain/rule-ref'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getCeremony } from '@/lib/queries/sign-ceremony'
import { chooseContractVariantInput } from '@/lib/schemas/contract-choice'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { chooseContractVariant } from '@/lib/usecases/contract/choose-variant'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { approveIt, closeIt, declineIt, extendIt, fileIt, isoIn } from '../../support/exceptions'
import { anIncident, ask, grant, openAlone, refuseIt } from '../../support/fallbacks'
import { aReporter, observe, robodjStaging } from '../../support/observations'
import { anOpenPromotion, aSealedPromotion, inBrowser, sign, signAll } from '../../support/promotions'
import { asOwner, decline } from '../../support/record'
import { approve, aRotation, declinePlan } from '../../support/rotations'
import { aGovernedSystem, aRelease, bringAll, refusalOf, type Scene } from '../../support/scene'

// A log that does not keep up (audit-log.md, 8; T13): nothing happens on a production-like profile, and all that tells or stops something goes on.

let robodj: Scene
let waxwatch: Scene
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
}, 60_000)

/** Events of this file have waited for two days. */
const fallBehind = () => asOwner(`UPDATE audit.pending SET since = now() - interval '2 days'`)
/** The guard is red: the sequencer says so of itself. */
const turnRed = () =>
  asOwner(
    `INSERT INTO audit.sequencer (instance, state, reason) VALUES ('test', 'refusing', 'The guard knows a newer checkpoint.')
     ON CONFLICT (one) DO UPDATE SET state = 'refusing', reason = EXCLUDED.reason`,
  )
const keepUp = async () => {
  await asOwner('UPDATE audit.pending SET since = now()')
  await asOwner('DELETE FROM audit.sequencer')
}
afterEach(keepUp)

const SLOT = 'incident-commander-or-approver'

/** What would let something happen, made ready while the log keeps up; each gives the act itself. */
const DECISIONS: [name: string, ready: () => Promise<() => Promise<unknown>>][] = [
  [
    'sealing a promotion to prod',
    async () => {
      const { id } = await anOpenPromotion(robodj, 'prod')
      return () => sealPromotion(robodj.people.release_manager, { promotion: id })
    },
  ],
  [
    'signing one',
    async () => {
      const { id, hash } = await aSealedPromotion(robodj, 'prod')
      return () => sign(robodj.people.management, id, 'management', hash)
    },
  ],
  [
    'signing one to staging, which is production-like too',
    async () => {
      const { id, hash, edge } = await aSealedPromotion(robodj, 'staging')
      const [slot] = edge.signOff.slots
      return () => sign(robodj.people[slot?.roles[0] as 'management'], id, slot?.id as string, hash)
    },
  ],
  [
    'starting a deployment by the button',
    async () => {
      const sealed = await aSealedPromotion(robodj, 'prod')
      await signAll(robodj, sealed)
      const input = startDeploymentInput.parse({ system: 'robodj', profile: 'prod', version: sealed.version })
      return () => startDeployment(robodj.people.release_manager, input, { onlyAuthorised: true })
    },
  ],
  [
    'approving the plan of a rotation',
    async () => {
      const { id, hash } = await aRotation(robodj, 'staging', { variant: 'windows' })
      return () => approve(robodj.people.management, id, 'management', hash)
    },
  ],
  [
    'approving an exception',
    async () => {
      const filed = await fileIt(robodj, robodj.people.engineer, { profile: 'staging', rule: 'runtime.launchPath' })
      return () => approveIt(robodj.people.release_manager, filed, 'release-manager')
    },
  ],
  [
    'granting a break-glass',
    async () => {
      const asked = await ask(robodj, robodj.people.secops, { rule: 'prod', incident: await anIncident(robodj) })
      return async () => {
        try {
          return await grant(robodj.people.production_approver, asked, SLOT)
        } finally {
          await keepUp()
          await refuseIt(robodj.people.production_approver, asked, SLOT)
        }
      }
    },
  ],
  [
    'opening one’s own',
    async () => {
      const commander = await inBrowser(robodj.people.incident_commander)
      const asked = await ask(robodj, commander, { rule: 'prod', incident: await anIncident(robodj, commander) })
      return () => openAlone(commander, asked)
    },
  ],
  [
    'replacing the required variables of production',
    async () => () =>
      chooseContractVariant(
        waxwatch.people.dev_lead,
        chooseContractVariantInput.parse({
          system: 'waxwatch',
          profile: 'prod',
          variant: 'without-providers',
          reason: 'No provider here.',
        }),
      ),
  ],
]

describe('what lets something happen on a production-like profile', () => {
  it.each(DECISIONS)('%s waits while an event has waited past the limit', async (_, ready) => {
    const act = await ready()
    await fallBehind()
    expect(await refusalOf(act())).toMatchObject({
      code: 'audit_log_behind',
      sentence: expect.stringMatching(/behind: an event has waited 2880 minutes .* Decide again once it keeps up/),
    })
  })

  it('a red guard holds it too, with the reason and what to do in an incident', async () => {
    const { id, hash } = await aSealedPromotion(robodj, 'prod')
    await turnRed()
    const refusal = await refusalOf(sign(robodj.people.management, id, 'management', hash))
    expect(refusal).toMatchObject({ code: 'audit_log_behind', sentence: expect.stringContaining('refuses to sign') })
    expect(refusal.details?.[0]).toBe('The guard knows a newer checkpoint.')
    expect(refusal.details?.at(-1)).toContain('If an incident cannot wait')
    await keepUp()
    expect(await sign(robodj.people.management, id, 'management', hash)).toMatchObject({ signed: 1 })
  })
})

describe('what goes on meanwhile', () => {
  it('every no: declining a promotion, a plan, an exception, a glass', async () => {
    const promotion = await aSealedPromotion(robodj, 'prod')
    const exception = await fileIt(robodj, robodj.people.engineer, { profile: 'staging', rule: 'runtime.dataSource' })
    const plan = await aRotation(robodj, 'prod', { reason: 'The quarter is over.' })
    await fallBehind()
    await decline(robodj.people.secops, promotion.id, 'secops', promotion.hash)
    await declineIt(robodj.people.release_manager, exception, 'release-manager')
    const approval = (await loadActivePolicy(db, 'robodj')).policy.rotation.ownership.find(({ id }) => id === 'prod')?.approval
    const [slot] = approval?.slots ?? []
    await declinePlan(robodj.people[slot?.roles[0] as 'management'], plan.id, slot?.id as string, plan.hash)
  })

  it('evidence, observations, and asking', async () => {
    const { version } = await aRelease(robodj)
    const reporter = await aReporter(robodj)
    await fallBehind()
    await bringAll(robodj, version, 'prod')
    await observe(reporter, 'robodj', 'staging', robodjStaging())
    await fallBehind()
    expect(await fileIt(robodj, robodj.people.engineer, { profile: 'prod', rule: 'runtime.launchPath', until: isoIn(120) })).toMatchObject({
      isApproved: false,
    })
  })

  it('a deployment that happened is taken as the fact it is', async () => {
    const sealed = await aSealedPromotion(robodj, 'staging')
    await signAll(robodj, sealed)
    await fallBehind()
    const input = startDeploymentInput.parse({ system: 'robodj', profile: 'staging', version: sealed.version })
    expect(await startDeployment(robodj.people.release_manager, input)).toMatchObject({ authorised: true })
  })

  it('everything on a profile that is not production-like', async () => {
    await fallBehind()
    const filed = await fileIt(robodj, robodj.people.engineer, { profile: 'dev', rule: 'runtime.launchPath' })
    expect(filed.isApproved).toBe(true)
    expect((await extendIt(robodj.people.engineer, filed.id, 30)).isApproved).toBe(true)
    await closeIt(robodj.people.engineer, filed.id)
  })
})

describe('an exception that nobody has to sign', () => {
  it('takes effect, and is extended, on a production-like profile only while the log keeps up', async () => {
    const stack = await aGovernedSystem('stack')
    const { policy } = await loadActivePolicy(db, 'stack')
    const loose = policy.profiles
      .filter(({ id }) => isProductionLikeProfile(policy, id))
      .flatMap(({ id }) => rulesOf(policy, id))
      .find((ref) => ref.strength === 'other' && !isGateRule(policy, ref) && !neverExceptable(policy, ref)) as RuleRef
    const asked = { profile: loose.profile, rule: loose.key }
    await fallBehind()
    expect(await refusalOf(fileIt(stack, stack.people.engineer, asked))).toMatchObject({ code: 'audit_log_behind' })
    await keepUp()
    const filed = await fileIt(stack, stack.people.engineer, asked)
    expect(filed.isApproved).toBe(true)
    await fallBehind()
    expect(await refusalOf(extendIt(stack.people.engineer, filed.id, 30))).toMatchObject({ code: 'audit_log_behind' })
  })
})

describe('what the pages offer meanwhile', () => {
  const looks = async (role: 'management' | 'release_manager') => ({ actor: (await inBrowser(robodj.people[role])).actor, now: new Date() })

  it('the ceremony of a yes gives the reason beside its button, that of a no does not', async () => {
    const { id } = await aSealedPromotion(robodj, 'prod')
    const looker = await looks('management')
    expect(await getCeremony(looker, id, 'approve', { slot: 'management' })).toMatchObject({ whyNot: null })
    await fallBehind()
    expect(await getCeremony(looker, id, 'approve', { slot: 'management' })).toMatchObject({ whyNot: { code: 'audit_log_behind' } })
    expect(await getCeremony(looker, id, 'decline', { slot: 'management' })).toMatchObject({ whyNot: null })
  })

  it('sealing gives it too', async () => {
    const { id } = await anOpenPromotion(robodj, 'prod')
    const looker = await looks('release_manager')
    expect((await getPromotionDossier(looker, id))?.may.seal).toBeNull()
    await fallBehind()
    expect((await getPromotionDossier(looker, id))?.may.seal).toMatchObject({ code: 'audit_log_behind' })
  })
})

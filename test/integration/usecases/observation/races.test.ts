import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { isDuplicate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { recordFlagInput } from '@/lib/schemas/contract-choice'
import { reportObservationsInput } from '@/lib/schemas/observation'
import { recordFlag } from '@/lib/usecases/environment/record-flag'
import { recordObservations } from '@/lib/usecases/observation/record-observations'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aReporter, observe, robodjStaging, robodjVariables } from '../../../support/observations'
import { anOpenPromotion } from '../../../support/promotions'
import { aGovernedSystem, policyText, race, type Scene, trail } from '../../../support/scene'

let scene: Scene
let runtimes: Ctx[]
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  runtimes = await Promise.all(Array.from({ length: 6 }, () => aReporter(scene)))
})

const past = { primaryRuntime: 'Windows launcher', launchPath: 'python main.py', dataSource: 'Staging config snapshots' }

describe('reports of one system at once (T07)', () => {
  it('open a finding once, whoever comes first, and close it once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const opened = await race(...runtimes.map((by, i) => observe(by, 'robodj', 'staging', { runtime: past }, { instance: `w-${i}` })))
      expect(opened.lost).toEqual([])
      expect(opened.won.flatMap((each) => each.opened)).toHaveLength(1)
      expect(await db.finding.count({ where: { rule: 'runtime.launchPath', closedAt: null } })).toBe(1)
      const closed = await race(...runtimes.map((by, i) => observe(by, 'robodj', 'staging', robodjStaging(), { instance: `w-${i}` })))
      expect(closed.won.flatMap((each) => each.closed)).toHaveLength(1)
    }
    expect(await trail({ action: 'finding.opened' })).toHaveLength(5)
    expect(await trail({ action: 'finding.closed' })).toHaveLength(5)
  })

  it('the same report at once is kept once', async () => {
    const input = reportObservationsInput.parse({
      system: 'robodj',
      profile: 'staging',
      instance: 'one',
      claimedAt: new Date().toISOString(),
      facts: robodjStaging(),
    })
    const by = runtimes[0] as Ctx
    const { won } = await race(...Array.from({ length: 6 }, () => recordObservations(by, input)))
    expect(won.filter(({ observations }) => !observations[0]?.duplicate)).toHaveLength(1)
    expect(new Set(won.map(({ observations }) => observations[0]?.id)).size).toBe(1)
  })

  it('none waits for another for ever: profiles in any order, fingerprints, a policy applied, a seal, all at once', async () => {
    const { id } = await anOpenPromotion(scene, 'staging', { except: ['secret-preflight'] })
    const text = policyText('robodj').replace('title: Config validation', () => 'title: Config validation once more')
    const both = (first: string, second: string, word: string) =>
      reportObservationsInput.parse({
        system: 'robodj',
        observations: [first, second].map((profile) => ({
          profile,
          instance: word,
          facts: { variables: robodjVariables(profile, `${profile} ${word}`) },
        })),
      })
    for (let round = 0; round < 4; round += 1) {
      const { lost } = await race<unknown>(
        recordObservations(runtimes[0] as Ctx, both('staging', 'prod', `a${round}`)),
        recordObservations(runtimes[1] as Ctx, both('prod', 'staging', `b${round}`)),
        observe(
          runtimes[2] as Ctx,
          'robodj',
          'staging',
          { variables: [{ name: 'ROBODJ_SECRET_KEY', present: false }] },
          { instance: `c${round}` },
        ),
        observe(runtimes[3] as Ctx, 'robodj', 'staging', { variables: robodjVariables('staging') }, { instance: `c${round}` }),
        sealPromotion(scene.people.release_manager, { promotion: id }),
        applyPolicy(await openConsole(), { text: round % 2 === 0 ? text : policyText('robodj'), fileName: 'policies/robodj.yaml' }),
      )
      // A gate that fails, or a version that is the active one already, is an answer; being busy is not.
      expect(lost.filter(({ code }) => code === 'busy')).toEqual([])
    }
    expect(await db.policyVersion.count({ where: { systemId: 'robodj' } })).toBe(5)
  })

  it('the index keeps a second open finding of a rule out, should somebody forget the lock', async () => {
    const row = {
      systemId: 'robodj',
      profileKey: 'dev',
      rule: 'constraint.twice',
      kind: 'drift',
      severity: 'warn',
      title: 'x',
      expected: 'x',
      observed: 'x',
      openedAt: new Date(),
    }
    await db.finding.create({ data: row })
    const second = await db.finding.create({ data: row }).catch((error: unknown) => error)
    expect(isDuplicate(second)).toBe(true)
    await expect(db.finding.create({ data: { ...row, closedAt: new Date(), closedHow: 'facts' } })).resolves.toBeTruthy()
  })
})

describe('two people at once', () => {
  it('record one flag for a name', async () => {
    const waxwatch = await aGovernedSystem('waxwatch')
    const input = recordFlagInput.parse({
      system: 'waxwatch',
      name: 'preview-7',
      countsAs: 'development',
      reason: 'A preview with routes for developers',
      owner: waxwatch.people.dev_lead.actor.id,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const { won, lost } = await race(recordFlag(waxwatch.people.secops, input), recordFlag(waxwatch.people.release_manager, input))
    expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['conflict']])
  })
})

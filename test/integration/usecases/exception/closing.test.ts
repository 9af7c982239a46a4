import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenExceptions } from '@/lib/db/load-exceptions'
import { loadOpenFindings } from '@/lib/db/load-findings'
import type { Ctx } from '@/lib/domain/context'
import { driftOf } from '@/lib/domain/finding'
import { approveIt, closeIt, exceptionOf, fileIt } from '../../../support/exceptions'
import { aReporter, observe, robodjStaging } from '../../../support/observations'
import { aGovernedSystem, refusalOf, type Scene } from '../../../support/scene'

// From a finding to an exception and back: what a runtime reports opens it, covers it, and shows that it is gone (000.32).

let scene: Scene
let reporter: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  reporter = await aReporter(scene)
})

const LAUNCH = { profile: 'staging', rule: 'runtime.launchPath' }
const python = { runtime: { primaryRuntime: 'Windows launcher', launchPath: 'python', dataSource: 'Staging config snapshots' } }

const observed = async (profile: string, facts: Parameters<typeof observe>[3], instance?: string): Promise<string> => {
  await observe(reporter, 'robodj', profile, facts, instance ? { instance } : {})
  const { id } = await db.observation.findFirstOrThrow({
    where: { profileKey: profile },
    orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
  })
  return id
}

const drift = async () => {
  const [exceptions, findings] = [await loadOpenExceptions(db, ['robodj']), await loadOpenFindings(db, ['robodj'])]
  return driftOf(findings, exceptions, new Date()).find(({ rule }) => rule === LAUNCH.rule)
}

describe('closing with an observation', () => {
  it('takes one made after the filing in which the rule is met, while nothing newer deviates', async () => {
    const early = await observed('staging', robodjStaging())
    await observed('staging', robodjStaging(python))
    const found = await drift()
    expect(found).toMatchObject({ exception: null, observed: expect.stringContaining('python') })

    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    expect(await exceptionOf(filed.id)).toMatchObject({ finding: found?.id })
    expect((await drift())?.exception).toBeNull()
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    expect((await drift())?.exception?.id).toBe(filed.id)

    const close = (observation: string) => refusalOf(closeIt(scene.people.engineer, filed.id, { link: undefined, observation }))
    expect(await close(early)).toMatchObject({ code: 'policy_forbids', sentence: expect.stringContaining('before') })
    const still = await observed('staging', robodjStaging(python))
    expect(await close(still)).toMatchObject({ code: 'policy_forbids', place: 'observation' })
    const silent = await observed('staging', { files: { present: [] } })
    expect((await close(silent)).code).toBe('policy_forbids')
    const elsewhere = await observed('dev', { runtime: { launchPath: 'python' } })
    expect(await close(elsewhere)).toMatchObject({ code: 'not_found', place: 'observation' })

    const mended = await observed('staging', robodjStaging())
    await observed('staging', robodjStaging(python), 'second-host')
    expect((await close(mended)).code, 'another host still deviates').toBe('policy_forbids')
    await observed('staging', robodjStaging(), 'second-host')
    await closeIt(scene.people.engineer, filed.id, { link: undefined, observation: mended })
    expect(await exceptionOf(filed.id)).toMatchObject({ status: 'closed', closed: { observation: mended, link: null } })
    expect(await drift()).toBeUndefined()
  })

  it('with a link while it still deviates: the finding is open drift again', async () => {
    await observed('staging', robodjStaging(python))
    const filed = await fileIt(scene, scene.people.engineer, LAUNCH)
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    expect((await drift())?.exception?.id).toBe(filed.id)
    await closeIt(scene.people.engineer, filed.id)
    expect((await drift())?.exception).toBeNull()
  })
})

import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { instantInWords } from '@/lib/domain/words'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { aBearer, api } from '../../support/api'
import { aSealedPromotion, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'

let robodj: Scene
let stack: Scene
let token: string

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  token = (await aBearer(robodj.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
})

const verdict = (profile: string, release: string, { system = 'robodj', by = token } = {}) =>
  api(by, `GET /systems/${system}/profiles/${encodeURIComponent(profile)}/verdict`, { query: { release } })
const hour = 3_600_000

/** What is said has to be what a start at the same moment comes to. */
async function startAgrees(profile: string, version: string): Promise<string> {
  const asked = await verdict(profile, version)
  const started = await startDeployment(robodj.people.release_manager, { system: 'robodj', profile, version, inputs: [] })
  expect(started.authorised).toBe(asked.body.verdict === 'GO')
  expect(started.reasons).toEqual((asked.body.reasons as { sentence: string }[]).map(({ sentence }) => sentence))
  expect(started.kind).toBe(asked.body.kind)
  return started.id
}

describe('the verdict a pipeline asks for', () => {
  it('is GO for an approved promotion, by the name or an alias of the profile, and the start agrees', async () => {
    const sealed = await aSealedPromotion(robodj, 'prod')
    await signAll(robodj, sealed)
    expect((await verdict('production', sealed.version)).body).toMatchObject({
      verdict: 'GO',
      reasons: [],
      promotion: sealed.id,
      dossier: { number: 1, hash: sealed.hash },
      profile: { asked: 'production', id: 'prod', class: 'production' },
      policy: { number: 1 },
    })
    const id = await startAgrees('prod', sealed.version)
    await finishDeployment(robodj.people.release_manager, { deployment: id, result: 'succeeded' })
    const again = await startAgrees('prod', sealed.version)
    await finishDeployment(robodj.people.release_manager, { deployment: again, result: 'succeeded' })
  })

  it('counts a name nobody declared as production, and nothing leads there (001.7)', async () => {
    const { version } = await aRelease(robodj)
    const { status, body } = await verdict('qa-7', version)
    expect(status).toBe(200)
    expect(body).toMatchObject({ verdict: 'NOT_YET', profile: { asked: 'qa-7', id: null, class: 'production' } })
    expect(body.reasons).toMatchObject([
      { code: 'policy_forbids', sentence: 'The policy of RoboDJ declares no profile qa-7, so it counts as production.' },
      { code: 'wrong_state', sentence: `No open promotion leads ${version} to qa-7.` },
    ])
  })

  it('says of a profile that the policy never deploys to that it does not', async () => {
    const by = (await aBearer(stack.people.admin, { scopes: ['read'] })).secret
    const { version } = await aRelease(stack)
    expect((await verdict('ci', version, { system: 'stack', by })).body).toMatchObject({
      verdict: 'NOT_YET',
      reasons: expect.arrayContaining([{ code: 'policy_forbids', sentence: 'The policy never deploys to ci.', who: null }]),
    })
  })

  it('waits for its window, and names it', async () => {
    const opens = { startsAt: new Date(Date.now() + hour), endsAt: new Date(Date.now() + 2 * hour) }
    const sealed = await aSealedPromotion(robodj, 'prod', { window: opens })
    await signAll(robodj, sealed)
    const { body } = await verdict('prod', sealed.version)
    expect(body).toMatchObject({
      verdict: 'NOT_YET',
      window: { startsAt: opens.startsAt.toISOString() },
      reasons: [{ code: 'outside_window', sentence: `The window opens at ${instantInWords(opens.startsAt)}.` }],
    })
    const id = await startAgrees('prod', sealed.version)
    await finishDeployment(robodj.people.release_manager, { deployment: id, result: 'failed', failureClass: 'other' })
  })

  it('falls with a sealed version: what moved is the reason', async () => {
    const sealed = await aSealedPromotion(robodj, 'staging')
    await signAll(robodj, sealed)
    expect((await verdict('staging', sealed.version)).body.verdict).toBe('GO')
    const gate = sealed.edge.gates.find(({ kind }) => kind === 'check')
    await recordEvidence(
      robodj.people.engineer,
      recordEvidenceInput.parse({
        system: 'robodj',
        version: sealed.version,
        profile: 'staging',
        gate: gate?.id,
        verdict: 'fail',
        summary: 'Broke',
        ranOn: 'here',
      }),
    )
    const { body } = await verdict('staging', sealed.version)
    expect(body).toMatchObject({ verdict: 'NOT_YET', dossier: null })
    expect(body.reasons).toMatchObject([
      { code: 'gate_not_passed', sentence: expect.stringContaining('Broke') },
      { code: 'wrong_state', sentence: 'No version is sealed.' },
    ])
    const id = await startAgrees('staging', sealed.version)
    await finishDeployment(robodj.people.release_manager, { deployment: id, result: 'succeeded' })
    // It runs there now, but without authority: that is no reason to let it go again.
    expect((await verdict('staging', sealed.version)).body.verdict).toBe('NOT_YET')
  })

  it('answers for a system that may not be seen like for one nobody knows (T11, T23)', async () => {
    const { version } = await aRelease(stack)
    const unseen = await verdict('staging', version, { system: 'stack' })
    const unknown = await verdict('staging', version, { system: 'nowhere' })
    expect([unseen.status, unknown.status]).toEqual([404, 404])
    expect(unseen.body.detail).toBe(unknown.body.detail?.replace('nowhere', 'stack'))
  })

  it('asks for a release, and for nothing it does not know', async () => {
    expect(await api(token, 'GET /systems/robodj/profiles/prod/verdict')).toMatchObject({ status: 422, body: { place: 'release' } })
    expect(await api(token, 'GET /systems/robodj/profiles/prod/verdict', { query: { release: '1.0.0', force: 'yes' } })).toMatchObject({
      status: 422,
      body: { code: 'unknown_field', place: 'force' },
    })
  })

  it('takes three statements: who asks, the release on its way, and what the profile owes (speed.md)', async () => {
    const sealed = await aSealedPromotion(robodj, 'prod')
    await verdict('prod', sealed.version) // policies are in memory, and the token was used within the minute
    const raw = vi.spyOn(db, '$queryRaw')
    const find = vi.spyOn(db.promotion, 'findMany')
    try {
      await verdict('prod', sealed.version)
      expect(raw).toHaveBeenCalledTimes(3)
      expect(find).not.toHaveBeenCalled()
    } finally {
      raw.mockRestore()
      find.mockRestore()
    }
  })
})

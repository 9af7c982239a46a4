import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { aBearer, aKey, api } from '../../support/api'
import { aPerson } from '../../support/people'
import { approve, aRotation, doAll, rotationOf } from '../../support/rotations'
import { aGovernedSystem, type Scene, trail } from '../../support/scene'

// Rotations by tokens and agents: planning and performing; approving has no address (000.22, T11, T23).

let robodj: Scene
let waxwatch: Scene
let secret: string
let reader: string
let elsewhere: string
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
  secret = await agentSecret('Release Manager Agent', robodj.people.release_manager)
  reader = (await aBearer(robodj.people.auditor, { scopes: ['read'], systemId: 'robodj' })).secret
  elsewhere = (await aBearer(waxwatch.people.release_manager, { scopes: ['read', 'rotation:run'], systemId: 'waxwatch' })).secret
}, 60_000)

async function agentSecret(name: string, maker: Ctx): Promise<string> {
  const agent = await db.principal.findFirstOrThrow({ where: { kind: 'agent', systemId: 'robodj', label: name } })
  return (await aBearer(maker, { scopes: ['read', 'rotation:run'], systemId: 'robodj', actsAs: agent.id })).secret
}

type Line = Parameters<typeof api>[1]
const post = (line: string, body: unknown, headers: Record<string, string> = {}, by = secret) =>
  api(by, `POST ${line}` as Line, { body, headers })

type Steps = { id: string; phase: string; state: string; records: string | null; captures: string | null; command: string | null }[]

/** Records every open step of some phases over the API, as an agent would. */
async function performAll(rotation: string, ...phases: string[]): Promise<string | null> {
  let next: string | null = null
  for (;;) {
    const { body } = await api(secret, `GET /rotations/${rotation}` as Line)
    const step = (body.steps as Steps).find(({ phase, state }) => phases.includes(phase) && state === 'open')
    if (!step) return next
    const answer = await post(`/rotations/${rotation}/steps/${step.id}`, {
      state: 'done',
      note: 'Run 4711',
      ...(step.command || step.records === 'new-key' ? { how: 'script' } : {}),
      ...(step.captures ? { reference: 'Safe, folder 12' } : {}),
      ...(step.records === 'new-key' ? { newKeys: { 'secret-key': `k${Date.now()}` } } : {}),
    })
    expect([step.id, answer.status, answer.text]).toEqual([step.id, 200, answer.text])
    next = answer.body.next as string | null
  }
}

describe('an agent that owns a rotation', () => {
  it('plans and performs it to its end; only the approval is a person’s in the browser (000.20, 000.22)', async () => {
    const opened = await post('/rotations', { system: 'robodj', rule: 'staging', cause: 'by_hand', variant: 'docker' })
    expect(opened.status).toBe(201)
    const id = opened.body.id as string
    expect(opened.headers.get('location')).toBe(`/api/v1/rotations/${id}`)
    expect((await post(`/rotations/${id}/start`, { owner: 'release-manager-agent' })).body).toMatchObject({ status: 409, code: 'held' })
    await approve(robodj.people.management, id, 'management', opened.body.hash as string)
    await performAll(id, 'prerequisite', 'before')
    expect((await post(`/rotations/${id}/start`, { owner: 'release-manager-agent' })).body).toEqual({ status: 'in_progress', next: 'stop' })
    const wrong = await post(`/rotations/${id}/steps/restart`, { state: 'done', how: 'script' })
    expect(wrong.body).toMatchObject({ status: 409, code: 'wrong_state', place: 'restart' })
    await performAll(id, 'during')
    await performAll(id, 'after')
    const done = await post(`/rotations/${id}/complete`, { proof: 'Overwritten, entry 4711', link: 'https://store.example.org/4711' })
    expect(done.body).toEqual({ status: 'completed' })
    const { body } = await api(reader, `GET /rotations/${id}` as Line)
    expect(body).toMatchObject({
      id,
      phase: 'completed',
      next: null,
      performer: { owner: 'release-manager-agent', who: { kind: 'agent', name: 'Release Manager Agent' } },
      slots: [{ id: 'management', signedBy: { name: 'The management', kind: 'person' } }],
    })
    expect((body.steps as { id: string; newKeys: unknown; how: string | null }[]).find((step) => step.id === 'rotate')).toMatchObject({
      how: 'script',
      newKeys: { 'secret-key': expect.stringMatching(/^k/) },
    })
    const events = await trail({ subject: id })
    expect(events.at(-1)).toMatchObject({ action: 'rotation.completed', actor: { kind: 'agent' } })
  })

  it('rolls back, with an incident, and says where the postmortem is (003.13, 003.19)', async () => {
    const { body } = await post('/rotations', { system: 'robodj', rule: 'staging', cause: 'by_hand' })
    const id = body.id as string
    await approve(robodj.people.management, id, 'management', body.hash as string)
    await doAll(robodj.people.release_manager, id, 'prerequisite', 'before')
    await post(`/rotations/${id}/start`, { owner: 'release-manager-agent' })
    const back = await post(`/rotations/${id}/roll-back`, { trigger: 'boot-failure', reason: 'It does not come up.' })
    expect(back.body).toMatchObject({ status: 'rolling_back', incident: expect.stringMatching(/^INC-/), next: 'rollback-stop' })
    expect((await post(`/rotations/${id}/finish-rollback`, {})).body.code).toBe('held')
    await performAll(id, 'rollback')
    expect((await post(`/rotations/${id}/finish-rollback`, {})).body).toEqual({ status: 'rolled_back', postmortem: null })
    expect((await post(`/rotations/${id}/postmortem`, { postmortem: 'Wiki, postmortem 31' })).body).toEqual({
      postmortem: 'Wiki, postmortem 31',
    })
  })

  it('confirms as the other owner (000.21)', async () => {
    const { people } = robodj
    const opened = await aRotation(robodj, 'prod')
    await approve(people.incident_commander, opened.id, 'incident-commander-or-approver', opened.hash)
    await doAll(people.release_manager, opened.id, 'prerequisite', 'before')
    const { startRotation } = await import('@/lib/usecases/rotation/start-rotation')
    await startRotation(people.release_manager, { rotation: opened.id, owner: 'release-manager-agent' })
    await doAll(people.release_manager, opened.id, 'during', 'after')
    const auditor = await agentSecret('SecOps Secrets Auditor Agent', people.secops)
    const owner = { owner: 'secops-secrets-auditor-agent' }
    expect((await post(`/rotations/${opened.id}/confirm`, owner)).body.code).toBe('not_allowed')
    expect((await post(`/rotations/${opened.id}/confirm`, { ...owner, note: 'Log read' }, {}, auditor)).body).toEqual({ waiting: [] })
    expect((await rotationOf(opened.id)).confirmations[0]?.by.kind).toBe('agent')
    expect((await post(`/rotations/${opened.id}/complete`, { proof: 'Overwritten' })).status).toBe(200)
  })
})

describe('what a token may not', () => {
  it('without the scope nothing is planned or performed, and the record says who tried (T11, T35)', async () => {
    const { id } = await aRotation(waxwatch, 'production-discogs')
    const lines: [string, object][] = [
      ['/rotations', { system: 'waxwatch', rule: 'production-discogs', cause: 'by_hand' }],
      [`/rotations/${id}/start`, { owner: 'release-manager' }],
      [`/rotations/${id}/steps/create`, { state: 'done' }],
      [`/rotations/${id}/confirm`, { owner: 'release-manager' }],
      [`/rotations/${id}/complete`, { proof: 'x' }],
      [`/rotations/${id}/roll-back`, { trigger: 'other', reason: 'Because.' }],
      [`/rotations/${id}/finish-rollback`, {}],
      [`/rotations/${id}/postmortem`, { postmortem: 'x' }],
    ]
    const bare = (await aBearer(waxwatch.people.release_manager, { scopes: ['read'], systemId: 'waxwatch' })).secret
    for (const [line, body] of lines) expect((await post(line, body, {}, bare)).body).toMatchObject({ status: 403, place: 'rotation:run' })
    // A token of another system is told that there is nothing of the kind (T23).
    for (const [line, body] of lines.slice(1)) expect([line, (await post(line, body)).status]).toEqual([line, 404])
    expect((await api(secret, `GET /rotations/${id}` as Line)).status).toBe(404)
    expect((await api(elsewhere, `GET /rotations/${id}` as Line)).status).toBe(200)
    expect((await api(elsewhere, 'GET /rotations', { query: { system: 'robodj' } })).status).toBe(404)
  })

  it('a token acts as its maker: one whose maker is no owner performs nothing', async () => {
    const engineer = (await aBearer(robodj.people.engineer, { scopes: ['rotation:run', 'read'], systemId: 'robodj' })).secret
    expect((await post('/rotations', { system: 'robodj', rule: 'staging', cause: 'by_hand' }, {}, engineer)).body.code).toBe('not_allowed')
    const owner = (await aBearer(robodj.people.release_manager, { scopes: ['rotation:run', 'read'], systemId: 'robodj' })).secret
    const { body } = await post('/rotations', { system: 'robodj', rule: 'staging', cause: 'by_hand' }, {}, owner)
    const step = `/rotations/${body.id}/steps/env-identified`
    expect((await post(step, { state: 'done' }, {}, engineer)).body.code).toBe('not_allowed')
    expect((await post(step, { state: 'done' }, {}, owner)).status).toBe(200)
    const { cancelRotation } = await import('@/lib/usecases/rotation/cancel-rotation')
    await cancelRotation(robodj.people.secops, { rotation: body.id as string, reason: 'Shown enough.' })
  })

  it('an input that is wrong, unknown, or a value is refused with its place (T18, T24)', async () => {
    const open = { system: 'robodj', rule: 'staging', cause: 'by_hand' }
    expect((await post('/rotations', { ...open, status: 'completed' })).body).toMatchObject({ code: 'unknown_field' })
    expect((await post('/rotations', { ...open, cause: 'boredom' })).body).toMatchObject({ status: 422, place: 'cause' })
    expect((await post('/rotations', { ...open, windowStartsAt: '2026-12-01T10:00:00Z' })).body).toMatchObject({ place: 'windowEndsAt' })
    expect((await post('/rotations', { ...open, secrets: ['secret-key'] })).body).toMatchObject({
      code: 'policy_forbids',
      place: 'secrets',
    })
    const { id } = await aRotation(robodj, 'staging')
    const value = ['ghp', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('_')
    const step = (body: object) => post(`/rotations/${id}/steps/values-captured`, body)
    for (const body of [
      { state: 'done', reference: value },
      { state: 'done', note: `It was ${value}` },
      { state: 'done', newKeys: { a: value } },
    ]) {
      const answer = await step(body)
      expect([answer.status, answer.body.code]).toEqual([422, 'secret_refused'])
      expect(answer.text).not.toContain(value)
    }
    // The id of a key is a name; 64 hexadecimal digits are a value or a fingerprint.
    expect((await step({ state: 'done', reference: 'Safe', newKeys: { 'secret-key': 'a1'.repeat(32) } })).status).toBe(422)
    const { cancelRotation } = await import('@/lib/usecases/rotation/cancel-rotation')
    await cancelRotation(robodj.people.secops, { rotation: id, reason: 'Shown enough.' })
  })
})

describe('asking again', () => {
  it('with the same idempotency key nothing is recorded twice (T10)', async () => {
    const key = { 'idempotency-key': aKey() }
    const body = { system: 'robodj', rule: 'staging', cause: 'by_hand' }
    const [one, two] = [await post('/rotations', body, key), await post('/rotations', body, key)]
    expect(two.body).toEqual(one.body)
    expect(two.headers.get('idempotency-replayed')).toBe('true')
    const again = { 'idempotency-key': aKey() }
    const line = `/rotations/${one.body.id}/steps/env-identified`
    await post(line, { state: 'done' }, again)
    expect((await post(line, { state: 'done' }, again)).status).toBe(200)
    expect((await post(line, { state: 'done' })).body.code).toBe('conflict')
    expect(await db.rotationStep.count({ where: { rotationId: one.body.id as string } })).toBe(1)
  })

  it('the list is walked by its cursors, newest first, with its filters (T30)', async () => {
    const stranger = await aPerson('Reader Of Both', ['auditor'])
    const both = (await aBearer(stranger, { scopes: ['read'] })).secret
    const whole = await api(both, 'GET /rotations', { query: { limit: 200 } })
    const ids = (whole.body.items ?? []).map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(4)
    const found: unknown[] = []
    for (let cursor: string | null | undefined = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof api>> = await api(both, 'GET /rotations', {
        query: { limit: 2, ...(cursor ? { cursor } : {}) },
      })
      found.push(...(page.body.items ?? []).map(({ id }) => id))
      cursor = page.body.next ?? null
    }
    expect(found).toEqual(ids)
    const staging = await api(both, 'GET /rotations', { query: { system: 'robodj', profile: 'staging', status: 'cancelled' } })
    expect(staging.body.items?.every(({ status, profile }) => status === 'cancelled' && profile === 'staging')).toBe(true)
    expect((await api(both, 'GET /rotations', { query: { status: 'approved' } })).status).toBe(422)
  })
})

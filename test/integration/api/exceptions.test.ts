import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { aBearer, aKey, api } from '../../support/api'
import { approveIt, exceptionOf, fileIt, isoIn } from '../../support/exceptions'
import { aGovernedSystem, type Scene } from '../../support/scene'

// Drift exceptions over HTTP: filed, read, extended, closed and taken back by a pipeline; approved by people in the browser only (000.32, T11, T23).

let scene: Scene
let stack: Scene
let token: string
let reader: string
let owner: string
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  token = (await aBearer(scene.people.engineer, { scopes: ['read', 'exception:file'], systemId: 'robodj' })).secret
  reader = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
  owner = scene.people.engineer.actor.id
})

const body = (more: Record<string, unknown> = {}) => ({
  system: 'robodj',
  profile: 'staging',
  rule: 'runtime.launchPath',
  observed: 'python',
  reason: 'The launcher was renamed.',
  startsAt: isoIn(-1),
  until: isoIn(24),
  remediation: 'Restore it from the bundle.',
  ...more,
})

describe('an exception over the API', () => {
  it('is filed for whoever made the token, approved by a person, extended, and closed', async () => {
    const filed = await api(token, 'POST /exceptions', { body: body() })
    expect(filed.body).toMatchObject({ number: 1, tier: 'medium', isApproved: false, covers: true })
    const id = filed.body.id as string
    expect(filed.headers.get('location')).toBe(`/api/v1/exceptions/${id}`)
    const read = await api(token, `GET /exceptions/${id}`)
    expect(read.body).toMatchObject({
      state: 'filed',
      kind: 'cell',
      title: 'Launch path',
      owner: { id: owner, kind: 'person' },
      filedBy: { kind: 'token' },
      standing: 'Waits for Release Manager.',
      slots: [{ id: 'release-manager', approvedBy: null }],
      reason: 'The launcher was renamed.',
    })
    expect(read.body.sentence).toMatch(
      /^Launch path is python; the policy says RoboDJ_Launcher\.bat\. .* Remediation: Restore it from the bundle\.$/,
    )

    await approveIt(scene.people.release_manager, { id, sealedHash: filed.body.sealedHash as string }, 'release-manager', ['Watch it.'])
    expect((await api(token, `GET /exceptions/${id}`)).body).toMatchObject({
      state: 'running',
      conditions: ['Watch it.'],
      slots: [{ approvedBy: 'The release manager' }],
    })
    const more = await api(token, `POST /exceptions/${id}/extension`, { body: { until: isoIn(48), reason: 'The vendor needs longer.' } })
    expect(more.body).toMatchObject({ id, number: 2, tier: 'medium', isApproved: false })
    expect((await api(token, `GET /exceptions/${id}`)).body).toMatchObject({ askedUntil: expect.any(String), extensions: 0 })
    const bare = await api(token, `POST /exceptions/${id}/close`, { body: { note: 'Fixed.' } })
    expect([bare.status, bare.body.code, bare.body.place]).toEqual([409, 'policy_forbids', 'link'])
    const closed = await api(token, `POST /exceptions/${id}/close`, { body: { note: 'Fixed.', link: 'https://ci.example.org/1' } })
    expect(closed.body).toMatchObject({ id, closedAt: expect.any(String) })
    expect((await api(token, `GET /exceptions/${id}`)).body).toMatchObject({
      state: 'closed',
      closedBy: { kind: 'token' },
      askedUntil: null,
    })
  })

  it('is filed once for one key (T10), and taken back', async () => {
    const headers = { 'idempotency-key': aKey() }
    const sent = body()
    const once = await api(token, 'POST /exceptions', { body: sent, headers })
    const again = await api(token, 'POST /exceptions', { body: sent, headers })
    expect(again.body.id).toBe(once.body.id)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const twice = await api(token, 'POST /exceptions', { body: body() })
    expect([twice.status, twice.body.code, twice.body.place]).toEqual([409, 'conflict', 'rule'])
    const taken = await api(token, `POST /exceptions/${once.body.id as string}/withdraw`, { body: { reason: 'Mended.' } })
    expect(taken.body).toEqual({ id: once.body.id })
    const late = await api(token, `POST /exceptions/${once.body.id as string}/withdraw`, { body: { reason: 'Mended.' } })
    expect(late.body.code).toBe('wrong_state')
  })

  it('needs the scope, the system, and right fields; nothing of what is wrong is kept', async () => {
    const before = await db.driftException.count()
    expect((await api(reader, 'POST /exceptions', { body: body() })).body).toMatchObject({ code: 'not_allowed', place: 'exception:file' })
    expect((await api(token, 'POST /exceptions', { body: body({ system: 'stack' }) })).status).toBe(404)
    expect((await api(null, 'POST /exceptions', { body: body() })).status).toBe(401)
    const wrong: [Record<string, unknown>, string, string][] = [
      [{ until: '2099-01-01T00:00:00Z' }, 'invalid', 'until'],
      [{ until: isoIn(-2) }, 'invalid', 'until'],
      [{ startsAt: isoIn(5) }, 'invalid', 'startsAt'],
      [{ startsAt: '19 Nov' }, 'invalid', 'startsAt'],
      [{ profile: 'moon' }, 'not_found', 'profile'],
      [{ rule: 'variable.TEAPOT' }, 'not_found', 'rule'],
      [{ rule: 'constraint.secret-handling' }, 'policy_forbids', 'rule'],
      [{ rule: 'environment.env-file' }, 'policy_forbids', 'rule'],
      [{ rule: 'file..env' }, 'policy_forbids', 'rule'],
      [{ reason: 'Broken \ud800 text' }, 'invalid', 'reason'],
      [{ rule: 'variable.РОБОТ_KEY' }, 'invalid', 'rule'],
      [{ remediation: undefined }, 'invalid', 'remediation'],
      [{ colour: 'blue' }, 'unknown_field', 'colour'],
      [{ observed: 'AKIA' + 'IOSFODNN7EXAMPLQ' }, 'secret_refused', 'observed'],
      [{ owner: scene.people.auditor.actor.id }, 'invalid', 'owner'],
    ]
    for (const [more, code, place] of wrong) {
      const { body: problem } = await api(token, 'POST /exceptions', { body: body(more) })
      expect(problem, JSON.stringify(more)).toMatchObject({ code, place })
    }
    const never = await api(token, 'POST /exceptions', { body: body({ rule: 'constraint.secret-handling' }) })
    expect(never.body.details?.at(-1)).toContain('change of the policy')
    expect(await db.driftException.count()).toBe(before)
  })

  it('another system’s is as if it were not there', async () => {
    const theirs = await fileIt(stack, stack.people.engineer, { profile: 'local', rule: 'runtime.launchPath' })
    for (const line of [`GET /exceptions/${theirs.id}`, 'GET /exceptions/EXC-9999'] as const) {
      const { status, body: problem } = await api(token, line)
      expect([status, problem.code]).toEqual([404, 'not_found'])
    }
    const extended = await api(token, `POST /exceptions/${theirs.id}/extension`, { body: { until: isoIn(60), reason: 'Longer.' } })
    expect(extended.status).toBe(404)
    expect((await exceptionOf(theirs.id)).extensions).toBe(0)
  })

  it('lists are pages by system, profile and state, as judged now', async () => {
    const dev = await fileIt(scene, scene.people.engineer, { profile: 'dev', rule: 'runtime.launchPath' })
    await fileIt(scene, scene.people.engineer, { profile: 'staging', rule: 'runtime.dataSource' })
    const all = await api(token, 'GET /exceptions')
    expect(all.body.items?.length).toBeGreaterThanOrEqual(3)
    expect(new Set(all.body.items?.map(({ system }) => system))).toEqual(new Set(['robodj']))
    const running = await api(token, 'GET /exceptions', { query: { state: 'running', profile: 'dev', system: 'robodj' } })
    expect(running.body.items?.map(({ id }) => id)).toEqual([dev.id])
    const page = await api(token, 'GET /exceptions', { query: { limit: 1 } })
    const next = await api(token, 'GET /exceptions', { query: { limit: 1, cursor: page.body.next as string } })
    expect([page.body.items?.[0]?.id, next.body.items?.[0]?.id]).toEqual(all.body.items?.slice(0, 2).map(({ id }) => id))
    expect((await api(token, 'GET /exceptions', { query: { state: 'open' } })).body).toMatchObject({ code: 'invalid', place: 'state' })
    expect((await api(token, 'GET /exceptions', { query: { system: 'stack' } })).status).toBe(404)
  })
})

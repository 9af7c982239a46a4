import { beforeAll, describe, expect, it } from 'vitest'
import { sessionCookieName } from '@/lib/auth/cookies'
import { writeSessionToken } from '@/lib/auth/session-token'
import { db } from '@/lib/db/client'
import { aBearer, api } from '../../support/api'
import { aPerson } from '../../support/people'
import { anOpenPromotion, inBrowser } from '../../support/promotions'
import { aGovernedSystem, aRelease, aSnapshot, type Scene } from '../../support/scene'

let robodj: Scene
let waxwatch: Scene
let token: string
let everywhere: string

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  waxwatch = await aGovernedSystem('waxwatch')
  token = (await aBearer(robodj.people.admin, { scopes: ['read', 'checklist:run'], systemId: 'robodj' })).secret
  const admin = await aPerson('Everywhere', ['admin'], null)
  everywhere = (await aBearer(admin, { scopes: ['read', 'checklist:run'] })).secret
  // Several of the same instant: the order needs the id.
  for (let i = 0; i < 7; i += 1) await aRelease(robodj, i < 4 ? {} : { buildDate: `2026-11-0${i}T09:00:00Z` })
})

type Line = Parameters<typeof api>[1]

/** Walks a list by its cursors. */
async function walk(line: Line, query: Record<string, string | number>): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  for (let cursor: string | null | undefined; ; ) {
    const { status, body } = await api(token, line, { query: { ...query, ...(cursor ? { cursor } : {}) } })
    expect(status).toBe(200)
    found.push(...(body.items ?? []))
    cursor = body.next
    if (cursor === null || cursor === undefined) return found
  }
}

describe('lists by pages (T30)', () => {
  it('give every row once and in order, whatever the size of a page', async () => {
    const whole = await walk('GET /systems/robodj/releases', { limit: 200 })
    expect(whole).toHaveLength(7)
    for (const limit of [1, 2, 3, 7]) expect(await walk('GET /systems/robodj/releases', { limit })).toEqual(whole)
    const trail = await walk('GET /audit-events', { limit: 200, system: 'robodj' })
    expect(trail.length).toBeGreaterThan(8)
    expect(await walk('GET /audit-events', { limit: 3, system: 'robodj' })).toEqual(trail)
  })

  it('do not repeat or lose a row when one is added between pages', async () => {
    const first = await api(token, 'GET /systems/robodj/snapshots', { query: { limit: 2 } })
    expect(first.body).toEqual({ items: [], next: null })
    for (let i = 0; i < 3; i += 1) await aSnapshot(robodj, 'prod', new Date(Date.now() - (i + 2) * 3_600_000))
    const page = await api(token, 'GET /systems/robodj/snapshots', { query: { limit: 2 } })
    await aSnapshot(robodj, 'prod', new Date(Date.now() - 60_000))
    const rest = await api(token, 'GET /systems/robodj/snapshots', { query: { limit: 2, cursor: page.body.next as string } })
    expect(new Set([...(page.body.items ?? []), ...(rest.body.items ?? [])].map(({ id }) => id)).size).toBe(3)
  })

  it('refuse a limit outside 1 to 200', async () => {
    for (const limit of ['0', '201', '-1', '2.5', 'many', '']) {
      expect(await api(token, 'GET /systems/robodj/releases', { query: { limit } }), limit).toMatchObject({
        status: 422,
        body: { code: 'invalid', place: 'limit' },
      })
    }
    expect(await api(token, 'GET /systems/robodj/releases', { query: 'limit=2&limit=3' })).toMatchObject({
      status: 422,
      body: { place: 'limit' },
    })
  })

  it('refuse a cursor that is made up, damaged, or of another list or filter (T39)', async () => {
    const cursor = (await api(token, 'GET /systems/robodj/releases', { query: { limit: 1 } })).body.next as string
    const forged = `${Buffer.from(JSON.stringify(['2026-01-01T00:00:00Z', "' OR 1=1"])).toString('base64url')}.${cursor.split('.')[1]}`
    for (const bad of ['x', `${cursor}x`, cursor.slice(1), forged]) {
      expect(await api(token, 'GET /systems/robodj/releases', { query: { cursor: bad } })).toMatchObject({
        status: 422,
        body: { code: 'invalid', place: 'cursor' },
      })
    }
    expect(await api(token, 'GET /promotions', { query: { cursor } })).toMatchObject({ status: 422, body: { place: 'cursor' } })
    const filtered = (await api(token, 'GET /systems/robodj/snapshots', { query: { limit: 1, profile: 'prod' } })).body.next as string
    expect(await api(token, 'GET /systems/robodj/snapshots', { query: { cursor: filtered } })).toMatchObject({
      status: 422,
      body: { place: 'cursor' },
    })
  })
})

describe('what a list holds', () => {
  it('promotions and deployments are narrowed by system, status and profile', async () => {
    const { id } = await anOpenPromotion(robodj, 'staging')
    const other = await anOpenPromotion(waxwatch, 'staging')
    expect((await api(token, 'GET /promotions')).body.items?.map((item) => item.id)).toEqual([id])
    expect((await api(everywhere, 'GET /promotions')).body.items?.map((item) => item.id)).toEqual([other.id, id])
    expect(
      (await api(everywhere, 'GET /promotions', { query: { system: 'waxwatch', status: 'open', to: 'staging' } })).body.items,
    ).toMatchObject([{ id: other.id, sealed: null, status: 'open' }])
    expect((await api(everywhere, 'GET /promotions', { query: { status: 'deployed' } })).body.items).toEqual([])
    expect(await api(everywhere, 'GET /promotions', { query: { status: 'fine' } })).toMatchObject({
      status: 422,
      body: { place: 'status' },
    })
  })

  it('systems are those that may be seen', async () => {
    expect((await api(token, 'GET /systems')).body.items).toMatchObject([{ id: 'robodj', name: 'RoboDJ' }])
    expect((await api(everywhere, 'GET /systems')).body.items?.map(({ id }) => id)).toEqual(['robodj', 'waxwatch'])
  })

  it('checklists say where their items come from, and runs how far they are', async () => {
    const lists = (await api(token, 'GET /systems/robodj/checklists')).body.items ?? []
    expect(lists).toMatchObject([{ external: true, file: 'PRE_RELEASE_CHECKLIST.md', template: null }])
    expect((await api(token, 'GET /systems/robodj/checklists/pre-release')).body.items).toEqual([])
    const { version } = await anOpenPromotion(robodj, 'prod')
    expect((await api(token, 'GET /systems/robodj/checklists/pre-release')).body).toMatchObject({
      template: { number: 1 },
      items: expect.arrayContaining([expect.objectContaining({ phase: 'before' })]),
    })
    const [run] =
      (await api(token, 'GET /systems/robodj/checklist-runs', { query: { version, checklist: 'pre-release' } })).body.items ?? []
    const { body } = await api(token, `GET /checklist-runs/${run?.id as string}`)
    expect(body).toMatchObject({ version, counts: { failed: 0 } })
    expect(
      (body.items as { state: string; by: unknown }[]).filter(({ state, by }) => state === 'done' && by !== null).length,
    ).toBeGreaterThan(0)
    expect(await api(token, 'GET /systems/robodj/checklists/none')).toMatchObject({ status: 404, body: { place: 'checklist' } })
  })

  it('a token starts and ticks a checklist where the policy takes software for it, in its order', async () => {
    const stack = await aGovernedSystem('stack')
    const { secret } = await aBearer(stack.people.admin, { scopes: ['read', 'checklist:run'], systemId: 'stack' })
    const { version } = await aRelease(stack)
    const started = await api(secret, 'POST /systems/stack/checklist-runs', {
      body: { version, profile: 'staging', checklist: 'deployment' },
    })
    expect(started).toMatchObject({ status: 201 })
    const run = started.body.id as string
    expect(started.headers.get('location')).toBe(`/api/v1/checklist-runs/${run}`)
    expect((await api(secret, `GET /checklist-runs/${run}`)).body).toMatchObject({ ordered: true, next: 'validate', counts: { done: 0 } })
    expect(await api(secret, `POST /checklist-runs/${run}/items/migrate`, { body: { state: 'done' } })).toMatchObject({
      status: 409,
      body: { code: 'wrong_state' },
    })
    expect(await api(secret, `POST /checklist-runs/${run}/items/validate`, { body: { state: 'done', note: 'All present' } })).toMatchObject(
      { status: 200, body: { state: 'done', voided: false } },
    )
    const items = (await api(secret, `GET /checklist-runs/${run}`)).body.items as { id: string }[]
    expect(items.find(({ id }) => id === 'validate')).toMatchObject({ state: 'done', note: 'All present', by: { kind: 'token' } })
    // Towards production a gate counts the list, and it names people.
    expect(
      await api(secret, 'POST /systems/stack/checklist-runs', { body: { version, profile: 'production', checklist: 'deployment' } }),
    ).toMatchObject({ status: 403, body: { code: 'not_allowed' } })
    expect(await api(secret, `POST /checklist-runs/${run}/variant`, { body: { variant: 'none' } })).toMatchObject({
      status: 422,
      body: { place: 'variant' },
    })
  })

  it('the record is narrowed by actor, action, subject, kind, system and time', async () => {
    const all = (await api(everywhere, 'GET /audit-events', { query: { limit: 200 } })).body.items ?? []
    expect(all.some(({ system }) => system === null)).toBe(true)
    const registered = all.filter(({ action }) => action === 'release.registered')
    expect((await api(everywhere, 'GET /audit-events', { query: { limit: 200, action: 'release.registered' } })).body.items).toEqual(
      registered,
    )
    const actor = (registered[0] as { actor: { id: string } }).actor.id
    expect(
      (await api(everywhere, 'GET /audit-events', { query: { limit: 200, actor } })).body.items?.every(
        (event) => (event.actor as { id: string }).id === actor,
      ),
    ).toBe(true)
    expect(
      (await api(everywhere, 'GET /audit-events', { query: { limit: 200, subjectKind: 'snapshot', system: 'robodj' } })).body.items?.every(
        ({ action }) => action === 'snapshot.recorded',
      ),
    ).toBe(true)
    expect((await api(everywhere, 'GET /audit-events', { query: { to: '2026-01-01T00:00:00Z' } })).body.items).toEqual([])
    expect(await api(everywhere, 'GET /audit-events', { query: { action: 'promotion.bribed' } })).toMatchObject({
      status: 422,
      body: { place: 'action' },
    })
    // A token of one system reads its events and none of the others, nor those of none (T23).
    const own = (await api(token, 'GET /audit-events', { query: { limit: 200 } })).body.items ?? []
    expect(new Set(own.map(({ system }) => system))).toEqual(new Set(['robodj']))
    expect((await api(token, 'GET /audit-events', { query: { system: 'waxwatch' } })).body.items).toEqual([])
  })
})

describe('a signed-in browser', () => {
  it('may read too, as the person it is, and may change nothing through the API (T25)', async () => {
    const person = await inBrowser(robodj.people.auditor)
    const session = person.actor.session as { id: string; version: number }
    const cookie = `${sessionCookieName()}=${await writeSessionToken({ sid: session.id, sv: session.version }, 600)}`
    expect((await api(null, 'GET /systems', { headers: { cookie } })).body.items).toMatchObject([{ id: 'robodj' }])
    const before = await db.release.count()
    expect(await api(null, 'POST /systems/robodj/releases', { headers: { cookie }, body: { version: '9.9.9' } })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    })
    expect(await db.release.count()).toBe(before)
    await db.session.update({ where: { id: session.id }, data: { endedAt: new Date() } })
    expect(await api(null, 'GET /systems', { headers: { cookie } })).toMatchObject({ status: 401 })
  })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { sessionCookieName } from '@/lib/auth/cookies'
import { writeSessionToken } from '@/lib/auth/session-token'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { flushFloods } from '@/lib/db/record-collapsed'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { respond, respondRead } from '@/lib/http/respond'
import { aPerson, aToken, ctxOf, events } from '@/test/support/factories'

const schema = z.strictObject({ note: z.string().max(200), system: z.string() })
let ran = 0
const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)

beforeEach(() => {
  ran = 0
  log.mockClear()
})
afterEach(flushFloods)

/** A use case of the smallest kind: it writes an event and gives an instant, so that replays show whether instants come back. */
async function note(ctx: Ctx, input: { note: string }): Promise<{ note: string; at: Date; turn: number }> {
  return mutate(ctx, async ({ tx, now }) => {
    ran += 1
    await tx.$executeRaw`SELECT pg_sleep(0.02)`
    return {
      result: { note: input.note, at: now, turn: ran },
      events: [{ action: 'person.updated', system: null, subject: { kind: 'principal', id: ctx.actor.id }, after: { fields: [] } }],
    }
  })
}

type Send = { body?: unknown; raw?: string; token?: string; headers?: Record<string, string>; query?: string }

function post(secret: string | undefined, { body, raw, headers = {}, query = '' }: Send = {}): Promise<Response> {
  const request = new Request(`http://localhost:3999/api/v1/systems/alpha/notes${query}`, {
    method: 'POST',
    body: raw ?? JSON.stringify(body ?? { note: 'hello' }),
    headers: { 'content-type': 'application/json', ...(secret ? { authorization: `Bearer ${secret}` } : {}), ...headers },
  })
  return respond(request, {
    schema,
    scope: 'evidence:bring',
    params: { system: 'alpha' },
    run: async (ctx, input) => ({ ...(await note(ctx, input)), system: input.system }),
  })
}

async function aWriter(): Promise<string> {
  return (await aToken({ scopes: ['evidence:bring'] })).secret
}

test('a good request is answered, and never cached', async () => {
  const response = await post(await aWriter())
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({ note: 'hello', system: 'alpha' })
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('refusals are problem documents (RFC 9457)', async () => {
  const response = await post(await aWriter(), { body: { note: 'x', status: 'passed' } })
  expect(response.status).toBe(422)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchInlineSnapshot(
    { instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) },
    `
    {
      "code": "unknown_field",
      "detail": "status is not a field that may be sent here.",
      "instance": StringMatching /\\^urn:uuid:\\[0-9a-f-\\]\\{36\\}\\$/,
      "place": "status",
      "status": 422,
      "title": "A field is not known here",
      "type": "http://localhost:3999/api-docs#unknown_field",
    }
  `,
  )
})

test.each<[string, Send & { secret?: string }, number, string]>([
  ['no token', { secret: '' }, 401, 'unauthenticated'],
  ['a token cut short', { secret: 'csn_abc' }, 401, 'unauthenticated'],
  ['a token nobody has', { secret: 'csn_000000000000000000000000000000000000' }, 401, 'unauthenticated'],
  ['a form', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['no JSON', { raw: '{' }, 422, 'invalid'],
  ['a missing field', { body: {} }, 422, 'invalid'],
  ['a list instead of an object', { body: [] }, 422, 'invalid'],
  ['a field that the address already says otherwise', { body: { note: 'x', system: 'beta' } }, 422, 'invalid'],
  ['a body past the limit', { body: { note: 'x'.repeat(300_000) } }, 413, 'too_large'],
  ['nesting past the limit', { raw: `${'['.repeat(40)}${']'.repeat(40)}` }, 422, 'invalid'],
  ['a strange key', { headers: { 'idempotency-key': ' ' } }, 422, 'invalid'],
])('%s is refused', async (_what, send, status, code) => {
  const response = await post('secret' in send ? send.secret : await aWriter(), send)
  expect([response.status, (await response.json()).code]).toEqual([status, code])
  expect(ran).toBe(0)
})

test('what looks like a secret is refused wherever it stands, and repeated nowhere (T18)', async () => {
  const canary = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const token = await aWriter()
  for (const send of [{ body: { note: `it is ${canary}` } }, { body: { note: 'x', [canary]: 1 } }, { query: `?q=${canary}` }]) {
    const response = await post(token, send)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ status: 422, code: 'secret_refused' })
    expect(text).not.toContain(canary)
  }
  await flushFloods()
  expect(JSON.stringify([await events(), await db.idempotencyKey.findMany(), log.mock.calls])).not.toContain(canary)
})

test('a token without the scope is refused, and the attempts are on the record with their exact number (T11, T35)', async () => {
  const { id, secret, ctx } = await aToken({ scopes: ['read'] })
  for (let i = 0; i < 40; i += 1) expect((await post(secret)).status).toBe(403)
  await flushFloods()
  const refused = (await events('action.refused')).filter((event) => event.actor_id === ctx.actor.id)
  expect(refused.map((event) => event.payload.count)).toEqual([1, 39])
  expect(refused[0]).toMatchObject({
    subject_id: id,
    payload: { outcome: 'refused', reason: 'not_allowed', after: { verb: 'evidence:bring' } },
  })
})

test('the same key runs once and gives the same answer; another body is refused (T10)', async () => {
  const token = await aWriter()
  const headers = { 'idempotency-key': 'build-17' }
  const first = await post(token, { headers })
  const again = await post(token, { headers })
  expect(ran).toBe(1)
  expect([first.status, again.status]).toEqual([201, 201])
  expect(await again.json()).toEqual(await first.json())
  expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true'])
  const other = await post(token, { headers, body: { note: 'something else' } })
  expect([other.status, (await other.json()).code]).toEqual([409, 'idempotency_conflict'])
  expect((await post(await aWriter(), { headers })).status).toBe(201) // another caller’s key is another key
  expect(ran).toBe(2)
})

test('the same key many times at once runs once (T10)', async () => {
  const token = await aWriter()
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(token, { headers: { 'idempotency-key': 'race' } })))
  expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(201))
  expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toHaveProperty('size', 1)
  expect(ran).toBe(1)
})

test('a refused request may be sent again under its key once it is allowed', async () => {
  const { secret } = await aToken({ scopes: ['evidence:bring'] })
  let allowed = false
  const send = () =>
    respond(
      new Request('http://localhost:3999/api/v1/x', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, 'idempotency-key': 'k' },
      }),
      {
        schema: z.strictObject({}),
        scope: 'evidence:bring',
        run: (ctx) =>
          mutate(ctx, async () => {
            if (!allowed) throw new Refused(refuse('wrong_state', 'Not yet.'))
            return {
              result: { done: true },
              events: [{ action: 'person.updated', system: null, subject: { kind: 'principal', id: ctx.actor.id } }],
            }
          }),
      },
    )
  expect((await send()).status).toBe(409)
  allowed = true
  expect((await send()).status).toBe(201)
})

test('two decisions of one request keep their own results', async () => {
  const { secret } = await aToken({ scopes: ['evidence:bring'] })
  const send = () =>
    respond(
      new Request('http://localhost:3999/api/v1/two', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, 'idempotency-key': 'two' },
      }),
      {
        schema: z.strictObject({}),
        scope: 'evidence:bring',
        run: async (ctx) => [(await note(ctx, { note: 'one' })).note, (await note(ctx, { note: 'two' })).note],
      },
    )
  expect(await (await send()).json()).toEqual(['one', 'two'])
  expect(await (await send()).json()).toEqual(['one', 'two'])
  expect(ran).toBe(2)
})

test('a bug is a 500 that says nothing, and its log line holds nothing that was sent', async () => {
  const { secret } = await aToken({ scopes: ['evidence:bring'] })
  const response = await respond(
    new Request('http://localhost:3999/api/v1/x', {
      method: 'POST',
      body: '{"note":"what was typed"}',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    }),
    {
      schema: z.strictObject({ note: z.string() }),
      scope: 'evidence:bring',
      run: async (_ctx, input) => {
        throw new Error(`boom ${input.note}`)
      },
    },
  )
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('what was typed')
  expect(log).toHaveBeenCalledOnce()
  expect(String(log.mock.calls[0]?.[0])).not.toContain('what was typed')
  expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({ level: 'error', name: 'Error', route: '/api/v1/x' })
})

test('a token is held to its rate, and told when to come back (T30)', async () => {
  const { secret, id } = await aToken({ scopes: ['evidence:bring'] })
  const { countersignRates } = globalThis as { countersignRates?: Map<string, { level: number; at: number }> }
  countersignRates?.set(`token ${id}`, { level: 0, at: performance.now() + 60_000 })
  const response = await post(secret)
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a token’s use is noted at most once a minute', async () => {
  const { secret, id } = await aToken({ scopes: ['evidence:bring'] })
  await post(secret)
  const first = (await db.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt
  await post(secret)
  expect((await db.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt).toEqual(first)
  await db.apiToken.update({ where: { id }, data: { lastUsedAt: new Date(Date.now() - 61_000) } })
  await post(secret)
  expect((await db.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt?.getTime()).toBeGreaterThan(Date.now() - 10_000)
})

test('screens read with their session, which that does not keep alive; a write never rides on a cookie (T25, T26)', async () => {
  const ctx = await ctxOf(await aPerson())
  const session = ctx.actor.session as { id: string; version: number }
  const seen = new Date(Date.now() - 120_000)
  await db.session.update({ where: { id: session.id }, data: { lastSeenAt: seen } })
  const cookie = `${sessionCookieName()}=${await writeSessionToken({ sid: session.id, sv: session.version }, 60)}`
  const read = (path: string, headers: Record<string, string>) =>
    respondRead(new Request(`http://localhost:3999/api/v1/me${path}`, { headers }), {
      schema: z.strictObject({ q: z.string().optional() }),
      run: async (asking, input) => ({ id: asking.actor.id, q: input.q }),
    })
  expect(await (await read('?q=a', { cookie })).json()).toEqual({ id: ctx.actor.id, q: 'a' })
  expect((await db.session.findUniqueOrThrow({ where: { id: session.id } })).lastSeenAt).toEqual(seen)
  expect((await read('', {})).status).toBe(401)
  expect((await read('?admin=1', { cookie })).status).toBe(422)
  expect((await read('', { cookie: `${sessionCookieName()}=rubbish` })).status).toBe(401)
  expect((await post(undefined, { headers: { cookie } })).status).toBe(401)
  await db.session.update({ where: { id: session.id }, data: { version: 2 } })
  expect((await read('', { cookie })).status).toBe(401)
})

import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'

let headersNow = new Headers()
vi.mock('next/headers', () => ({ headers: async () => headersNow }))

const { sessionCookieName } = await import('@/lib/auth/cookies')
const { writeSessionToken } = await import('@/lib/auth/session-token')
const { flushFloods } = await import('@/lib/db/record-collapsed')
const { Refused, refuse } = await import('@/lib/domain/refusal')
const { submit } = await import('@/lib/http/submit')
const { aPerson, aSystem, ctxOf, events } = await import('@/test/support/factories')
const { endSession } = await import('@/lib/usecases/account/end-session')

afterEach(flushFloods)

const schema = z
  .strictObject({
    promotion: z.string().optional(),
    note: z.string().min(3, 'Say more.'),
    password: z.string().optional(),
    tags: z.union([z.string(), z.array(z.string())]).optional(),
  })
  .meta({ id: 'TryIt' })

async function signedIn(): Promise<Awaited<ReturnType<typeof ctxOf>>> {
  const ctx = await ctxOf(await aPerson())
  const session = ctx.actor.session as { id: string; version: number }
  const cookie = `${sessionCookieName()}=${await writeSessionToken({ sid: session.id, sv: session.version }, 60)}`
  headersNow = new Headers({ cookie, origin: 'http://localhost:3999', 'sec-fetch-site': 'same-origin' })
  return ctx
}

function form(fields: Record<string, string | string[] | File>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const each of Array.isArray(value) ? value : [value]) data.append(name, each)
  return data
}

const run = vi.fn(async () => 'Done.')

test('a good form runs as whoever is signed in', async () => {
  const ctx = await signedIn()
  expect(
    await submit(
      form({ note: 'hello', tags: ['a', 'b'], $ACTION_ID_x: '' }),
      schema,
      async (acting, input) => `${acting.actor.id} ${input.note} ${input.tags}`,
    ),
  ).toEqual({
    status: 'done',
    message: `${ctx.actor.id} hello a,b`,
  })
})

test('what a use case takes for a secret does not come back either (T18)', async () => {
  await signedIn()
  const answer = await submit(form({ note: 'an ordinary name', promotion: 'PRM-0001' }), schema, async () => {
    throw new Refused(refuse('secret_refused', 'This looks like a key itself.', { place: 'note' }))
  })
  expect(answer).toMatchObject({ fieldErrors: { note: ['This looks like a key itself.'] } })
  expect(answer).toHaveProperty('values', { promotion: 'PRM-0001' })
})

test('what was typed comes back, except passwords', async () => {
  await signedIn()
  expect(await submit(form({ note: 'x', password: 'typed by hand', tags: ['a', 'b'] }), schema, run)).toMatchObject({
    status: 'refused',
    refusal: { code: 'invalid', place: 'note' },
    fieldErrors: { note: ['Say more.'] },
    values: { note: 'x', tags: 'a,b' },
  })
  const state = await submit(form({ note: 'hello', password: 'typed by hand' }), schema, async () => {
    throw new Refused(refuse('conflict', 'Taken.', { place: 'note' }))
  })
  expect(state).toMatchObject({
    status: 'refused',
    refusal: { code: 'conflict' },
    fieldErrors: { note: ['Taken.'] },
    values: { note: 'hello' },
  })
  expect(JSON.stringify(state)).not.toContain('typed by hand')
})

test('a field with a secret stops everything and is not sent back (T18)', async () => {
  await signedIn()
  run.mockClear()
  const canary = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const state = await submit(form({ note: `see ${canary}`, promotion: 'PRM-0001' }), schema, run)
  expect(state).toMatchObject({ status: 'refused', refusal: { code: 'secret_refused' }, values: { promotion: 'PRM-0001' } })
  expect(JSON.stringify(state)).not.toContain(canary)
  expect(run).not.toHaveBeenCalled()
})

test('an unknown field is refused by name (T24)', async () => {
  await signedIn()
  expect(await submit(form({ note: 'hello', actorId: 'x' }), schema, run)).toMatchObject({
    status: 'refused',
    refusal: { code: 'unknown_field', place: 'actorId' },
  })
})

test.each([
  ['no Origin', { origin: null }],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['a foreign Origin with a matching forwarded host', { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
])('%s is refused and on the record (T25, T35)', async (_what, change) => {
  const ctx = await signedIn()
  for (const [name, value] of Object.entries(change)) value === null ? headersNow.delete(name) : headersNow.set(name, value as string)
  run.mockClear()
  expect(await submit(form({ note: 'hello', promotion: 'PRM-0001' }), schema, run)).toMatchObject({
    status: 'refused',
    refusal: { code: 'foreign_origin', details: ['This attempt is on the record.'] },
  })
  expect(run).not.toHaveBeenCalled()
  expect((await events('action.refused')).at(-1)).toMatchObject({
    actor_id: ctx.actor.id,
    subject_id: 'PRM-0001',
    payload: { reason: 'foreign_origin', after: { verb: 'TryIt' } },
  })
})

test('nobody signed in, and a session ended meanwhile, keep what was typed (T09)', async () => {
  const ctx = await signedIn()
  await endSession(ctx, { session: ctx.actor.session?.id ?? '' })
  expect(await submit(form({ note: 'a long text' }), schema, run)).toMatchObject({
    status: 'refused',
    refusal: { code: 'unauthenticated' },
    values: { note: 'a long text' },
  })
  headersNow = new Headers()
  expect(await submit(form({ note: 'a long text' }), schema, run)).toMatchObject({
    status: 'refused',
    refusal: { code: 'unauthenticated' },
  })
})

test('a denied attempt is told and recorded; a conflict is neither a denial nor recorded (T35)', async () => {
  const ctx = await signedIn()
  await aSystem('alpha')
  const attempt = (code: 'separation_of_duties' | 'conflict') =>
    submit(
      form({ note: 'hello' }),
      schema,
      async () => {
        throw new Refused(refuse(code, 'No.'))
      },
      { verb: 'promotion:sign', subject: () => ({ kind: 'promotion', id: 'PRM-0009' }), system: 'alpha' },
    )
  expect(await attempt('separation_of_duties')).toMatchObject({ refusal: { details: ['This attempt is on the record.'] } })
  expect(await attempt('conflict')).toMatchObject({ refusal: { code: 'conflict' } })
  const mine = (await events('action.refused')).filter((event) => event.actor_id === ctx.actor.id)
  expect(mine).toMatchObject([
    { subject_id: 'PRM-0009', payload: { system: 'alpha', reason: 'separation_of_duties', after: { verb: 'promotion:sign' } } },
  ])
})

test('bugs and redirects keep travelling', async () => {
  await signedIn()
  await expect(
    submit(form({ note: 'hello' }), schema, async () => {
      throw new Error('a bug')
    }),
  ).rejects.toThrow('a bug')
})

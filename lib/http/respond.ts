import 'server-only'
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { type Attempt, recordRefusal } from '@/lib/auth/record-refusal'
import { requestInfo } from '@/lib/auth/request-info'
import { viewerFrom } from '@/lib/auth/session'
import { tokenContext } from '@/lib/auth/token'
import type { Ctx } from '@/lib/domain/context'
import { type Refusal, type RefusalCode, Refused, refuse } from '@/lib/domain/refusal'
import { type Scope, whyNotScope } from '@/lib/domain/scopes'
import { settings } from '@/lib/env'
import { isOutage } from '@/lib/outage'
import { whyNotSecret, whyNotSecretQuery } from '@/lib/secret-filter/why-not-secret'
import { type About, attemptOf } from './attempt-of'
import { API_HEADERS, problemResponse } from './problem'
import { takeRequest } from './rate-limit'
import { BATCH_BODY_LIMIT, BODY_LIMIT, parseJson, readBody } from './read-body'
import { refusalOfInput } from './refusal-of-input'
import { reportBug } from './report-bug'

type Params = Record<string, string | string[] | undefined>

export type WriteOptions<S extends z.ZodType> = {
  /** A `z.strictObject`; parts of the path (`params`) are fields of it like those of the body. */
  schema: S
  /** What the token needs; null where any token may. */
  scope: Scope | null
  run: (ctx: Ctx, input: z.output<S>) => Promise<unknown>
  params?: Promise<Params> | Params
  /** What a good answer's status is; 201 without. 204 sends no body. */
  status?: number
  /** The address of what was made, for the Location header. */
  location?: (input: z.output<S>, body: unknown) => string
  /** Bodies up to 1 MiB instead of 256 KiB. */
  batch?: boolean
  /** What was tried on what, for the record when it is denied, where scope and fields do not say it (T35). */
  about?: (input: z.output<S>) => About
}

/**
 * A change through the API: token, rate, scope, size, depth, secrets, schema, use case, answer (T11, T18, T19, T24, T30). An Idempotency-Key
 * makes the use case run at most once and its result be given again (T10). Refusals are problem documents (RFC 9457); whatever else throws is a
 * bug: logged without what was sent, answered with 500.
 */
export function respond<S extends z.ZodType>(request: Request, options: WriteOptions<S>): Promise<Response> {
  return answering(request, async (reply) => {
    const ctx = await tokenContext(request)
    reply.ctx = ctx
    const url = new URL(request.url)
    limitRate(`token ${ctx.actor.token?.id}`)
    const verb = options.scope ?? 'token:self'
    reply.attempt = attemptOf(ctx, {}, verb)
    stop(options.scope === null ? null : whyNotScope(ctx.actor, options.scope))
    const params = (await options.params) ?? {}
    stop(whyNotSecret(params, { where: 'path' }))
    stop(url.search === '' ? null : whyNotSecretQuery(url.searchParams))
    const text = request.method === 'DELETE' ? '' : await readBody(request, options.batch ? BATCH_BODY_LIMIT : BODY_LIMIT)
    const body = text === '' ? {} : parseJson(text)
    stop(whyNotSecret(body))
    const input = parse(options.schema, withParams(body, params))
    reply.attempt = attemptOf(ctx, input, verb, options.about?.(input))
    const once = onceOf(request, url, ctx, text)
    const acting: Ctx = { actor: ctx.actor, request: ctx.request, ...(once ? { once } : {}) }
    const result = await options.run(acting, input)
    const status = options.status ?? 201
    return json(status, status === 204 ? undefined : result, {
      ...(options.location ? { Location: options.location(input, result) } : {}),
      ...(once?.replayed ? { 'Idempotency-Replayed': 'true' } : {}),
    })
  })
}

export type ReadOptions<S extends z.ZodType> = {
  /** A `z.strictObject` over the query and the parts of the path. */
  schema: S
  /** What is given as JSON; a Response (a file) goes out as it is. */
  run: (ctx: Ctx, input: z.output<S>, at: { now: Date; searchParams: URLSearchParams }) => Promise<unknown>
  params?: Promise<Params> | Params
  scope?: Scope
  /** Whether the browser's own session may read it too; a screen asking by itself does not count as activity (T26). */
  session?: boolean
}

/** A read through the API, with a token or (unless `session: false`) with the session of a signed-in browser. */
export function respondRead<S extends z.ZodType>(request: Request, options: ReadOptions<S>): Promise<Response> {
  return answering(request, async (reply) => {
    const { ctx, now } = await readingContext(request, options.session ?? true)
    reply.ctx = ctx
    const url = new URL(request.url)
    limitRate(ctx.actor.token ? `token ${ctx.actor.token.id}` : `session ${ctx.actor.session?.id}`)
    reply.attempt = attemptOf(ctx, {}, 'read')
    stop(whyNotScope(ctx.actor, options.scope ?? 'read'))
    const params = (await options.params) ?? {}
    stop(whyNotSecret(params, { where: 'path' }))
    stop(url.search === '' ? null : whyNotSecretQuery(url.searchParams, { except: ['cursor'] }))
    const input = parse(options.schema, withParams(queryOf(url.searchParams), params))
    const result = await options.run(ctx, input, { now, searchParams: url.searchParams })
    return result instanceof Response ? result : json(200, result)
  })
}

async function readingContext(request: Request, session: boolean): Promise<{ ctx: Ctx; now: Date }> {
  if (request.headers.has('authorization') || !session) {
    const { now, ...ctx } = await tokenContext(request)
    return { ctx, now }
  }
  const viewer = await viewerFrom(request.headers, { isActivity: false })
  if (!viewer) throw new Refused(refuse('unauthenticated', 'Send a token (Authorization: Bearer csn_…), or sign in with the browser.'))
  return { ctx: viewer.ctx, now: viewer.now }
}

type Reply = { ctx: Ctx | null; attempt: Attempt | null }

async function answering(request: Request, work: (reply: Reply) => Promise<Response>): Promise<Response> {
  const reply: Reply = { ctx: null, attempt: null }
  const requestId = (): string => reply.ctx?.request.id ?? requestInfo(request.headers).id
  try {
    return await work(reply)
  } catch (error) {
    if (error instanceof Refused) {
      if (reply.ctx && reply.attempt) await recordRefusal(reply.ctx, reply.attempt, error.refusal)
      const wait = error instanceof TooFast ? error.seconds : (RETRY_AFTER[error.refusal.code] ?? null)
      return problemResponse(error.refusal, requestId(), wait === null ? {} : { 'Retry-After': String(wait) })
    }
    if (isOutage(error)) {
      return problemResponse(
        refuse('busy', 'The database is away or busy. Ask again in a moment, with the same Idempotency-Key.'),
        requestId(),
        { 'Retry-After': '5' },
      )
    }
    reportBug(error, { requestId: requestId(), route: new URL(request.url).pathname })
    return problemResponse(null, requestId())
  }
}

/** Seconds after which asking again makes sense, by what was refused. */
const RETRY_AFTER: Partial<Record<RefusalCode, number>> = { busy: 1, audit_log_behind: 30 }

class TooFast extends Refused {
  readonly seconds: number
  constructor(seconds: number) {
    super(refuse('throttled', `Too many requests. Ask again in ${seconds} s.`))
    this.seconds = seconds
  }
}

function limitRate(key: string): void {
  const wait = takeRequest(key, settings().API_REQUESTS_PER_MINUTE)
  if (wait !== null) throw new TooFast(wait)
}

function stop(refusal: Refusal | null): void {
  if (refusal) throw new Refused(refusal)
}

function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new Refused(refusalOfInput(parsed.error))
  return parsed.data
}

function withParams(body: unknown, params: Params): unknown {
  if (Object.keys(params).length === 0) return body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body // the schema says what it wants instead
  const twice = Object.keys(params).find((key) => key in body && (body as Record<string, unknown>)[key] !== params[key])
  if (twice !== undefined)
    throw new Refused(refuse('invalid', `${twice} stands in the address already; leave it out, or say the same.`, { place: twice }))
  return { ...body, ...params }
}

function queryOf(search: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(search.keys())].map((key) => [key, search.getAll(key).length > 1 ? search.getAll(key) : (search.get(key) ?? '')]),
  )
}

function onceOf(request: Request, url: URL, ctx: Ctx, text: string): Ctx['once'] {
  const key = request.headers.get('idempotency-key')
  if (key === null || request.method !== 'POST') return undefined
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refused(refuse('invalid', 'An Idempotency-Key has 1 to 200 visible ASCII characters.', { place: 'Idempotency-Key' }))
  const digest = (of: string): string => createHash('sha256').update(of).digest('hex')
  // Only digests are kept: a key may be anything, and a path may hold names.
  return {
    principalId: ctx.actor.id,
    route: `POST ${url.pathname}`,
    key: digest(key),
    requestHash: digest(`${url.search}\n${text}`),
    turn: 0,
  }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  if (status === 204) return new Response(null, { status, headers: { ...API_HEADERS, ...headers } })
  return new Response(JSON.stringify(body), { status, headers: { ...API_HEADERS, 'Content-Type': 'application/json', ...headers } })
}

import './settings'
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { makeToken, secretHash } from '@/lib/crypto/bearer-token'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { ProblemAnswer } from '@/lib/schemas/api/common'
import { OPERATIONS, type Operation } from '@/lib/schemas/api/operations'
import { refusalsOf } from '@/lib/schemas/openapi'
import { aToken, type TokenOptions } from './people'
import { TEST_ORIGIN } from './settings'

process.env.GIT_SHA ||= '3f2a9c1d5b7e8f60a1b2c3d4e5f60718293a4b5c'
process.env.BUILD_DATE ||= '2026-11-21T12:00:00Z'
process.env.APP_VERSION ||= '0.1.0'

/** A token with its secret, as a pipeline has one. */
export async function aBearer(maker: Ctx, options: TokenOptions): Promise<{ id: string; secret: string; ctx: Ctx }> {
  const ctx = await aToken(maker, options)
  const secret = makeToken()
  const id = ctx.actor.token?.id as string // aToken made it
  const { createdById, actsAsId } = await db.apiToken.findUniqueOrThrow({ where: { id } })
  // The hash of a token never changes, so the one with a known secret is another row.
  const copy = await db.apiToken.create({
    data: {
      actsAsId,
      createdById,
      name: 'pipeline',
      prefix: secret.slice(0, 8),
      lastFour: secret.slice(-4),
      secretHash: secretHash(secret),
      systemId: options.systemId ?? null,
      scopes: [...options.scopes],
      gates: [...(options.gates ?? [])],
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 86_400_000),
    },
    select: { id: true },
  })
  return { id: copy.id, secret, ctx }
}

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response> | Response

export type Asked = {
  query?: Record<string, string | number> | string
  /** Sent as JSON; a string as it is. */
  body?: unknown
  headers?: Record<string, string>
}

export type Answer = {
  status: number
  headers: Headers
  text: string
  body: Record<string, unknown> & {
    items?: Record<string, unknown>[]
    next?: string | null
    code?: string
    detail?: string
    place?: string
    details?: string[]
  }
}

/** The operation that an address belongs to, its id, and the parts of its path. */
function operationAt(method: string, path: string): { id: string; operation: Operation; params: Record<string, string> } {
  for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
    const found = new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(path)
    if (found && operation.method === method.toLowerCase()) {
      return {
        id,
        operation,
        params: Object.fromEntries(Object.entries(found.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)])),
      }
    }
  }
  throw new Error(`The API has no ${method} ${path}`)
}

/** The folder of a route below app/api/v1. */
export const folderOf = (path: string): string => path.replace(/\{(\w+)\}/g, '[$1]')

/**
 * Asks the API as Next would: `api(secret, 'GET /systems')`; a null secret sends no token. Whatever comes back has to be as the OpenAPI document says:
 * a good answer of the operation's schema and status, or a problem with a code that the operation documents.
 */
export async function api(
  secret: string | null,
  line: `${'GET' | 'POST' | 'DELETE'} /${string}`,
  { query = '', body, headers = {} }: Asked = {},
): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ')
  const { id, operation, params } = operationAt(method, path)
  const search =
    typeof query === 'string' ? query : new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString()
  const request = new Request(`${TEST_ORIGIN}/api/v1${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  })
  const route = (await import(/* @vite-ignore */ `${import.meta.dirname}/../../app/api/v1${folderOf(operation.path)}/route.ts`)) as Record<
    string,
    Handler
  >
  const handler = route[method]
  if (!handler) throw new Error(`${operation.path} does not answer ${method}`)
  const response = await handler(request, { params: Promise.resolve(params) })
  const text = await response.text()
  const answer: Answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: /[/+]json(?:;|$)/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {},
  }
  whatTheDocumentSays(id, operation, answer)
  return answer
}

function whatTheDocumentSays(id: string, operation: Operation, { status, headers, body, text }: Answer): void {
  expect(headers.get('cache-control'), 'nothing of the API is cached (T38)').toBe('no-store')
  if (status >= 400) {
    const problem = ProblemAnswer.parse(body)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(refusalsOf(operation), `${id} documents ${problem.code}`).toContain(problem.code)
    return
  }
  expect(status).toBe(operation.status)
  if (operation.files) expect(operation.files).toContain(headers.get('content-type')?.split(';')[0])
  else if (operation.answer === null) expect(text).toBe('')
  else if (headers.get('content-type') === 'application/json') operation.answer.parse(body)
  else expect(operation.alsoAs && headers.get('content-type')).toContain(operation.alsoAs)
}

/** An idempotency key nobody used. */
export const aKey = (): string => randomUUID()

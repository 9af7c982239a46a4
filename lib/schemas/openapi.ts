import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { REFUSAL_STATUS, type RefusalCode } from '@/lib/domain/refusal'
import { SCOPE_TITLE, SCOPES } from '@/lib/domain/scopes'
import { ProblemAnswer } from './api/common'
import { EXAMPLE_BODY, SAMPLE } from './api/examples'
import { OPERATIONS, type Operation, TAGS } from './api/operations'

/** What every operation can be refused for. */
const ALWAYS: readonly RefusalCode[] = [
  'unauthenticated',
  'not_allowed',
  'not_found',
  'invalid',
  'unknown_field',
  'secret_refused',
  'throttled',
  'busy',
]
const EVERY_BODY: readonly RefusalCode[] = ['unsupported_media_type', 'too_large']
const EVERY_POST: readonly RefusalCode[] = ['idempotency_conflict', 'busy']

const STATUS_WORDS: Record<number, string> = {
  401: 'Nobody is known by this token',
  403: 'Not allowed',
  404: 'Not found, or not to be seen: the two are answered alike',
  409: 'The facts or the policy stand in the way',
  413: 'The body is larger than 256 KiB (1 MiB where it says so)',
  415: 'The body is not application/json, or is compressed',
  422: 'The input is not right',
  429: 'Too many requests of this token; Retry-After says when to come back',
  500: 'A bug on our side; nothing of the request is in the answer or the log',
  503: 'The database is away or busy, or the audit log does not keep up; ask again with the same Idempotency-Key',
}

const INTRODUCTION = `Everything a pipeline tells Countersign, and asks it.

Send \`Authorization: Bearer csn_...\`. A token is made by an admin in the browser, for some scopes, possibly one system and some gates. What its
system does not hold is answered like what does not exist. Reads are open to a signed-in browser too.

- **Errors** are problem documents (RFC 9457) with a stable \`code\` and a sentence that says what to do.
- **Idempotency-Key**: every POST that keeps something takes one (1 to 200 visible ASCII characters, kept for 24 hours). The same request again gets the first answer, with
  \`Idempotency-Replayed: true\`; another request with the same key is refused with \`idempotency_conflict\`.
- **Lists** are pages of at most 200, newest first. \`next\` is the \`cursor\` of the following page.
- **Limits**: bodies of 256 KiB, nested at most 32 deep, and a number of requests a minute. Unknown fields are refused by name.
- **Secrets** are refused wherever they are sent, in a query string too. Name a secret by its key, never by its value.
- **People sign and seal in the browser**, never through a token.`

type Shape = Record<string, z.ZodType>

/** The names in braces of a path. */
export function pathParts(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
}

/** The body of a write: its input without what stands in the path. Refinements stay with the whole input, which the route parses. */
function bodyOf(operation: Operation): z.ZodObject | null {
  const inPath = pathParts(operation.path)
  const rest = Object.entries(operation.input.shape as Shape).filter(([name]) => !inPath.includes(name))
  if (operation.method !== 'post' || rest.length === 0) return null
  const { id, description } = operation.input.meta() ?? {}
  return z.strictObject(Object.fromEntries(rest)).meta({ ...(id ? { id: `${id}Body` } : {}), ...(description ? { description } : {}) })
}

function pick(shape: Shape, keep: (name: string) => boolean): z.ZodObject | undefined {
  const kept = Object.entries(shape).filter(([name]) => keep(name))
  return kept.length === 0 ? undefined : z.strictObject(Object.fromEntries(kept))
}

/** The refusal codes an operation can be answered with. */
export function refusalsOf(operation: Operation): RefusalCode[] {
  const body = operation.method === 'post' ? [...EVERY_BODY, ...EVERY_POST] : []
  return [...new Set([...ALWAYS, ...body, ...(operation.refusals ?? [])])]
}

function problem(status: number, codes: readonly string[]) {
  return {
    description: `${STATUS_WORDS[status] ?? 'Refused'}. Codes: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    ...([429, 503].includes(status)
      ? { headers: { 'Retry-After': { schema: { type: 'integer' as const, minimum: 1 }, description: 'Seconds.' } } }
      : {}),
    content: { 'application/problem+json': { schema: ProblemAnswer } },
  }
}

function responsesOf(operation: Operation): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(refusalsOf(operation), (code) => REFUSAL_STATUS[code])
  const refused = [...byStatus].sort(([a], [b]) => a - b).map(([status, codes]) => [String(status), problem(status, codes)])
  const replayed = {
    'Idempotency-Replayed': {
      schema: { type: 'string' as const, const: 'true' },
      description: 'Present when an earlier answer is given again.',
    },
  }
  const good = {
    description: operation.status === 204 ? 'Done' : operation.status === 201 ? 'Recorded' : 'The answer',
    ...(operation.method === 'post' ? { headers: replayed } : {}),
    ...(operation.answer
      ? {
          content: {
            'application/json': { schema: operation.answer },
            ...(operation.alsoAs ? { [operation.alsoAs]: { schema: { type: 'string' as const } } } : {}),
          },
        }
      : {}),
    ...(operation.files
      ? { content: Object.fromEntries(operation.files.map((type) => [type, { schema: { type: 'string' as const } }])) }
      : {}),
  }
  return {
    [String(operation.status)]: good,
    ...Object.fromEntries(refused),
    '500': problem(500, ['internal']),
  } as ZodOpenApiResponsesObject // every key is a status
}

const IDEMPOTENCY = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .describe('The same key again gets the first answer again.'),
})

function operationOf(id: string, operation: Operation): ZodOpenApiOperationObject {
  const inPath = pathParts(operation.path)
  const shape = operation.input.shape as Shape
  const body = bodyOf(operation)
  const path = pick(shape, (name) => inPath.includes(name))
  const query = operation.method === 'get' ? pick(shape, (name) => !inPath.includes(name)) : undefined
  const example = (EXAMPLE_BODY as Partial<Record<string, (typeof EXAMPLE_BODY)[keyof typeof EXAMPLE_BODY]>>)[id]?.(SAMPLE)
  const needs = operation.scope === null ? 'Any token may.' : `Needs the scope \`${operation.scope}\`.`
  return {
    operationId: id,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.description, needs].filter(Boolean).join('\n\n'),
    security: operation.method === 'get' ? [{ token: [] }, { session: [] }] : [{ token: [] }],
    requestParams: {
      ...(path ? { path } : {}),
      ...(query ? { query } : {}),
      ...(operation.method === 'post' ? { header: IDEMPOTENCY } : {}),
    },
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: body, ...(example ? { example } : {}) } } } }
      : {}),
    responses: responsesOf(operation),
  }
}

/** The OpenAPI 3.1 document, made of the schemas that the routes parse with. `origin` is where browsers reach the application. */
export function openApiDocument({ origin, version }: { origin: string; version: string }): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {}
  for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(id, operation) }
  }
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Countersign API',
        version,
        description: INTRODUCTION,
        license: { name: 'Not licensed for others', identifier: 'LicenseRef-Unlicensed' },
      },
      servers: [{ url: `${origin}/api/v1` }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths,
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'csn_',
            description: `An API token. Scopes: ${SCOPES.map((scope) => `\`${scope}\` (${SCOPE_TITLE[scope]})`).join('; ')}.`,
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-countersign.session',
            description: 'The session of a signed-in browser; for reads only.',
          },
        },
      },
    },
    {
      override: ({ jsonSchema }) => {
        // zod prints its long patterns beside formats that say the same, and the bounds of whole numbers, which every JSON number shares.
        if (jsonSchema.format && jsonSchema.pattern) delete jsonSchema.pattern
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      },
    },
  )
  return JSON.parse(JSON.stringify(document, withoutRepeats)) as typeof document
}

/** A reference says its pattern where it leads; zod repeats it beside the reference when that has a description of its own. */
function withoutRepeats(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$ref' in value && 'pattern' in value)) return value
  const { pattern: _, ...rest } = value
  return rest
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { REFUSAL_STATUS } from '@/lib/domain/refusal'
import { SCOPES } from '@/lib/domain/scopes'
import { OPERATIONS, type Operation } from '@/lib/schemas/api/operations'
import { openApiDocument, pathParts, refusalsOf } from '@/lib/schemas/openapi'

const document = openApiDocument({ origin: 'https://countersign.example.org', version: '1.2.3' })
const text = JSON.stringify(document)
const operations = Object.entries<Operation>(OPERATIONS)
const root = join(import.meta.dirname, '../../app/api/v1')

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
type Described = {
  operationId: string
  parameters?: { in: string; name: string; required?: boolean; description?: string; $ref?: string }[]
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> }
  responses: Record<string, { description: string; headers?: object; content?: object }>
  security: object[]
  description: string
}
const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  METHODS.flatMap((method) => (item[method] ? [{ path, method, operation: item[method] as unknown as Described }] : [])),
)

/** Every route file below app/api/v1 with the methods it answers. */
function routes(folder = root, path = ''): { path: string; method: string; source: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return routes(join(folder, entry.name), `${path}/${entry.name.replace(/^\[(\w+)\]$/, '{$1}')}`)
    if (entry.name !== 'route.ts') return []
    const source = readFileSync(join(folder, entry.name), 'utf8')
    return [...source.matchAll(/^export (?:async )?function ([A-Z]+)\(/gm)].map(([, method]) => ({
      path,
      method: (method as string).toLowerCase(),
      source,
    }))
  })
}

const names = (list: readonly { path: string; method: string }[]) => list.map(({ path, method }) => `${method} ${path}`).sort()

describe('the OpenAPI document', () => {
  it('passes the linter’s recommended rules', async () => {
    const config = await createConfig({ extends: ['recommended'], rules: { 'info-license': 'off' } })
    const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config })
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`)).toEqual([])
  })

  it('is OpenAPI 3.1 with the address and version of the running application', () => {
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { version: '1.2.3' },
      servers: [{ url: 'https://countersign.example.org/api/v1' }],
    })
  })

  it('describes every route file, and no other', () => {
    expect(names(described)).toEqual(names(routes()))
    expect(names(operations.map(([, operation]) => operation))).toEqual(names(described))
  })

  it('is made of the schema and the scope that each route parses and asks with', () => {
    for (const [id, { path, method, scope, status }] of operations) {
      const source = routes().find((route) => route.path === path && route.method === method)?.source ?? ''
      const handler = source.slice(source.indexOf(`function ${method.toUpperCase()}(`)).split(/^}/m)[0] ?? ''
      expect(handler, id).toContain(method === 'get' ? 'respondRead(' : 'respond(')
      expect(handler, id).toMatch(/schema: \w+Input,/)
      if (method !== 'get') {
        expect(handler, id).toContain(`scope: ${scope === null ? 'null' : `'${scope}'`}`)
        expect(/status: (\d+)/.exec(handler)?.[1] ?? '201', id).toBe(String(status))
      }
    }
  })

  it('names each part of a path, and takes it from the schema', () => {
    for (const { path, operation } of described) {
      const parts = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(parts.map(({ name }) => name).sort(), path).toEqual(pathParts(path).sort())
      expect(parts.every(({ required }) => required === true)).toBe(true)
    }
  })

  it('documents for every write its refusals, its key and its body', () => {
    for (const { path, method, operation } of described.filter((each) => each.method !== 'get')) {
      const source = Object.values<Operation>(OPERATIONS).find((each) => each.path === path && each.method === method) as Operation
      const codes = refusalsOf(source)
      for (const code of codes)
        expect(operation.responses[REFUSAL_STATUS[code]]?.description, `${operation.operationId} ${code}`).toContain(`\`${code}\``)
      for (const status of ['401', '403', '404', '422', '429', '500', '503'])
        expect(operation.responses[status]?.content, `${operation.operationId} ${status}`).toHaveProperty('application/problem+json')
      expect(operation.security).toEqual([{ token: [] }]) // a session changes nothing through the API (T25)
      if (method !== 'post') continue
      expect(
        operation.parameters?.find(({ name }) => name === 'Idempotency-Key'),
        operation.operationId,
      ).toMatchObject({ in: 'header' })
      expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(['application/json'])
      expect(operation.responses['409']?.description).toContain('`idempotency_conflict`')
      for (const status of ['413', '415']) expect(operation.responses[status], `${operation.operationId} ${status}`).toBeDefined()
    }
  })

  it('refuses unknown fields in every input and sends none in any answer (T24)', () => {
    const loose = Object.entries(document.components?.schemas ?? {}).filter(
      ([, schema]) => typeof schema === 'object' && 'type' in schema && schema.type === 'object' && schema.additionalProperties !== false,
    )
    expect(loose.map(([name]) => name)).toEqual([])
    for (const [id, { input }] of operations)
      expect(
        input.safeParse({ surprise: 1 }).error?.issues.some(({ code }) => code === 'unrecognized_keys'),
        id,
      ).toBe(true)
  })

  it('says of every operation what a token needs, and offers every scope for something', () => {
    const needed = new Set(operations.flatMap(([, { scope }]) => scope ?? []))
    expect([...needed].sort()).toEqual([...SCOPES].sort())
    for (const { operation } of described) expect(operation.description).toMatch(/Needs the scope `[a-z:]+`\.|Any token may\./)
  })

  it('offers nobody a way to sign, seal or approve through a token', () => {
    expect(
      described
        .filter(({ path, operation }) => /sign|seal|approve|decline|withdraw/i.test(`${path} ${operation.operationId}`))
        .map(({ operation }) => operation.operationId),
    ).toEqual(['withdrawException']) // one's own filing, taken back: it takes no signature away that counts
  })

  it('states lengths and patterns, and no pattern beside a format that says the same', () => {
    const schemas = document.components?.schemas as Record<string, { pattern?: string; format?: string; maxLength?: number }>
    expect(schemas.GitSha).toMatchObject({ maxLength: 64, pattern: expect.any(String) })
    expect(schemas.Instant).toMatchObject({ format: 'date-time' })
    expect(schemas.Instant).not.toHaveProperty('pattern')
    expect(text.includes('02-29'), 'the long pattern of ISO dates').toBe(false)
    expect(text.includes('9007199254740991')).toBe(false)
  })

  it('every input is a plain object of named fields', () => {
    for (const [id, { input }] of operations) expect(input, id).toBeInstanceOf(z.ZodObject)
  })
})

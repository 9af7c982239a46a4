import { describe, expect, it } from 'vitest'
import { referenceOf } from '@/components/api/reference'
import { boundsOf, fieldsOf, nameOf, withoutNull } from '@/components/api/shape'
import { OPERATIONS } from '@/lib/schemas/api/operations'
import { openApiDocument } from '@/lib/schemas/openapi'

const document = openApiDocument({ origin: 'https://countersign.example.org', version: '1.2.3' })
const { introduction, tags, shapes } = referenceOf(document)
const operations = tags.flatMap((tag) => tag.operations)

describe('the page of the API', () => {
  it('has every operation once, under its tag, with its own path, answers and scope', () => {
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(OPERATIONS).sort())
    for (const { id, method, path, answers, paragraphs } of operations) {
      const operation = OPERATIONS[id as keyof typeof OPERATIONS]
      expect([method.toLowerCase(), path]).toEqual([operation.method, operation.path])
      expect(answers.map(({ status }) => status)).toContain(String(operation.status))
      expect(paragraphs.at(-1)).toMatch(/scope|Any token/)
    }
    expect(introduction).toContain('Idempotency-Key')
  })

  it('has a place for every shape it links to', () => {
    const places = new Set(shapes.map(({ name }) => name))
    const links = [...JSON.stringify({ operations, shapes }).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => nameOf(ref as string))
    expect(links.length).toBeGreaterThan(20)
    expect(links.filter((name) => !places.has(name))).toEqual([])
  })

  it('shows the fields of a body with what is required, and none twice', () => {
    const { body } = operations.find(({ id }) => id === 'registerRelease') ?? { body: [] }
    expect(body.filter(({ required }) => required).map(({ name }) => name)).toEqual(['version', 'gitSha', 'artefact', 'buildDate'])
    for (const { name, fields } of shapes) expect(new Set(fields.map((field) => field.name)).size, name).toBe(fields.length)
  })
})

describe('schemas in words', () => {
  it('names fields of inner objects by their way', () => {
    const inner = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
    expect(fieldsOf({ properties: { gates: { items: inner }, at: { anyOf: [inner, { type: 'null' }] } } }).map(({ name }) => name)).toEqual(
      ['gates', 'gates[].id', 'at', 'at.id'],
    )
  })

  it('takes null apart from what else a value may be', () => {
    expect(withoutNull({ type: ['string', 'null'] })).toEqual({ schema: { type: 'string' }, nullable: true })
    expect(withoutNull({ anyOf: [{ $ref: '#/x' }, { type: 'null' }] })).toEqual({ schema: { $ref: '#/x' }, nullable: true })
    expect(withoutNull({ type: 'string' }).nullable).toBe(false)
  })

  it('says bounds that mean something', () => {
    expect(boundsOf({ minLength: 1, maxLength: 500 })).toBe('1 to 500 characters')
    expect(boundsOf({ minimum: 0, maximum: 255 })).toBe('at most 255')
    expect(boundsOf({ format: 'uuid' })).toBe('UUID')
    expect(boundsOf({ format: 'date-time' })).toBe('')
    expect(boundsOf({ maxItems: 500 })).toBe('at most 500 of them')
  })
})

import type { openApiDocument } from '@/lib/schemas/openapi'
import { type Field, fieldsOf, nameOf, type Schema } from './shape'

type Document = ReturnType<typeof openApiDocument>

/** One call of the API, as the page shows it. */
export type ApiOperation = {
  id: string
  method: string
  path: string
  summary: string
  paragraphs: string[]
  /** Parts of the address, its query and headers. */
  asked: Field[]
  body: Field[]
  answers: { status: string; text: string; schema: Schema | null }[]
}

export type ApiTag = { name: string; text: string; operations: ApiOperation[] }
export type ApiShape = { name: string; schema: Schema; fields: Field[] }
export type ApiReference = { introduction: string; tags: ApiTag[]; shapes: ApiShape[] }

type Described = {
  operationId: string
  tags: readonly string[]
  summary: string
  description: string
  parameters?: readonly { name: string; required?: boolean; schema: Schema; description?: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>
}

/** The OpenAPI document laid out for reading: operations by their tag in the document's order, and the shapes that have a name. */
export function referenceOf(document: Document): ApiReference {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema> // made of zod schemas; Schema names what those use
  const known = (schema: Schema): Schema => (schema.$ref ? (schemas[nameOf(schema.$ref)] ?? schema) : schema)
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) => {
      const described = item[method] as unknown as Described | undefined // every operation is made by operationOf
      return described ? [{ tag: described.tags[0], operation: toOperation(method, path, described, known) }] : []
    }),
  )
  return {
    introduction: document.info.description ?? '',
    tags: (document.tags ?? []).map(({ name, description }) => ({
      name,
      text: description ?? '',
      operations: operations.filter(({ tag }) => tag === name).map(({ operation }) => operation),
    })),
    shapes: Object.entries(schemas)
      .filter(([name]) => !name.endsWith('Body')) // shown with the call that takes it
      .map(([name, schema]) => ({ name, schema, fields: fieldsOf(schema) }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en')),
  }
}

function toOperation(method: string, path: string, described: Described, known: (schema: Schema) => Schema): ApiOperation {
  const body = described.requestBody?.content['application/json']?.schema
  return {
    id: described.operationId,
    method: method.toUpperCase(),
    path,
    summary: described.summary,
    paragraphs: described.description.split('\n\n'),
    asked: (described.parameters ?? []).map(({ name, required, schema, description }) => ({
      name,
      required: required ?? false,
      schema: description ? { ...schema, description } : schema,
    })),
    body: body ? fieldsOf(known(body)) : [],
    answers: Object.entries(described.responses).map(([status, { description, content }]) => ({
      status,
      text: Number(status) < 400 ? `${description}.` : description,
      schema: Number(status) < 400 ? (content?.['application/json']?.schema ?? null) : null,
    })),
  }
}

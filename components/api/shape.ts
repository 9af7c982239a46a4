/** As much of a JSON Schema (OpenAPI 3.1) as the document of ours uses. */
export type Schema = {
  $ref?: string
  type?: string | readonly string[]
  format?: string
  description?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  maxItems?: number
}

/** One field of an object, an inner one by its way there: `gates[].id`. */
export type Field = { name: string; schema: Schema; required: boolean }

/** The name behind a reference to a shape. */
export const nameOf = (ref: string): string => ref.split('/').at(-1) as string // split gives one part at least

/** Where a shape stands on the page. */
export const anchorOf = (name: string): string => `shape-${name}`

/** A schema that may be null, without that. */
export function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const rest = schema.anyOf?.filter(({ type }) => type !== 'null')
  if (schema.anyOf && rest?.length === 1 && rest.length < schema.anyOf.length) return { schema: rest[0] as Schema, nullable: true }
  if (Array.isArray(schema.type) && schema.type.includes('null'))
    return { schema: { ...schema, type: schema.type.find((type) => type !== 'null') }, nullable: true }
  return { schema, nullable: false }
}

/** Every field of an object, with those of objects that have no name of their own below theirs. */
export function fieldsOf(schema: Schema, before = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, each]) => {
    const name = `${before}${key}`
    const { schema: plain } = withoutNull(each)
    const inner = plain.items ? { schema: plain.items, before: `${name}[].` } : { schema: plain, before: `${name}.` }
    return [
      { name, schema: each, required: schema.required?.includes(key) ?? false },
      ...(inner.schema.properties ? fieldsOf(inner.schema, inner.before) : []),
    ]
  })
}

/** The bounds of a value, in words; empty where there are none worth saying. */
export function boundsOf({ minLength, maxLength, minimum, maximum, maxItems, pattern, format }: Schema): string {
  const between = (from: number | undefined, to: number | undefined, noun: string): string | null => {
    if (to === undefined) return from === undefined || from === 0 ? null : `at least ${from}${noun}`
    return from === undefined || from === 0 ? `at most ${to.toLocaleString('en')}${noun}` : `${from} to ${to.toLocaleString('en')}${noun}`
  }
  return [
    format && format !== 'date-time' ? format.toUpperCase() : null,
    pattern ? null : between(minLength, maxLength, ' characters'),
    between(minimum, maximum, ''),
    between(undefined, maxItems, ' of them'),
  ]
    .filter((part) => part !== null)
    .join(', ')
}

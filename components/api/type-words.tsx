import { Fragment } from 'react'
import { anchorOf, boundsOf, nameOf, type Schema, withoutNull } from './shape'

const PLAIN: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
}

/** What a value may be, in words, with links to the shapes that have a name. */
export function TypeWords({ schema }: { schema: Schema }) {
  const { schema: plain, nullable } = withoutNull(schema)
  return (
    <>
      <Core schema={plain} />
      {nullable ? ' or null' : null}
      {plain.default === undefined || JSON.stringify(plain.default) === '[]' ? null : (
        <>
          , without: <code>{String(plain.default)}</code>
        </>
      )}
    </>
  )
}

function Core({ schema }: { schema: Schema }) {
  if (schema.$ref) {
    const name = nameOf(schema.$ref)
    return (
      <a className="link" href={`#${anchorOf(name)}`}>
        {name}
      </a>
    )
  }
  if (schema.const !== undefined) return <code>{String(schema.const)}</code>
  if (schema.enum) return <Choices values={schema.enum} />
  if (schema.items) {
    return (
      <>
        list of {schema.items.properties ? 'objects' : <Core schema={schema.items} />}
        <Bounds schema={schema} />
      </>
    )
  }
  if (schema.anyOf) {
    return schema.anyOf.map((each, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the alternatives of one schema have no other identity.
      <Fragment key={index}>
        {index > 0 ? ' or ' : null}
        <TypeWords schema={each} />
      </Fragment>
    ))
  }
  if (schema.format === 'date-time') return 'instant'
  return (
    <>
      {PLAIN[String(schema.type)] ?? 'anything'}
      <Bounds schema={schema} />
    </>
  )
}

function Choices({ values }: { values: readonly unknown[] }) {
  return values.map((value, index) => (
    <Fragment key={String(value)}>
      {index > 0 ? ', ' : null}
      <code>{String(value)}</code>
    </Fragment>
  ))
}

function Bounds({ schema }: { schema: Schema }) {
  const words = boundsOf(schema)
  return (
    <>
      {words ? `, ${words}` : null}
      {schema.pattern ? (
        <>
          , as <code className="break-all">{schema.pattern}</code>
        </>
      ) : null}
    </>
  )
}

import { Fragment } from 'react'
import { Words } from '@/components/policy/words'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { FieldTable } from './field-table'
import type { ApiOperation } from './reference'
import type { Schema } from './shape'
import { TypeWords } from './type-words'

/** One call: what it is for, how it is typed, and folded below that every field and answer. */
export function OperationEntry({ operation, curl }: { operation: ApiOperation; curl: string }) {
  const { id, method, path, summary, paragraphs, asked, body, answers } = operation
  return (
    <article
      id={id}
      aria-labelledby={`${id}-title`}
      className="border-line grid scroll-mt-16 grid-cols-[minmax(0,1fr)] gap-2 border-b py-5 last:border-b-0"
    >
      <h3 className="bb" id={`${id}-title`}>
        {summary}
      </h3>
      <p className="break-words">
        <code>
          <b className="bb">{method}</b> /api/v1{path}
        </code>
      </p>
      {paragraphs.map((text) => (
        <p key={text} className="c2">
          <Words text={text} />
        </p>
      ))}
      <CodeBlock code={curl} label={`curl: ${summary}`} />
      <Disclosure summary={<span className="[overflow-wrap:anywhere]">Fields and answers of {path}</span>}>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          {asked.length > 0 ? <FieldTable caption="In the address and headers" fields={asked} asked /> : null}
          {body.length > 0 ? <FieldTable caption="In the body" fields={body} asked /> : null}
          <dl className="kv">
            {answers.map(({ status, text, schema }) => (
              <div className="contents" key={status}>
                <dt className="num">{status}</dt>
                <dd>
                  <Words text={text} />
                  {schema ? (
                    <>
                      {' '}
                      <AnswerWords schema={schema} />
                    </>
                  ) : null}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      </Disclosure>
    </article>
  )
}

/** An answer by its name, or its fields where it has none: a page of a list. */
function AnswerWords({ schema }: { schema: Schema }) {
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) return <TypeWords schema={schema} />
  return fields.map(([name, each], index) => (
    <Fragment key={name}>
      {index > 0 ? '; ' : null}
      <code>{name}</code>: <TypeWords schema={each} />
    </Fragment>
  ))
}

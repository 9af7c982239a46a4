import { Words } from '@/components/policy/words'
import { DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { FieldTable } from './field-table'
import type { ApiShape } from './reference'
import { anchorOf } from './shape'
import { TypeWords } from './type-words'

/** The shapes that have a name: plain values in one table, objects folded with their fields. A link to one opens it. */
export function ShapeList({ shapes }: { shapes: readonly ApiShape[] }) {
  const values = shapes.filter(({ fields }) => fields.length === 0)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <DataTable
        caption="Values"
        flow
        rows={values}
        rowKey={({ name }) => name}
        columns={[
          {
            key: 'name',
            header: 'Value',
            rowHeader: true,
            cell: ({ name }) => (
              <code id={anchorOf(name)} className="scroll-mt-16">
                {name}
              </code>
            ),
          },
          { key: 'type', header: 'Is', cell: ({ schema }) => <TypeWords schema={schema} /> },
          {
            key: 'means',
            header: 'Means',
            phoneLabel: false,
            cell: ({ schema }) => (schema.description ? <Words text={schema.description} /> : null),
          },
        ]}
      />
      <ul className="grid gap-1">
        {shapes
          .filter(({ fields }) => fields.length > 0)
          .map(({ name, schema, fields }) => (
            <li key={name}>
              <Disclosure summary={<code>{name}</code>}>
                <div id={anchorOf(name)} className="grid scroll-mt-20 grid-cols-[minmax(0,1fr)] gap-2">
                  {schema.description ? (
                    <p className="c2">
                      <Words text={schema.description} />
                    </p>
                  ) : null}
                  <FieldTable caption={`Fields of ${name}`} fields={fields} />
                </div>
              </Disclosure>
            </li>
          ))}
      </ul>
    </div>
  )
}

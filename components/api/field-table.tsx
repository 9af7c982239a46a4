import { Words } from '@/components/policy/words'
import { DataTable } from '@/components/ui/data-table'
import type { Field } from './shape'
import { TypeWords } from './type-words'

/** Fields with what each may be and means; `asked` says which have to be sent. */
export function FieldTable({ caption, fields, asked = false }: { caption: string; fields: readonly Field[]; asked?: boolean }) {
  return (
    <DataTable
      caption={caption}
      showCaption={asked}
      flow
      rows={fields}
      rowKey={({ name }) => name}
      columns={[
        {
          key: 'name',
          header: 'Field',
          rowHeader: true,
          cell: ({ name, required }) => (
            <>
              <code className="break-all">{name}</code>
              {asked ? <span className="c3 t-xs block">{required ? 'required' : 'optional'}</span> : null}
            </>
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
  )
}

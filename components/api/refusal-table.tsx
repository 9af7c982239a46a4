import { Words } from '@/components/policy/words'
import { DataTable } from '@/components/ui/data-table'

export type RefusalRow = { code: string; status: number; title: string }

/** What a program does with an answer of each status. */
const DOES: Record<number, string> = {
  401: 'Stop: the token has to be replaced.',
  403: 'Stop: another token, or a person, has to do it.',
  404: 'Check the address, and which system the token is for.',
  405: 'Use a method that `Allow` names.',
  409: 'Stop and show `detail`: the facts have to change first.',
  413: 'Send less.',
  415: 'Send JSON, uncompressed.',
  422: 'Put right what `place` names. Nothing was kept.',
  429: 'Wait as long as `Retry-After` says.',
  500: 'Ask again with the same key; if it stays, pass on `instance`.',
  503: 'Wait as long as `Retry-After` says, then ask again with the same key.',
}

/** Every code a problem document can have; its `type` leads to the row (`#code`). */
export function RefusalTable({ rows }: { rows: readonly RefusalRow[] }) {
  return (
    <DataTable
      caption="Codes of refusals"
      flow
      rows={rows}
      rowKey={({ code }) => code}
      columns={[
        {
          key: 'code',
          header: 'Code',
          rowHeader: true,
          cell: ({ code }) => (
            <code id={code} className="scroll-mt-16">
              {code}
            </code>
          ),
        },
        { key: 'status', header: 'Status', cell: ({ status }) => <span className="num">{status}</span> },
        { key: 'title', header: 'Says', cell: ({ title }) => title },
        { key: 'does', header: 'What a program does', cell: ({ status }) => <Words text={DOES[status] ?? ''} /> },
      ]}
    />
  )
}

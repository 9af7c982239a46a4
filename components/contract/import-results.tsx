import { KeyName } from '@/components/system/key-name'
import { CodeBlock } from '@/components/ui/code-block'
import { DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import type { ContractComparison } from '@/lib/domain/contract/compare'
import type { Imported, ImportedVariable } from '@/lib/domain/contract/imported'
import { plural } from '@/lib/format'

export type ImportResult = { imported: Imported; compared: ContractComparison; yaml: string }

/** What a file and the policy say differently, and what could be copied into the policy. Names only. */
export function ImportResults({ result: { imported, compared, yaml }, fileName }: { result: ImportResult; fileName: string }) {
  const { fresh, missing, different, same } = compared
  const leftOut = fresh.filter(({ note }) => note !== null).length
  return (
    <>
      {imported.problems.length > 0 || imported.envFiles.length > 0 ? (
        <Section title="What was not read" aside={plural(imported.problems.length, 'place')} className="mt-6">
          <ul>
            {imported.problems.map(({ line, what }) => (
              <li key={`${line} ${what}`} className="border-line border-b py-2">
                <Status status="warn" long plain>
                  {line === null ? '' : `Line ${line}: `}
                  {what}
                </Status>
              </li>
            ))}
            {imported.envFiles.length > 0 ? (
              <li className="py-2">
                It names files with values, which were not read: <code>{imported.envFiles.join(', ')}</code>.
              </li>
            ) : null}
          </ul>
        </Section>
      ) : null}
      <Section title="New: not in the policy" aside={plural(fresh.length, 'variable')} className="mt-6">
        <DataTable
          caption="Variables the policy does not have"
          columns={[
            { key: 'name', header: 'Variable', rowHeader: true, cell: ({ variable }) => <KeyName name={variable.name} /> },
            { key: 'where', header: 'Where', cell: ({ variable }) => whereWords(variable) },
            {
              key: 'class',
              header: 'Class',
              cell: ({ variable }) => (variable.secret === true ? 'secret' : 'config, as far as its name says'),
            },
            { key: 'note', header: 'Note', cell: ({ note }) => note ?? 'None.' },
          ]}
          rows={fresh}
          rowKey={({ variable }) => variable.name}
          flow
          empty={<p className="c2 py-3">Everything in the file is in the policy.</p>}
        />
        {yaml === '' ? null : (
          <div className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-2">
            <p className="c2">
              A proposal to copy into <code>{fileName}</code>, under its own <code>variables:</code>. It loads as it is; mend descriptions,
              owners and rules. Every entry is marked as assumed until a document says it.
              {leftOut > 0 ? ` Left out for their names: ${plural(leftOut, 'variable')}.` : ''}
            </p>
            <CodeBlock code={yaml} label="Proposal for the policy, YAML" tall />
          </div>
        )}
      </Section>
      <Section title="Missing: only in the policy" aside={plural(missing.length, 'variable')} className="mt-6">
        <DataTable
          caption="Variables the file does not have"
          columns={[
            { key: 'name', header: 'Variable', rowHeader: true, cell: ({ name }) => <KeyName name={name} /> },
            {
              key: 'required',
              header: 'Required on',
              cell: ({ requiredIn }) => (requiredIn.length === 0 ? 'no profile' : requiredIn.join(', ')),
            },
          ]}
          rows={missing}
          rowKey={({ name }) => name}
          empty={<p className="c2 py-3">The file names everything the policy has.</p>}
        />
      </Section>
      <Section title="Of another kind" aside={plural(different.length, 'variable')} className="mt-6">
        <DataTable
          caption="Variables of which file and policy say different things"
          columns={[
            { key: 'name', header: 'Variable', rowHeader: true, cell: ({ name }) => <KeyName name={name} /> },
            { key: 'line', header: 'Line', cell: ({ line }) => line ?? 'unknown' },
            { key: 'how', header: 'How', cell: ({ how }) => how.join(' ') },
          ]}
          rows={different}
          rowKey={({ name }) => name}
          flow
          empty={<p className="c2 py-3">Of what both have, file and policy say the same.</p>}
        />
      </Section>
      {same.length > 0 ? (
        <div className="mt-4">
          <Disclosure summary={`The same in both (${same.length})`}>
            <p className="c2">{same.join(', ')}</p>
          </Disclosure>
        </div>
      ) : null}
    </>
  )
}

const whereWords = ({ line, under }: ImportedVariable): string =>
  [...(line === null ? [] : [`line ${line}`]), ...(under.length === 0 ? [] : [under.join(', ')])].join(', ') || 'in the file'

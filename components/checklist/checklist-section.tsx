import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { plural } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { ChecklistView, RunRow, TemplateRow } from '@/lib/queries/checklists'
import { routes } from '@/lib/routes'
import { ImportForm, StartChoiceForm } from './step-forms'

const TEMPLATES: Column<TemplateRow>[] = [
  { key: 'number', header: 'Version', rowHeader: true, cell: (row) => `Version ${row.number}, ${row.title}` },
  { key: 'file', header: 'File', cell: (row) => <code>{row.fileName}</code> },
  { key: 'items', header: 'Items', align: 'right', cell: (row) => row.items },
  { key: 'hash', header: 'SHA-256', cell: (row) => <Hash hash={row.hash} groups={2} /> },
  { key: 'by', header: 'Imported by', cell: (row) => row.importedBy.name },
  { key: 'at', header: 'When', nowrap: true, cell: (row) => <Time at={row.importedAt} /> },
]

const runColumns = (slug: string): Column<RunRow>[] => [
  {
    key: 'release',
    header: 'Release',
    rowHeader: true,
    cell: (row) => (
      <Link className="link" href={routes.systemChecklist(slug, row.id)}>
        <span className="mono">{row.version}</span> to {row.profile}
      </Link>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: ({ counts }) => (
      <Status status={counts.failed > 0 ? 'fail' : counts.open === 0 ? 'pass' : 'waiting'}>
        {counts.failed > 0 ? `${counts.failed} failed, ` : ''}
        {counts.done} of {counts.total} done
      </Status>
    ),
  },
  { key: 'by', header: 'Started by', cell: (row) => row.startedBy },
  { key: 'at', header: 'Started', nowrap: true, cell: (row) => <Time at={row.startedAt} /> },
]

/** One checklist of a system: what it guards, its items, its imported versions, its runs. */
export function ChecklistSection({
  slug,
  view,
  older,
  newest,
  releases,
  sources,
  actions,
}: {
  slug: string
  view: ChecklistView
  /** Addresses of the page of older runs, and of the first. */
  older: string | null
  newest: string | null
  releases: readonly string[]
  sources: readonly SourceTitle[]
  actions: { importTemplate: FormAction; start: FormAction }
}) {
  const { list } = view
  const missing = list.external && view.templates.length === 0
  return (
    <Section
      title={list.title}
      aside={view.items.length > 0 ? `${plural(view.items.length, 'item')}, ${list.ordered ? 'in order' : 'in any order'}` : undefined}
      id={list.id}
    >
      <div className="my-3 grid gap-2">
        {missing ? (
          <Status status="waiting" long>
            <code>{list.file}</code> is not imported, so{' '}
            {view.gates.length > 0 ? `the gate ${view.gates.join(' and ')} stays closed` : 'nobody can walk through it'}.
          </Status>
        ) : null}
        <p className="t-xs c2">
          {view.gates.length > 0 ? `Asked for by ${view.gates.join(' and ')}. ` : ''}For {view.profiles.join(', ')}.{' '}
          <SourceNote provenance={list} sources={sources} />
        </p>
        <div className="btns">
          {list.external ? (
            <ImportForm
              action={actions.importTemplate}
              system={slug}
              checklist={list.id}
              fileName={list.file ?? `${list.id}.md`}
              whyNot={view.whyNotImport}
            />
          ) : null}
          <StartChoiceForm
            action={actions.start}
            system={slug}
            checklist={list.id}
            title={list.title}
            releases={releases}
            profiles={view.profiles}
            whyNot={view.whyNotStart}
          />
        </div>
      </div>
      {view.items.length > 0 ? (
        <Disclosure summary="Its items">
          <ol className="grid gap-1.5">
            {view.items.map((item, index) => (
              <li key={item.id} className="grid grid-cols-[44px_minmax(0,1fr)_auto] gap-2">
                <span className="mono c3">{item.number ?? index + 1}</span>
                <span className={item.parent ? 'pl-4' : undefined}>
                  <Words text={item.text} />
                  {item.command ? <code className="c3 block">{item.command}</code> : null}
                </span>
                <span className="t-xs c3">{item.phase}</span>
              </li>
            ))}
          </ol>
        </Disclosure>
      ) : null}
      {list.external && view.templates.length > 0 ? (
        <div className="mt-4">
          <DataTable
            caption={`Imported versions of ${list.title}`}
            showCaption
            columns={TEMPLATES}
            rows={view.templates}
            rowKey={({ id }) => id}
          />
        </div>
      ) : null}
      <div className="mt-4">
        <DataTable
          caption={`Runs of ${list.title}`}
          showCaption
          columns={runColumns(slug)}
          rows={view.runs}
          rowKey={({ id }) => id}
          empty={<EmptyState>Nobody has walked through it yet.</EmptyState>}
        />
        <Pagination next={older} first={newest} label={`Pages of runs of ${list.title}`} />
      </div>
    </Section>
  )
}

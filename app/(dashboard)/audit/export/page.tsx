import { ExportDownload } from '@/components/export/export-download'
import { ExportForm } from '@/components/export/export-form'
import { askedWords, FORMAT_WORDS } from '@/components/export/export-words'
import { Page } from '@/components/layout/page'
import { Banner, EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { type ExportAsked, isPart } from '@/lib/domain/trail-export'
import { formatNumber, listWords, plural } from '@/lib/format'
import { nameOfFile } from '@/lib/queries/trail-export/file'
import type { ListedExport } from '@/lib/queries/trail-export/open'
import { type ExportStart, getExportStart } from '@/lib/queries/trail-export/start'
import { routes } from '@/lib/routes'
import { askedInAddress } from '@/lib/schemas/trail-export'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { exportTrailAction } from './actions'

export const metadata = { title: 'Export the trail' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const CRUMBS = [{ label: 'Audit', href: routes.audit() }, { label: 'Export' }]

/** What do I take away, in which form, and how does whoever gets it check it? */
export default async function ExportPage({ searchParams }: Props) {
  const params = await searchParams
  const { asked: whole, ignored } = askedInAddress(params)
  const viewer = await requireViewer(routes.auditExport())
  // What looks like a secret is neither searched for nor shown again (T18).
  const secret = whyNotSecret({ q: whole.q ?? '', subject: whole.subject ?? '' })
  const asked: ExportAsked = secret ? { ...whole, q: undefined, subject: undefined } : whole
  const start = await getExportStart(viewer, asked)
  if (!start.everything && start.systems.length === 0)
    return (
      <Page crumbs={CRUMBS} layout="read">
        <PageHead title="Export the trail" lead="You may not read it yet." />
        <EmptyState big>
          The trail of a system is read with a role on it, and you hold none. An admin grants roles; an auditor’s is enough to export.
        </EmptyState>
      </Page>
    )
  const made = start.exports.find(({ id }) => id === params.export)
  const { first, last, ...filter } = asked
  return (
    <Page crumbs={CRUMBS} layout="read">
      <PageHead
        title="Export the trail"
        lead="An export goes on the record itself: who made it, in which form, how narrowed and up to which entry."
      />
      {secret ? <Banner status="denied" title={secret.sentence} /> : null}
      {ignored.length > 0 ? (
        <Banner status="warn" title={`The address holds what says nothing here: ${ignored.join(', ')}.`}>
          <p>It was left out.</p>
        </Banner>
      ) : null}
      {made ? <Made made={made} /> : null}
      {params.export !== undefined && !made ? (
        <Banner status="na" title="That export is not among your newest ones. Make it again." />
      ) : null}
      <Section
        title={made ? 'Another export' : 'What is exported'}
        aside={
          isPart(asked) ? (
            <>
              <Link className="link" href={routes.audit(filter)}>
                See it as a list
              </Link>
              {' · '}
              <Link className="link" href={routes.auditExport()}>
                Export all instead
              </Link>
            </>
          ) : (
            <Link className="link" href={routes.audit()}>
              Narrow it in the list
            </Link>
          )
        }
      >
        <KeyValue className="py-3" items={itemsOf(start, asked)} />
        <ExportForm
          action={exportTrailAction}
          asked={asked}
          size={start.log.size}
          another={made?.isOpen}
          whyNot={
            start.log.size === 0
              ? { sentence: 'Nothing has its place in the log yet. That takes a second; then open this page again.' }
              : null
          }
        />
      </Section>
      <Section title="Made before" aside="Each can be fetched for a day" className="mt-6">
        <DataTable
          caption="Exports you made"
          rows={start.exports}
          rowKey={({ id }) => id}
          current={made?.id}
          empty={<EmptyState>You made no export yet.</EmptyState>}
          columns={[
            { key: 'at', header: 'Made', rowHeader: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
            { key: 'form', header: 'Form', cell: ({ format }) => FORMAT_WORDS[format].name },
            { key: 'what', header: 'What', cell: ({ asked: of }) => narrowed(of) },
            { key: 'size', header: 'Up to', align: 'right', cell: ({ size }) => <span className="num">#{formatNumber(size)}</span> },
            {
              key: 'fetch',
              header: <span className="sr">Fetch</span>,
              phoneLabel: false,
              align: 'right',
              cell: ({ id, isOpen, asked: of }) =>
                isOpen ? (
                  <Link className="link" href={routes.auditExport({ ...of, export: id })}>
                    Open
                  </Link>
                ) : (
                  <span className="c3">Over</span>
                ),
            },
          ]}
        />
      </Section>
    </Page>
  )
}

function Made({ made }: { made: ListedExport }) {
  const { name, hint } = FORMAT_WORDS[made.format]
  return (
    <Section title={`${name}, up to entry #${formatNumber(made.size)}`} aside={<Time at={made.createdAt} />} className="mb-6">
      <p className="c2 py-3">
        {narrowed(made.asked)}. {hint}
      </p>
      {made.isOpen ? (
        <ExportDownload
          id={made.id}
          format={made.format}
          length={made.length}
          name={nameOfFile(made.format, new Date(made.createdAt), made.size)}
        />
      ) : (
        <p className="c2">It is more than a day old and can no longer be fetched. Make a new one.</p>
      )}
      {made.format === 'bundle' ? (
        <p className="t-xs c3 mt-3">
          Unpack it and run <code>node countersign.mjs verify .</code> in its folder: no network, nothing to install. What that proves and
          what it does not is said on{' '}
          <Link className="link" href={routes.auditProves()}>
            What the record proves
          </Link>
          .
        </p>
      ) : null}
    </Section>
  )
}

const narrowed = (asked: ExportAsked): string => {
  const words = askedWords(asked).map(({ label, value }) => `${label.toLowerCase()} ${value}`)
  return words.length === 0 ? 'Everything you may read' : `Only ${words.join(', ')}`
}

function itemsOf({ log, systems, everything, actor, system }: ExportStart, asked: ExportAsked) {
  const whose = everything ? 'every system, people, tokens and sign-ins' : `${listWords(systems)}; of the rest of the log, hashes`
  return [
    ...askedWords(asked, { actor, system }),
    { label: 'You read', value: whose },
    {
      label: 'Stands on',
      value:
        log.checkpointAt === null ? (
          'no checkpoint yet'
        ) : (
          <>
            the checkpoint at entry #{formatNumber(log.size)}, <Time at={log.checkpointAt} />
          </>
        ),
    },
    ...(log.pending > 0
      ? [{ label: 'Not in it', value: `${plural(log.pending, 'entry', 'entries')} still waiting for a place in the log` }]
      : []),
  ]
}

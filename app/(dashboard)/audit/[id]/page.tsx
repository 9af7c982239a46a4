import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { Bit, changesTitle, EntryChanges, EntryFacts, EntryText, RecordedFields, SaidAt, toldChanges } from '@/components/audit/entry-parts'
import { Chain, Proof } from '@/components/audit/log-place'
import { RedactForm } from '@/components/audit/redact-form'
import { subjectHref } from '@/components/audit/subject-link'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { CopyButton } from '@/components/ui/copy-button'
import { Hash } from '@/components/ui/hash'
import { KeyValue } from '@/components/ui/key-value'
import { PageHead } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { requireViewer } from '@/lib/auth/session'
import { sha256Hex } from '@/lib/domain/canonical'
import { entryKey, entryName } from '@/lib/domain/trail'
import { type AuditDetail, getAuditEntry } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { noteRead } from '@/lib/usecases/trail/record-read'
import { redactTextAction } from '../actions'

export const metadata = { title: 'Audit entry' }

type Props = { params: Promise<{ id: string }> }

/**
 * What exactly was recorded, and what proves it? One entry, by its number in the log or its id, in one plain sentence; then every fact, its place in
 * the log with the proof, then the bytes that its digest is made of.
 */
export default async function AuditEntryPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.auditEntry(id))
  const entry = await getAuditEntry(viewer, id)
  if (!entry) notFound()
  const { row } = entry
  await noteRead(
    viewer.ctx,
    {
      entry: { id: row.id, system: row.where.system, own: row.action === 'trail.read' && row.who.id === viewer.actor.id },
      referer: (await headers()).get('referer'),
      address: routes.auditEntry(id),
    },
    viewer.now,
  )
  const key = entryKey(row)
  const name = entryName(row)
  const href = subjectHref(entry.row)
  const changes = toldChanges(entry)
  return (
    <Page crumbs={[{ label: 'Audit', href: routes.audit() }, { label: `Entry ${name}` }]} layout="read">
      <PageHead
        title={`Entry ${name}`}
        actions={
          <>
            {href ? <LinkButton href={href}>Open {entry.row.what.label}</LinkButton> : null}
            <LinkButton href={routes.audit({ entry: key })}>Show in the trail</LinkButton>
            <CopyButton text={routes.auditEntry(key)} link variant="default" size="md" label="Copy link" />
          </>
        }
      />
      <p className="entrysays big">{entry.row.sentence}</p>
      <EntryFacts entry={entry} wide />
      <SaidAt entry={entry} />
      {entry.text ? (
        <Bit title="In their words" level={2}>
          <EntryText text={entry.text} />
          {entry.text.body === null ? null : <RedactForm action={redactTextAction} entry={row.id} refusal={entry.text.whyNotRedact} />}
        </Bit>
      ) : null}
      <Bit title="In the log" level={2}>
        <Chain entry={entry} hrefOf={routes.auditEntry} />
        <Proof entry={entry} wide />
      </Bit>
      {changes.length > 0 ? (
        <Bit title={changesTitle(changes)} level={2}>
          <EntryChanges changes={changes} />
        </Bit>
      ) : null}
      <Bit title="Recorded fields" level={2}>
        <RecordedFields entry={entry} />
      </Bit>
      <Bit title="Digests" level={2}>
        <Digests entry={entry} />
      </Bit>
      <Bit title="The bytes" level={2}>
        <p className="c2 mt-1 mb-2">RFC 8785 text, exactly as it was written. Everything above is read from it.</p>
        <CodeBlock code={entry.canonical} label="Canonical text of the entry" fold />
      </Bit>
    </Page>
  )
}

/** The digests that an entry has and names. Its own is computed again here, from the bytes shown below. */
function Digests({ entry }: { entry: AuditDetail }) {
  const isSame = sha256Hex(`\u0000${entry.canonical}`) === entry.row.leaf
  return (
    <KeyValue
      className="mt-2"
      width="wider"
      items={[
        {
          label: 'This entry',
          value: (
            <>
              <Hash hash={entry.row.leaf} seal="medium" copy />
              {isSame ? (
                <Status status="pass" long>
                  SHA-256 of a zero byte and the text below, computed again for this page
                </Status>
              ) : (
                <Status status="fail" long>
                  The text below gives another digest. Tell SecOps.
                </Status>
              )}
            </>
          ),
        },
        { label: 'Sealed dossier', value: entry.sealed ? <Hash hash={entry.sealed.hash} seal="medium" copy /> : null },
        { label: 'Policy', value: entry.policy ? <Hash hash={entry.policy} seal="medium" copy /> : null },
        { label: 'Text, salted', value: entry.text ? <Hash hash={entry.text.digest} seal={false} copy /> : null },
      ]}
    />
  )
}

import { notFound } from 'next/navigation'
import { Bit, changesTitle, EntryChanges, EntryFacts, EntryText, RecordedFields, SaidAt, toldChanges } from '@/components/audit/entry-parts'
import { shortId, subjectHref } from '@/components/audit/subject-link'
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
import { type AuditDetail, getAuditEntry } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Audit entry' }

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type Props = { params: Promise<{ id: string }> }

/** What exactly was recorded? One entry in one plain sentence, then every fact, then the bytes that its digest is made of. */
export default async function AuditEntryPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.auditEntry(id))
  const entry = UUID.test(id) ? await getAuditEntry(viewer, id) : null
  if (!entry) notFound()
  const href = subjectHref(entry.row)
  const changes = toldChanges(entry)
  return (
    <Page crumbs={[{ label: 'Audit', href: routes.audit() }, { label: `Entry ${shortId(id)}` }]} layout="read">
      <PageHead
        title={
          <>
            Entry <span className="mono">{shortId(id)}</span>
          </>
        }
        actions={
          <>
            {href ? <LinkButton href={href}>Open {entry.row.what.label}</LinkButton> : null}
            <LinkButton href={routes.audit({ entry: id })}>Show in the trail</LinkButton>
            <CopyButton text={routes.auditEntry(id)} link variant="default" size="md" label="Copy link" />
          </>
        }
      />
      <p className="entrysays big">{entry.row.sentence}</p>
      <EntryFacts entry={entry} wide />
      <SaidAt entry={entry} />
      {entry.text ? (
        <Bit title="In their words" level={2}>
          <EntryText text={entry.text} />
        </Bit>
      ) : null}
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

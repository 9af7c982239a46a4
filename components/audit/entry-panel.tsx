import { X } from 'lucide-react'
import { Panel } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import type { AuditDetail } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { Bit, changesTitle, EntryChanges, EntryFacts, EntryText, RecordedFields, toldChanges } from './entry-parts'
import { shortId } from './subject-link'

/** The entry beside the list: one plain sentence, then what proves it. */
export function EntryPanel({ entry, closeHref }: { entry: AuditDetail; closeHref: string }) {
  const changes = toldChanges(entry)
  return (
    <Panel label={`Entry ${shortId(entry.row.id)}`}>
      {/* On a phone the entry stands alone, without the head of the list. */}
      <h1 className="only-phone">
        <span className="sr">Audit trail</span>
      </h1>
      <div className="row between">
        <h2 className="h2">
          Entry <span className="mono">{shortId(entry.row.id)}</span>
        </h2>
        <span className="row">
          <CopyButton text={routes.auditEntry(entry.row.id)} link iconOnly label="Copy link to this entry" />
          <Link className="iconbtn" href={closeHref} scroll={false} aria-label="Close the entry">
            <X size={16} aria-hidden="true" />
          </Link>
        </span>
      </div>
      <p className="entrysays">{entry.row.sentence}</p>
      <EntryFacts entry={entry} />
      {entry.text ? (
        <Bit title="In their words">
          <EntryText text={entry.text} />
        </Bit>
      ) : null}
      <Bit title="Seal">
        <span className="acc mt-2 block">
          <SealLine hash={entry.row.leaf} size="medium" />
        </span>
        <p className="t-2xs c2 mt-2">Computed by the database from every byte of the entry, when it was written.</p>
      </Bit>
      {changes.length > 0 ? (
        <Bit title={changesTitle(changes)}>
          <EntryChanges changes={changes} />
        </Bit>
      ) : null}
      <Bit title="Recorded fields">
        <RecordedFields entry={entry} />
      </Bit>
      <div className="mt-4">
        <LinkButton href={routes.auditEntry(entry.row.id)} size="sm">
          Open the whole entry
        </LinkButton>
      </div>
    </Panel>
  )
}

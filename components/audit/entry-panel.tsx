import { X } from 'lucide-react'
import { Panel } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Link } from '@/components/ui/link'
import { entryKey, entryName } from '@/lib/domain/trail'
import type { AuditDetail } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { Bit, changesTitle, EntryChanges, EntryFacts, EntryText, RecordedFields, toldChanges } from './entry-parts'
import { Chain, Proof } from './log-place'

/** The entry beside the list: one plain sentence, what stands behind it, its neighbours in the log, and what proves it. */
export function EntryPanel({ entry, closeHref, hrefOf }: { entry: AuditDetail; closeHref: string; hrefOf: (entry: string) => string }) {
  const changes = toldChanges(entry)
  const key = entryKey(entry.row)
  return (
    <Panel label={`Entry ${entryName(entry.row)}`}>
      {/* On a phone the entry stands alone, without the head of the list. */}
      <h1 className="only-phone">
        <span className="sr">Audit trail</span>
      </h1>
      <div className="row between">
        <h2 className="h2">
          Entry <span className="mono">{entryName(entry.row)}</span>
        </h2>
        <span className="row">
          <CopyButton text={routes.auditEntry(key)} link iconOnly label="Copy link to this entry" />
          <Link className="iconbtn" href={closeHref} scroll={false} aria-label="Close the entry" data-close="">
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
      <Bit title="Chain">
        <Chain entry={entry} hrefOf={hrefOf} />
      </Bit>
      {entry.log ? (
        <Bit title="Proof">
          <Proof entry={entry} />
        </Bit>
      ) : null}
      {changes.length > 0 ? (
        <Bit title={changesTitle(changes)}>
          <EntryChanges changes={changes} />
        </Bit>
      ) : null}
      <Bit title="Recorded fields">
        <RecordedFields entry={entry} />
      </Bit>
      <div className="mt-4">
        <LinkButton href={routes.auditEntry(key)} size="sm">
          Open the whole entry
        </LinkButton>
      </div>
    </Panel>
  )
}

import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import { SignatureLine, Slots } from '@/components/ui/signature'
import { Time } from '@/components/ui/time'
import { formatHashShort } from '@/lib/format'
import type { Receipt } from '@/lib/queries/receipt'
import { routes } from '@/lib/routes'
import { EmergencyChip } from './parts'
import { standingOf } from './receipt-words'

/** The sheet of a receipt: id and second, the name on the line, what was signed, its hash, the entry, how many have signed. */
export function ReceiptSheet({ receipt }: { receipt: Receipt }) {
  const { promotion, dossier, slots, signed, entry } = receipt
  const stands = standingOf(receipt) === 'stands'
  return (
    <div className="sheet mt-4.5 max-w-[560px] p-4">
      <div className="row between t-xs c3 wrap">
        <span>
          Receipt <code>{receipt.id}</code>
        </span>
        <Time at={receipt.signedAt} show="seconds" />
      </div>
      <SignatureLine
        capacity={receipt.capacity}
        state={stands ? 'signed' : 'struck'}
        name={receipt.signer}
        under={receipt.method ?? 'written by the demo'}
        big
        draw={stands}
      />
      <KeyValue
        className="mt-3.5"
        width="narrow"
        items={[
          { label: 'Decision', value: receipt.decision === 'decline' ? 'declined' : null },
          { label: 'Kind', value: promotion.emergency ? <EmergencyChip incident={promotion.emergency} /> : null },
          { label: 'What', value: `${promotion.system.name} ${promotion.version}, ${promotion.from.id} to ${promotion.to.id}` },
          {
            label: 'Dossier',
            value: (
              <>
                <Link className="link" href={routes.promotionVersion(promotion.id, dossier.number)}>
                  {promotion.id}, version {dossier.number}
                </Link>
                <br />
                <span className="mono c2">{formatHashShort(dossier.hash)}</span>
              </>
            ),
          },
          {
            label: 'Audit',
            value: entry ? (
              <Link className="link" href={routes.auditEntry(entry.id)}>
                entry <span className="mono">{entry.id.slice(0, 13)}</span>
              </Link>
            ) : null,
          },
          {
            label: 'Signed',
            value: (
              <span className="row wrap gap-2.5">
                <Slots slots={slots} />
                <span>
                  {signed} of {slots.length}
                </span>
              </span>
            ),
          },
          { label: 'Opened', value: receipt.openedAt ? <Time at={receipt.openedAt} show="seconds" /> : null },
          { label: 'Withdrawn', value: receipt.withdrawn ? <Time at={receipt.withdrawn.at} show="seconds" /> : null },
        ]}
      />
      <div className="mt-3.5">
        <SealLine hash={dossier.hash} size="wide" />
      </div>
    </div>
  )
}

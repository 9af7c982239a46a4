import { SeparationOf } from '@/components/ceremony/parts'
import { Panel } from '@/components/layout/page'
import { Statement } from '@/components/ui/banner'
import { Hash } from '@/components/ui/hash'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import { SignatureLine, Slots } from '@/components/ui/signature'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { formatHashShort, formatNumber } from '@/lib/format'
import type { SignOffEntry, SignOffRecord } from '@/lib/queries/sign-off-record'
import type { PipelineSlot } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

// What every receipt looks like, whatever was decided on: a dossier, a plan, a request.

/** What became of a decision: it stands, was taken back, or its version ended. */
export type Standing = 'stands' | 'withdrawn' | 'ended'

/** Where a decision stands, over its heading. */
export function Outcome({ decision, standing }: { decision: SignOffRecord['decision']; standing: Standing }) {
  if (standing === 'withdrawn') return <Status status="na">Withdrawn</Status>
  if (standing === 'ended') return <Status status="warn">No longer counts</Status>
  if (decision === 'decline') return <Status status="fail">Declined</Status>
  return (
    <Status status="pass" size={18}>
      Signed
    </Status>
  )
}

/** The sheet: id and second, the name on the line, what was signed (`about`), its hash, the entry, how many have signed. */
export function Sheet({
  receipt,
  standing,
  about,
  sealed,
  now,
  opened,
}: {
  receipt: SignOffRecord & { slots: PipelineSlot[]; signed: number; entry: SignOffEntry | null }
  standing: Standing
  about: KeyValueItem[]
  sealed: { label: string; href: string; text: string; hash: string }
  /** Where what was signed stands, in a word or two. */
  now?: string
  /** When the signer first opened what was signed. */
  opened?: Date | null
}) {
  const { slots, signed, entry } = receipt
  const stands = standing === 'stands'
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
          ...about,
          {
            label: sealed.label,
            value: (
              <>
                <Link className="link" href={sealed.href}>
                  {sealed.text}
                </Link>
                <br />
                <span className="mono c2">{formatHashShort(sealed.hash)}</span>
              </>
            ),
          },
          { label: 'Now', value: now },
          {
            label: 'Audit',
            value: entry ? (
              <Link className="link" href={routes.auditEntry(entry.proof ? entry.proof.index + 1 : entry.id)}>
                entry{' '}
                {entry.proof ? (
                  <span className="num">#{formatNumber(entry.proof.index + 1)}</span>
                ) : (
                  <span className="mono">{entry.id.slice(0, 13)}</span>
                )}
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
          { label: 'Opened', value: opened ? <Time at={opened} show="seconds" /> : null },
          { label: 'Withdrawn', value: receipt.withdrawn ? <Time at={receipt.withdrawn.at} show="seconds" /> : null },
        ]}
      />
      <div className="mt-3.5">
        <SealLine hash={sealed.hash} size="wide" />
      </div>
    </div>
  )
}

/** What was signed or said, word for word, what was checked, and the hash to compare with. */
export function Said({
  receipt,
  hash,
}: {
  receipt: SignOffRecord & { entry: SignOffEntry | null }
  hash: { title: string; value: string }
}) {
  return (
    <Panel label="What was signed">
      <h2 className="h2">{receipt.decision === 'approve' ? 'What was signed' : 'What was said'}</h2>
      <Statement>
        <Visible text={receipt.statement ?? 'The text was erased with the person; its digest stays on the record.'} />
      </Statement>
      {receipt.reason ? (
        <p className="mt-3">
          <span className="c3">About {receipt.reason.kind}: </span>
          <Visible text={receipt.reason.text ?? 'The text was erased.'} />
        </p>
      ) : null}
      {receipt.withdrawn ? (
        <p className="mt-3">
          <span className="c3">Withdrawn: </span>
          <Visible text={receipt.withdrawn.reason ?? 'The text was erased.'} />
        </p>
      ) : null}
      <SeparationOf
        title={receipt.mine ? 'Checked when you signed' : `Told to ${receipt.signer} when signing`}
        lines={receipt.separation}
      />
      <h2 className="h2 mt-6 mb-2">{hash.title}</h2>
      <Hash hash={hash.value} seal={false} copy />
      <p className="c3 t-xs mt-2">The saved receipt holds the sealed text. SHA-256 over its UTF-8 bytes gives this hash, on any machine.</p>
    </Panel>
  )
}

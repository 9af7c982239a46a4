import clsx from 'clsx'
import { AwaitEntry } from '@/components/receipt/await-entry'
import { LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { SealLine } from '@/components/ui/seal-line'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { numbered } from '@/lib/domain/trail'
import { plural } from '@/lib/format'
import type { AuditDetail, LogPlace } from '@/lib/queries/audit-detail'
import { routes } from '@/lib/routes'
import { CheckProof } from './check-proof'

/** The entry between its neighbours in the log, each by the line of its hash. */
export function Chain({ entry, hrefOf }: { entry: AuditDetail; hrefOf: (entry: string) => string }) {
  const { log } = entry
  if (!log) return <Waiting />
  const links = [
    { key: 'next', at: log.next, words: 'next' },
    { key: 'this', at: { number: log.number, leaf: entry.row.leaf }, words: 'this entry' },
    { key: 'previous', at: log.previous, words: 'previous' },
  ]
  return (
    <>
      <ol className="chainlist" aria-label="Neighbours in the log, newest first">
        {links.map(({ key, at, words }) =>
          at === null ? null : (
            <li key={key} className={clsx(key === 'this' && 'on')} aria-current={key === 'this' || undefined}>
              {key === 'this' ? (
                <span className="mono num">{numbered(at.number)}</span>
              ) : (
                <Link className="mono num" href={hrefOf(String(at.number))} scroll={false}>
                  {numbered(at.number)}
                </Link>
              )}
              <span>
                <span className="acc block">
                  <SealLine hash={at.leaf} size="medium" />
                </span>
                <span className="t-2xs c2">{words}</span>
              </span>
            </li>
          ),
        )}
      </ol>
      <p className="t-2xs c2 mt-2">
        Each seal is the hash of one entry. The checkpoint of {plural(log.size, 'entry', 'entries')} is computed from all of them: none can
        be changed, dropped or moved without it.
      </p>
    </>
  )
}

/** An entry that the sequencer has not placed yet: it has its hash, and no proof; the page looks again until it has. */
function Waiting() {
  return (
    <div className="mt-2 grid gap-1">
      <p className="t-xs c2">On the record, and not yet in its place in the log.</p>
      <AwaitEntry />
    </div>
  )
}

const STATE = {
  proven: ['pass', 'In the log: its bytes lead to the signed root, computed again for this page'],
  differs: ['fail', 'Its bytes do not lead to the signed root. Tell SecOps.'],
  unsigned: ['fail', 'The checkpoint is signed by no key of this log. Tell SecOps.'],
} as const satisfies Record<LogPlace['state'], readonly [string, string]>

/** What proves the entry: where it lies, how many hashes lead to which root, and the ways to check it without trusting this server. */
export function Proof({ entry, wide }: { entry: AuditDetail; wide?: boolean }) {
  const { log } = entry
  if (!log) return null
  const [status, words] = STATE[log.state]
  return (
    <>
      <p className="mt-2">
        <Status status={status} long>
          {words}
        </Status>
      </p>
      <KeyValue
        className="mt-2"
        width={wide ? 'wider' : 'narrow'}
        items={[
          { label: 'Checkpoint', value: `${numbered(log.size)}, ${plural(log.hashes.length, 'hash', 'hashes')} away` },
          { label: 'Root', value: wide ? <Hash hash={log.root} seal="medium" copy /> : <Hash hash={log.root} short seal={false} /> },
          { label: 'Signed', value: <Time at={log.checkpointAt} show="seconds" /> },
        ]}
      />
      <CheckProof
        proof={{ index: log.number - 1, canonical: entry.canonical, hashes: log.hashes, checkpoint: log.checkpoint, vkeys: log.vkeys }}
      >
        <LinkButton href={routes.auditProof(log.number)} size="sm" download>
          Download the proof
        </LinkButton>
      </CheckProof>
    </>
  )
}

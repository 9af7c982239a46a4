import clsx from 'clsx'
import { formatHash, formatHashShort } from '@/lib/format'
import { CopyButton } from './copy-button'
import { SealLine, type SealSize } from './seal-line'

/**
 * A digest in groups of four, with its seal line. `groups` cuts it (2 in a row, 3 on a card), `short` adds the last group, otherwise all
 * 16 groups are shown. `copy` adds a button that copies the whole digest.
 */
export function Hash({
  hash,
  groups,
  short = false,
  seal = 'small',
  copy = false,
}: {
  hash: string
  groups?: number
  short?: boolean
  seal?: SealSize | false
  copy?: boolean
}) {
  const text = short ? formatHashShort(hash) : formatHash(hash, groups)
  return (
    <span className={clsx('hash', !short && groups === undefined && 'full')}>
      {seal ? <SealLine hash={hash} size={seal} /> : null}
      <span>{text}</span>
      {copy ? <CopyButton text={hash} label="Copy hash" /> : null}
    </span>
  )
}

/** The band at the head of a dossier: the seal, what signing means, and the digest with a button to copy it. */
export function SealBar({ hash, children }: { hash: string; children?: React.ReactNode }) {
  return (
    <div className="sealbar">
      <span className="not-phone">
        <SealLine hash={hash} size="bar" />
      </span>
      <span className="only-phone">
        <SealLine hash={hash} size="medium" />
      </span>
      <span className="t-xs c2">
        {children ? <>{children} </> : null}
        SHA-256 <code className="c1">{formatHashShort(hash)}</code>
      </span>
      <CopyButton text={hash} label="Copy hash" />
    </div>
  )
}

import type { Instant } from '@/lib/format'

const at = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`

/**
 * From a start to an end, with a tick for now (ux.md section 21): how far an exception has run. Filled up to now, red when it is past its end.
 * `label` says the finding; `from` and `to` are the words under its ends. Server component.
 */
export function TermBar({
  startsAt,
  endsAt,
  now,
  label,
  from,
  to,
}: {
  startsAt: Instant
  endsAt: Instant
  now: Instant
  label: string
  from: string
  to: string
}) {
  const [start, end, here] = [startsAt, endsAt, now].map((instant) => new Date(instant).getTime()) as [number, number, number]
  const share = (here - start) / Math.max(1, end - start)
  return (
    <figure className="termbar">
      <svg className={share >= 1 ? 'fail' : 'drift'} width="100%" height="16" role="img" aria-label={label}>
        <rect className="bed" x="0" y="5" width="100%" height="6" />
        <rect x="0" y="5" width={at(share)} height="6" fill="currentColor" />
        <svg x={at(share)} y="0" overflow="visible" aria-hidden="true">
          <rect className="tick" x={share >= 1 ? -2 : -1} y="0" width="2" height="16" />
        </svg>
      </svg>
      <figcaption className="t-2xs c3 num row between">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  )
}

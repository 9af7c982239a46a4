const ROWS = { 38: 'r38', 50: 'r50', 120: 'r120' } as const

/** Grey rows of the final height, from 150 ms on; the region says that it is busy. `head` adds title and subtitle. Nothing pulses. */
export function Skeleton({ rows = 6, height = 38, head = false }: { rows?: number; height?: keyof typeof ROWS; head?: boolean }) {
  return (
    <div aria-busy="true">
      <span className="sr" role="status">
        Loading
      </span>
      {head ? (
        <div className="mb-6 grid gap-2" aria-hidden="true">
          <span className="sk l1" />
          <span className="sk l2" />
        </div>
      ) : null}
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a placeholder have no identity.
          <span key={row} className={`sk ${ROWS[height]}`} />
        ))}
      </div>
    </div>
  )
}

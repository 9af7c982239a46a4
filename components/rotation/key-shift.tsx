import clsx from 'clsx'
import { Time } from '@/components/ui/time'
import type { KeyShiftBox, KeyShiftView } from '@/lib/queries/rotation-view'

const HEAD = 24
const BOX = 50
const GAP = 14
const UNDER = 12

const NOTE = 'Key ids only. Countersign never holds or shows a secret value.'

/** The middle of a row of boxes, in pixels from the top of the picture. */
const middle = (row: number): number => HEAD + row * (BOX + GAP) + BOX / 2

/**
 * What a rotation does to the keys, as a picture: what is held now, what is held after it, and what is retired then. Ids of keys only (002.20). Boxes
 * are text, so they are read, wrapped and copied as such; on a phone the columns stand under each other and each box says where its key goes.
 */
export function KeyShift({ view }: { view: KeyShiftView }) {
  const rows = Math.max(view.now.length, view.after.length)
  const height = HEAD + rows * BOX + (rows - 1) * GAP + UNDER
  return (
    <figure className={clsx('keyshift', view.shifts && 'shifts')} aria-label={view.label}>
      <Column title={view.heads.now} boxes={view.now} />
      <svg className="ks-arrow" width="76" height={height} aria-hidden="true">
        {view.shifts ? <Shift height={height} rows={rows} /> : <Straight rows={rows} />}
      </svg>
      <Column title={view.heads.after} boxes={view.after} under={view.shifts} />
      <svg className="ks-arrow" width="76" height={height} aria-hidden="true">
        {view.shifts ? (
          <>
            <path d={`M0 ${height - 1}C34 ${height - 1} 26 ${middle(rows - 1)} 68 ${middle(rows - 1)}`} />
            <Head y={middle(rows - 1)} />
          </>
        ) : null}
      </svg>
      <div className="ks-col ks-out">
        {view.shifts ? <p className="ks-note c2">{NOTE}</p> : null}
        {view.retired.map((box) => (
          <Box key={box.key} box={box} />
        ))}
      </div>
      {view.shifts ? null : <figcaption className="c2">{NOTE}</figcaption>}
    </figure>
  )
}

function Column({ title, boxes, under }: { title: string; boxes: readonly KeyShiftBox[]; under?: boolean }) {
  return (
    <div className="ks-col">
      <p className="ks-head">{title}</p>
      {boxes.map((box) => (
        <Box key={box.key} box={box} />
      ))}
      {under ? <span className="ks-under" aria-hidden="true" /> : null}
    </div>
  )
}

function Box({ box }: { box: KeyShiftBox }) {
  return (
    <div className={clsx('ks-box', box.tone)}>
      <code>{box.variable}</code>
      <span>
        <b className={box.tone === 'new' ? 'acc' : undefined}>{box.keyId ?? 'no key on record'}</b>{' '}
        <span className="c3">
          {box.words}
          {box.since ? (
            <>
              {' '}
              <Time at={box.since} show="date" />
            </>
          ) : null}
        </span>
      </span>
      {box.goes ? <span className="ks-goes c3">{box.goes}</span> : null}
    </div>
  )
}

/** The primary goes to the second slot, the second slot goes out. */
function Shift({ height, rows }: { height: number; rows: number }) {
  const [first, last] = [middle(0), middle(rows - 1)]
  return (
    <>
      <path d={`M0 ${first}C40 ${first} 34 ${last - 4} 68 ${last - 4}`} />
      <Head y={last - 4} />
      <path d={`M0 ${last + 5}C30 ${last + 5} 22 ${height - 1} 54 ${height - 1}H76`} />
    </>
  )
}

/** Each key is replaced in its own place. */
function Straight({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, row) => {
    const y = middle(row)
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: rows of one picture have no other identity.
      <g key={row}>
        <path d={`M2 ${y}H68`} />
        <Head y={y} />
      </g>
    )
  })
}

const Head = ({ y }: { y: number }) => <path className="tip" d={`M66 ${y - 4.5}L75 ${y}L66 ${y + 4.5}Z`} />

import clsx from 'clsx'
import type { ReactNode } from 'react'
import { initials } from '@/lib/format'
import { SealLine } from './seal-line'

export type SlotState = 'signed' | 'you' | 'open' | 'struck'

export type SlotView = { capacity: string; state: SlotState; name?: string | null }

/** The one label of a row of slots: "2 of 4 signed, one is yours". */
export function slotsLabel(slots: readonly SlotView[]): string {
  const signed = slots.filter((slot) => slot.state === 'signed').length
  const yours = slots.some((slot) => slot.state === 'you')
  return `${signed} of ${slots.length} signed${yours ? ', one is yours' : ''}`
}

const MARK: Record<SlotState, string> = { signed: '', you: '×', open: '·', struck: '' }

/** The slots of a dossier in small: initials on a line where signed, a framed cross where you sign, a dot where open. */
export function Slots({ slots }: { slots: readonly SlotView[] }) {
  return (
    <span className="slots" role="img" aria-label={slotsLabel(slots)}>
      {slots.map((slot) => (
        <span key={slot.capacity} className={clsx('slot', slot.state !== 'open' && slot.state)}>
          {slot.name && (slot.state === 'signed' || slot.state === 'struck') ? initials(slot.name) : MARK[slot.state]}
        </span>
      ))}
    </span>
  )
}

/**
 * One signature line of a dossier. `signed`: name in serif, seal, when. `you`: framed, "You sign here". `open`: a cross and what it waits
 * for (`aside`). `struck`: a signature on a version that no longer holds. `under` is the small text right of the capacity.
 */
export function SignatureLine({
  capacity,
  state,
  name,
  hash,
  aside,
  under,
  big,
  draw,
}: {
  capacity: string
  state: SlotState
  name?: string | null
  hash?: string
  aside?: ReactNode
  under?: ReactNode
  big?: boolean
  /** Draws the line once, on the receipt only. */
  draw?: boolean
}) {
  const written = state === 'signed' || state === 'struck'
  return (
    <div className={clsx('sigline', state === 'you' && 'you', state === 'struck' && 'struck', big && 'big', draw && 'draw')}>
      <div className={clsx('rule', state === 'signed' && 'done')}>
        {written ? (
          state === 'struck' ? (
            <del className="name">{name}</del>
          ) : (
            <span className="name">{name}</span>
          )
        ) : (
          <span className="x" aria-hidden="true">
            ×
          </span>
        )}
        {state === 'you' ? <span className="acc bb grow">{aside ?? 'You sign here'}</span> : null}
        {written && hash ? <SealLine hash={hash} size="tiny" /> : null}
        {state !== 'you' && aside ? <span className="t-xs c3">{aside}</span> : null}
        {state === 'open' && !aside ? <span className="sr">not signed yet</span> : null}
      </div>
      <div className="under">
        <b>{capacity}</b>
        {under ? <span className="num">{under}</span> : null}
      </div>
    </div>
  )
}

/** Why you may (or may not) sign, one computed sentence per line. */
export function WhyCan({ title, reasons }: { title: string; reasons: readonly { glyph: ReactNode; text: ReactNode; key: string }[] }) {
  return (
    <div className="why-can">
      <h3 className="h3">{title}</h3>
      <ul>
        {reasons.map((reason) => (
          <li key={reason.key}>
            {reason.glyph}
            <span>{reason.text}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

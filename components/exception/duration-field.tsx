'use client'

import { Check, Signature } from 'lucide-react'
import type { ReactNode } from 'react'
import { useViewerClock } from '@/components/ui/clock-context'
import { useField } from '@/components/ui/form-context'
import { StatusGlyph } from '@/components/ui/status'
import { formatDay, formatLimit, formatLocal, formatTimeUtc, listWords } from '@/lib/format'
import type { RuleOffer, TierOffer } from '@/lib/queries/exception-new'
import { EXCEPTION_LENGTHS, UNTIL_DATE } from '@/lib/schemas/exception-lengths'
import { endOf, tierOf, unsignedLimit } from './tiers'
import { instantOf, WhenInput } from './when-input'

/** How long it is expected to take: a few lengths and a date, each with a mark where somebody has to sign, and in words who (ux.md section 11). */
export function DurationField({
  tiers,
  rule,
  startsAt,
  duration,
  until,
  onDuration,
  onUntil,
}: {
  tiers: readonly TierOffer[]
  rule: Pick<RuleOffer, 'needsSignature'> | undefined
  startsAt: Date | null
  duration: string
  until: string
  onDuration: (duration: string) => void
  onUntil: (until: string) => void
}) {
  const field = useField('until')
  const signed = rule?.needsSignature ?? false
  const end = endOf(startsAt, duration, instantOf(until))
  return (
    <fieldset
      className="field"
      id={field.id}
      tabIndex={-1}
      aria-describedby={`${field.errors.length > 0 ? `${field.id}-error ` : ''}${field.id}-hint`}
      aria-invalid={field.errors.length > 0 || undefined}
    >
      <legend className="lab">Expected duration</legend>
      <div className="seg">
        {EXCEPTION_LENGTHS.map(({ value, label, ms }) => (
          <Choice key={value} value={value} chosen={duration} onChoose={onDuration} signs={isSigned(tiers, signed, ms)}>
            {label}
          </Choice>
        ))}
        <Choice value={UNTIL_DATE} chosen={duration} onChoose={onDuration} signs={false}>
          Until…
        </Choice>
      </div>
      {duration === UNTIL_DATE ? (
        <div className="mt-1 max-w-[360px]">
          <WhenInput name="untilAt" label="Until, UTC" value={until} onValue={onUntil} />
        </div>
      ) : null}
      {field.errors.length > 0 ? (
        <div id={`${field.id}-error`}>
          {field.errors.map((error) => (
            <p key={error} className="err">
              <StatusGlyph status="fail" size={13} />
              {error}
            </p>
          ))}
        </div>
      ) : null}
      <span className="hint num" id={`${field.id}-hint`} suppressHydrationWarning>
        <EndWords end={end} startsAt={startsAt} tiers={tiers} signed={signed} />
      </span>
    </fieldset>
  )
}

const isSigned = (tiers: readonly TierOffer[], signed: boolean, ms: number): boolean => (tierOf(tiers, signed, ms)?.slots.length ?? 0) > 0

function Choice({
  value,
  chosen,
  onChoose,
  signs,
  children,
}: {
  value: string
  chosen: string
  onChoose: (value: string) => void
  signs: boolean
  children: ReactNode
}) {
  return (
    <label>
      <input type="radio" name="duration" value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      <span className="opt">
        <Check size={14} className="tick" aria-hidden="true" />
        {children}
        {signs ? (
          <>
            <Signature size={14} className="c3" aria-hidden="true" />
            <span className="sr">, needs signatures</span>
          </>
        ) : null}
      </span>
    </label>
  )
}

/** "Ends Fri 20 Nov 2026, 14:05 UTC (15:05 CET). Over 72 hours also needs Management." */
function EndWords({
  end,
  startsAt,
  tiers,
  signed,
}: {
  end: Date | null
  startsAt: Date | null
  tiers: readonly TierOffer[]
  signed: boolean
}) {
  const { now, zone } = useViewerClock()
  if (!end || !startsAt) return 'Choose a date and time, in UTC.'
  if (now !== null && end.getTime() <= now) return 'That end has passed already. Choose a longer time, or a date.'
  const local = formatLocal(end, zone)
  const takes = tierOf(tiers, signed, end.getTime() - startsAt.getTime())
  const limit = unsignedLimit(tiers, signed)
  const next = limit === null ? null : tierOf(tiers, signed, limit + 1)
  const words = !takes
    ? ' The policy has no tier that long.'
    : takes.slots.length > 0
      ? ` It covers once ${titles(takes)} ${takes.slots.length === 1 ? 'has' : 'have'} signed.`
      : next && next.slots.length > 0 && limit !== null
        ? ` Over ${limitWords(limit)} also needs ${titles(next)}.`
        : ''
  return (
    <>
      Ends {formatDay(end).replace(/^(\S+ \d+ \S+)$/, `$1 ${end.getUTCFullYear()}`)}, {formatTimeUtc(end)}
      {local ? ` (${local})` : ''}.{words}
    </>
  )
}

const titles = ({ slots }: TierOffer): string => listWords(slots.map(({ title }) => title))
const limitWords = (ms: number): string => formatLimit(ms).replace(/ h$/, ' hours')

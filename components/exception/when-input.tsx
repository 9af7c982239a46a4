'use client'

import { Calendar } from 'lucide-react'
import type { ReactNode } from 'react'
import { useViewerClock } from '@/components/ui/clock-context'
import { Field } from '@/components/ui/field'
import { useField } from '@/components/ui/form-context'
import { formatDate, formatRelative, formatTime } from '@/lib/format'

/** The value of a date and time field as an instant: typed without a zone it is UTC. Null for none, and for half a date. */
export function instantOf(value: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(value)) return null
  const at = new Date(`${value}:00Z`)
  return Number.isNaN(at.getTime()) ? null : at
}

/** An instant as a date and time field takes it, in UTC. */
export const inputOf = (at: Date): string => at.toISOString().slice(0, 16)

/**
 * A date and time in UTC. It reads "19 Nov 2026, 14:05 UTC" until somebody goes into it, then it is the browser's own field (ux.md section 17: no
 * ambiguous numerals); for a screen reader it is that field all the time.
 */
export function WhenInput({
  name,
  label,
  hint,
  value,
  onValue,
}: {
  name: string
  label: ReactNode
  hint?: ReactNode
  value: string
  onValue: (value: string) => void
}) {
  const field = useField(name)
  const { now } = useViewerClock()
  const at = instantOf(value)
  const near = at && now !== null ? formatRelative(at, now) : null
  const described = [field.errors.length > 0 ? `${field.id}-error` : '', hint ? `${field.id}-hint` : ''].filter(Boolean).join(' ')
  return (
    <Field id={field.id} label={label} hint={hint} errors={field.errors}>
      <span className={field.errors.length > 0 ? 'in exc-when bad' : 'in exc-when'}>
        <Calendar size={16} aria-hidden="true" />
        <input
          id={field.id}
          name={name}
          type="datetime-local"
          value={value}
          onChange={(event) => onValue(event.target.value)}
          aria-invalid={field.errors.length > 0 || undefined}
          aria-describedby={described || undefined}
        />
        <span className="shown" aria-hidden="true">
          {at ? (
            <>
              {formatDate(at)}, {formatTime(at)} <span className="c3">UTC</span>
              {near ? <span className="ago c3 t-xs">{near}</span> : null}
            </>
          ) : (
            <span className="c3">Choose a date and time</span>
          )}
        </span>
      </span>
    </Field>
  )
}

import Form from 'next/form'
import type { ReactNode } from 'react'
import { FilterChoice } from '@/components/ui/filter-choice'

/** A period of whole UTC days and a system; they stand in the address. Works without JavaScript. */
export function PeriodFilter({
  action,
  period,
  systems,
  children,
}: {
  action: string
  period: { from: string; to: string; system?: string }
  systems: readonly { id: string; name: string }[]
  children?: ReactNode
}) {
  return (
    <Form action={action} className="filters bare mt-4" aria-label="Period" scroll={false}>
      <label className="pickday">
        <span>From</span>
        <input key={period.from} className="in" type="date" name="from" defaultValue={period.from} required />
      </label>
      <label className="pickday">
        <span>To</span>
        <input key={period.to} className="in" type="date" name="to" defaultValue={period.to} required />
      </label>
      <FilterChoice
        name="system"
        label="System"
        any="Every system"
        value={period.system}
        options={systems.map(({ id, name }) => [id, name])}
      />
      {children}
      <button type="submit" className="btn sm">
        Show
      </button>
      <span className="t-xs c3">Whole days in UTC, both included</span>
    </Form>
  )
}

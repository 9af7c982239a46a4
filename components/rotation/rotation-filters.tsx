import { ChevronDown } from 'lucide-react'
import Form from 'next/form'
import { routes } from '@/lib/routes'

const STATES = [
  ['overdue', 'Keys that are overdue'],
  ['due_soon', 'Keys due soon'],
  ['unknown', 'Keys of unknown age'],
  ['open', 'Planned and running'],
  ['completed', 'Completed'],
  ['rolled_back', 'Rolled back'],
  ['cancelled', 'Cancelled'],
] as const

/** Filters of the list of rotations; they stand in the address. Works without JavaScript. */
export function RotationFilters({
  systems,
  chosen,
}: {
  systems: readonly { slug: string; name: string }[]
  chosen: { system?: string; state?: string }
}) {
  return (
    <Form action={routes.rotations()} className="filters mt-4" aria-label="Filters">
      <Choice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <Choice name="state" label="What" any="Keys and rotations" value={chosen.state} options={STATES} />
      <button type="submit" className="btn sm">
        Filter
      </button>
    </Form>
  )
}

function Choice({
  name,
  label,
  any,
  value,
  options,
}: {
  name: string
  label: string
  any: string
  value?: string
  options: readonly (readonly [string, string])[]
}) {
  return (
    <span className="sel">
      <select key={value} name={name} className="in" defaultValue={value ?? ''} aria-label={label}>
        <option value="">{any}</option>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden="true" />
    </span>
  )
}

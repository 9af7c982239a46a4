import Form from 'next/form'
import { FilterChoice } from '@/components/ui/filter-choice'
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
      <FilterChoice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <FilterChoice name="state" label="What" any="Keys and rotations" value={chosen.state} options={STATES} />
      <button type="submit" className="btn sm">
        Filter
      </button>
    </Form>
  )
}

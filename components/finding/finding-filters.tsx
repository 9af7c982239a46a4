import Form from 'next/form'
import { FilterChoice } from '@/components/ui/filter-choice'
import type { FindingsView } from '@/lib/queries/findings'
import { routes } from '@/lib/routes'

const STATES = [
  ['uncovered', 'Open, no exception'],
  ['covered', 'Open, covered'],
  ['conflict', 'Conflicts and disagreements'],
  ['closed', 'Closed'],
] as const

/** Filters of the list of findings; they stand in the address. Works without JavaScript. */
export function FindingFilters({
  systems,
  chosen,
}: {
  systems: FindingsView['systems']
  chosen: { system?: string; profile?: string; state?: string }
}) {
  const of = chosen.system ? systems.filter(({ slug }) => slug === chosen.system) : systems
  const profiles = [...new Set(of.flatMap(({ profiles: ids }) => ids))]
  return (
    <Form action={routes.findings()} className="filters mt-4" aria-label="Filters">
      <FilterChoice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <FilterChoice name="profile" label="Profile" any="Every profile" value={chosen.profile} options={profiles.map((id) => [id, id])} />
      <FilterChoice name="state" label="Standing" any="Open and closed" value={chosen.state} options={STATES} />
      <button type="submit" className="btn sm">
        Filter
      </button>
    </Form>
  )
}

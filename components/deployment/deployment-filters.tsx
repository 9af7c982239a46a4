import Form from 'next/form'
import { FilterChoice } from '@/components/ui/filter-choice'
import { routes } from '@/lib/routes'

const STATES = [
  ['started', 'Running'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
  ['rolled_back', 'Rolled back'],
  ['unauthorised', 'Without authority'],
] as const

/** Filters of the list of deployments; they stand in the address. Works without JavaScript. */
export function DeploymentFilters({
  systems,
  profiles,
  chosen,
}: {
  systems: readonly { slug: string; name: string }[]
  profiles: readonly string[]
  chosen: { system?: string; profile?: string; state?: string }
}) {
  return (
    <Form action={routes.deployments()} className="filters mt-4" aria-label="Filters">
      <FilterChoice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <FilterChoice name="profile" label="Profile" any="Every profile" value={chosen.profile} options={profiles.map((id) => [id, id])} />
      <FilterChoice name="state" label="State" any="Every state" value={chosen.state} options={STATES} />
      <button type="submit" className="btn sm">
        Filter
      </button>
    </Form>
  )
}

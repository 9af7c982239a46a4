import { ChevronDown } from 'lucide-react'
import Form from 'next/form'
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
      <Choice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <Choice name="profile" label="Profile" any="Every profile" value={chosen.profile} options={profiles.map((id) => [id, id])} />
      <Choice name="state" label="State" any="Every state" value={chosen.state} options={STATES} />
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

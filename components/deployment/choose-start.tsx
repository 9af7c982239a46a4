import { ChevronDown } from 'lucide-react'
import Form from 'next/form'
import type { DeploymentStart } from '@/lib/queries/deployment'
import { routes } from '@/lib/routes'

/** Chooses system, profile and release, one after the other; what is chosen stands in the address, so it can be sent to somebody. */
export function ChooseStart({ start }: { start: DeploymentStart }) {
  const { systems, chosen } = start
  const profiles = systems.find(({ slug }) => slug === chosen?.system.slug)?.profiles ?? []
  return (
    <Form action={routes.deploymentNew()} className="form" aria-label="What to deploy where">
      <Choice name="system" label="System" value={chosen?.system.slug} options={systems.map(({ slug, name }) => [slug, name])} />
      {chosen ? <Choice name="profile" label="Profile" value={chosen.profile?.id} options={profiles.map((id) => [id, id])} /> : null}
      {chosen ? (
        <Choice
          name="version"
          label="Release"
          value={chosen.version ?? undefined}
          options={chosen.releases.map((version) => [version, version])}
        />
      ) : null}
      <div className="btns">
        <button type="submit" className="btn">
          {chosen ? 'Judge this choice' : 'Choose this system'}
        </button>
      </div>
    </Form>
  )
}

function Choice({
  name,
  label,
  value,
  options,
}: {
  name: string
  label: string
  value?: string
  options: readonly (readonly [string, string])[]
}) {
  const id = `choose-${name}`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="sel">
        <select key={value} id={id} name={name} className="in" defaultValue={value ?? ''} required>
          <option value="">Choose</option>
          {options.map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
        <ChevronDown size={14} aria-hidden="true" />
      </span>
    </div>
  )
}

import Form from 'next/form'
import { FilterChoice } from '@/components/ui/filter-choice'
import { routes } from '@/lib/routes'
import { STATE_TITLE } from './exception-words'

const STATES = [['open', 'Open: overdue, running and filed'], ...Object.entries(STATE_TITLE)] as const

/** Filters of the list of exceptions; they stand in the address. Works without JavaScript. */
export function ExceptionFilters({
  systems,
  chosen,
}: {
  systems: readonly { slug: string; name: string }[]
  chosen: { system?: string; state?: string }
}) {
  return (
    <Form action={routes.exceptions()} className="filters mt-4" aria-label="Filters">
      <FilterChoice
        name="system"
        label="System"
        any="Every system"
        value={chosen.system}
        options={systems.map(({ slug, name }) => [slug, name])}
      />
      <FilterChoice name="state" label="State" any="Every state" value={chosen.state} options={STATES} />
      <button type="submit" className="btn sm">
        Filter
      </button>
    </Form>
  )
}

import { Siren } from 'lucide-react'
import { IncidentTable } from '@/components/incident/incident-table'
import { severityWords } from '@/components/incident/incident-words'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { PageHead, Section } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { formatDate, numberWord, plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getIncidentStart } from '@/lib/queries/incident-start'
import { type IncidentPosition, type IncidentRow, listIncidents } from '@/lib/queries/incidents'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Incidents' }

type Props = { searchParams: Promise<{ system?: string; after?: string }> }

/** What is wrong now, and what was? Open ones first, closed ones a page at a time. */
export default async function IncidentsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.incidents({ system: asked.system }))
  const system = asked.system || undefined
  const list = `incidents ${system ?? ''}`
  const after = positionOf(list, asked.after) as IncidentPosition | null // two values, as we encoded them
  const [{ open, closed, next }, { systems }] = await Promise.all([
    listIncidents(viewer, { system }, { limit: 50, after }),
    getIncidentStart(viewer, {}),
  ])
  const here = (cursor?: string) => routes.incidents({ system, after: cursor })
  return (
    <Page crumbs={[{ label: 'Incidents' }]}>
      <PageHead
        title="Incidents"
        lead={after ? 'Closed before those.' : answer(open, closed)}
        actions={
          <LinkButton href={routes.incidentNew({ system })} icon={<Siren size={15} />}>
            Declare an incident
          </LinkButton>
        }
      />
      {systems.length > 1 ? (
        <div className="mt-3">
          <ViewSwitch
            label="Of"
            showLabel
            items={[
              { label: 'All systems', href: routes.incidents(), current: system === undefined },
              ...systems.map(({ slug, name }) => ({ label: name, href: routes.incidents({ system: slug }), current: slug === system })),
            ]}
          />
        </div>
      ) : null}
      {after ? null : (
        <Section title="Open" aside={open.length === 0 ? undefined : open.length}>
          <div className="py-3">
            <IncidentTable
              caption="Open incidents, newest first"
              rows={open}
              empty={
                closed[0]?.closedAt
                  ? `Nothing is open. The last one, ${closed[0].id}, was closed on ${formatDate(closed[0].closedAt)}.`
                  : 'Nothing is open.'
              }
            />
          </div>
        </Section>
      )}
      <Section title="Closed">
        <div className="py-3">
          <IncidentTable caption="Closed incidents, newest first" rows={closed} empty="None was ever closed." />
          <Pagination
            next={next ? here(encodeCursor(list, next)) : null}
            first={after ? here() : null}
            summary={closed.length > 0 ? plural(closed.length, after ? 'older incident' : 'closed incident') : undefined}
          />
        </div>
      </Section>
    </Page>
  )
}

function answer(open: readonly IncidentRow[], closed: readonly IncidentRow[]): string {
  const worst = open.toSorted((a, b) => a.severity.localeCompare(b.severity))[0]
  if (!worst) return closed.length === 0 ? 'None was ever declared.' : 'Nothing is open.'
  const where = `${worst.system.name}${worst.profile ? ` ${worst.profile}` : ''}`
  return `${numberWord(open.length)} ${open.length === 1 ? 'is' : 'are'} open. ${open.length === 1 ? 'It is' : 'The worst is'} ${worst.id} on ${where}, ${severityWords(worst.severity).toLowerCase()}.`
}

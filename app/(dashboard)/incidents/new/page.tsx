import { DeclareForm } from '@/components/incident/incident-forms'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { getIncidentStart } from '@/lib/queries/incident-start'
import { routes } from '@/lib/routes'
import { declareIncidentAction } from '../actions'

export const metadata = { title: 'Declare an incident' }

type Props = { searchParams: Promise<{ system?: string; profile?: string; rotation?: string }> }

/** What is wrong, and where? */
export default async function NewIncidentPage({ searchParams }: Props) {
  const { system, profile, rotation } = await searchParams
  const viewer = await requireViewer(routes.incidentNew({ system, profile, rotation }))
  const { systems, chosen } = await getIncidentStart(viewer, { system })
  return (
    <Page crumbs={[{ label: 'Incidents', href: routes.incidents() }, { label: 'Declare' }]} layout="read">
      <PageHead
        title={chosen ? `Declare an incident of ${chosen.system.name}` : 'Declare an incident'}
        lead="While it is open, break-glass and emergency promotions that need one can name it. It cannot be closed over what they still owe."
      />
      {systems.length > 1 ? (
        <div className="mt-4">
          <ViewSwitch
            label="System"
            showLabel
            items={systems.map(({ slug, name }) => ({
              label: name,
              href: routes.incidentNew({ system: slug, rotation }),
              current: slug === chosen?.system.slug,
            }))}
          />
        </div>
      ) : null}
      <div className="mt-6">
        {systems.length === 0 ? (
          <EmptyState big>You hold no role on a system. An admin grants roles.</EmptyState>
        ) : chosen === null ? (
          <p className="c2">Choose the system it is about.</p>
        ) : (
          <DeclareForm
            key={chosen.system.slug}
            action={declareIncidentAction}
            system={chosen.system.slug}
            profile={chosen.profiles.find((id) => id === profile) ?? null}
            profiles={chosen.profiles}
            commanders={chosen.commanders}
            viewerCommands={chosen.viewerCommands}
            rotation={rotation}
            whyNot={chosen.whyNot}
          />
        )}
      </div>
    </Page>
  )
}

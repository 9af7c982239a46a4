import { RaiseForm } from '@/components/finding/finding-forms'
import { Page } from '@/components/layout/page'
import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { getFindingStart } from '@/lib/queries/finding-start'
import { routes } from '@/lib/routes'
import { raiseFindingAction } from '../actions'

export const metadata = { title: 'Raise a conflict' }

type Props = { searchParams: Promise<{ system?: string; kind?: string; document?: string }> }

/** Which documents disagree, or what disagrees with one? */
export default async function NewFindingPage({ searchParams }: Props) {
  const { system, kind, document } = await searchParams
  const viewer = await requireViewer(routes.findingNew({ system, kind, document }))
  const { systems, chosen } = await getFindingStart(viewer, { system })
  return (
    <Page crumbs={[{ label: 'Findings', href: routes.findings() }, { label: 'Raise' }]} layout="read">
      <PageHead
        title={chosen ? `Raise a conflict of ${chosen.system.name}` : 'Raise a conflict'}
        lead="What runtimes report opens its findings by itself. This is for what only people see: documents that disagree, or code that disagrees with them."
      />
      {systems.length > 1 ? (
        <div className="mt-4">
          <ViewSwitch
            label="System"
            showLabel
            items={systems.map(({ slug, name }) => ({
              label: name,
              href: routes.findingNew({ system: slug, kind }),
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
          <>
            {chosen.onConflict ? (
              <p className="c2 mb-4">
                The policy says of conflicts: <Words text={chosen.onConflict} />
              </p>
            ) : null}
            <RaiseForm
              key={chosen.system.slug}
              action={raiseFindingAction}
              system={chosen.system.slug}
              kind={kind === 'disagreement' ? 'disagreement' : 'conflict'}
              document={chosen.documents.find(({ id }) => id === document)?.id ?? null}
              documents={chosen.documents}
              profiles={chosen.profiles}
              stops={chosen.stops}
              whyNot={chosen.whyNot && { sentence: chosen.whyNot.sentence }}
            />
          </>
        )}
      </div>
    </Page>
  )
}

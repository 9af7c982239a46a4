import { Page } from '@/components/layout/page'
import { OpenRotationForm } from '@/components/rotation/open-form'
import { EmptyState } from '@/components/ui/banner'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { getRotationStart } from '@/lib/queries/rotation-new'
import { routes } from '@/lib/routes'
import { openRotationAction } from '../actions'

export const metadata = { title: 'Open a rotation' }

type Props = { searchParams: Promise<{ system?: string; rule?: string; cause?: string; incident?: string }> }

/** Which keys, and why now? Only rules of the policy are offered, and what they refuse is said. */
export default async function NewRotationPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.rotationNew(asked))
  const { systems, system, rules, incidents } = await getRotationStart(viewer, asked)
  return (
    <Page crumbs={[{ label: 'Rotations', href: routes.rotations() }, { label: 'Open' }]} layout="read" system={system?.slug}>
      <PageHead
        title="Open a rotation"
        lead="Its plan is sealed with it and waits for approval. Nothing changes in any store by this; Countersign records, and never holds a value."
      />
      {system ? (
        <div className="mt-6 grid gap-6">
          <ViewSwitch
            label="System"
            showLabel
            items={systems.map(({ slug, name }) => ({
              label: name,
              href: routes.rotationNew({ system: slug, cause: asked.cause }),
              current: slug === system.slug,
            }))}
          />
          {rules.length === 0 ? (
            <EmptyState>The policy of {system.name} says of no key who rotates it, so there is nothing to open.</EmptyState>
          ) : (
            <OpenRotationForm
              key={`${system.slug} ${asked.rule ?? ''}`}
              action={openRotationAction}
              system={system}
              rules={rules}
              incidents={incidents}
              chosen={{ rule: asked.rule, cause: asked.cause, incident: asked.incident }}
            />
          )}
        </div>
      ) : (
        <EmptyState big>You hold no role on a system. An admin grants roles.</EmptyState>
      )}
    </Page>
  )
}

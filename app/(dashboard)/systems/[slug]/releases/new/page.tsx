import { notFound } from 'next/navigation'
import { Page } from '@/components/layout/page'
import { RegisterReleaseForm } from '@/components/release/release-forms'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { whyNotRegister } from '@/lib/queries/release'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { registerReleaseAction } from '../actions'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Register a release' }

/** Puts a build on the record, so that it can be promoted. */
export default async function NewReleasePage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.releaseNew(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  return (
    <Page
      crumbs={[
        { label: 'Systems', href: routes.systems() },
        { label: head.name, href: routes.system(slug) },
        { label: 'Releases', href: routes.releases(slug) },
        { label: 'Register' },
      ]}
      layout="read"
    >
      <PageHead
        title={`Register a release of ${head.name}`}
        lead="A release never changes. What was built wrong is registered again under another version."
      />
      <div className="mt-6">
        <RegisterReleaseForm
          action={registerReleaseAction}
          system={slug}
          whyNot={whyNotRegister(viewer, { id: head.slug, name: head.name })}
          accepts={head.version.policy.artefact.reference.text}
        />
      </div>
    </Page>
  )
}

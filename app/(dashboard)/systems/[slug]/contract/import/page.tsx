import { notFound } from 'next/navigation'
import { ImportView } from '@/components/contract/import-view'
import { SystemFrame } from '@/components/system/system-frame'
import { Link } from '@/components/ui/link'
import { SubHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { contractRules } from '@/lib/domain/contract/compare'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ profile?: string }> }

export const metadata = { title: 'Compare a file with the contract' }

/** What do a file with names of variables and the policy say differently? Read in the browser; values never leave it. */
export default async function ContractImportPage({ params, searchParams }: Props) {
  const [{ slug }, { profile: asked }] = await Promise.all([params, searchParams])
  const viewer = await requireViewer(routes.systemContractImport(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { policy } = head.version
  const profile = policy.profiles.find(({ id }) => id === asked) ?? policy.profiles.at(-1)
  return (
    <SystemFrame head={head} tab="Contract">
      <p className="lead">
        Compare a file with the policy: what is new, what is missing, what is of another kind.{' '}
        <Link className="link" href={routes.systemContract(slug)}>
          Back to the contract
        </Link>
      </p>
      <SubHead title="A file with names of variables" className="mt-6" />
      <div className="mt-2 mb-4">
        <ViewSwitch
          label="Judge what stands in it as on"
          showLabel
          items={policy.profiles.map(({ id }) => ({
            label: id,
            href: routes.systemContractImport(slug, { profile: id }),
            current: id === profile?.id,
          }))}
        />
      </div>
      <ImportView rules={contractRules(policy)} profile={profile?.id ?? ''} fileName={`policies/${slug}.yaml`} />
    </SystemFrame>
  )
}

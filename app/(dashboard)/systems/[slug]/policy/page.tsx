import { notFound } from 'next/navigation'
import { PolicyOutline } from '@/components/policy/policy-outline'
import { PolicyDiff, PolicyVersions } from '@/components/policy/policy-versions'
import { SystemFrame } from '@/components/system/system-frame'
import { Banner } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { Hash } from '@/components/ui/hash'
import { SubHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { comparePolicyVersions, getPolicyVersion, listPolicyVersions } from '@/lib/queries/policy-versions'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ version?: string; against?: string; raw?: string }> }

export const metadata = { title: 'Policy' }

const numberIn = (text: string | undefined) => (text && /^\d{1,6}$/.test(text) ? Number(text) : null)

/** What the document says, and how that changed: rendered, raw, and the difference of two versions. */
export default async function SystemPolicyPage({ params, searchParams }: Props) {
  const { slug } = await params
  const asked = await searchParams
  const viewer = await requireViewer(routes.systemPolicy(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const number = numberIn(asked.version) ?? head.version.number
  const against = numberIn(asked.against)
  const [versions, shown, changes] = await Promise.all([
    listPolicyVersions(slug),
    getPolicyVersion(viewer, slug, number),
    against === null ? null : comparePolicyVersions(viewer, slug, against, number),
  ])
  if (!shown || (against !== null && !changes)) notFound()
  const raw = asked.raw === '1'
  const at = number === head.version.number ? {} : { version: number }
  return (
    <SystemFrame
      head={head}
      tab="Policy"
      aside={
        <ViewSwitch
          label="View"
          items={[
            { label: 'Rendered', href: routes.systemPolicy(slug, at), current: !raw && against === null },
            { label: 'YAML', href: routes.systemPolicy(slug, { ...at, raw: true }), current: raw },
          ]}
        />
      }
    >
      <PolicyVersions slug={slug} rows={versions} shown={number} />
      <div className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-3">
        {number === head.version.number ? null : (
          <Banner status="na" title={`This is version ${number}, not the active one`}>
            What was opened under it is judged by it.
          </Banner>
        )}
        {against !== null && changes ? (
          <PolicyDiff from={against} to={number} changes={changes} />
        ) : raw ? (
          <>
            <SubHead title={`Version ${number} as it was applied`} aside="YAML" />
            <div className="row wrap gap-4">
              <Hash hash={shown.hash} copy />
              <LinkButton href={routes.systemPolicyJson(slug, number)} download="">
                Save as JSON
              </LinkButton>
            </div>
            <CodeBlock code={shown.source} label={`Policy version ${number} as YAML`} />
          </>
        ) : (
          <PolicyOutline policy={shown.policy} />
        )}
      </div>
    </SystemFrame>
  )
}

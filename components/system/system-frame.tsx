import { Diff, GitPullRequestArrow } from 'lucide-react'
import type { ReactNode } from 'react'
import { Page } from '@/components/layout/page'
import { Banner } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Tabs } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { SystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { PipelineStrip } from './pipeline-strip'

export type SystemTab =
  | 'Matrix'
  | 'Secrets and env'
  | 'Contract'
  | 'Deployments'
  | 'Checklists'
  | 'Exceptions'
  | 'Isolation'
  | 'Attestations'
  | 'Releases'
  | 'Contacts'
  | 'Policy'

const HREF: Record<SystemTab, (slug: string) => string> = {
  Matrix: (slug) => routes.system(slug),
  'Secrets and env': routes.systemEnv,
  Contract: (slug) => routes.systemContract(slug),
  Deployments: routes.systemDeployments,
  Checklists: routes.systemChecklists,
  Exceptions: routes.systemExceptions,
  Isolation: routes.systemIsolation,
  Attestations: routes.systemAttestations,
  Releases: (slug) => routes.releases(slug),
  Contacts: routes.systemContacts,
  Policy: (slug) => routes.systemPolicy(slug),
}

/** What every tab of a system stands in: name, governing document, pipeline, tabs. `phoneAside` stands under the tabs of a phone, where it differs. */
export function SystemFrame({
  head,
  tab,
  aside,
  phoneAside = aside,
  children,
}: {
  head: SystemHead
  tab: SystemTab
  aside?: ReactNode
  phoneAside?: ReactNode
  children: ReactNode
}) {
  const { document } = head.version.policy
  const open = head.exceptions.length
  const counts: Readonly<Record<string, number | undefined>> = { Exceptions: open > 0 ? open : undefined }
  return (
    <Page
      crumbs={[{ label: 'Systems', href: routes.systems() }, { label: head.name, href: routes.system(head.slug) }, { label: tab }]}
      layout="wide"
    >
      <div className="pagehead">
        <div>
          <h1 className="h1">{head.name}</h1>
          <p className="c2 mt-0.5">
            {head.description} {document.title}
            {document.version ? ` ${document.version}` : ''}, policy version {head.version.number}, applied by {head.appliedBy} on{' '}
            <Time at={head.appliedAt} show="date" />, not signed
          </p>
        </div>
        <div className="btns">
          <LinkButton href={routes.exceptionNew({ system: head.slug })} icon={<Diff size={15} />} refusal={head.whyNotFile}>
            File exception
          </LinkButton>
          <LinkButton
            href={routes.promotionNew({ system: head.slug })}
            icon={<GitPullRequestArrow size={15} />}
            refusal={head.whyNotPromote}
          >
            Start promotion
          </LinkButton>
        </div>
      </div>
      {head.ofAll.map((finding) => (
        <OfAll key={finding.id} finding={finding} />
      ))}
      <PipelineStrip profiles={head.profiles} edges={head.edges} />
      <div className="mt-4">
        <Tabs
          label={`${head.name}, parts`}
          items={Object.entries(HREF).map(([label, href]) => ({
            label,
            href: href(head.slug),
            current: label === tab,
            count: counts[label],
          }))}
          aside={aside}
        />
      </div>
      {phoneAside ? <div className="only-phone mt-3">{phoneAside}</div> : null}
      <div className="mt-3">{children}</div>
    </Page>
  )
}

/** What is open of the system as a whole: a conflict between documents (002.3) holds every promotion until a person resolves it. */
function OfAll({ finding }: { finding: SystemHead['ofAll'][number] }) {
  const { id, kind, title, severity, openedAt } = finding
  return (
    <div className="mt-3">
      <Banner
        status={severity === 'block' ? 'fail' : 'warn'}
        title={kind === 'conflict' ? 'Documents disagree' : 'Open of the whole system'}
      >
        {' '}
        <Visible text={title} />, since <Time at={openedAt} />.{' '}
        {kind === 'conflict' && severity === 'block' ? 'It holds every promotion until it is resolved. ' : ''}
        <Link className="link" href={routes.finding(id)}>
          {id}
        </Link>
      </Banner>
    </div>
  )
}

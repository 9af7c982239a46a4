import { GitPullRequestArrow } from 'lucide-react'
import type { ReactNode } from 'react'
import { Page } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import { Tabs } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import type { SystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { PipelineStrip } from './pipeline-strip'

export type SystemTab = 'Matrix' | 'Secrets and env' | 'Deployments' | 'Checklists' | 'Releases' | 'Contacts' | 'Policy'

const HREF: Record<SystemTab, (slug: string) => string> = {
  Matrix: (slug) => routes.system(slug),
  'Secrets and env': routes.systemEnv,
  Deployments: routes.systemDeployments,
  Checklists: routes.systemChecklists,
  Releases: (slug) => routes.releases(slug),
  Contacts: routes.systemContacts,
  Policy: (slug) => routes.systemPolicy(slug),
}

/** What every tab of a system stands in: name, governing document, pipeline, tabs. */
export function SystemFrame({ head, tab, aside, children }: { head: SystemHead; tab: SystemTab; aside?: ReactNode; children: ReactNode }) {
  const { document } = head.version.policy
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
          <LinkButton
            href={routes.promotionNew({ system: head.slug })}
            icon={<GitPullRequestArrow size={15} />}
            refusal={head.whyNotPromote}
          >
            Start promotion
          </LinkButton>
        </div>
      </div>
      <PipelineStrip profiles={head.profiles} edges={head.edges} />
      <div className="mt-4">
        <Tabs
          label={`${head.name}, parts`}
          items={Object.entries(HREF).map(([label, href]) => ({ label, href: href(head.slug), current: label === tab }))}
          aside={aside}
        />
      </div>
      {aside ? <div className="only-phone mt-3">{aside}</div> : null}
      <div className="mt-3">{children}</div>
    </Page>
  )
}

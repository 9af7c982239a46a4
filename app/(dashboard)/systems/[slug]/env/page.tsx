import { notFound } from 'next/navigation'
import { MappingTables } from '@/components/secrets/mapping-tables'
import { ContractTables, ContractVariants } from '@/components/system/env-tables'
import { SystemFrame } from '@/components/system/system-frame'
import { SubHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { getSecretsEnv } from '@/lib/queries/secrets-env'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { recordSecretAuditAction } from './actions'

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<{ profile?: string }> }

export const metadata = { title: 'Secrets and env' }

/** Which secret becomes which variable on each profile, which key it holds and how old that is, and what every variable must be. Names and rules, never values. */
export default async function SystemEnvPage({ params, searchParams }: Props) {
  const [{ slug }, { profile: asked }] = await Promise.all([params, searchParams])
  const viewer = await requireViewer(routes.systemEnv(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { policy } = head.version
  const secrets = await getSecretsEnv(viewer, policy)
  const chosen = secrets.find(({ profile }) => profile.id === asked)?.profile.id
  return (
    <SystemFrame head={head} tab="Secrets and env">
      <div className="row between wrap gap-3">
        <p className="lead">Names and rules only. Countersign never holds a value, so there is nothing to hide here.</p>
        <ViewSwitch
          label="Profile"
          items={[
            { label: 'All', href: routes.systemEnv(slug), current: chosen === undefined },
            ...secrets.map(({ profile }) => ({
              label: profile.id,
              href: routes.systemEnv(slug, { profile: profile.id }),
              current: chosen === profile.id,
            })),
          ]}
        />
      </div>
      <MappingTables
        policy={policy}
        profiles={secrets.filter(({ profile }) => chosen === undefined || profile.id === chosen)}
        auditAction={recordSecretAuditAction}
      />
      <SubHead title="Contract of variables" className="mt-9" />
      <ContractVariants policy={policy} />
      <ContractTables policy={policy} />
    </SystemFrame>
  )
}

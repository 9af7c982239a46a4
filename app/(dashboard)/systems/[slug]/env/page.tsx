import { notFound } from 'next/navigation'
import { ContractTables, ContractVariants, MappingTables } from '@/components/system/env-tables'
import { SystemFrame } from '@/components/system/system-frame'
import { SubHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Secrets and env' }

/** Which secret becomes which variable on each profile, and what every variable must be. Names and rules, never values. */
export default async function SystemEnvPage({ params }: Props) {
  const { slug } = await params
  const head = await getSystemHead(await requireViewer(routes.systemEnv(slug)), slug)
  if (!head) notFound()
  const { policy } = head.version
  return (
    <SystemFrame head={head} tab="Secrets and env">
      <p className="lead">Names and rules only. Countersign never holds a value, so there is nothing to hide here.</p>
      <MappingTables policy={policy} />
      <SubHead title="Contract of variables" className="mt-9" />
      <ContractVariants policy={policy} />
      <ContractTables policy={policy} />
    </SystemFrame>
  )
}

import { notFound } from 'next/navigation'
import { DecidePage } from '@/components/fallback/decide-page'
import { requireViewer } from '@/lib/auth/session'
import { getFallbackCeremony } from '@/lib/queries/fallback'
import { routes } from '@/lib/routes'
import { stepUpAction } from '../../../actions'
import { grantAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string; version?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Grant ${(await params).id}` }
}

/** What do I allow, for how long, and as whom? Judged again as the page opens. */
export default async function GrantPage({ params, searchParams }: Props) {
  const { id } = await params
  const { slot, version } = await searchParams
  const read = version !== undefined && /^\d{1,6}$/.test(version) ? Number(version) : undefined
  const viewer = await requireViewer(routes.fallbackGrant(id, { slot, version: read }))
  const ceremony = await getFallbackCeremony(viewer, id, 'approve', { slot, read })
  if (!ceremony) notFound()
  return <DecidePage ceremony={ceremony} verb="grant" actions={{ stepUp: stepUpAction, decide: grantAction }} />
}

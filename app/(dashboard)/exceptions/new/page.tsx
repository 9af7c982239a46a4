import { ExceptionForm } from '@/components/exception/exception-form'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { requireViewer } from '@/lib/auth/session'
import { getExceptionStart } from '@/lib/queries/exception-new'
import { routes } from '@/lib/routes'
import { fileExceptionAction } from '../actions'

export const metadata = { title: 'File a drift exception' }

type Props = { searchParams: Promise<{ system?: string; profile?: string; rule?: string; finding?: string; observed?: string }> }

/** What deviates, why, since when, whose, how long, and how it gets fixed? Prefilled from where it was started (000.32; ux.md section 11). */
export default async function NewExceptionPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.exceptionNew(asked))
  const { system, ...start } = await getExceptionStart(viewer, asked)
  const crumbs = [{ label: 'Exceptions', href: routes.exceptions() }, { label: 'New' }]
  if (!system)
    return (
      <Page crumbs={crumbs}>
        <EmptyState big>You hold no role on a system. An admin grants roles.</EmptyState>
      </Page>
    )
  return (
    <Page crumbs={crumbs} layout="dossier" system={system.slug}>
      <ExceptionForm
        key={`${system.slug} ${start.chosen?.profile ?? ''} ${start.chosen?.rule ?? ''}`}
        start={{ system, ...start }}
        now={viewer.now.toISOString()}
        file={fileExceptionAction}
      />
    </Page>
  )
}

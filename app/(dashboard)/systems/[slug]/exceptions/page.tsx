import { notFound } from 'next/navigation'
import { ExceptionSummary } from '@/components/exception/exception-summary'
import { ExceptionTable } from '@/components/exception/exception-table'
import { SystemFrame } from '@/components/system/system-frame'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { getExceptions } from '@/lib/queries/exceptions'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Exceptions of a system' }

const PAGE = 50

/** What deviates in one system, and how much of its budget that takes. */
export default async function SystemExceptionsPage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.systemExceptions(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const view = await getExceptions(viewer, { system: head.slug }, { limit: PAGE, after: null })
  const { text } = head.version.policy.drift
  return (
    <SystemFrame
      head={head}
      tab="Exceptions"
      aside={
        <Link className="link" href={routes.findings({ system: head.slug })}>
          Findings of {head.name}
        </Link>
      }
    >
      <p className="c2 max-w-[68ch]">{text.replaceAll('`', '')}</p>
      <ExceptionSummary
        counts={view.counts}
        budgets={view.budgets}
        days={view.days}
        system={head.slug}
        plotTitle={`Open exceptions, ${head.name}`}
      />
      <Section title="Open" aside={view.open.length > 0 ? `${view.open.length}, by their end` : undefined}>
        <div className="py-1">
          <ExceptionTable
            caption={`Open exceptions of ${head.name}, by their end`}
            rows={view.open}
            now={viewer.now}
            withSystem={false}
            empty={
              <EmptyState>
                No exception of {head.name} is open.
                {view.lastEnded ? (
                  <>
                    {' '}
                    The last one,{' '}
                    <Link className="link" href={routes.exception(view.lastEnded.id)}>
                      {view.lastEnded.id}
                    </Link>
                    , ended <Time at={view.lastEnded.at} />.
                  </>
                ) : null}
              </EmptyState>
            }
          />
        </div>
      </Section>
      <Section title="Ended">
        <div className="py-1">
          <ExceptionTable
            caption={`Ended exceptions of ${head.name}, newest first`}
            rows={view.ended}
            ended
            now={viewer.now}
            withSystem={false}
            empty={<EmptyState>None has ended yet.</EmptyState>}
          />
        </div>
        {view.next ? (
          <p className="t-xs mt-2">
            <Link className="link" href={routes.exceptions({ system: head.slug })}>
              All exceptions of {head.name}
            </Link>
          </p>
        ) : null}
      </Section>
    </SystemFrame>
  )
}

import { redirect } from 'next/navigation'
import { InboxList } from '@/components/inbox/inbox-list'
import { headline, lead } from '@/components/inbox/inbox-words'
import { InboxOverview } from '@/components/inbox/overview'
import { WaitingOnOthers } from '@/components/inbox/waiting-table'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { getInbox } from '@/lib/queries/inbox'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Inbox' }

const ANNOUNCED = {
  fallback: routes.fallback,
  promotion: routes.promotion,
  rotation: routes.rotation,
  exception: routes.exception,
} as const
const TONE = { fallback: 'glass', promotion: 'glass', rotation: 'fail', exception: 'drift' } as const

/** What needs me, by when? */
export default async function InboxPage() {
  const viewer = await requireViewer(routes.inbox())
  const page = await getInbox(viewer)
  // Auditors have nothing to do here: they are taken to the record (ux.md, role variants).
  if (page.roles.length > 0 && page.roles.every((role) => role === 'auditor')) redirect(routes.audit())
  return (
    <Page crumbs={[{ label: 'Inbox' }]} layout="home">
      <section aria-labelledby="h" className="min-w-0">
        <h1 className="h1" id="h">
          {headline(page.rows.length)}
        </h1>
        <p className="lead">{lead(page.rows, page.upcoming, viewer.now)}</p>
        {page.rows.length > 0 ? (
          <InboxList rows={page.rows} now={viewer.now} />
        ) : page.estate.systems.length === 0 ? (
          <EmptyState big>You hold no role on any system yet, so there is nothing to see. An admin grants roles under People.</EmptyState>
        ) : null}
        {page.doneByOthers.length > 0 ? (
          <ul className="mt-4 grid gap-1.5" aria-label="Done by others in the last 24 hours">
            {page.doneByOthers.map((done) => (
              <li key={done.key} className="t-xs c2">
                <Status status="pass" plain long>
                  <Link href={routes.promotion(done.promotion)} className="b c1">
                    {done.title}
                  </Link>{' '}
                  signed by {done.by}, <Time at={done.at} show="today" />
                </Status>
              </li>
            ))}
          </ul>
        ) : null}
        {page.announced.length > 0 ? (
          <section aria-labelledby="fyi">
            <h2 className="h2 mt-7 mb-2" id="fyi">
              For your information
            </h2>
            <ul className="grid gap-1.5">
              {page.announced.map(({ key, kind, id, text, at }) => (
                <li key={key} className="t-xs c2">
                  <Status status={TONE[kind]} plain long>
                    {text},{' '}
                    <Link className="link" href={ANNOUNCED[kind](id)}>
                      {id}
                    </Link>
                    , <Time at={at} show="today" />
                  </Status>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        <WaitingOnOthers cards={page.waiting} />
      </section>
      <InboxOverview page={page} now={viewer.now} />
    </Page>
  )
}

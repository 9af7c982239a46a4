import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Chip } from '@/components/ui/status'
import { RelativeTime, Time } from '@/components/ui/time'
import { formatInstant } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { ProfileSession } from '@/lib/queries/account/get-profile'
import { browserName } from './browser-name'

/** Open sessions, each with a way to end it, and all of them at once. */
export function SessionTable({ sessions, end, endAll }: { sessions: readonly ProfileSession[]; end: FormAction; endAll: FormAction }) {
  return (
    <>
      <DataTable
        caption="Open sessions"
        rows={sessions}
        rowKey={(session) => session.id}
        empty={<EmptyState>No session is open.</EmptyState>}
        columns={[
          {
            key: 'where',
            header: 'Browser',
            rowHeader: true,
            cell: (session) => (
              <span className="row wrap gap-2">
                {browserName(session.userAgent)}
                {session.isThis ? <Chip status="yours">This one</Chip> : null}
              </span>
            ),
          },
          { key: 'seen', header: 'Last seen', cell: (session) => <RelativeTime at={session.lastSeenAt} /> },
          { key: 'since', header: 'Since', cell: (session) => <Time at={session.createdAt} show="day-time" /> },
          { key: 'until', header: 'Ends at the latest', cell: (session) => <Time at={session.expiresAt} show="day-time" /> },
          {
            key: 'end',
            header: <span className="sr">End</span>,
            phoneLabel: false,
            align: 'right',
            cell: (session) => (
              <ActionForm
                action={end}
                hidden={{ session: session.id }}
                className="inline"
                label={`End the session of ${browserName(session.userAgent)}, begun ${formatInstant(session.createdAt, { seconds: true })}`}
                silentDone
              >
                <SubmitButton variant="default" size="sm" pendingLabel="Ending">
                  {session.isThis ? 'Sign out here' : 'End'}
                </SubmitButton>
              </ActionForm>
            ),
          },
        ]}
      />
      <div className="py-4">
        <ActionForm action={endAll} label="Sign out everywhere" silentDone>
          <div className="btns">
            <SubmitButton variant="danger" pendingLabel="Signing out">
              Sign out everywhere
            </SubmitButton>
          </div>
        </ActionForm>
      </div>
    </>
  )
}

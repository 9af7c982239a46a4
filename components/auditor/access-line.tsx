import { DenyLine, EmptyState } from '@/components/ui/banner'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { listWords } from '@/lib/format'
import type { AuditorAccess } from '@/lib/queries/auditor/access'

/** Until when somebody reads as an auditor. Nothing for those who read by another role: their access has no such end. */
export function AccessLine({ access }: { access: AuditorAccess }) {
  if (access.state !== 'auditor') return null
  return (
    <p className="mt-1.5">
      <Status status={access.endsAt ? 'waiting' : 'warn'} plain long>
        {access.endsAt ? (
          <>
            You read as an auditor until <Time at={access.endsAt} relative />. Everything you read and draw is on the record.
          </>
        ) : (
          'You read as an auditor, and no end is set. Ask an admin to set one: access is for a time.'
        )}
      </Status>
    </p>
  )
}

/** What stands instead of a page for whoever may not read the trail: why, and who can change it. */
export function NoAccess({ access }: { access: AuditorAccess }) {
  const who = access.admins.length === 0 ? 'An admin' : listWords(access.admins, 'or')
  if (access.state === 'ended' && access.endsAt)
    return (
      <DenyLine>
        Your access as an auditor ended <Time at={access.endsAt} />. {who} can grant it again, for another ninety days at most. What you
        read and drew stays on the record.
      </DenyLine>
    )
  return (
    <EmptyState big>
      The trail of a system is read with a role on it, and you hold none. {who} can grant one; an auditor’s is enough to read.
    </EmptyState>
  )
}

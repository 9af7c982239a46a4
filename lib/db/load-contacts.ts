import 'server-only'
import { type ContactConfirmed, type ContactListStanding, contactLists } from '@/lib/domain/contact'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'
import { loadPeople } from './load-people'

/** The contact lists of a system at `now`, with whoever holds their roles and the newest confirmation of each (000.33). Two statements. */
export async function loadContacts(tx: Tx, systemId: string, policy: Policy, now: Date): Promise<ContactListStanding[]> {
  if (policy.contacts.length === 0) return []
  const people = await loadPeople(tx, [systemId], now)
  const rows = await tx.$queryRaw<(Omit<ContactConfirmed, 'by'> & { byId: string; byName: string })[]>`
    SELECT DISTINCT ON (c."contactKey", c."contactId") c."contactKey" AS list, c."contactId" AS contact, c.reach, c."confirmedAt" AS at, c."confirmedById" AS "byId",
      coalesce(n.name, 'Somebody erased') AS "byName"
    FROM "ContactConfirmation" c LEFT JOIN "Person" n ON n."principalId" = c."confirmedById"
    WHERE c."systemId" = ${systemId} ORDER BY c."contactKey", c."contactId", c."confirmedAt" DESC, c.id DESC`
  const confirmed = rows.map(({ byId, byName, ...row }) => ({ ...row, by: { id: byId, name: byName } }))
  return contactLists(policy, systemId, people, confirmed, now)
}

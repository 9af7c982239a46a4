import 'server-only'
import { db } from '@/lib/db/client'
import { findOpenSetupLink, type SetupLinkKind } from '@/lib/db/find-setup-link'

/** What the set-up page shows for a link: the first admin's form, or the name of whoever chooses a password. Null for a link that is worth nothing. */
export function getSetupLink(link: string): Promise<SetupLinkKind | null> {
  return findOpenSetupLink(db, link)
}

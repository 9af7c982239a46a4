import 'server-only'
import { headers } from 'next/headers'
import type { Viewer } from '@/lib/auth/session'
import { noteRead } from '@/lib/usecases/trail/record-read'

/**
 * Puts on the record that somebody looked into the auditor's room, as a look at the trail is: which part, and for which period. `address` is the page's
 * own, so that one that follows by itself is no second look.
 */
export async function noteVisit(
  viewer: Viewer,
  page: string,
  filter: Readonly<Record<string, string | undefined>>,
  address: string,
): Promise<void> {
  await noteRead(viewer.ctx, { page, filter, referer: (await headers()).get('referer'), address }, viewer.now)
}

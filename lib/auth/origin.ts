import 'server-only'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import type { ReadHeaders } from './request-info'

/**
 * Why a change that rides on a cookie may not be made: the browser must name exactly our configured origin, and, where it says so, call it the
 * same site. Forwarded hosts are ignored: Next compares with them, and so lets some through (T25).
 */
export function whyNotSameOrigin(headers: ReadHeaders, origin: string = settings().APP_ORIGIN): Refusal | null {
  const site = headers.get('sec-fetch-site')
  if (headers.get('origin') === origin && (site === null || site === 'same-origin')) return null
  return refuse(
    'foreign_origin',
    `This did not come from a page of ours at ${origin}, so nothing was done. Open Countersign at that address and try again.`,
  )
}

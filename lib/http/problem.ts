import 'server-only'
import { REFUSAL_STATUS, type Refusal, type RefusalCode } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import { routes } from '@/lib/routes'
import { FILE_POLICY } from './security-headers'

/** The short title of each kind of refusal, the same for every one of that kind (RFC 9457). */
export const PROBLEM_TITLE: Record<RefusalCode | 'internal', string> = {
  invalid: 'The input is not right',
  unknown_field: 'A field is not known here',
  secret_refused: 'The input looks like it holds a secret',
  unauthenticated: 'Nobody is signed in',
  wrong_credentials: 'Address and password do not fit',
  throttled: 'Too many requests',
  not_allowed: 'Not allowed',
  foreign_origin: 'The request came from elsewhere',
  step_up_required: 'Confirm it is you',
  separation_of_duties: 'Separation of duties',
  not_found: 'Not found',
  method_not_allowed: 'Not answered here',
  conflict: 'Somebody else was first',
  idempotency_conflict: 'The idempotency key was used for something else',
  wrong_state: 'Not in this state',
  stale_version: 'The version has changed',
  policy_forbids: 'The policy does not allow it',
  gate_not_passed: 'A gate has not passed',
  slot_gap: 'Nobody could fill a slot',
  held: 'Something else has to come first',
  outside_window: 'Outside the window',
  too_large: 'Too large',
  unsupported_media_type: 'The content type is not understood',
  busy: 'Try again in a moment',
  audit_log_behind: 'The audit log is behind',
  internal: 'Something went wrong on our side',
}

/** An RFC 9457 problem document. `instance` names the request, for whoever runs the server to find it in the log. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  code: RefusalCode | 'internal'
  place?: string
  details?: readonly string[]
  instance: string
}

/** What every answer of the API carries: nothing of it is a page, nothing is cached (T21, T38). */
export const API_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': FILE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** A refusal as a problem document. */
export function problemOf(refusal: Refusal | null, requestId: string): Problem {
  const code = refusal?.code ?? 'internal'
  return {
    type: `${settings().APP_ORIGIN}${routes.apiReference()}#${code}`,
    title: PROBLEM_TITLE[code],
    status: refusal ? REFUSAL_STATUS[refusal.code] : 500,
    detail:
      refusal?.sentence ??
      'Nothing is known about what was stored. Ask again with the same Idempotency-Key, or tell whoever runs this server the instance below.',
    code,
    ...(refusal?.place === undefined ? {} : { place: refusal.place }),
    ...(refusal?.details === undefined || refusal.details.length === 0 ? {} : { details: refusal.details }),
    instance: `urn:uuid:${requestId}`,
  }
}

/** The answer to a refused request; a null refusal is a bug of ours (500). */
export function problemResponse(refusal: Refusal | null, requestId: string, headers: Record<string, string> = {}): Response {
  const problem = problemOf(refusal, requestId)
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      ...API_HEADERS,
      'Content-Type': 'application/problem+json',
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...headers,
    },
  })
}

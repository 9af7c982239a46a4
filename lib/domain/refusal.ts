/**
 * Every reason Countersign can say no, with the HTTP status the API answers it with.
 * A code without a status does not compile; a status change is visible in one place.
 */
export const REFUSAL_STATUS = {
  invalid: 422,
  unknown_field: 422,
  secret_refused: 422,
  unauthenticated: 401,
  wrong_credentials: 401,
  throttled: 429,
  not_allowed: 403,
  foreign_origin: 403,
  step_up_required: 403,
  separation_of_duties: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_conflict: 409,
  wrong_state: 409,
  stale_version: 409,
  policy_forbids: 409,
  gate_not_passed: 409,
  slot_gap: 409,
  held: 409,
  outside_window: 409,
  too_large: 413,
  unsupported_media_type: 415,
  busy: 503,
  audit_log_behind: 503,
} as const satisfies Record<string, number>

export type RefusalCode = keyof typeof REFUSAL_STATUS

/**
 * A "no" that a person can act on. `sentence` says what stands in the way and what to do about it, in plain words;
 * `place` names the field or object, never its value; `details` are further sentences (one per rule, gap or gate).
 */
export type Refusal = {
  code: RefusalCode
  sentence: string
  place?: string
  details?: readonly string[]
}

/** Builds a refusal. */
export function refuse(code: RefusalCode, sentence: string, more: { place?: string; details?: readonly string[] } = {}): Refusal {
  return { code, sentence, ...more }
}

/** The only exception meant for the user; anything else that throws is a bug. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.sentence)
    this.name = 'Refused'
    this.refusal = refusal
  }
}

/** Turns the first "why not" into an exception; use cases call this, pages read the same value as a reason. */
export function ensure(...whyNots: (Refusal | null)[]): void {
  const refusal = whyNots.find((why) => why !== null)
  if (refusal) throw new Refused(refusal)
}

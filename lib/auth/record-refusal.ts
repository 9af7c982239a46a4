import 'server-only'
import { recordCollapsed } from '@/lib/db/record-collapsed'
import type { AuditAction, AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import type { Refusal, RefusalCode } from '@/lib/domain/refusal'

/** An attempt at a governed action: what was tried, on what, in which system. */
export type Attempt = { verb: string; subject: AuditEvent['subject']; system: string | null }

// What a rule denied, as opposed to a typing mistake, a conflict or an outage.
const DENIED: readonly RefusalCode[] = [
  'not_allowed',
  'foreign_origin',
  'step_up_required',
  'separation_of_duties',
  'policy_forbids',
  'gate_not_passed',
  'slot_gap',
  'held',
  'outside_window',
]

/** Whether a refusal is a denied attempt, and so belongs on the record. */
export function isDenial(refusal: Refusal): boolean {
  return DENIED.includes(refusal.code)
}

/** Puts a denied attempt on the record, collapsed by actor and verb; whatever is no denial is left alone. Gives whether it is on the record. */
export async function recordRefusal(ctx: Ctx, attempt: Attempt, refusal: Refusal): Promise<boolean> {
  if (!isDenial(refusal)) return false
  const action: AuditAction = 'action.refused'
  await recordCollapsed(`${ctx.actor.id} ${attempt.verb}`, ctx, {
    action,
    system: attempt.system,
    subject: attempt.subject,
    after: { verb: attempt.verb },
    outcome: 'refused',
    reason: refusal.code,
  })
  return true
}

import 'server-only'
import type { z } from 'zod'
import { verifyPassword } from '@/lib/crypto/password'
import { redactTexts } from '@/lib/db/audit'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import { findEntries, readTrail, trailScope } from '@/lib/db/read-trail'
import { recordCollapsed } from '@/lib/db/record-collapsed'
import { takePasswordTry } from '@/lib/db/tries'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { parseRecorded } from '@/lib/domain/recorded-event'
import { whyNotRedact } from '@/lib/domain/redaction'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { redactTextInput } from '@/lib/schemas/trail'

/**
 * Takes the words that an entry names off the record: SecOps, confirmed by their password in the same request. Body and salt go for good; the
 * entry, its digest, every signature and every proof stay, and an entry of its own says who did it and why (T18). Wrong passwords are slowed down
 * and recorded as failed step-ups.
 */
export async function redactText(ctx: Ctx, input: z.output<typeof redactTextInput>): Promise<void> {
  const entry = await namedText(ctx, input.entry)
  const { session } = ctx.actor
  const about = { system: entry.system, subject: entry.subject }
  ensure(whyNotRedact(ctx.actor, { system: entry.system, isThere: entry.isThere }, new Date()))
  if (!session) return // said by the rule above; the compiler does not know
  const refund = await takePasswordTry(session.id)
  const person = await db.person.findUnique({ where: { principalId: ctx.actor.id }, select: { passwordHash: true } })
  if (!(await verifyPassword(person?.passwordHash ?? null, input.password))) {
    await recordCollapsed(`step_up ${ctx.actor.id}`, ctx, {
      action: 'step_up.failed',
      ...about,
      outcome: 'refused',
      reason: 'wrong_credentials',
    })
    throw new Refused(refuse('wrong_credentials', 'This is not your password. Nothing was taken away; try again.', { place: 'password' }))
  }
  await refund()
  await mutate(ctx, async ({ tx, now, actor }) => {
    const kept = await tx.auditText.findUnique({ where: { digest: entry.digest }, select: { redactedByEvent: true } })
    ensure(whyNotRedact(actor, { system: entry.system, isThere: kept !== null && kept.redactedByEvent === null }, now))
    const taken = await redactTexts(tx, { ...ctx, actor }, now, entry.subject, [entry.digest], {
      system: entry.system,
      after: { why: input.why, entry: input.entry, digest: entry.digest },
    })
    // Somebody else took them between the look and now: this transaction's own entry goes with it.
    if (taken === 0) throw new Refused(refuse('wrong_state', 'These words are no longer on the record.'))
    return { result: undefined, events: [{ action: 'step_up.passed', ...about, after: { slot: 'redaction', method: 'password' } }] }
  })
}

type NamedText = { system: string | null; subject: AuditEvent['subject']; digest: string; isThere: boolean }

/** The text that an entry names, as far as somebody may read the entry; unseen and unknown answer alike (T23). */
async function namedText(ctx: Ctx, id: string): Promise<NamedText> {
  const scope = await trailScope(ctx.actor, new Date())
  const [entry] = await readTrail(scope, (tx) => findEntries(tx, scope, {}, [{ by: 'id', from: id, to: id }], { take: 1, after: null }))
  const event = entry ? parseRecorded(entry.canonical) : null
  if (!event?.text) throw new Refused(refuse('not_found', 'There is no such entry, or it names no text.'))
  const kept = await db.auditText.findUnique({ where: { digest: event.text }, select: { redactedByEvent: true } })
  const { kind, id: of, version } = event.subject
  return {
    system: event.system,
    subject: { kind, id: of, ...(version === null ? {} : { version }) },
    digest: event.text,
    isThere: kept !== null && kept.redactedByEvent === null,
  }
}

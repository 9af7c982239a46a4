import 'server-only'
import { verifyPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { loadActor, SESSION_ABSOLUTE_MS } from '@/lib/db/load-actor'
import { admit } from '@/lib/db/mutate'
import { recordCollapsed } from '@/lib/db/record-collapsed'
import { takeSignInTry } from '@/lib/db/tries'
import { normalEmail } from '@/lib/domain/account'
import { NOBODY_ID } from '@/lib/domain/anonymous'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Actor, Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'

export type SignIn = {
  email: string
  password: string
  userAgent: string
  /** The id of the device when this account signed in on it before. */
  knownDevice: string | null
  /** The session this browser had until now; it ends. */
  replaces: { sid: string; sv: number } | null
}

export type OpenSession = { personId: string; sid: string; sv: number; expiresAt: Date }

const WRONG = refuse('wrong_credentials', 'Address and password do not fit together.')

/**
 * Signs in with address and password: a new session each time, never one that was there before (T26). Whether the account exists shows neither in
 * words nor in time (T28); tries are slowed down by account and address (T27); failures are on the record, collapsed (T35).
 */
export async function openSession(ctx: Ctx, input: SignIn): Promise<OpenSession> {
  const email = normalEmail(input.email)
  const refund = await takeSignInTry({ email, address: ctx.request.ip, knownDevice: input.knownDevice })
  const [person] = await db.$queryRaw<{ id: string; passwordHash: string | null }[]>`
    SELECT p.id, n."passwordHash" FROM "Person" n JOIN "Principal" p ON p.id = n."principalId" WHERE n.email = ${email} AND p."retiredAt" IS NULL`
  if (!(await verifyPassword(person?.passwordHash ?? null, input.password)) || !person) {
    await recordCollapsed(`sign_in ${person?.id ?? NOBODY_ID}`, ctx, {
      action: 'sign_in.failed',
      system: null,
      subject: { kind: 'principal', id: person?.id ?? NOBODY_ID },
      outcome: 'refused',
      reason: 'wrong_credentials',
    })
    throw new Refused(WRONG)
  }
  await refund()
  return admit(ctx, async ({ tx, now }) => {
    // The account is as it was when the password was right: not retired, not given another one meanwhile.
    const still = await tx.$queryRaw<{ id: string }[]>`
      SELECT p.id FROM "Principal" p JOIN "Person" n ON n."principalId" = p.id
      WHERE p.id = ${person.id}::uuid AND p."retiredAt" IS NULL AND n."passwordHash" = ${person.passwordHash} FOR SHARE`
    if (still.length === 0) throw new Refused(WRONG)
    const expiresAt = new Date(now.getTime() + SESSION_ABSOLUTE_MS)
    const session = await tx.session.create({
      data: { principalId: person.id, createdAt: now, lastSeenAt: now, expiresAt, userAgent: input.userAgent.slice(0, 300) },
      select: { id: true, version: true },
    })
    const actor = (await loadActor(tx, { id: person.id, session, token: null }, now)) as Actor // just made, so it stands
    const opened: AuditEvent = { action: 'session.opened', system: null, subject: { kind: 'session', id: session.id } }
    const replaced = input.replaces ? await endReplaced(input.replaces) : []
    return { result: { personId: person.id, sid: session.id, sv: session.version, expiresAt }, events: [opened, ...replaced], actor }

    async function endReplaced({ sid, sv }: { sid: string; sv: number }): Promise<AuditEvent[]> {
      const ended =
        await tx.$executeRaw`UPDATE "Session" SET "endedAt" = ${now}, version = version + 1 WHERE id = ${sid}::uuid AND version = ${sv} AND "endedAt" IS NULL`
      return ended === 0 ? [] : [{ action: 'session.ended', system: null, subject: { kind: 'session', id: sid } }]
    }
  })
}

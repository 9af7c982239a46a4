import 'server-only'
import type { z } from 'zod'
import { hashPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { findOpenSetupLink, findSetupLink } from '@/lib/db/find-setup-link'
import { linkCommits } from '@/lib/db/link-commits'
import { lockAdmins, namesOfOthers } from '@/lib/db/load-account'
import { loadActor } from '@/lib/db/load-actor'
import { admit } from '@/lib/db/mutate'
import { normalEmail, whyNotPassword, whyNotPersonName } from '@/lib/domain/account'
import type { Actor, Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { completeSetupInput } from '@/lib/schemas/account'

const SPENT = refuse(
  'wrong_state',
  'This link was used already or is too old. The console prints a new one for the first admin; for everybody else an admin makes one.',
)
/**
 * Uses a set-up link up. The console's makes the first admin, of every system; an admin's lets a person choose a password and ends their earlier
 * sessions. Two at once: the row lock lets one of them win. Gives the address to sign in with.
 */
export async function completeSetup(ctx: Ctx, input: z.output<typeof completeSetupInput>): Promise<{ personId: string; email: string }> {
  const kind = await findOpenSetupLink(db, input.link)
  if (!kind) throw new Refused(SPENT)
  const about = kind.kind === 'invitation' ? kind : firstAdmin(input)
  ensure(placed(whyNotPassword(input.newPassword, about), 'newPassword'))
  const passwordHash = await hashPassword(input.newPassword)
  return admit(ctx, async ({ tx, now }) => {
    // Whoever comes second waits here for the first.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('countersign setup'))`
    const found = await findSetupLink(tx, input.link)
    const used =
      found &&
      (await tx.$executeRaw`UPDATE "SetupLink" SET "usedAt" = ${now} WHERE "secretHash" = ${found.hash} AND "usedAt" IS NULL AND "expiresAt" > ${now}`)
    if (!found || used !== 1) throw new Refused(SPENT)
    if (found.link.kind === 'invitation') {
      const { personId, email } = found.link
      await tx.$executeRaw`UPDATE "Person" SET "passwordHash" = ${passwordHash} WHERE "principalId" = ${personId}::uuid`
      const sessions =
        await tx.$executeRaw`UPDATE "Session" SET "endedAt" = ${now}, version = version + 1 WHERE "principalId" = ${personId}::uuid AND "endedAt" IS NULL`
      const actor = (await loadActor(tx, { id: personId, session: null, token: null }, now)) as Actor // findSetupLink saw that they are not retired
      return {
        result: { personId, email },
        events: [{ action: 'invitation.accepted', system: null, subject: { kind: 'principal', id: personId }, after: { sessions } }],
        actor,
      }
    }
    const { name, email } = firstAdmin(input)
    const admins = await lockAdmins(tx, now)
    ensure(
      admins.length > 0 ? refuse('wrong_state', 'There is an admin already; they invite everybody else.') : null,
      whyNotPersonName(name, await namesOfOthers(tx, null)),
    )
    const taken = await tx.person.findUnique({ where: { email }, select: { principalId: true } })
    ensure(taken ? refuse('conflict', 'Somebody with this address has an account already.', { place: 'email' }) : null)
    const { id } = await tx.principal.create({
      data: { kind: 'person', createdAt: now, person: { create: { name, email, passwordHash } } },
      select: { id: true },
    })
    await linkCommits(tx, id, email)
    const grant = await tx.roleGrant.create({
      data: { principalId: id, role: 'admin', startsAt: now, createdAt: now },
      select: { id: true },
    })
    const actor = (await loadActor(tx, { id, session: null, token: null }, now)) as Actor // just made
    return {
      result: { personId: id, email },
      events: [
        { action: 'principal.created', system: null, subject: { kind: 'principal', id }, after: { kind: 'person' } },
        { action: 'setup.completed', system: null, subject: { kind: 'principal', id } },
        {
          action: 'grant.given',
          system: null,
          subject: { kind: 'grant', id: grant.id },
          after: { principal: id, role: 'admin', systemId: null, endsAt: null },
        },
      ],
      actor,
    }
  })
}

function firstAdmin(input: z.output<typeof completeSetupInput>): { name: string; email: string } {
  const name = input.name?.normalize('NFC').trim() ?? ''
  ensure(
    name === '' ? refuse('invalid', 'Give a name.', { place: 'name' }) : null,
    input.email === undefined ? refuse('invalid', 'Give an address to sign in with.', { place: 'email' }) : null,
  )
  return { name, email: normalEmail(input.email ?? '') }
}

function placed<R extends { place?: string }>(refusal: R | null, place: string): R | null {
  return refusal && { ...refusal, place }
}

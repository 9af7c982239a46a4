import 'server-only'
import { invitationHash, secretHash } from '@/lib/crypto/bearer-token'
import type { Tx } from './client'

/** What a set-up link is for: the first admin's account, or a person's password. Null when it is worth nothing (any more). */
export type SetupLinkKind = { kind: 'first_admin' } | { kind: 'invitation'; personId: string; name: string; email: string }

type Found = { link: SetupLinkKind; hash: string }

const INVITATION = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.[0-9A-Za-z]{43}$/

/** What a link would be for if it is open, and under what it is stored; null when it has no such shape or person. */
export async function findSetupLink(tx: Tx, link: string): Promise<Found | null> {
  const personId = INVITATION.exec(link)?.[1]
  if (personId === undefined) return /^[0-9A-Za-z]{43}$/.test(link) ? { link: { kind: 'first_admin' }, hash: secretHash(link) } : null
  const [person] = await tx.$queryRaw<{ name: string; email: string; passwordHash: string | null }[]>`
    SELECT n.name, n.email, n."passwordHash" FROM "Person" n JOIN "Principal" p ON p.id = n."principalId" WHERE p.id = ${personId}::uuid AND p."retiredAt" IS NULL`
  if (!person) return null
  return { link: { kind: 'invitation', personId, name: person.name, email: person.email }, hash: invitationHash(link, person.passwordHash) }
}

/** What a link is for, without using it; null when it is unknown, used or too old. */
export async function findOpenSetupLink(tx: Tx, link: string): Promise<SetupLinkKind | null> {
  const found = await findSetupLink(tx, link)
  if (!found) return null
  const rows = await tx.$queryRaw<
    { ok: boolean }[]
  >`SELECT true AS ok FROM "SetupLink" WHERE "secretHash" = ${found.hash} AND "usedAt" IS NULL AND "expiresAt" > clock_timestamp()`
  return rows.length > 0 ? found.link : null
}

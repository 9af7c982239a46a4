import 'server-only'
import type { Tx } from './client'

const LOCK = 'countersign commit addresses'

/** Held by whoever links contributors of a new release to people: no address gets an owner meanwhile. */
export async function holdCommitAddresses(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext(${LOCK}))`
}

/**
 * Says that an address in commits is somebody's, releases that were registered before included: what they wrote keeps them from signing it (T02, T05).
 * Promotions of those releases are locked, so that no signature is on its way past it. Gives how many releases were linked; null when the address is
 * somebody else's already.
 */
export async function linkCommits(tx: Tx, principalId: string, email: string): Promise<number | null> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${LOCK}))`
  await tx.$executeRaw`INSERT INTO "CommitIdentity" (email, "principalId") VALUES (${email}, ${principalId}::uuid) ON CONFLICT (email) DO NOTHING`
  const owner = await tx.commitIdentity.findUnique({ where: { email }, select: { principalId: true } })
  if (owner?.principalId !== principalId) return null
  await tx.$queryRaw`
    SELECT p.id FROM "Promotion" p WHERE p.status = 'open' AND p."releaseId" IN (SELECT "releaseId" FROM "ReleaseContributor" WHERE identity = ${email})
    ORDER BY p.id FOR UPDATE`
  return tx.$executeRaw`UPDATE "ReleaseContributor" SET "principalId" = ${principalId}::uuid WHERE identity = ${email} AND "principalId" IS NULL`
}

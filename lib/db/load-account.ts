import 'server-only'
import type { Grantee } from '@/lib/domain/account'
import type { Grant } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { isUuid } from '@/lib/domain/uuid'
import type { Tx } from './client'

export type AccountRow = Grantee & { id: string; systemId: string | null; sponsorId: string | null; email: string | null; erased: boolean }

/**
 * A principal, locked against other changes of the account until the transaction ends. Refuses (`not_found`) one that is not there. Rows that only
 * name the principal may be written meanwhile: somebody who is signing would otherwise wait for us while we wait for their session (T08).
 */
export async function loadAccountForUpdate(tx: Tx, id: string): Promise<AccountRow> {
  const rows = isUuid(id)
    ? await tx.$queryRaw<AccountRow[]>`
        SELECT p.id, p.kind, coalesce(n.name, p.label, 'Somebody') AS name, p."retiredAt" IS NOT NULL AS retired, p."systemId", p."sponsorId", n.email,
          coalesce(n.email LIKE 'erased-%@erased.invalid', false) AS erased
        FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id WHERE p.id = ${id}::uuid FOR NO KEY UPDATE OF p`
    : []
  const [row] = rows
  if (!row) throw new Refused(refuse('not_found', 'There is no such person or agent.'))
  return row
}

/** A grant, locked for its end: whoever relies on it holds FOR SHARE, so one of the two waits (T08). Refuses (`not_found`) one that is not there. */
export async function loadGrantForUpdate(tx: Tx, id: string): Promise<Grant> {
  const rows = isUuid(id)
    ? await tx.$queryRaw<
        Grant[]
      >`SELECT id, "principalId", role, "systemId", "grantedById", "startsAt", "endsAt" FROM "RoleGrant" WHERE id = ${id}::uuid FOR UPDATE`
    : []
  const [row] = rows
  if (!row) throw new Refused(refuse('not_found', 'There is no such role on the record.'))
  return row
}

/**
 * The people who are admins of every system now, with their grants locked, in id order: two admins who end each other's role take turns, and one
 * of them stays.
 */
export async function lockAdmins(tx: Tx, now: Date): Promise<{ principalId: string; grantId: string }[]> {
  return tx.$queryRaw<{ principalId: string; grantId: string }[]>`
    SELECT g."principalId", g.id AS "grantId" FROM "RoleGrant" g JOIN "Principal" p ON p.id = g."principalId"
    WHERE g.role = 'admin' AND g."systemId" IS NULL AND g."startsAt" <= ${now} AND (g."endsAt" IS NULL OR g."endsAt" > ${now}) AND p.kind = 'person' AND p."retiredAt" IS NULL
    ORDER BY g.id FOR UPDATE OF g`
}

/** Whether a system is there; everything else about it is somebody else's. */
export async function systemExists(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM "System" WHERE id = ${id}`
  return rows.length > 0
}

/** The names people have, without that of one: no two may look the same (T31). */
export async function namesOfOthers(tx: Tx, exceptId: string | null): Promise<string[]> {
  // One at a time, or two people of one name could be added in the same moment.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('countersign names'))`
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT n.name FROM "Person" n JOIN "Principal" p ON p.id = n."principalId" WHERE p.id IS DISTINCT FROM ${exceptId}::uuid AND n.email NOT LIKE 'erased-%@erased.invalid'`
  return rows.map((row) => row.name)
}

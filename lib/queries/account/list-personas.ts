import 'server-only'
import { db } from '@/lib/db/client'
import { DEMO_DOMAIN } from '@/lib/domain/account'
import { ROLE_TITLE, ROLES, type Role } from '@/lib/domain/roles'
import { settings } from '@/lib/env'

/** A made-up person of the demo record, for the picker of the sign-in page. */
export type Persona = { name: string; email: string; title: string }

/**
 * The people of the demo record, by role; none in production mode, and none where no demo record was loaded (002.33). The picker fills in an
 * address; the password is still asked for.
 */
export async function listPersonas(): Promise<Persona[]> {
  if (settings().COUNTERSIGN_ENV === 'production') return []
  const rows = await db.$queryRaw<{ name: string; email: string; roles: Role[] }[]>`
    SELECT n.name, n.email, array_agg(DISTINCT g.role) AS roles FROM "Person" n JOIN "Principal" p ON p.id = n."principalId"
      JOIN "RoleGrant" g ON g."principalId" = p.id AND g."startsAt" <= clock_timestamp() AND (g."endsAt" IS NULL OR g."endsAt" > clock_timestamp())
    WHERE n.email LIKE ${`%@${DEMO_DOMAIN}`} AND p."retiredAt" IS NULL GROUP BY n."principalId", n.name, n.email`
  const rank = (roles: readonly Role[]): number => Math.min(...roles.map((role) => ROLES.indexOf(role)))
  return rows
    .sort((a, b) => rank(a.roles) - rank(b.roles) || a.name.localeCompare(b.name))
    .map(({ name, email, roles }) => ({
      name,
      email,
      title: ROLES.filter((role) => roles.includes(role))
        .map((role) => ROLE_TITLE[role])
        .join(', '),
    }))
}

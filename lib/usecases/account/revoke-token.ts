import 'server-only'
import { mutate } from '@/lib/db/mutate'
import { whyNotRevokeToken } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'

type Row = { id: string; createdById: string; systemId: string | null; revokedAt: Date | null }

/**
 * Revokes an API token at once: by an admin of its system, by whoever made it, or by the token itself, which anybody who found one may do (T19).
 * A request that is deciding with it holds the row until it commits.
 */
export function revokeToken(ctx: Ctx, input: { token: string }): Promise<void> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const [token] = await tx.$queryRaw<
      Row[]
    >`SELECT id, "createdById", "systemId", "revokedAt" FROM "ApiToken" WHERE id = ${input.token}::uuid FOR UPDATE`
    if (!token) throw new Refused(refuse('not_found', 'There is no such token.'))
    ensure(whyNotRevokeToken(actor, token, now))
    await tx.apiToken.update({ where: { id: token.id }, data: { revokedAt: now }, select: { id: true } })
    return { result: undefined, events: [{ action: 'token.revoked', system: token.systemId, subject: { kind: 'token', id: token.id } }] }
  })
}

import 'server-only'
import type { z } from 'zod'
import { makeToken, secretHash } from '@/lib/crypto/bearer-token'
import { type AccountRow, loadAccountForUpdate, systemExists } from '@/lib/db/load-account'
import { mutate } from '@/lib/db/mutate'
import { whyNotMakeToken } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { whyNotName } from '@/lib/domain/text-safety'
import type { createTokenInput } from '@/lib/schemas/account'

const DAY_MS = 86_400_000

/**
 * Makes an API token, bound to scopes, possibly to a system and to gates, for at most ninety days (T11). It acts as itself with its maker's roles,
 * or as an agent with the agent's. Gives the secret, which exists nowhere else: only its hash is stored (T19).
 */
export function createToken(ctx: Ctx, input: z.output<typeof createTokenInput>): Promise<{ id: string; secret: string; expiresAt: Date }> {
  const name = input.name.normalize('NFC').trim()
  const secret = makeToken()
  return mutate(ctx, async ({ tx, now, actor }) => {
    const agent: AccountRow | null = input.agent ? await loadAccountForUpdate(tx, input.agent) : null
    ensure(
      agent && agent.kind !== 'agent'
        ? refuse('invalid', 'A token acts as itself or as an agent, never as a person.', { place: 'agent' })
        : null,
      whyNotMakeToken(actor, { systemId: input.system, scopes: input.scopes, days: input.days, agent }, now),
      whyNotName(name, { place: 'name' }),
      input.system !== null && !(await systemExists(tx, input.system))
        ? refuse('not_found', 'There is no such system.', { place: 'system' })
        : null,
    )
    const actsAsId =
      agent?.id ??
      (await tx.principal.create({ data: { kind: 'token', label: name, sponsorId: actor.id, createdAt: now }, select: { id: true } })).id
    const expiresAt = new Date(now.getTime() + input.days * DAY_MS)
    const { id } = await tx.apiToken.create({
      data: {
        actsAsId,
        createdById: actor.id,
        name,
        prefix: secret.slice(0, 8),
        lastFour: secret.slice(-4),
        secretHash: secretHash(secret),
        systemId: input.system,
        scopes: [...input.scopes],
        gates: [...input.gates],
        createdAt: now,
        expiresAt,
      },
      select: { id: true },
    })
    return {
      result: { id, secret, expiresAt },
      events: [
        {
          action: 'token.created',
          system: input.system,
          subject: { kind: 'token', id },
          after: { actsAs: actsAsId, scopes: input.scopes, gates: input.gates, expiresAt: expiresAt.toISOString() },
        },
      ],
    }
  })
}

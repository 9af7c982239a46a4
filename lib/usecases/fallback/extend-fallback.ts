import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotExtend } from '@/lib/domain/fallback-guards'
import { ensure } from '@/lib/domain/refusal'
import type { extendFallbackInput } from '@/lib/schemas/fallback'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { sealRequest } from './seal-request'

/**
 * Asks for the one extension of an open use: the next sealed version, with the new end. Nothing moves until somebody else grants it, also where a
 * commander opened the use alone (domain.md, what always holds, 7).
 */
export async function extendFallback(
  ctx: Ctx,
  input: z.output<typeof extendFallbackInput>,
): Promise<{ id: string; number: number; sealedHash: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    ensure(whyNotExtend(facts, actor, input.until, now), whyNotSecret({ reason: input.reason }))
    const reason = await keepText(tx, input.reason)
    const sealed = await sealRequest(
      work,
      { ...facts, incident: facts.incident?.id ?? null, reason, until: input.until, extends: facts.expiresAt },
      facts.nextNumber,
    )
    return {
      result: { id: facts.id, number: sealed.number, sealedHash: sealed.hash },
      events: [
        {
          action: 'fallback.extension_asked',
          system: facts.system.id,
          subject: { kind: 'fallback', id: facts.id, version: sealed.number },
          dossier: sealed.hash,
          policy: facts.policy.hash,
          text: reason,
          before: { expiresAt: facts.expiresAt?.toISOString() ?? null },
          after: {
            until: input.until.toISOString(),
            slots: facts.rule.fallback.slots.map(({ id }) => id),
            requester: actor.countsAsId,
          },
        },
      ],
    }
  })
}

import 'server-only'
import type { z } from 'zod'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { isFullyApproved } from '@/lib/domain/approval'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { fallbackSlots } from '@/lib/domain/fallback'
import { whyNotGrant } from '@/lib/domain/fallback-guards'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { grantFallbackInput } from '@/lib/schemas/fallback'
import { reconcileSystem } from '../finding/reconcile-findings'
import { writeDecision } from './decide'
import { openUse } from './open-use'

/** What a grant came to. `id` is the signature's; `until` is set once the last needed slot is filled: open, or extended, until then. */
export type GrantedFallback = { id: string; signed: number; of: number; until: Date | null }

/**
 * Grants what was sealed, in a slot of the rule, by somebody who did not ask for it. The last needed slot opens the use, or moves its end. Whoever
 * races another granter, the withdrawal or the closing of the incident is told that it came first (T07).
 */
export async function grantFallback(ctx: Ctx, input: z.output<typeof grantFallbackInput>): Promise<GrantedFallback> {
  try {
    return await mutate(ctx, async (work) => {
      const { tx, now, actor } = work
      const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
      ensure(whyNotGrant(facts, input.slot, actor, input.sealedHash, now))
      const signOff = await writeDecision(ctx, work, facts, { slotKey: input.slot, decision: 'approve', proof: input.proof, reason: null })
      const slots = fallbackSlots(facts.rule)
      const standing = [...facts.signOffs, signOff]
      const opened = isFullyApproved(slots, standing) ? await openUse(work, facts, { ownRequest: false }) : null
      return {
        result: { id: signOff.id, signed: standing.length, of: slots.length, until: opened?.expiresAt ?? null },
        events: [signOff.event, ...(opened ? [opened.event, ...(await reconcileSystem(work, facts.system.id, 'explained'))] : [])],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(
      refuse('conflict', 'Somebody granted in this slot in the same moment. Nothing of yours was recorded; reload to see who.'),
    )
  }
}

import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadFallbackForUpdate } from '@/lib/db/load-fallbacks'
import { mutate } from '@/lib/db/mutate'
import { consumeStepUp } from '@/lib/db/step-up'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { OWN_REQUEST_SLOT, ownRequestStatement } from '@/lib/domain/fallback'
import { commanderGrant, whyNotOpenAlone } from '@/lib/domain/fallback-guards'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { openFallbackInput } from '@/lib/schemas/fallback'
import { reconcileSystem } from '../finding/reconcile-findings'
import { openUse } from './open-use'

/**
 * Opens what an incident commander asked for themselves during an open incident, where the rule says that their request is its grant: with a
 * step-up on what was sealed (T01), and a second person's review owed from its end (domain.md, what always holds, 7; T33).
 */
export async function openFallback(ctx: Ctx, input: z.output<typeof openFallbackInput>): Promise<{ id: string; expiresAt: Date }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadFallbackForUpdate(tx, input.fallback, readableSystems(actor, now))
    ensure(whyNotOpenAlone(facts, actor, input.sealedHash, now))
    await ensureLogKeepsUp(ctx, tx, isProductionLike(facts.rule.profile.class))
    // The demo record is written without a browser.
    if (!ctx.at) {
      if (!actor.session)
        throw new Refused(refuse('step_up_required', 'People break the glass in the browser, where they confirm who they are.'))
      await consumeStepUp(tx, {
        proofId: input.proof,
        principalId: actor.id,
        sessionId: actor.session.id,
        sealedHash: input.sealedHash,
        slotKey: OWN_REQUEST_SLOT,
        decision: 'approve',
        now,
      })
    }
    const statement = await keepText(tx, ownRequestStatement(facts))
    const grant = commanderGrant(facts, actor, now)?.id // ensured by whyNotOpenAlone
    const { expiresAt, event } = await openUse(work, facts, { ownRequest: true, grant, statement })
    return { result: { id: facts.id, expiresAt }, events: [event, ...(await reconcileSystem(work, facts.system.id, 'explained'))] }
  })
}

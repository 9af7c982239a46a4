import 'server-only'
import type { z } from 'zod'
import { loadRunForUpdate } from '@/lib/db/load-run'
import { mutate } from '@/lib/db/mutate'
import { type TickState, whyNotTick } from '@/lib/domain/checklist'
import { tickersOf, whyNotWorkOn } from '@/lib/domain/checklist-run'
import type { Ctx } from '@/lib/domain/context'
import { ensure } from '@/lib/domain/refusal'
import type { tickItemInput } from '@/lib/schemas/checklist'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { voidIfMoved } from '../promotion/void-moved'

/**
 * Says of one item of a run that it is done, failed, not applicable or open again, and by whom (000.25, 001.9). An ordered list takes its next
 * item only. The open promotion that rests on the list is locked first; a failed item there voids what was sealed.
 */
export async function tickItem(
  ctx: Ctx,
  input: z.output<typeof tickItemInput>,
): Promise<{ state: TickState; next: string | null; voided: boolean }> {
  ensure(whyNotSecret({ note: input.note }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { run, list, state, version, promotion, deploymentStarted } = await loadRunForUpdate(tx, actor, input.run, now)
    const system = { id: run.systemId, name: version.policy.system.name }
    const phase = state.items.find(({ item }) => item.id === input.item)?.item.phase ?? 'before'
    const tickers = tickersOf(version.policy, run.profileKey, run.checklistKey, phase)
    const { kinds, roles } = tickers.by
    ensure(
      whyNotWorkOn(list, tickers, actor, system, now),
      whyNotTick(
        state,
        { itemId: input.item, to: input.state, note: input.note ?? null, by: { kinds, roles }, system, deploymentStarted },
        actor,
        now,
      ),
    )
    const before = state.items.find(({ item }) => item.id === input.item)?.state ?? 'open'
    await tx.checklistTick.create({
      data: {
        runId: run.id,
        itemId: input.item,
        state: input.state,
        note: input.note ?? null,
        link: input.link ?? null,
        byId: actor.id,
        at: now,
      },
    })
    // Of the gate's verdicts only a failure is material; an item opened again makes it missing, which holds.
    const voided = promotion && promotion.lastSealed > 0 && input.state === 'failed' ? await voidIfMoved({ tx, now }, promotion.id) : []
    const next = state.items.find(
      ({ item, parts, state: was }) => parts.length === 0 && item.id !== input.item && (was === 'open' || was === 'failed'),
    )
    return {
      result: { state: input.state, next: next?.item.id ?? null, voided: voided.length > 0 },
      events: [
        {
          action: 'checklist_item.ticked',
          system: system.id,
          subject: { kind: 'checklist_run', id: run.id },
          policy: version.hash,
          before: { state: before },
          after: { checklist: run.checklistKey, item: input.item, state: input.state, profile: run.profileKey },
        },
        ...voided,
      ],
    }
  })
}

import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, holdsAny, readableSystems } from '@/lib/domain/context'
import { promotionPhase, whyNotOpenState } from '@/lib/domain/promotion'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { editNotesSummaryInput } from '@/lib/schemas/promotion'

/** Edits the summary of the release notes until they are sealed by the last signature. A Release Manager's act. */
export async function editNotesSummary(ctx: Ctx, input: z.output<typeof editNotesSummaryInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(
      actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system.id, now)
        ? null
        : refuse('not_allowed', `Only a Release Manager of ${facts.system.name} edits the summary.`),
      whyNotOpenState(facts),
      promotionPhase(facts, now) === 'approved'
        ? refuse('wrong_state', 'These notes were sealed by the last signature. Later facts are added as addenda.')
        : null,
    )
    const text = await keepText(tx, input.summary)
    await tx.promotion.update({ where: { id: facts.id }, data: { notesSummary: text } })
    return {
      result: { id: facts.id },
      events: [{ action: 'release_notes.summary_edited', system: facts.system.id, subject: { kind: 'release_notes', id: facts.id }, text }],
    }
  })
}

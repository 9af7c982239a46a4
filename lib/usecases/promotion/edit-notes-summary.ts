import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotEditSummary } from '@/lib/domain/notes-summary'
import { ensure } from '@/lib/domain/refusal'
import type { editNotesSummaryInput } from '@/lib/schemas/promotion'

/** Edits the summary of the release notes until they are sealed by the last signature. A Release Manager's act. */
export async function editNotesSummary(ctx: Ctx, input: z.output<typeof editNotesSummaryInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(whyNotEditSummary(facts, actor, now))
    const text = await keepText(tx, input.summary)
    await tx.promotion.update({ where: { id: facts.id }, data: { notesSummary: text } })
    return {
      result: { id: facts.id },
      events: [{ action: 'release_notes.summary_edited', system: facts.system.id, subject: { kind: 'release_notes', id: facts.id }, text }],
    }
  })
}

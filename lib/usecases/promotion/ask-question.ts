import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadPromotionForUpdate } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, holdsAny, readableSystems } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { ROLES } from '@/lib/domain/roles'
import type { askQuestionInput } from '@/lib/schemas/promotion'

const ASKERS = ROLES.filter((role) => role !== 'auditor' && role !== 'admin')

/** Adds a question or answer to the discussion of a promotion. It flags later signers and leaves the hash alone. */
export async function askQuestion(ctx: Ctx, input: z.output<typeof askQuestionInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadPromotionForUpdate(tx, input.promotion, readableSystems(actor, now), now)
    ensure(
      actor.kind === 'person' && holdsAny(actor, ASKERS, facts.system.id, now)
        ? null
        : refuse('not_allowed', 'The discussion is for people who work on the system; auditors and admins only read it.'),
    )
    const text = await keepText(tx, input.text)
    const question = await tx.question.create({
      data: { promotionId: facts.id, askedById: actor.id, text, askedAt: now },
      select: { id: true },
    })
    return {
      result: question,
      events: [{ action: 'question.asked', system: facts.system.id, subject: { kind: 'promotion', id: facts.id }, text }],
    }
  })
}

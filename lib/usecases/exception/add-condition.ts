import 'server-only'
import type { z } from 'zod'
import { loadExceptionForUpdate } from '@/lib/db/load-exceptions'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotAddCondition } from '@/lib/domain/exception-guards'
import { ensure } from '@/lib/domain/refusal'
import type { addConditionInput } from '@/lib/schemas/exception'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { keepConditions } from './keep-conditions'

/** Makes a condition of an exception that is filed or running. It only narrows, so that what was signed still stands. */
export async function addCondition(ctx: Ctx, input: z.output<typeof addConditionInput>): Promise<{ id: string; conditions: number }> {
  ensure(whyNotSecret({ condition: input.condition }))
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const facts = await loadExceptionForUpdate(tx, input.exception, readableSystems(actor, now))
    ensure(whyNotAddCondition(facts, actor, now))
    const [event] = (await keepConditions(work, facts, [input.condition])) as [AuditEvent] // one condition, one event
    return { result: { id: facts.id, conditions: facts.conditions.length + 1 }, events: [event] }
  })
}

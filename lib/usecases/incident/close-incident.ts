import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { loadDebts } from '@/lib/db/load-debts'
import { loadIncidentForUpdate, loadRunning } from '@/lib/db/load-incidents'
import { mutate } from '@/lib/db/mutate'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotCloseIncident } from '@/lib/domain/incident'
import { ensure } from '@/lib/domain/refusal'
import type { closeIncidentInput } from '@/lib/schemas/incident'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Closes an incident, by an incident commander, never over something that runs under it or an unpaid debt (T33). The lock on the incident makes a
 * fallback use opening under it and its closing take turns: whoever puts something under it holds it first (T07).
 */
export async function closeIncident(ctx: Ctx, input: z.output<typeof closeIncidentInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadIncidentForUpdate(tx, input.incident, readableSystems(actor, now))
    const running = await loadRunning(tx, facts.id, now)
    const debts = await loadDebts(tx, [facts.system.id], now)
    ensure(whyNotCloseIncident(facts, actor, running, debts, now), whyNotSecret({ note: input.note, postmortem: input.postmortem }))
    const note = await keepText(tx, input.note)
    await tx.incident.update({
      where: { id: facts.id },
      data: { closedAt: now, closedById: actor.id, closingNote: note, postmortem: input.postmortem ?? null },
    })
    return {
      result: { id: facts.id },
      events: [
        {
          action: 'incident.closed',
          system: facts.system.id,
          subject: { kind: 'incident', id: facts.id },
          text: note,
          before: { state: 'open' },
          after: { state: 'closed' },
        },
      ],
    }
  })
}

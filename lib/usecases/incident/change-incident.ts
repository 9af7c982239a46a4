import 'server-only'
import type { z } from 'zod'
import { loadIncidentForUpdate } from '@/lib/db/load-incidents'
import { loadPeople } from '@/lib/db/load-people'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { whyNotChangeIncident, whyNotCommander } from '@/lib/domain/incident'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { changeIncidentInput } from '@/lib/schemas/incident'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** Changes severity, outside reference or commander of an open incident. What stays as it was is no event; nothing changed is refused. */
export async function changeIncident(ctx: Ctx, input: z.output<typeof changeIncidentInput>): Promise<{ id: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const facts = await loadIncidentForUpdate(tx, input.incident, readableSystems(actor, now))
    ensure(whyNotChangeIncident(facts, actor, now), whyNotSecret({ reference: input.reference }))
    const at = { system: facts.system.id, subject: { kind: 'incident', id: facts.id } } as const
    const events: AuditEvent[] = []
    if (input.commander !== undefined && input.commander !== facts.commander?.id) {
      const named = (await loadPeople(tx, [facts.system.id], now)).find(({ id }) => id === input.commander)
      ensure(whyNotCommander(named ?? null, facts.system, now))
      const before = { commander: facts.commander?.id ?? null }
      events.push({ ...at, action: 'incident.commander_changed', before, after: { commander: input.commander } })
    }
    const severity = input.severity ?? facts.severity
    const isReferenceNew = input.reference !== undefined && input.reference !== facts.reference
    if (severity !== facts.severity || isReferenceNew)
      // The reference itself stays off the trail: somebody typed it.
      events.push({
        ...at,
        action: 'incident.changed',
        before: { severity: facts.severity },
        after: { severity, reference: isReferenceNew },
      })
    const [first, ...rest] = events
    if (!first) throw new Refused(refuse('invalid', `${facts.id} is like that already. Nothing was changed.`, { place: 'severity' }))
    await tx.incident.update({
      where: { id: facts.id },
      data: { severity, reference: input.reference, commanderId: input.commander },
    })
    return { result: { id: facts.id }, events: [first, ...rest] }
  })
}

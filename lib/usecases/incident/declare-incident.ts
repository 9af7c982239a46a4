import 'server-only'
import type { z } from 'zod'
import { loadPeople } from '@/lib/db/load-people'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate, type Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, holdsAny } from '@/lib/domain/context'
import { type Severity, whyNotCommander, whyNotDeclare } from '@/lib/domain/incident'
import { ensure } from '@/lib/domain/refusal'
import type { declareIncidentInput } from '@/lib/schemas/incident'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** What an incident begins with. */
export type NewIncident = {
  system: string
  profile: string | null
  title: string
  severity: Severity
  reference: string | null
  commander: string | null
}

/**
 * Declares an incident of a system: everyone may but auditor and admin, and a token with the scope. Whoever declares it and is incident commander
 * commands it, unless another one is named.
 */
export async function declareIncident(ctx: Ctx, input: z.output<typeof declareIncidentInput>): Promise<{ id: string }> {
  return mutate(ctx, async (work) => {
    const { tx, now, actor } = work
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    ensure(whyNotDeclare(actor, system, now), whyNotSecret({ title: input.title, reference: input.reference }))
    const profile = input.profile === undefined ? null : profileOrRefuse(active.policy, input.profile).id
    if (input.commander !== undefined) {
      const named = (await loadPeople(tx, [system.id], now)).find(({ id }) => id === input.commander)
      ensure(whyNotCommander(named ?? null, system, now))
    }
    const own = actor.kind === 'person' && holdsAny(actor, ['incident_commander'], system.id, now) ? actor.id : null
    const { title, severity } = input
    const { id, event } = await writeIncident(work, {
      system: system.id,
      profile,
      title,
      severity,
      reference: input.reference ?? null,
      commander: input.commander ?? own,
    })
    return { result: { id }, events: [event] }
  })
}

/** Writes an incident within a transaction that has ensured that there may be one: also that of a rotation which goes back without one (003.19). */
async function writeIncident({ tx, now, actor }: Work, what: NewIncident): Promise<{ id: string; event: AuditEvent }> {
  const { id } = await tx.incident.create({
    data: {
      systemId: what.system,
      profileKey: what.profile,
      title: what.title,
      severity: what.severity,
      reference: what.reference,
      commanderId: what.commander,
      declaredById: actor.id,
      declaredForId: actor.countsAsId,
      openedAt: now,
    },
    select: { id: true },
  })
  return {
    id,
    event: {
      action: 'incident.declared',
      system: what.system,
      subject: { kind: 'incident', id },
      after: { profile: what.profile, severity: what.severity, commander: what.commander },
    },
  }
}

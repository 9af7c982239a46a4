import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Policy } from '@/lib/domain/policy/schema'

/**
 * Makes the agents that a policy names and that do not exist yet, as principals of their system, and gives their events. Nobody sponsors
 * them until an admin says who (000.22); until then their acts count as their own. The caller holds the lock on the system.
 */
export async function createAgents(tx: Tx, policy: Policy, now: Date): Promise<AuditEvent[]> {
  const systemId = policy.system.slug
  const known = await tx.principal.findMany({ where: { systemId }, select: { label: true } })
  const missing = policy.agents.filter((agent) => !known.some(({ label }) => label === agent.name))
  if (missing.length === 0) return []
  const made = await tx.principal.createManyAndReturn({
    data: missing.map((agent) => ({ kind: 'agent', label: agent.name, systemId, createdAt: now })),
    select: { id: true },
  })
  return made.map(
    ({ id }): AuditEvent => ({
      action: 'principal.created',
      system: systemId,
      subject: { kind: 'principal', id },
      after: { kind: 'agent' },
    }),
  )
}

import 'server-only'
import { keepText } from '@/lib/db/audit'
import type { Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { ExceptionFacts } from '@/lib/domain/exception-approval'

/** Keeps further conditions of an exception under their digests, and gives an event for each. The caller holds the lock and has ensured that they may be made. */
export async function keepConditions(
  { tx }: Work,
  facts: Pick<ExceptionFacts, 'id' | 'system' | 'conditions'>,
  conditions: readonly string[],
): Promise<AuditEvent[]> {
  if (conditions.length === 0) return []
  const digests: string[] = []
  for (const condition of conditions) digests.push(await keepText(tx, condition))
  const all = [...facts.conditions.map(({ digest }) => digest), ...digests]
  await tx.driftException.update({ where: { id: facts.id }, data: { conditions: all } })
  return digests.map((text) => ({
    action: 'exception.condition_added',
    system: facts.system,
    subject: { kind: 'exception', id: facts.id },
    text,
    after: { conditions: all.length },
  }))
}

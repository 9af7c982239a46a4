import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type FallbackFacts, fallbackPhase } from '@/lib/domain/fallback'
import { boundedEnd } from '@/lib/domain/fallback-guards'

/** What rests on what when a use opens: a commander's own request on their grant and statement; with a sign-off these are its event's. */
export type Opening = { ownRequest: boolean; grant?: string; statement?: string }

/**
 * Opens a use that is fully granted, or moves the end of one whose extension is: what was asked for, never later than the rule's longest from now
 * (T33). The caller holds the lock and has ensured that it may be. Gives the new end and the event that says so.
 */
export async function openUse({ tx, now }: Work, facts: FallbackFacts, opening: Opening): Promise<{ expiresAt: Date; event: AuditEvent }> {
  const { rule, sealed } = facts
  const until = sealed ? new Date(sealed.text.until) : facts.askedUntil
  const expiresAt = boundedEnd(rule, until, now)
  const isExtension = fallbackPhase(facts, now) === 'open'
  await tx.fallbackUse.update({
    where: { id: facts.id },
    data: isExtension
      ? { expiresAt, askedUntil: until, extensions: facts.extensions + 1 }
      : { status: 'granted', grantedAt: now, expiresAt, ownRequest: opening.ownRequest },
  })
  const end = { profile: rule.profile.id, rule: rule.id, expiresAt: expiresAt.toISOString() }
  const event: AuditEvent = {
    action: isExtension ? 'fallback.extended' : 'fallback.opened',
    system: facts.system.id,
    subject: { kind: 'fallback', id: facts.id, ...(sealed ? { version: sealed.number } : {}) },
    dossier: sealed?.hash,
    policy: facts.policy.hash,
    grant: opening.grant,
    text: opening.statement,
    before: isExtension ? { expiresAt: facts.expiresAt?.toISOString() ?? null } : { status: 'requested' },
    after: isExtension
      ? end
      : {
          ...end,
          purpose: facts.purpose,
          secrets: facts.mappings,
          incident: facts.incident?.id ?? null,
          ownRequest: opening.ownRequest,
        },
  }
  return { expiresAt, event }
}

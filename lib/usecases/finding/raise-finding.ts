import 'server-only'
import type { z } from 'zod'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import type { Severity } from '@/lib/domain/finding'
import { raisedSeverity, whyNotRaise } from '@/lib/domain/finding-guards'
import { ensure } from '@/lib/domain/refusal'
import type { raiseFindingInput } from '@/lib/schemas/finding'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/**
 * Raises a conflict between documents or a disagreement with the document. Where the policy says to stop on a conflict, every promotion of the system
 * waits until it is resolved (002.3); a disagreement is a finding, and the document wins (004.1).
 */
export async function raiseFinding(ctx: Ctx, input: z.output<typeof raiseFindingInput>): Promise<{ id: string; severity: Severity }> {
  const { kind, document, title, expected, observed, reference = null } = input
  ensure(whyNotSecret({ title, expected, observed, reference }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    ensure(whyNotRaise(active.policy, document, actor, now))
    const profile = input.profile === undefined ? null : profileOrRefuse(active.policy, input.profile).id
    const severity = raisedSeverity(active.policy, kind, profile)
    const rule = `document.${document}`
    const { id } = await tx.finding.create({
      data: {
        systemId: system.id,
        profileKey: profile,
        rule,
        kind,
        severity,
        title,
        expected,
        observed,
        reference,
        raisedById: actor.id,
        raisedForId: actor.countsAsId,
        openedAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id, severity },
      events: [
        {
          action: 'finding.raised',
          system: system.id,
          subject: { kind: 'finding', id },
          policy: active.hash,
          after: { kind, rule, profile, severity },
        },
      ],
    }
  })
}

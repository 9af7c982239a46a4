import 'server-only'
import type { z } from 'zod'
import { loadAccountForUpdate, systemExists } from '@/lib/db/load-account'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import { whyNotManagePeople } from '@/lib/domain/account'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotName } from '@/lib/domain/text-safety'
import type { createAgentInput } from '@/lib/schemas/account'

/**
 * Makes an agent: software that acts under its own name, with a person who answers for it. Its acts count as that person's in every separation
 * rule (T02). Gives the id.
 */
export async function createAgent(ctx: Ctx, input: z.output<typeof createAgentInput>): Promise<{ id: string }> {
  const name = input.name.normalize('NFC').trim()
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      ensure(whyNotManagePeople(actor, now), whyNotName(name, { place: 'name' }))
      const sponsor = await loadAccountForUpdate(tx, input.sponsor)
      ensure(
        sponsor.kind !== 'person' || sponsor.retired
          ? refuse('invalid', 'An agent is sponsored by a person with an account.', { place: 'sponsor' })
          : null,
        input.system !== null && !(await systemExists(tx, input.system))
          ? refuse('not_found', 'There is no such system.', { place: 'system' })
          : null,
      )
      const twin = await tx.principal.findFirst({ where: { kind: 'agent', label: name, systemId: input.system }, select: { id: true } })
      ensure(twin ? refuse('conflict', 'There is an agent of that name.', { place: 'name' }) : null)
      const { id } = await tx.principal.create({
        data: { kind: 'agent', label: name, systemId: input.system, sponsorId: sponsor.id, createdAt: now },
        select: { id: true },
      })
      return {
        result: { id },
        events: [
          {
            action: 'principal.created',
            system: input.system,
            subject: { kind: 'principal', id },
            after: { kind: 'agent', sponsor: sponsor.id },
          },
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', 'There is an agent of that name.', { place: 'name' }))
  }
}

import 'server-only'
import { randomUUID } from 'node:crypto'
import { db } from '@/lib/db/client'
import { admit, isDuplicate } from '@/lib/db/mutate'
import { CONSOLE } from '@/lib/domain/apply-policy'
import type { Actor, Ctx } from '@/lib/domain/context'

const actor: Actor = { id: CONSOLE.id, kind: 'agent', name: CONSOLE.name, countsAsId: CONSOLE.id, grants: [], session: null, token: null }

/**
 * Gives the context of whoever runs the command line, and makes its principal the first time. `at` is only for the demo seed. The console holds
 * no role: it applies policies and nothing else, which anybody with the database's address could do anyway, but not on the record.
 */
export async function openConsole(at?: Date): Promise<Ctx> {
  const ctx: Ctx = { actor, request: { id: randomUUID(), ip: null, agentHash: null }, ...(at ? { at } : {}) }
  if (await db.principal.findUnique({ where: { id: CONSOLE.id }, select: { id: true } })) return ctx
  try {
    await admit(ctx, async ({ tx, now }) => {
      await tx.principal.create({ data: { id: CONSOLE.id, kind: 'agent', label: CONSOLE.name, createdAt: now } })
      return {
        actor,
        result: null,
        events: [{ action: 'principal.created', system: null, subject: { kind: 'principal', id: CONSOLE.id }, after: { kind: 'agent' } }],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error // another process made it in the meantime: all the same
  }
  return ctx
}

import type { Actor, Ctx } from './context'

/** Stands on the record for whoever nobody knows: failed sign-ins, the set-up link. No principal ever has it. */
export const NOBODY_ID = '00000000-0000-0000-0000-000000000000'

/** An actor without account, roles or session. */
export const NOBODY: Actor = {
  id: NOBODY_ID,
  kind: 'person',
  name: 'Somebody',
  countsAsId: NOBODY_ID,
  grants: [],
  session: null,
  token: null,
}

/** The context of a request before anybody is known; also that of the console, without a request. */
export function anonymousContext(request?: Ctx['request'], at?: Date): Ctx {
  return { actor: NOBODY, request: request ?? { id: NOBODY_ID, ip: null, agentHash: null }, ...(at ? { at } : {}) }
}

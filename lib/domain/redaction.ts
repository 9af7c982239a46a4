import { type Actor, holdsAny, isGrantHeld } from './context'
import { type Refusal, refuse } from './refusal'

/** Why words are taken off the record. Never in a sentence of one's own: it might repeat them. */
export const REDACTION_CAUSES = {
  secret: 'They hold a secret value',
  personal: 'They hold somebody’s personal data',
  wrong_place: 'They belong to another system or person',
} as const
export type RedactionCause = keyof typeof REDACTION_CAUSES

/** A text of the record as it stands: the system of the entry that names it (null for none), and whether its words are still there. */
export type KeptText = { system: string | null; isThere: boolean }

/**
 * Why somebody may not take the words of an entry off the record (T18): SecOps of its system does, in a browser, with their password; for an entry
 * of no system SecOps of every system. The entry, its digest and every proof stay. Null when they may.
 */
export function whyNotRedact(actor: Actor, text: KeptText, now: Date): Refusal | null {
  if (actor.kind !== 'person' || actor.session === null)
    return refuse('not_allowed', 'Words are taken off the record by a person in the browser, not by a token.')
  const isSecops =
    text.system === null
      ? actor.grants.some((grant) => grant.role === 'secops' && grant.systemId === null && isGrantHeld(grant, undefined, now))
      : holdsAny(actor, ['secops'], text.system, now)
  if (!isSecops)
    return refuse(
      'not_allowed',
      text.system === null
        ? 'Only SecOps of every system takes words off the record that belong to no system. An admin grants roles.'
        : 'Only SecOps of this system takes words off its record. An admin grants roles.',
    )
  if (!text.isThere) return refuse('wrong_state', 'These words are no longer on the record.')
  return null
}

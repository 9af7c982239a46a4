import type { AuditValue } from '../audit-event'
import { canonicalText } from '../canonical'

/** The log as an actor: what it does to itself (begin, take a key, go on after a restore) it puts on the record under this id, in every installation. */
export const LOG_ACTOR_ID = '00000000-0000-4000-8000-00000000106a'

/** One act of the log. Key ids are eight hexadecimal digits, roots 64; `vkeys` are the one-line forms of the keys it is about. */
export type LogEvent =
  | { action: 'log.started'; keys: readonly string[]; vkeys: readonly string[] }
  | { action: 'log.key_added'; key: string; vkey: string; beside: readonly string[] }
  | { action: 'log.key_retired'; key: string; vkey: string }
  | { action: 'log.restored'; size: number; root: string; guard: number; guardRoot: string | null; operator: string }

/**
 * Whether a word can name who did something by hand: the name of a user of the operating system, or an id. Events hold no names and addresses
 * of people (T40).
 */
export const isOperator = (word: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(word)

function afterOf(event: LogEvent): Record<string, AuditValue> {
  switch (event.action) {
    case 'log.started':
      return { key: event.keys, vkeys: event.vkeys }
    case 'log.key_added':
      return { key: event.key, vkeys: [event.vkey], beside: event.beside }
    case 'log.key_retired':
      return { key: event.key, vkeys: [event.vkey] }
    case 'log.restored':
      return { size: event.size, root: event.root, guard: event.guard, guardRoot: event.guardRoot, operator: event.operator }
    default:
      return event satisfies never
  }
}

/** The canonical text of an act of the log, in the shape of every event (audit-log.md, 3). `request` is a UUID made for it. Throws for a bad operator. */
export function logEventText(event: LogEvent, about: { origin: string; at: Date; request: string }): string {
  if (event.action === 'log.restored' && !isOperator(event.operator))
    throw new RangeError('an operator is named by letters, digits, dots, hyphens and underscores')
  return canonicalText({
    v: 1,
    action: event.action,
    at: about.at.toISOString(),
    actor: { kind: 'agent', id: LOG_ACTOR_ID, countsAs: LOG_ACTOR_ID, roles: [], grant: null, session: null, token: null },
    system: null,
    subject: { kind: 'log', id: about.origin, version: null },
    decision: null,
    dossier: null,
    policy: null,
    before: null,
    after: afterOf(event),
    text: null,
    request: { id: about.request, ip: null, agent: null },
    outcome: 'done',
    reason: null,
    count: 1,
  })
}

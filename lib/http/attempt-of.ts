import type { Attempt } from '@/lib/auth/record-refusal'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'

/** What an act is, for the record when it is denied: its verb, what it was about and in which system. What is left out is read from the fields. */
export type About = { verb?: string; subject?: AuditEvent['subject']; system?: string | null }

// The fields by which our inputs name what they are about, the most telling first.
const SUBJECTS = [
  ['signOff', 'sign_off'],
  ['promotion', 'promotion'],
  ['deployment', 'deployment'],
  ['rotation', 'rotation'],
  ['fallback', 'fallback'],
  ['incident', 'incident'],
  ['run', 'checklist_run'],
  ['grant', 'grant'],
  ['token', 'token'],
  ['session', 'session'],
  ['principal', 'principal'],
  ['person', 'principal'],
  ['release', 'release'],
  ['system', 'system'],
  // Last: elsewhere a field of this name says what was found.
  ['finding', 'finding'],
] as const

const ID = /^[\w.+-]{1,80}$/

/** The attempt behind an input, for the record. Fields that are no id are not repeated: they are what somebody typed. */
export function attemptOf(ctx: Ctx, input: unknown, verb: string, about: About = {}): Attempt {
  const fields = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}
  const idIn = (name: string): string | null => {
    const value = fields[name]
    return typeof value === 'string' && ID.test(value) ? value : null
  }
  const found = SUBJECTS.map(([name, kind]) => ({ kind, id: idIn(name) })).find(
    (each): each is typeof each & { id: string } => each.id !== null,
  )
  const self = ctx.actor.token ? ({ kind: 'token', id: ctx.actor.token.id } as const) : ({ kind: 'principal', id: ctx.actor.id } as const)
  return {
    verb: about.verb ?? verb,
    subject: about.subject ?? found ?? self,
    system: about.system !== undefined ? about.system : idIn('system'),
  }
}

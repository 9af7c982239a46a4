import type { Actor } from './context'
import { type Refusal, refuse } from './refusal'

/** What an API token may be allowed to do. Signing and sealing are not among them: people do that in the browser. */
export const SCOPES = [
  'read',
  'release:register',
  'evidence:bring',
  'checklist:run',
  'snapshot:record',
  'promotion:open',
  'deployment:record',
  'key:report',
  'incident:declare',
  'rotation:run',
  'observation:report',
  'exception:file',
  'policy:apply',
] as const

export type Scope = (typeof SCOPES)[number]

/** The words a screen uses for a scope. */
export const SCOPE_TITLE: Record<Scope, string> = {
  read: 'Read systems, promotions, verdicts and the record',
  'release:register': 'Register releases',
  'evidence:bring': 'Bring evidence for gates of kind check',
  'checklist:run': 'Start checklists and tick their items',
  'snapshot:record': 'Record snapshots',
  'promotion:open': 'Open promotions',
  'deployment:record': 'Record deployments',
  'key:report': 'Record keys by name, report fingerprints and audits (an audit needs a maker of SecOps)',
  'incident:declare': 'Declare incidents',
  'rotation:run': 'Open rotations and record their steps',
  'observation:report': 'Report what runs on profiles: names, shapes and fingerprints, never values',
  'exception:file': 'File drift exceptions, ask for more time and close them',
  'policy:apply': 'Apply a policy (its maker must be an admin)',
}

/** Why a token may not do something; null for a person, whose roles decide, and for a token with the scope (T11). */
export function whyNotScope(actor: Pick<Actor, 'token'>, scope: Scope): Refusal | null {
  if (actor.token === null || actor.token.scopes.includes(scope)) return null
  return refuse('not_allowed', `This token lacks the scope ${scope}. An admin can make one that has it, under Settings, Tokens.`, {
    place: scope,
  })
}

/** Why a token may not act on a system; null when it is not bound to another one (T11, T23). Answers as for a system nobody knows. */
export function whyNotTokenSystem(actor: Pick<Actor, 'token'>, systemId: string): Refusal | null {
  if (actor.token === null || actor.token.systemId === null || actor.token.systemId === systemId) return null
  return refuse('not_found', 'There is no such system, or it is not one you may see.')
}

/** Why a token may not bring evidence for a gate; null when it names no gates or this one (T11). */
export function whyNotTokenGate(actor: Pick<Actor, 'token'>, gateKey: string): Refusal | null {
  if (actor.token === null || actor.token.gates.length === 0 || actor.token.gates.includes(gateKey)) return null
  return refuse('not_allowed', `This token is for other gates: ${actor.token.gates.join(', ')}.`, { place: 'gate' })
}

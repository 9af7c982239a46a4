import { type ApprovalFacts, type Candidate, whyNotFillable } from './approval'
import { type Actor, holdsAny, isGrantHeld } from './context'
import type { PolicyRows } from './policy/rows'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { ROLE_TITLE } from './roles'
import { whyNotScope } from './scopes'

/**
 * Whoever runs the command line on the machine of the database: a principal of its own, without any role, session or token. It applies
 * policies before the first admin exists; the record says that it did, rather than lend it a person's name.
 */
export const CONSOLE = { id: '00000000-0000-7000-8000-00000000c0de', name: 'Console' } as const

/**
 * Why somebody may not apply a policy: an admin of the system does, a token with the scope whose maker is one, or the console. Without a
 * system, whether they could apply any: asked before a text is read at all.
 */
export function whyNotApplyPolicy(actor: Actor, systemId: string | undefined, now: Date): Refusal | null {
  if (actor.id === CONSOLE.id) return null
  const scope = whyNotScope(actor, 'policy:apply')
  if (scope) return scope
  const bound = actor.token?.systemId ?? null
  const isAdmin =
    systemId === undefined
      ? actor.grants.some((grant) => grant.role === 'admin' && isGrantHeld(grant, undefined, now))
      : holdsAny(actor, ['admin'], systemId, now)
  if (isAdmin && (bound === null || systemId === undefined || bound === systemId)) return null
  return refuse(
    'not_allowed',
    `Only an admin${systemId === undefined ? '' : ` of ${systemId}`} applies a policy. It is an act on the record and is shown as not signed.`,
  )
}

/** Why a document cannot become the next version: it is the active one. One that was superseded may come back, under a new number (T34). */
export function whyNotNewVersion(active: { number: number; hash: string } | null, hash: string, systemName: string): Refusal | null {
  if (active?.hash !== hash) return null
  return refuse('conflict', `This is version ${active.number} of ${systemName}, which is active. There is nothing to apply.`)
}

/**
 * Slots that nobody could fill today, by rule of the policy, as sentences. Missing people are a warning and stop nothing here: sealing is
 * what refuses (domain.md, Dossier).
 */
export function missingPeople(policy: Policy, rows: PolicyRows, candidates: readonly Candidate[], now: Date): string[] {
  const systemId = policy.system.slug
  const groups = Map.groupBy(rows.slots, (slot) => `${slot.subject} ${slot.rule}`)
  const bySlots = [...groups].flatMap(([rule, slots]) => {
    const facts: ApprovalFacts = {
      systemId,
      systemName: policy.system.name,
      noun: rule,
      slots: slots.map(({ key, title, roles, last }) => ({ key, title, roles: roles as ApprovalFacts['slots'][number]['roles'], last })), // roles come from the parsed policy
      ownActs: new Map(),
      contributors: new Map(),
      sealedAt: now,
      signOffs: [],
    }
    return (whyNotFillable(facts, candidates, now)?.details ?? []).map((sentence) => `${rule}: ${sentence}`)
  })
  const byOwners = policy.rotation.ownership.flatMap((ownership) =>
    ownership.owners.slots
      .filter(
        (slot) =>
          slot.agents.length === 0 &&
          !candidates.some((who) => who.grants.some((grant) => slot.roles.includes(grant.role) && isGrantHeld(grant, systemId, now))),
      )
      .map(
        (slot) =>
          `rotation ${ownership.id}: ${slot.title}: nobody holds ${slot.roles.map((role) => ROLE_TITLE[role]).join(' or ')} of ${policy.system.name}.`,
      ),
  )
  return [...bySlots, ...byOwners]
}

import { applicableItems, type ChecklistContext, type ChecklistItem } from './checklist'
import { type Actor, holdsAny } from './context'
import type { Policy, PolicyChecklist, PolicyGate } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, whyNotRight } from './rights'
import { whyNotTokenGate } from './scopes'

type System = { id: string; name: string }

/** Who may work on items of a checklist: as its gate says, or anybody with an acting role. `gate` is the one that counts the items, if any. */
export type Tickers = { gate: PolicyGate | null; by: PolicyGate['by'] }

/** The gate that rests on a checklist on the way into a profile; null when none does. */
export function gateOfChecklist(policy: Policy, profileKey: string, checklistKey: string): PolicyGate | null {
  return (
    policy.edges
      .filter((edge) => edge.to === profileKey)
      .flatMap((edge) => edge.gates)
      .find((gate) => gate.kind === 'checklist' && gate.checklist === checklistKey) ?? null
  )
}

/** Who may tick items of a phase: a promotion gate counts `before` items, so those are ticked by whom the gate names; the others belong to the deployment. */
export function tickersOf(policy: Policy, profileKey: string, checklistKey: string, phase: ChecklistItem['phase']): Tickers {
  const gate = phase === 'before' ? gateOfChecklist(policy, profileKey, checklistKey) : null
  return { gate, by: { kinds: gate?.by.kinds ?? ['person', 'agent', 'token'], roles: gate?.by.roles ?? [...ACTING_ROLES] } }
}

/** Why somebody may not start a checklist or tick its items: not of the kind or role the gate names, or a token without scope or gate (T11). */
export function whyNotWorkOn(
  list: Pick<PolicyChecklist, 'title'>,
  { gate, by }: Tickers,
  actor: Actor,
  system: System,
  now: Date,
): Refusal | null {
  if (!by.kinds.includes(actor.kind))
    return refuse('not_allowed', `${list.title} is ticked by people. A person in the role does it in the browser.`)
  return (
    whyNotRight(
      actor,
      system,
      { roles: by.roles ?? ACTING_ROLES, scope: 'checklist:run', what: `${list.title} of ${system.name} is ticked` },
      now,
    ) ?? (gate ? whyNotTokenGate(actor, gate.id) : null)
  )
}

/** Why somebody may not import a checklist: a Release Manager or an admin in person, and only one that the policy keeps in a file outside (000.30). */
export function whyNotImport(list: PolicyChecklist, actor: Actor, system: System, now: Date): Refusal | null {
  if (actor.kind !== 'person' || actor.token || !holdsAny(actor, ['release_manager', 'admin'], system.id, now)) {
    return refuse('not_allowed', `Checklists of ${system.name} are imported by a Release Manager or an admin of it, in person.`)
  }
  if (!list.external)
    return refuse('policy_forbids', `The items of ${list.title} stand in the policy itself. Change them there.`, { place: 'checklist' })
  return null
}

/** Why a checklist cannot be walked through for a profile: it is not for it, or its file was never imported, so the gate fails closed (000.30). */
export function whyNotWalk(list: PolicyChecklist, profileKey: string, imported: boolean): Refusal | null {
  if (list.profiles && !list.profiles.includes(profileKey)) {
    return refuse('policy_forbids', `${list.title} is for ${list.profiles.join(', ')}, not for ${profileKey}.`, { place: 'profile' })
  }
  if (!imported)
    return refuse(
      'wrong_state',
      `${list.file ?? list.title} is not imported. A Release Manager imports it under the system’s checklists.`,
      { place: 'checklist' },
    )
  return null
}

/** A run that is there already when somebody starts the same checklist. `settled`: every item is done or does not apply. */
export type EarlierRun = { templateHash: string; settled: boolean }

/**
 * Why a checklist is not started again: a run of the same list is under way, or its gate passes on the open promotion. A newer import may
 * replace a run, but not under a sealed version, which pins the list as it was.
 */
export function whyNotStartAgain(
  earlier: EarlierRun | null,
  next: { templateHash: string; title: string; promotionOpen: boolean; sealed: boolean },
): Refusal | null {
  if (!earlier) return null
  if (earlier.templateHash !== next.templateHash) {
    return next.sealed
      ? refuse(
          'wrong_state',
          `A sealed version rests on ${next.title} as it was. It can be started from the newer import once that version has ended.`,
        )
      : null
  }
  if (!earlier.settled) return refuse('conflict', `${next.title} is already started for this release and profile. Go on with that run.`)
  return next.promotionOpen ? refuse('conflict', `${next.title} is already complete for this release and profile.`) : null
}

/** Why a variant cannot be chosen: no item of the list offers it here. */
export function whyNotVariant(
  variant: string,
  items: readonly ChecklistItem[],
  context: Omit<ChecklistContext, 'variant'>,
): Refusal | null {
  const offered = [...new Set(applicableItems(items, { ...context, variant: null }).flatMap(({ choices }) => choices.map(({ id }) => id)))]
  if (offered.includes(variant)) return null
  return refuse(
    'invalid',
    offered.length === 0 ? 'This checklist offers no ways to choose from.' : `This checklist offers ${offered.join(', ')}.`,
    { place: 'variant' },
  )
}

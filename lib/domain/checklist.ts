import { canonicalText, sha256Hex } from './canonical'
import { type Actor, holdsAny } from './context'
import type { PolicyItem } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'

/** An item of a checklist, of a policy or of an imported template: one shape for both. Parts of an item name it as their `parent`. */
export type ChecklistItem = PolicyItem

/** An imported checklist: immutable, numbered per system and checklist, named by its hash. */
export type ChecklistTemplate = { title: string; items: readonly ChecklistItem[] }

export const TICK_STATES = ['done', 'failed', 'not_applicable', 'open'] as const
/** What a person (or the software a list allows) said of an item last; `open` takes an earlier tick back. */
export type TickState = (typeof TICK_STATES)[number]

export type Ticker = { id: string; name: string; kind: 'person' | 'token' | 'agent' }

/** A tick as it is recorded. Of equal instants the later in the list counts; a state nobody knows counts as open. */
export type ChecklistTick = { itemId: string; state: string; at: Date; by?: Ticker | null; note?: string | null; link?: string | null }

/** Where a run takes place. `phase` is the policy's current project phase, `variant` the way chosen for the run ("docker"). */
export type ChecklistContext = { profileKey: string; phase: string | null; variant: string | null }

/** An item that applies here, with the command of its variant; `choices` are variants that somebody still has to choose from. */
export type ApplicableItem = {
  item: ChecklistItem
  command: string | null
  choices: readonly { id: string; title: string }[]
  /** A condition that only a person can answer ("if applicable"); such an item, and no other, may be ticked as not applicable. */
  asks: string | null
  parts: readonly string[]
  depth: number
}

/** SHA-256 of a template's canonical text: what a run and a dossier pin. */
export function templateHash(template: ChecklistTemplate): string {
  // Absent options are left out of a JSON text; canonical text refuses `undefined` instead of dropping it.
  const plain: unknown = JSON.parse(JSON.stringify({ items: template.items, title: template.title }))
  return sha256Hex(canonicalText(plain, { depth: 8 }))
}

/**
 * The items that apply in a context, in the order of the list (003.5, 003.12): conditions on profiles and project phases are computed,
 * the others are left to a person; an item goes when what it is a part of goes; rollback steps wait for a rollback.
 */
export function applicableItems(items: readonly ChecklistItem[], context: ChecklistContext): ApplicableItem[] {
  const kept = new Map<string, ApplicableItem>()
  for (const item of items) {
    if (item.phase === 'rollback' || !holds(item.when, context)) continue
    const parent = item.parent === undefined ? undefined : kept.get(item.parent)
    if (item.parent !== undefined && !parent && items.some((other) => other.id === item.parent)) continue
    const variants = item.variants.filter((variant) => holds(variant.when, context))
    const chosen = variants.length === 1 ? variants[0] : variants.find((variant) => variant.id === context.variant)
    kept.set(item.id, {
      item,
      command: chosen?.command ?? item.command ?? null,
      choices: chosen ? [] : variants.map(({ id, title }) => ({ id, title })),
      asks: item.when && !isComputed(item.when) ? item.when.text : null,
      parts: [],
      depth: parent ? parent.depth + 1 : 0,
    })
  }
  const applicable = [...kept.values()]
  return applicable.map((each) => ({
    ...each,
    parts: applicable.filter(({ item }) => item.parent === each.item.id).map(({ item }) => item.id),
  }))
}

type Condition = NonNullable<ChecklistItem['when']>

const isComputed = (when: Condition): boolean => when.profiles !== undefined || when.phases !== undefined

function holds(when: Condition | undefined, context: ChecklistContext): boolean {
  if (!when) return true
  if (when.profiles && !when.profiles.includes(context.profileKey)) return false
  return !when.phases || (context.phase !== null && when.phases.includes(context.phase))
}

/** An item with what was last said of it. An item with parts has no tick of its own: it is what its parts come to. */
export type ItemState = ApplicableItem & {
  state: TickState
  by: Ticker | null
  at: Date | null
  note: string | null
  link: string | null
}

export type ChecklistCounts = { total: number; done: number; failed: number; open: number; notApplicable: number }

export type ChecklistState = {
  ordered: boolean
  items: readonly ItemState[]
  /** The first item that is not settled: in an ordered list the only one that can be ticked next. */
  next: string | null
}

/** Where a run stands, from the items that apply and all ticks ever made; the newest tick of an item counts. */
export function checklistState(
  list: { items: readonly ApplicableItem[]; ordered: boolean },
  ticks: readonly ChecklistTick[],
): ChecklistState {
  const newest = new Map<string, ChecklistTick>()
  for (const tick of [...ticks].sort((a, b) => a.at.getTime() - b.at.getTime())) newest.set(tick.itemId, tick)
  const own = list.items.map((item): ItemState => {
    const tick = newest.get(item.item.id)
    const state = TICK_STATES.find((known) => known === tick?.state) ?? 'open'
    const standing = tick && state !== 'open' ? tick : null
    return {
      ...item,
      state,
      by: standing?.by ?? null,
      at: standing?.at ?? null,
      note: standing?.note ?? null,
      link: standing?.link ?? null,
    }
  })
  // Parts stand behind their parent, so going backwards settles the inner ones first.
  const states = new Map(own.map((item) => [item.item.id, item]))
  for (const item of [...own].reverse())
    if (item.parts.length > 0)
      states.set(
        item.item.id,
        fromParts(
          item,
          item.parts.flatMap((id) => states.get(id) ?? []),
        ),
      )
  const items = own.map((item) => states.get(item.item.id) ?? item)
  const next = items.find((item) => item.parts.length === 0 && !isSettled(item))
  return { ordered: list.ordered, items, next: next?.item.id ?? null }
}

const isSettled = (item: ItemState): boolean => item.state === 'done' || item.state === 'not_applicable'

function fromParts(item: ItemState, parts: readonly ItemState[]): ItemState {
  const last = parts.filter((part) => part.at !== null).sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))[0]
  const state: TickState = parts.some((part) => part.state === 'failed')
    ? 'failed'
    : parts.some((part) => part.state === 'open')
      ? 'open'
      : parts.every((part) => part.state === 'not_applicable')
        ? 'not_applicable'
        : 'done'
  return { ...item, state, by: last?.by ?? null, at: last?.at ?? null, note: null, link: null }
}

/** Counts the items that are ticked themselves, of one phase or of all; `total` leaves out what was said not to apply. */
export function checklistCounts(state: ChecklistState, phase?: ChecklistItem['phase']): ChecklistCounts {
  const counted = state.items.filter((item) => item.parts.length === 0 && (phase === undefined || item.item.phase === phase))
  const count = (wanted: TickState) => counted.filter((item) => item.state === wanted).length
  const notApplicable = count('not_applicable')
  return { total: counted.length - notApplicable, done: count('done'), failed: count('failed'), open: count('open'), notApplicable }
}

/**
 * What a promotion gate sees of a run: its `before` items only, since the others can only be done during and after the deployment
 * (domain.md, Deployment). The last tick is the newest among them.
 */
export function beforeItems(state: ChecklistState): {
  done: number
  total: number
  failed: number
  lastTickAt: Date | null
  lastTickBy: Ticker | null
} {
  const { done, total, failed } = checklistCounts(state, 'before')
  const last = state.items
    .filter((item) => item.item.phase === 'before' && item.at !== null)
    .sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))[0]
  return { done, total, failed, lastTickAt: last?.at ?? null, lastTickBy: last?.by ?? null }
}

/**
 * Counts a stored run in one call, without who and when: items as they were stored with the run, ticks in any order, and the phases that
 * count (all when left out).
 */
export function checklistProgress(
  items: unknown,
  ticks: readonly ChecklistTick[],
  context: ChecklistContext,
  phases?: readonly ChecklistItem['phase'][],
): { done: number; total: number; failed: number } {
  // Items of a run are a copy of validated ones (policy schema or `readTaskList`), written once by our own use case.
  const applicable = applicableItems(items as readonly ChecklistItem[], context)
  const state = checklistState({ items: applicable, ordered: false }, ticks)
  const counts = (phases ?? [undefined]).map((phase) => checklistCounts(state, phase))
  const sum = (of: (each: ChecklistCounts) => number) => counts.reduce((total, each) => total + of(each), 0)
  return { done: sum((each) => each.done), total: sum((each) => each.total), failed: sum((each) => each.failed) }
}

/** Whether `after` items are open or failed: a deployment that succeeded is watched as long. */
export function hasAfterItemsOpen(state: ChecklistState): boolean {
  const { open, failed } = checklistCounts(state, 'after')
  return open + failed > 0
}

export type TickRequest = {
  itemId: string
  to: TickState
  note: string | null
  /** Who may tick this list: as the gate says (`by`), or the policy for a deployment. */
  by: { kinds: readonly Ticker['kind'][]; roles?: readonly Role[] }
  system: { id: string; name: string }
  /** Whether the deployment this run belongs to has started; `during` and `after` items wait for it. */
  deploymentStarted: boolean
}

/** Why an actor cannot set an item of a run to a state now: not theirs to tick, not its turn, or not an answer this item takes. */
export function whyNotTick(state: ChecklistState, request: TickRequest, actor: Actor, now: Date): Refusal | null {
  const place = { place: request.itemId }
  const item = state.items.find((each) => each.item.id === request.itemId)
  if (!item) return refuse('not_found', 'This item is not on the list here. It may belong to another profile.', place)
  const notTheirs = whyNotTheirs(request, actor, now)
  if (notTheirs) return notTheirs
  if (item.parts.length > 0) return refuse('wrong_state', 'This item is done when its parts are. Tick those.', place)
  if (request.to !== 'open' && request.to !== 'not_applicable' && item.choices.length > 0) {
    return refuse('wrong_state', `Choose how it is done first: ${item.choices.map(({ title }) => title).join(' or ')}.`, place)
  }
  if (request.to === 'not_applicable') {
    if (item.asks === null) return refuse('policy_forbids', 'The list knows no condition for this item, so it always applies.', place)
    if (!request.note?.trim()) return refuse('invalid', `Say in a note why it does not apply (${item.asks}).`, place)
  }
  if (request.to === 'failed' && !request.note?.trim()) return refuse('invalid', 'Say in a note what failed.', place)
  if (!request.deploymentStarted && (item.item.phase === 'during' || item.item.phase === 'after')) {
    return refuse('wrong_state', `This item comes ${item.item.phase} the deployment, which has not started.`, place)
  }
  return state.ordered ? whyNotItsTurn(state, item, request.to) : null
}

function whyNotTheirs({ by, system }: TickRequest, actor: Actor, now: Date): Refusal | null {
  if (!by.kinds.includes(actor.kind)) return refuse('not_allowed', 'Only a person may tick this list.')
  if (actor.kind !== 'person' || !by.roles || holdsAny(actor, by.roles, system.id, now)) return null
  return refuse('not_allowed', `This list is ticked by ${listOfTitles(by.roles)} of ${system.name}.`)
}

/** In an ordered list the next open item is ticked, and only the last tick can be taken back. */
function whyNotItsTurn(state: ChecklistState, item: ItemState, to: TickState): Refusal | null {
  const ticked = state.items.filter((each) => each.parts.length === 0)
  const at = ticked.indexOf(item)
  const later = ticked.slice(at + 1).find(isSettled)
  if (later && to !== 'done')
    return refuse('wrong_state', `This list is in order and "${later.item.text}" is ticked already. Take that back first.`, {
      place: item.item.id,
    })
  const earlier = ticked.slice(0, at).find((each) => !isSettled(each))
  if (earlier && to !== 'open')
    return refuse('wrong_state', `This list is in order. "${earlier.item.text}" comes first.`, { place: item.item.id })
  return null
}

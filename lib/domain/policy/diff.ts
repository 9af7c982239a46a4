import { canonicalText } from '../canonical'
import { formatDuration, isDuration } from '../duration'
import { POLICY_DEPTH } from './hash'
import type { Policy } from './schema'

/** One difference between two policies. `path` is keyed by ids, so moving a rule changes nothing else: `edges.a->b.gates.drill.validFor`. */
export type PolicyChange = {
  path: string
  kind: 'added' | 'removed' | 'changed'
  before: unknown
  after: unknown
  /** The change as one sentence, for signers and for the trail. */
  sentence: string
}

/** What one entry of a list is called. A list not named here is spoken of by its key. */
const NOUN: Record<string, string> = {
  profiles: 'profile',
  constraints: 'rule',
  cells: 'profile',
  edges: 'edge',
  gates: 'gate',
  slots: 'slot',
  variables: 'variable',
  mappings: 'secret',
  groups: 'secret group',
  ownership: 'rotation ownership',
  checklists: 'checklist',
  runbooks: 'runbook',
  items: 'item',
  tiers: 'exception tier',
  services: 'service',
  agents: 'agent',
  nonGoals: 'non-goal',
  allowedInputs: 'deployment input',
  forbiddenInputs: 'forbidden input',
}

/** Every difference from one policy to another, in document order; empty when their hashes are equal. */
export function diffPolicies(before: Policy, after: Policy): PolicyChange[] {
  const changes: PolicyChange[] = []
  compare([], before, after, changes)
  return changes
}

/** A place by ids, and the list each id belongs to, for the sentence. */
type Place = readonly { key: string; list?: string }[]

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const idOf = (item: unknown): string | undefined => {
  if (!isRecord(item)) return undefined
  const id = item.id ?? item.name
  return typeof id === 'string' ? id : undefined
}

const isKeyed = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.every((item) => idOf(item) !== undefined)

const same = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalText(a, { depth: POLICY_DEPTH }) === canonicalText(b, { depth: POLICY_DEPTH }))

function compare(place: Place, before: unknown, after: unknown, changes: PolicyChange[]): void {
  if (same(before, after)) return
  if (before === undefined) return void changes.push(change(place, 'added', before, after))
  if (after === undefined) return void changes.push(change(place, 'removed', before, after))
  if (isKeyed(before) && isKeyed(after)) return compareLists(place, before, after, changes)
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const list = place.at(-1)?.key === 'cells' ? 'cells' : undefined
      compare([...place, { key, list }], before[key], after[key], changes)
    }
    return
  }
  changes.push(change(place, 'changed', before, after))
}

function compareLists(
  place: Place,
  before: readonly Record<string, unknown>[],
  after: readonly Record<string, unknown>[],
  changes: PolicyChange[],
): void {
  const list = place.at(-1)?.key
  const old = new Map(before.map((item) => [idOf(item), item]))
  const now = new Map(after.map((item) => [idOf(item), item]))
  for (const key of new Set([...old.keys(), ...now.keys()]))
    compare([...place, { key: key as string, list }], old.get(key), now.get(key), changes)
  const orderBefore = before.map((item) => idOf(item)).filter((id) => now.has(id))
  const orderAfter = after.map((item) => idOf(item)).filter((id) => old.has(id))
  if (!same(orderBefore, orderAfter)) changes.push(change([...place, { key: 'order' }], 'changed', orderBefore, orderAfter))
}

function change(place: Place, kind: PolicyChange['kind'], before: unknown, after: unknown): PolicyChange {
  return { path: place.map(({ key }) => key).join('.'), kind, before, after, sentence: sentence(place, kind, before, after) }
}

function sentence(place: Place, kind: PolicyChange['kind'], before: unknown, after: unknown): string {
  // Lists are spoken of through their entries ("gate drill"), so their own keys are left out of the words.
  const words = place.flatMap(({ key, list }, index) => {
    if (list !== undefined) return [`${NOUN[list] ?? list} ${key}`]
    return place[index + 1]?.list === undefined ? [inWords(key)] : []
  })
  const subject = words.join(', ')
  const capital = subject.charAt(0).toUpperCase() + subject.slice(1)
  if (kind === 'added') return `${capital} is new${isRecord(after) ? title(after) : `: ${show(after)}`}.`
  if (kind === 'removed') return `${capital} is gone${isRecord(before) ? title(before) : `: it was ${show(before)}`}.`
  return `${capital} changes from ${show(before)} to ${show(after)}.`
}

/** A field's name as words: `validFor` is "valid for". */
function inWords(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
}

function title(value: Record<string, unknown>): string {
  const text = value.title ?? value.text ?? value.description
  return typeof text === 'string' ? ` (${text.replace(/[.\s]+$/, '')})` : ''
}

function show(value: unknown): string {
  if (typeof value === 'string') return isDuration(value) ? formatDuration(value) : `"${value}"`
  if (Array.isArray(value))
    return value.length === 0
      ? 'nothing'
      : value.every((item) => !isRecord(item))
        ? value.map(String).join(', ')
        : `${value.length} entries`
  if (isRecord(value)) return 'another form'
  return value === true ? 'yes' : value === false ? 'no' : String(value)
}

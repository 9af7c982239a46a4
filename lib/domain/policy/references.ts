import { ROLES } from '../roles'
import type { Problem } from './finding'

/**
 * What a schema cannot say: names that must exist, ids that must be unique, promotions that must not run in a circle, slots that
 * somebody must be able to fill. Works on the text as parsed, valid or not, so that an author sees these findings together with
 * those of the schema; whatever has not the right form is skipped here because the schema already complains about it.
 */
export function referenceProblems(raw: unknown): Problem[] {
  const policy = at([], raw)
  const names = collectNames(policy)
  return [
    ...duplicates(policy),
    ...dangling(policy, names),
    ...slotProblems(policy),
    ...edgeProblems(policy),
    ...gateProblems(policy),
    ...checklistProblems(policy),
    ...variantProblems(policy),
    ...namingProblems(policy),
  ]
}

/** A value of unknown form with its path. */
type Node = { path: readonly PropertyKey[]; value: unknown }

const at = (path: readonly PropertyKey[], value: unknown): Node => ({ path, value })

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const get = (node: Node, ...keys: string[]): Node =>
  keys.reduce(
    (found, key) => at([...found.path, key], Object.hasOwn(record(found.value), key) ? record(found.value)[key] : undefined),
    node,
  )

const list = (node: Node, ...keys: string[]): Node[] => {
  const found = get(node, ...keys)
  return Array.isArray(found.value) ? found.value.map((item: unknown, index) => at([...found.path, index], item)) : []
}

const text = (node: Node, ...keys: string[]): string | undefined => {
  const { value } = get(node, ...keys)
  return typeof value === 'string' ? value : undefined
}

const ids = (nodes: readonly Node[], key = 'id'): Set<string> => new Set(nodes.flatMap((node) => text(node, key) ?? []))

type Kind =
  | 'profile'
  | 'source'
  | 'checklist'
  | 'variable'
  | 'secret group'
  | 'secret mapping'
  | 'agent'
  | 'service'
  | 'runbook'
  | 'constraint'
  | 'gate'
  | 'non-goal'
  | 'isolation rule'
  | 'phase'
  | 'allowed input'
  | 'forbidden input'
  | 'checklist item'
  | 'field of the rule'

type Names = Record<Exclude<Kind, 'checklist item' | 'field of the rule'>, Set<string>>

function collectNames(policy: Node): Names {
  return {
    profile: ids(list(policy, 'profiles')),
    source: ids(list(policy, 'sources')),
    checklist: ids(list(policy, 'checklists')),
    variable: ids(list(policy, 'variables'), 'name'),
    'secret group': ids(list(policy, 'secrets', 'groups')),
    'secret mapping': ids(list(policy, 'secrets', 'mappings')),
    agent: ids(list(policy, 'agents')),
    service: ids(list(policy, 'topology', 'services')),
    runbook: ids(list(policy, 'runbooks')),
    constraint: ids(list(policy, 'constraints')),
    gate: ids(list(policy, 'edges').flatMap((edge) => list(edge, 'gates'))),
    'non-goal': ids(list(policy, 'nonGoals')),
    'isolation rule': new Set([...ids(list(policy, 'isolation', 'rules')), ...ids(list(policy, 'isolation', 'resources'))]),
    phase: ids(list(policy, 'phases', 'known')),
    'allowed input': ids(list(policy, 'deployment', 'allowedInputs')),
    'forbidden input': ids(list(policy, 'deployment', 'forbiddenInputs')),
  }
}

/** Keys that refer to something, wherever they stand. The value is a name, a list of names, or a map keyed by names. */
const REFERENCES: Record<string, keyof Names> = {
  profile: 'profile',
  profiles: 'profile',
  appliesTo: 'profile',
  allowedIn: 'profile',
  onlyIn: 'profile',
  requiredIn: 'profile',
  defaultAllowedIn: 'profile',
  boundToSnapshotOf: 'profile',
  checklistProfiles: 'profile',
  cells: 'profile',
  values: 'profile',
  profileNames: 'profile',
  checklist: 'checklist',
  runbook: 'runbook',
  group: 'secret group',
  groups: 'secret group',
  members: 'secret mapping',
  secrets: 'secret mapping',
  agents: 'agent',
  service: 'service',
  services: 'service',
  checks: 'service',
  variable: 'variable',
  needs: 'variable',
  variables: 'variable',
  phases: 'phase',
  current: 'phase',
  constraint: 'constraint',
  gate: 'gate',
  nonGoal: 'non-goal',
  isolation: 'isolation rule',
  labelInput: 'allowed input',
  forbids: 'forbidden input',
}

/** Where such a key is something else: a heading, a section, a list of needs that are not variables. Matched on the path's keys. */
const NOT_A_REFERENCE: RegExp[] = [
  /^(profiles|agents|checklists|variables|phases|secrets|isolation)$/,
  /^constraints\.group$/,
  /^variables\.group$/,
  /^variables\.validators\.values$/,
  /\.items\.group$/,
  /^secrets\.groups$/,
  /^topology\.services$/,
  /^changeSynchronisation\.checks$/,
  /\.fallback\.needs$/,
  /\.override\.needs$/,
  /\.unless\.needs$/,
  /^config\.naming\.prefixes\.service$/,
]

function dangling(policy: Node, names: Names): Problem[] {
  const problems: Problem[] = []
  const refer = (node: Node, kind: Kind, known: ReadonlySet<string>) => {
    if (typeof node.value === 'string' && !known.has(node.value)) problems.push(unknownName(node, kind, node.value, known))
  }
  walk(policy, (node) => {
    const key = node.path.at(-1)
    if (typeof key !== 'string') return
    const keys = node.path.filter((part) => typeof part === 'string').join('.')
    if (key === 'source') return refer(get(node, 'document'), 'source', names.source)
    const kind = Object.hasOwn(REFERENCES, key) ? REFERENCES[key] : undefined
    if (kind === undefined || NOT_A_REFERENCE.some((pattern) => pattern.test(keys))) return
    if (typeof node.value === 'string') refer(node, kind, names[kind])
    else if (Array.isArray(node.value))
      for (const [index, item] of node.value.entries()) refer(at([...node.path, index], item), kind, names[kind])
    else
      for (const name of Object.keys(record(node.value)))
        if (!names[kind].has(name)) problems.push({ ...unknownName(node, kind, name, names[kind]), key: name })
  })
  for (const edge of list(policy, 'edges')) for (const end of ['from', 'to']) refer(get(edge, end), 'profile', names.profile)
  for (const service of list(policy, 'topology', 'services'))
    for (const dependency of list(service, 'dependsOn')) refer(get(dependency, 'service'), 'service', names.service)
  return problems
}

function unknownName(node: Node, kind: Kind, name: string, known: ReadonlySet<string>): Problem {
  const choices = [...known].slice(0, 12).join(', ')
  return {
    path: node.path,
    what: `there is no ${kind} named ${JSON.stringify(name)} in this policy`,
    expected: choices === '' ? `a ${kind} of this policy, of which there are none` : `one of: ${choices}`,
  }
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  if (Array.isArray(node.value)) for (const [index, item] of node.value.entries()) walk(at([...node.path, index], item), visit)
  else for (const [key, item] of Object.entries(record(node.value))) walk(at([...node.path, key], item), visit)
}

/** Within one list an id (a variable's name) stands once. Profile names and aliases share one space. */
function duplicates(policy: Node): Problem[] {
  const problems: Problem[] = []
  walk(policy, (node) => {
    if (!Array.isArray(node.value)) return
    const seen = new Set<string>()
    for (const [index, item] of node.value.entries()) {
      const key = typeof record(item).id === 'string' ? 'id' : 'name'
      const id = record(item)[key]
      if (typeof id !== 'string') continue
      if (seen.has(id)) problems.push(twice([...node.path, index, key], id))
      seen.add(id)
    }
  })
  const named = new Set<string>()
  for (const profile of list(policy, 'profiles'))
    for (const name of [get(profile, 'id'), ...list(profile, 'aliases')]) {
      if (typeof name.value !== 'string') continue
      // A profile's id twice is found above; here it is an alias that hides a profile or another alias.
      if (named.has(name.value) && name.path.includes('aliases')) problems.push(twice(name.path, name.value))
      named.add(name.value)
    }
  const pairs = new Set<string>()
  for (const edge of list(policy, 'edges')) {
    const pair = `${text(edge, 'from')}->${text(edge, 'to')}`
    if (pairs.has(pair) && text(edge, 'id') !== pair)
      problems.push({ path: edge.path, what: `a second edge ${pair}`, expected: 'one edge between two profiles' })
    pairs.add(pair)
  }
  return problems
}

const twice = (path: readonly PropertyKey[], id: string): Problem => ({
  path,
  what: `${JSON.stringify(id)} is used twice`,
  expected: 'an id that stands once in its list',
})

/** Roles that sign and perform nothing (domain.md): a slot of these alone can never be filled. */
const NEVER_SIGN = new Set(['admin', 'auditor'])

function slotProblems(policy: Node): Problem[] {
  const problems: Problem[] = []
  walk(policy, (node) => {
    if (node.path.at(-1) !== 'slots') return
    for (const slot of list(node)) {
      const roles = list(slot, 'roles').map((role) => role.value)
      const fillable = roles.some(
        (role) => typeof role === 'string' && (ROLES as readonly string[]).includes(role) && !NEVER_SIGN.has(role),
      )
      if (fillable || !Array.isArray(get(slot, 'roles').value)) continue
      const why = roles.length === 0 ? 'it names no role' : `${roles.join(' and ')} can sign nothing`
      problems.push({
        path: [...slot.path, 'roles'],
        what: `nobody can ever fill this slot: ${why}`,
        expected: 'at least one role other than admin and auditor',
      })
    }
  })
  return problems
}

function edgeProblems(policy: Node): Problem[] {
  const problems: Problem[] = []
  const next = new Map<string, { to: string; edge: Node }[]>()
  for (const edge of list(policy, 'edges')) {
    const [from, to, id] = [text(edge, 'from'), text(edge, 'to'), text(edge, 'id')]
    if (from === undefined || to === undefined) continue
    if (id !== undefined && id !== `${from}->${to}`)
      problems.push({
        path: [...edge.path, 'id'],
        what: `the edge ${JSON.stringify(id)} leads from ${from} to ${to}`,
        expected: `${from}->${to}`,
      })
    next.set(from, [...(next.get(from) ?? []), { to, edge }])
  }
  const done = new Set<string>()
  const visit = (profile: string, trail: readonly string[]): void => {
    for (const { to, edge } of next.get(profile) ?? []) {
      const start = trail.indexOf(to)
      if (start >= 0)
        problems.push({
          path: [...edge.path, 'to'],
          what: `promotions run in a circle: ${[...trail.slice(start), to].join(' -> ')}`,
          expected: 'edges that only lead forward',
        })
      else if (!done.has(to)) visit(to, [...trail, to])
    }
    done.add(profile)
  }
  for (const from of next.keys()) if (!done.has(from)) visit(from, [from])
  const undeployable = new Set(
    list(policy, 'profiles').flatMap((profile) => (get(profile, 'deployable').value === false ? (text(profile, 'id') ?? []) : [])),
  )
  for (const edge of list(policy, 'edges')) {
    const to = text(edge, 'to')
    if (to !== undefined && undeployable.has(to))
      problems.push({
        path: [...edge.path, 'to'],
        what: `${to} is never deployed to, so no promotion can end there`,
        expected: 'a profile with `deployable: true`',
      })
  }
  return problems
}

function gateProblems(policy: Node): Problem[] {
  return list(policy, 'edges')
    .flatMap((edge) => list(edge, 'gates'))
    .flatMap((gate) => {
      const kind = text(gate, 'kind')
      const problems: Problem[] = []
      if (kind === 'checklist' && get(gate, 'checklist').value === undefined)
        problems.push({
          path: gate.path,
          what: 'a gate of kind checklist names no checklist',
          expected: '`checklist:` with the id of one under `checklists`',
        })
      if (kind !== undefined && kind !== 'checklist' && get(gate, 'checklist').value !== undefined)
        problems.push({
          path: [...gate.path, 'checklist'],
          what: `a gate of kind ${kind} names a checklist`,
          expected: '`kind: checklist`, or no checklist',
        })
      const kinds = list(gate, 'by', 'kinds').map((by) => by.value)
      if (kind !== undefined && kind !== 'check' && kinds.some((by) => by !== 'person'))
        problems.push({
          path: [...gate.path, 'by', 'kinds'],
          what: `a gate of kind ${kind} takes evidence from software`,
          expected: 'person only; software brings evidence to checks',
        })
      return problems
    })
}

function checklistProblems(policy: Node): Problem[] {
  const problems: Problem[] = []
  for (const list_ of ['checklists', 'runbooks'])
    for (const checklist of list(policy, list_)) {
      const items = list(checklist, 'items')
      const known = ids(items)
      for (const item of items) {
        for (const key of ['parent', 'refersTo']) {
          const name = text(item, key)
          if (name !== undefined && !known.has(name)) problems.push(unknownName(get(item, key), 'checklist item', name, known))
        }
        const phase = text(item, 'phase')
        if (list_ === 'checklists' && (phase === 'prerequisite' || phase === 'rollback'))
          problems.push({ path: [...item.path, 'phase'], what: `a checklist has no phase ${phase}`, expected: 'before, during or after' })
      }
      for (const state of list(checklist, 'states')) {
        const name = text(state, 'after')
        if (name !== undefined && !known.has(name)) problems.push(unknownName(get(state, 'after'), 'checklist item', name, known))
      }
      if (list_ === 'runbooks') continue
      const external = get(checklist, 'external').value === true
      if (external && (items.length > 0 || text(checklist, 'file') === undefined))
        problems.push({
          path: checklist.path,
          what: 'an external checklist names a file and has no items of its own',
          expected: '`file:` and no `items:`',
        })
      if (!external && items.length === 0)
        problems.push({ path: checklist.path, what: 'a checklist without items', expected: '`items:`, or `external: true` with `file:`' })
    }
  const spine = text(policy, 'deployment', 'checklist')
  const spineItems = ids(
    list(policy, 'checklists')
      .filter((checklist) => text(checklist, 'id') === spine)
      .flatMap((checklist) => list(checklist, 'items')),
  )
  for (const step of list(policy, 'deployment', 'sequence')) {
    const name = text(step, 'item')
    if (name !== undefined && !spineItems.has(name)) problems.push(unknownName(get(step, 'item'), 'checklist item', name, spineItems))
  }
  return problems
}

function variantProblems(policy: Node): Problem[] {
  const defaults = new Set<string>()
  return list(policy, 'contractVariants').flatMap((variant) => {
    if (get(variant, 'isDefault').value !== true) return []
    return list(variant, 'profiles').flatMap((profile) => {
      const name = String(profile.value)
      if (!defaults.has(name)) {
        defaults.add(name)
        return []
      }
      return [
        {
          path: [...variant.path, 'isDefault'],
          what: `a second default variant for ${name}`,
          expected: 'one default variant for each profile',
        },
      ]
    })
  })
}

/** Names of variables follow the policy's own naming rule (002.18). A pattern that does not compile is the schema's finding. */
function namingProblems(policy: Node): Problem[] {
  const pattern = text(policy, 'config', 'naming', 'pattern')
  if (pattern === undefined) return []
  let naming: RegExp
  try {
    naming = new RegExp(pattern, 'u')
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  return list(policy, 'variables').flatMap((variable) => {
    const name = text(variable, 'name')
    if (name === undefined || naming.test(name)) return []
    return [
      {
        path: [...variable.path, 'name'],
        what: `${name} does not follow the naming rule of this policy`,
        expected: `a name that matches ${pattern}`,
      },
    ]
  })
}

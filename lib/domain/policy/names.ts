import type { Problem } from './finding'
import { at, get, ids, list, type Node, record, text, walk } from './loose'

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
  | 'isolated resource'
  | 'attestation'
  | 'phase'
  | 'allowed input'
  | 'forbidden input'
  | 'source of values'
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
    'isolated resource': ids(list(policy, 'isolation', 'resources')),
    attestation: ids(list(policy, 'attestations')),
    phase: ids(list(policy, 'phases', 'known')),
    'allowed input': ids(list(policy, 'deployment', 'allowedInputs')),
    'forbidden input': ids(list(policy, 'deployment', 'forbiddenInputs')),
    'source of values': new Set(['precedence', 'injection', 'files'].flatMap((key) => [...ids(list(policy, 'config', key))])),
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
  observedOn: 'profile',
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
  neverSkip: 'gate',
  nonGoal: 'non-goal',
  isolation: 'isolation rule',
  resources: 'isolated resource',
  attestation: 'attestation',
  labelInput: 'allowed input',
  forbids: 'forbidden input',
  sources: 'source of values',
}

/** Where such a key is something else: a heading, a section, a list of needs that are not variables. Matched on the path's keys. */
const NOT_A_REFERENCE: RegExp[] = [
  /^(profiles|sources|agents|checklists|variables|phases|secrets|isolation)$/,
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
  /^isolation\.resources$/,
]

/** Every name that refers to nothing. */
export function dangling(policy: Node): Problem[] {
  const names = collectNames(policy)
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

/** A name that is not among those that exist. */
export function unknownName(node: Node, kind: Kind, name: string, known: ReadonlySet<string>): Problem {
  const choices = [...known].slice(0, 12).join(', ')
  return {
    path: node.path,
    what: `there is no ${kind} named ${JSON.stringify(name)} in this policy`,
    expected: choices === '' ? `a ${kind} of this policy, of which there are none` : `one of: ${choices}`,
  }
}

/** Within one list an id (a variable's name) stands once. Profile names and aliases share one space. */
export function duplicates(policy: Node): Problem[] {
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

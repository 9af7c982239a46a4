import { ROLES } from '../roles'
import type { Problem } from './finding'
import { at, get, ids, list, type Node, text, walk } from './loose'
import { dangling, duplicates, unknownName } from './names'

/**
 * What a schema cannot say: names that must exist, ids that must be unique, promotions that must not run in a circle, slots that
 * somebody must be able to fill. Works on the text as parsed, valid or not, so that an author sees these findings together with
 * those of the schema; whatever has not the right form is skipped here because the schema already complains about it.
 */
export function referenceProblems(raw: unknown): Problem[] {
  const policy = at([], raw)
  return [
    ...duplicates(policy),
    ...dangling(policy),
    ...slotProblems(policy),
    ...edgeProblems(policy),
    ...gateProblems(policy),
    ...checklistProblems(policy),
    ...variantProblems(policy),
    ...namingProblems(policy),
    ...fallbackProblems(policy),
    ...observedProblems(policy),
    ...neverProblems(policy),
  ]
}

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

/** A fallback use names its rule by one id, be it of an ownership or of another break-glass. */
function fallbackProblems(policy: Node): Problem[] {
  const owned = ids(list(policy, 'rotation', 'ownership'))
  return list(policy, 'rotation', 'breakGlass').flatMap((entry) => {
    const id = text(entry, 'id')
    if (id === undefined || !owned.has(id)) return []
    return [
      { path: [...entry.path, 'id'], what: `${JSON.stringify(id)} is the id of a rotation ownership too`, expected: 'an id of its own' },
    ]
  })
}

/** Facts that a binding asks for and the section of the policy that says what they should be: without it they judge nothing. */
const JUDGED_BY: Readonly<Record<string, { where: readonly string[]; what: string; drives?: string }>> = {
  contract: { where: ['variables'], what: 'variable' },
  unchanged: { where: ['variables'], what: 'variable' },
  fingerprints: { where: ['variables'], what: 'variable' },
  isolation: { where: ['isolation', 'resources'], what: 'isolated resource' },
  routes: { where: ['classBehaviour'], what: 'rule for routes', drives: 'routes' },
  seeding: { where: ['seedData'], what: 'rule for seed data' },
  services: { where: ['topology', 'services'], what: 'service' },
}

/** A rule is bound only to facts that the policy can judge; a gate is observed on a profile of its own edge. */
function observedProblems(policy: Node): Problem[] {
  const gates = list(policy, 'edges').flatMap((edge) => list(edge, 'gates').map((gate) => ({ edge, gate })))
  const idle = [...list(policy, 'constraints'), ...gates.map(({ gate }) => gate)].flatMap((rule) =>
    list(rule, 'observed').flatMap((observed): Problem[] => {
      const judge = JUDGED_BY[text(observed, 'by') ?? '']
      if (!judge || list(policy, ...judge.where).some((entry) => judge.drives === undefined || text(entry, 'drives') === judge.drives))
        return []
      return [
        {
          path: observed.path,
          what: `this policy has no ${judge.what}, so nothing reported could judge the rule`,
          expected: `one under \`${judge.where.join('.')}\`, or another binding`,
        },
      ]
    }),
  )
  const elsewhere = gates.flatMap(({ edge, gate }): Problem[] => {
    const on = text(gate, 'observedOn')
    if (on === undefined) return []
    const path = [...gate.path, 'observedOn']
    if (list(gate, 'observed').length === 0)
      return [{ path, what: 'a gate that no reported fact answers is observed nowhere', expected: '`observed:` as well, or neither' }]
    if (on === text(edge, 'from') || on === text(edge, 'to')) return []
    return [{ path, what: `${on} is neither end of the edge`, expected: `${text(edge, 'from')} or ${text(edge, 'to')}` }]
  })
  return [...idle, ...elsewhere]
}

/** A file that no exception covers is one that the policy speaks of. */
function neverProblems(policy: Node): Problem[] {
  const files = list(policy, 'config', 'files')
  const known = [
    ...files.flatMap((file) => [text(file, 'id') ?? [], (text(file, 'path') ?? '').split(/\s*,\s*/)].flat()),
    ...list(policy, 'secrets', 'mappings').flatMap((mapping) => text(mapping, 'fallbackFile') ?? []),
    ...list(policy, 'constraints').flatMap((constraint) => [
      ...list(constraint, 'paths').map(({ value }) => String(value)),
      ...list(constraint, 'observed').flatMap((observed) => list(observed, 'none').map(({ value }) => String(value))),
    ]),
  ]
  return list(policy, 'drift', 'neverExceptable').flatMap((never): Problem[] => {
    const file = text(never, 'file')
    if (file === undefined || known.includes(file)) return []
    const choices = [...new Set(known)].filter((name) => name !== '').slice(0, 12)
    return [
      {
        path: [...never.path, 'file'],
        what: `no rule of this policy speaks of ${JSON.stringify(file)}`,
        expected: choices.length === 0 ? 'a file under `config.files`' : `one of: ${choices.join(', ')}`,
      },
    ]
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

/** Ways to look into a policy of unknown form: what is missing or of the wrong kind reads as nothing. */

/** A value of unknown form with its path. */
export type Node = { path: readonly PropertyKey[]; value: unknown }

/** A value at a path. */
export const at = (path: readonly PropertyKey[], value: unknown): Node => ({ path, value })

/** The value as a map; anything else is an empty one. */
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** What stands under keys. */
export const get = (node: Node, ...keys: string[]): Node =>
  keys.reduce(
    (found, key) => at([...found.path, key], Object.hasOwn(record(found.value), key) ? record(found.value)[key] : undefined),
    node,
  )

/** The entries of a list under keys. */
export const list = (node: Node, ...keys: string[]): Node[] => {
  const found = get(node, ...keys)
  return Array.isArray(found.value) ? found.value.map((item: unknown, index) => at([...found.path, index], item)) : []
}

/** A text under keys. */
export const text = (node: Node, ...keys: string[]): string | undefined => {
  const { value } = get(node, ...keys)
  return typeof value === 'string' ? value : undefined
}

/** The ids of entries. */
export const ids = (nodes: readonly Node[], key = 'id'): Set<string> => new Set(nodes.flatMap((node) => text(node, key) ?? []))

/** Visits a value and everything inside it. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  if (Array.isArray(node.value)) for (const [index, item] of node.value.entries()) walk(at([...node.path, index], item), visit)
  else for (const [key, item] of Object.entries(record(node.value))) walk(at([...node.path, key], item), visit)
}

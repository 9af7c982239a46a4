import type { Provenance } from './policy/parts/basics'
import type { PolicyCell } from './policy/schema'

/** How strongly a level binds: what is read-only or restricted binds as what is required. */
export function strengthOf(level: PolicyCell['level']): 'forbidden' | 'required' | 'other' {
  if (level === 'forbidden') return 'forbidden'
  return level === 'required' || level === 'read-only' || level === 'restricted' ? 'required' : 'other'
}

/** Where a rule comes from, without what else stands in it. */
export function provenanceOf({ source, assumed, assumedFields }: Provenance): Provenance {
  return { ...(source ? { source } : {}), ...(assumed ? { assumed } : {}), ...(assumedFields ? { assumedFields } : {}) }
}

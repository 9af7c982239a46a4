import { z } from 'zod'
import { PolicySchema } from './schema'

/** The published JSON Schema (2020-12) of a policy as text: what an author may write, with descriptions for editors. */
export function policyJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(PolicySchema, { io: 'input' }), null, 2)}\n`
}

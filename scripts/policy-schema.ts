import { mkdirSync, writeFileSync } from 'node:fs'
import { policyJsonSchema } from '../lib/domain/policy/json-schema'

/** Writes the published JSON Schema of policies, which editors read. A test keeps it in step. */
mkdirSync('public/schema', { recursive: true })
writeFileSync('public/schema/policy.json', policyJsonSchema())

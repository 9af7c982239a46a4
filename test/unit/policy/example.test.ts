import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readPolicy } from '@/lib/domain/policy/load'

it('the example that the README tells people to copy is a whole policy', () => {
  const file = 'docs/my-app.yaml'
  expect(readPolicy(readFileSync(file, 'utf8'), file)).toHaveProperty('policy.system.slug', 'my-app')
})

import { expect, it } from 'vitest'
import { statementName } from '@/lib/db/statement-name'

it('names a statement that is kept by its text, and no other', () => {
  const kept = statementName({ sql: '/* kept */\n  SELECT 1' })
  expect(kept).toMatch(/^c[0-9a-f]{24}$/) // PostgreSQL cuts names at 63 bytes
  expect(statementName({ sql: '/* kept */\n  SELECT 1' })).toBe(kept)
  expect(statementName({ sql: '/* kept */\n  SELECT 2' })).not.toBe(kept)
  expect(statementName({ sql: 'SELECT 1 /* kept */' })).toBe('')
  expect(statementName({ sql: 'SELECT 1' })).toBe('')
})

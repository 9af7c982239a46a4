import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PROVES, PROVES_LEAD, provesDocument } from '@/lib/domain/log/proves'

it('the document says what the page says, word for word', () => {
  expect(readFileSync(`${import.meta.dirname}/../../../docs/what-the-log-proves.md`, 'utf8')).toBe(provesDocument())
})

it('says tamper-evident and never tamper-proof, and names its limits (ux.md section 20)', () => {
  const all = `${PROVES_LEAD} ${PROVES.map(({ text }) => text).join(' ')}`
  expect(all).toContain('tamper-evident')
  expect(all).not.toMatch(/tamper-proof|impossible|cannot be changed|blockchain|!/i)
  expect(PROVES.map(({ id }) => id)).toContain('does-not')
})

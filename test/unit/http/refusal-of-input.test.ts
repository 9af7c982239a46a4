import { expect, test } from 'vitest'
import { z } from 'zod'
import { refusalOfInput } from '@/lib/http/refusal-of-input'

const schema = z.strictObject({ name: z.string().min(3), items: z.array(z.strictObject({ kind: z.enum(['a', 'b']) })) })
const refusalFor = (input: unknown) => {
  const parsed = schema.safeParse(input)
  if (parsed.success) throw new Error('should not parse')
  return refusalOfInput(parsed.error)
}

test('an unknown key is named, however deep (T24)', () => {
  expect(refusalFor({ name: 'abc', items: [{ kind: 'a', verdict: 'pass' }], status: 'x' })).toMatchObject({
    code: 'unknown_field',
    sentence: expect.stringContaining('items[0].verdict'),
  })
  expect(refusalFor({ name: 'abc', items: [], ['<b>'.repeat(40)]: 1 }).sentence).not.toContain('<')
})

test('what is wrong is said by field, without the value', () => {
  const refusal = refusalFor({ name: 'zz', items: [{ kind: 'a made-up value' }] })
  expect(refusal).toMatchObject({
    code: 'invalid',
    place: 'name',
    details: [expect.stringMatching(/^name: /), expect.stringMatching(/^items\[0\]\.kind: /)],
  })
  expect(JSON.stringify(refusal)).not.toContain('made-up')
})

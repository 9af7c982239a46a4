import { expect, it } from 'vitest'
import { z } from 'zod'
import { fromForm, linesOf } from '@/lib/schemas/form'
import { registerReleaseForm } from '@/lib/schemas/release-form'

const messages = (schema: z.ZodType, raw: unknown) => z.flattenError(schema.safeParse(raw).error as z.ZodError).fieldErrors

it('a blank field that is needed is asked for in the schema’s own words, never in a parser’s', () => {
  const blank = { system: 'robodj', version: ' ', gitSha: '', artefact: '', buildDate: '', appVersion: '', changes: '', contributors: '' }
  expect(messages(registerReleaseForm, blank)).toEqual({
    version: expect.arrayContaining(['Give the version.']),
    gitSha: [expect.stringContaining('whole git SHA')],
    artefact: ['Name the artefact.'],
    buildDate: [expect.stringContaining('such as 2026-11-19T16:00:00Z')],
  })
})

it('a blank field that may be left out is left out, also where blank would be read as zero', () => {
  const schema = fromForm(z.strictObject({ note: z.string().min(1).optional(), count: z.coerce.number().optional() }))
  expect(schema.parse({ note: '  ', count: '' })).toEqual({})
  expect(fromForm(z.strictObject({ count: z.coerce.number() })).safeParse({ count: '' }).success).toBe(false)
})

it('lines of a text are a list, without the blank ones', () => {
  expect(fromForm(z.strictObject({ inputs: z.array(z.string()) }), ['inputs']).parse({ inputs: 'a\r\n\n b ' })).toEqual({
    inputs: ['a', 'b'],
  })
  expect(linesOf(['a\nb', 'c'])).toEqual(['a', 'b', 'c'])
})

import { z } from 'zod'

// The words that answers of the API share. Answers are described strictly: what is not described is not sent.

/** An instant in an answer: UTC, to the millisecond. */
export const UtcInstant = z.iso.datetime().meta({ id: 'UtcInstant', description: 'An instant in UTC, to the millisecond.' })

/** Whoever acted. */
export const Who = z
  .strictObject({ id: z.uuid(), name: z.string(), kind: z.enum(['person', 'token', 'agent']) })
  .meta({ id: 'Who', description: 'A person, a token or an agent. An erased person keeps their id.' })

/** Which page of a list. */
export const pageQuery = {
  limit: z.coerce
    .number('a whole number from 1 to 200')
    .int('a whole number from 1 to 200')
    .min(1, 'a whole number from 1 to 200')
    .max(200, 'a whole number from 1 to 200')
    .default(50)
    .describe('How many at most.'),
  cursor: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .describe('`next` of the page before. Opaque: it is good for the same list and filters only.'),
}

/** One page of a list. */
export function pageAnswer<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable().describe('Cursor of the next page; null on the last.') })
}

/** A problem document (RFC 9457) with the refusal's code. */
export const ProblemAnswer = z
  .strictObject({
    type: z.url().describe('Address of the explanation of this code.'),
    title: z.string().describe('The same for every problem of this code.'),
    status: z.int(),
    detail: z.string().describe('What stands in the way and what to do about it, in plain words.'),
    code: z.string().describe('What kind of refusal it is; stable.'),
    place: z.string().optional().describe('The field or object it is about, never its value.'),
    details: z.array(z.string()).optional().describe('Further sentences: one per rule, gap or gate.'),
    instance: z.string().describe('Id of the request, for whoever runs the server.'),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' })

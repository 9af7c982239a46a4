import { z } from 'zod'
import { STATED_KINDS, STATEMENT_FORMS } from '@/lib/domain/log/statement/in-toto'
import { UtcInstant } from './common'

export const getStatementInput = z.strictObject({
  digest: z
    .string()
    .max(64)
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')
    .describe('SHA-256 of the payload, as asking for it answered.'),
})

export const AskedStatementAnswer = z
  .strictObject({
    digest: z.string().describe('SHA-256 of the payload: under it the statement is read.'),
    kind: z.enum(STATED_KINDS),
    id: z.string(),
    form: z.enum(STATEMENT_FORMS),
    signed: z.boolean().describe('Whether the key of the log has signed it. It does within a second or two.'),
  })
  .meta({ id: 'AskedStatement', description: 'A statement that is kept; asking for the same again answers the same and changes nothing.' })

export const StatementAnswer = z
  .strictObject({
    digest: z.string(),
    kind: z.enum(STATED_KINDS),
    id: z.string(),
    form: z.enum(STATEMENT_FORMS),
    askedAt: UtcInstant,
    signed: z.boolean(),
    envelope: z
      .strictObject({
        payload: z.string().describe('Base64 of the statement: RFC 8785 JSON.'),
        payloadType: z.literal('application/vnd.in-toto+json'),
        signatures: z.array(
          z.strictObject({
            keyid: z.string().describe('Id of the key in the notes of the log.'),
            sig: z.string().describe('Base64, Ed25519.'),
          }),
        ),
      })
      .nullable()
      .describe('The DSSE envelope to keep; null until it is signed.'),
  })
  .meta({
    id: 'SignedStatement',
    description: 'A statement in its DSSE envelope, for in-toto’s and SLSA’s tools and for `countersign verify`.',
  })

import { z } from 'zod'
import { PASSWORD_MAX } from '@/lib/domain/account'
import { REDACTION_CAUSES, type RedactionCause } from '@/lib/domain/redaction'

const CAUSES = Object.keys(REDACTION_CAUSES) as [RedactionCause, ...RedactionCause[]] // a record of all of them

export const redactTextInput = z
  .strictObject({
    entry: z.uuid('an id of an entry'),
    why: z.enum(CAUSES, 'Say why the words go.'),
    confirmed: z.literal('yes', 'Tick the box: words that are gone never come back.'),
    password: z.string().min(1, 'Your password confirms that it is you.').max(PASSWORD_MAX),
  })
  .meta({ id: 'RedactText' })

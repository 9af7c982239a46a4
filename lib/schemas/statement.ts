import { z } from 'zod'
import { STATED_KINDS, STATEMENT_FORMS } from '@/lib/domain/log/statement/in-toto'
import { ExceptionId, PromotionId, RotationId } from './ids'

/** What something is called, by its kind. */
const ID = { promotion: PromotionId, rotation: RotationId, exception: ExceptionId }

/** Asks for a signed statement about something, for others' tools. A verification summary there is of a promotion only. */
export const requestStatementInput = z
  .strictObject({
    kind: z.enum(STATED_KINDS, `one of: ${STATED_KINDS.join(', ')}`).describe('What it is about.'),
    id: z.string().max(20).describe('Id of the promotion, rotation or exception.'),
    form: z
      .enum(STATEMENT_FORMS, `one of: ${STATEMENT_FORMS.join(', ')}`)
      .default('in-toto')
      .describe('`in-toto`: all that was sealed, decided and came of it. `vsa`: the verification summary of SLSA, of a decided promotion.'),
  })
  .superRefine(({ kind, id, form }, context) => {
    const found = ID[kind].safeParse(id)
    if (!found.success) context.addIssue({ code: 'custom', path: ['id'], message: found.error.issues[0]?.message ?? 'another id' })
    if (form === 'vsa' && kind !== 'promotion')
      context.addIssue({ code: 'custom', path: ['form'], message: 'a verification summary is of a promotion only; ask for in-toto' })
  })
  .meta({ id: 'RequestStatement' })

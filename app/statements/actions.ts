'use server'

import type { FormState } from '@/lib/http/form-state'
import { submit } from '@/lib/http/submit'
import { waitForSignature } from '@/lib/queries/statement'
import { routes } from '@/lib/routes'
import { requestStatementInput } from '@/lib/schemas/statement'
import { requestStatement } from '@/lib/usecases/statement/request-statement'

/** How long a form waits for the log's key; longer, and it says that one may come back. */
const PATIENCE_MS = 4_000

/** Asks for a statement and waits for its signature; the answer says where the file is. */
export async function requestStatementAction(_: FormState, form: FormData): Promise<FormState> {
  return submit(
    form,
    requestStatementInput,
    async (ctx, input) => {
      const asked = await requestStatement(ctx, input)
      const isSigned = asked.signed || (await waitForSignature(asked.digest, PATIENCE_MS))
      return isSigned
        ? { message: 'Signed by the key of the log.', href: routes.statement(asked.kind, asked.id, asked.form) }
        : 'It is kept and on the record. The key of the log signs it as soon as the log goes on; ask again in a moment.'
    },
    {
      verb: 'statement:request',
      subject: ({ kind, id }) => ({ kind: kind === 'rotation' || kind === 'exception' ? kind : 'promotion', id: id ?? '' }),
    },
  )
}

import type { StatedKind } from '@/lib/domain/log/statement/in-toto'
import type { Refusal } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'
import { AskStatement } from './ask-statement'

/** "For others to check": what is on the record of something as files that strangers' tools read, signed by the log's key. */
export function StatementSection({
  kind,
  id,
  ask,
  whyNotSummary = null,
}: {
  kind: StatedKind
  id: string
  ask: FormAction
  /** Of a promotion: why there is no verification summary of it yet. */
  whyNotSummary?: Refusal | null
}) {
  return (
    <section className="tools mt-7" aria-labelledby="stated">
      <h2 className="h2" id="stated">
        For others to check
      </h2>
      <p className="c2 t-xs mt-1 mb-2.5">
        What was sealed, who decided and what came of it, in a signed envelope (DSSE). Asking is on the record; people are named by id.
      </p>
      <div className="grid gap-2">
        <AskStatement kind={kind} id={id} form="in-toto" ask={ask} />
        {kind === 'promotion' ? <AskStatement kind={kind} id={id} form="vsa" ask={ask} whyNot={whyNotSummary} /> : null}
      </div>
    </section>
  )
}

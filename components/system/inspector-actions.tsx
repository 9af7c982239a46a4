import { ListChecks } from 'lucide-react'
import { LinkButton } from '@/components/ui/button'
import type { MatrixCell } from '@/lib/domain/matrix-cell'
import type { MatrixActs } from '@/lib/queries/matrix-acts'
import { routes } from '@/lib/routes'
import { fileHref } from './file-href'

/** What can be done about a cell: file an exception, close the one it has, see the finding. What may not be done says why (ux.md, explain no). */
export function InspectorActions({ cell, acts }: { cell: MatrixCell; acts: MatrixActs }) {
  const { key, exception, finding, rule } = cell
  const open = exception && exception.state !== 'filed'
  const mayDeviate = key !== null && rule !== null && cell.state !== 'na'
  if (!exception && !finding && !mayDeviate) return null
  return (
    <div className="mt-4 grid gap-2">
      {exception && open ? (
        <LinkButton full href={`${routes.exception(exception.id)}#close`} refusal={acts.exceptions[exception.id]?.whyNotClose}>
          Close with evidence
        </LinkButton>
      ) : null}
      {exception ? (
        <LinkButton full href={routes.exception(exception.id)}>
          Open {exception.id}
        </LinkButton>
      ) : mayDeviate ? (
        <LinkButton full href={fileHref(acts.system, cell, key)} refusal={acts.whyNotFile ?? acts.never[key]}>
          File exception
        </LinkButton>
      ) : null}
      {finding ? (
        <LinkButton full href={routes.finding(finding)} icon={<ListChecks size={15} />}>
          See finding {finding}
        </LinkButton>
      ) : null}
    </div>
  )
}

import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { letsThrough } from '@/lib/domain/gate'
import type { GateView } from '@/lib/queries/gate-view'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'

/** The way out of a blocked gate for whoever may file: an exception from it, with the form prefilled; or why no exception covers it (000.32). */
export function ExceptGate({
  view,
  d,
}: {
  view: Pick<GateView, 'verdict' | 'never'> & { gate: Pick<GateView['gate'], 'id' | 'title' | 'blocking'> }
  d: { system: { id: string }; to: { id: string }; may: Pick<PromotionDossier['may'], 'fileException'> }
}) {
  const { id, title, blocking } = view.gate
  if (!blocking || letsThrough(view.verdict)) return null
  if (view.never) {
    return (
      <p className="c2 t-xs">
        No exception covers this gate: <Words text={view.never} />
      </p>
    )
  }
  if (d.may.fileException) return null
  return (
    <Link className="link w-fit" href={routes.exceptionNew({ system: d.system.id, profile: d.to.id, rule: `gate.${id}` })}>
      File an exception <span className="sr">from {title}</span>
    </Link>
  )
}

import type { AuditRow } from '@/lib/queries/audit'
import { routes } from '@/lib/routes'

/** Where the thing that an entry is about has a page; null for what has none (a session, a piece of evidence). */
export function subjectHref({ what, where }: Pick<AuditRow, 'what' | 'where'>): string | null {
  const { kind, id, label, version } = what
  const { system } = where
  switch (kind) {
    case 'promotion':
    case 'release_notes':
      return routes.promotion(id)
    case 'sign_off':
      return routes.signature(id)
    case 'deployment':
      return routes.deployment(id)
    case 'rotation':
      return routes.rotation(id)
    case 'incident':
      return routes.incident(id)
    case 'fallback':
      return routes.fallback(id)
    case 'key':
    case 'secret_audit':
      return system === null ? null : routes.systemEnv(system)
    case 'contact':
      return system === null ? null : routes.systemContacts(system)
    case 'exception':
      return routes.exception(id)
    case 'finding':
      return routes.finding(id)
    case 'observation':
      return system === null ? null : routes.system(system)
    case 'attestation':
      return system === null ? null : routes.systemAttestations(system)
    case 'contract':
    case 'environment_flag':
    case 'governed_change':
      return system === null ? null : routes.systemContract(system)
    case 'system':
      return routes.system(id)
    case 'principal':
      return routes.person(id)
    case 'token':
      return routes.tokens()
    case 'policy':
      return system === null ? null : routes.systemPolicy(system, { version: version ?? undefined })
    case 'release':
      // The label is the version; where nobody knows it any more it is the id, which has no page.
      return system === null || label === id ? null : routes.release(system, label)
    case 'checklist_run':
      return system === null ? null : routes.systemChecklist(system, id)
    case 'checklist_template':
      return system === null ? null : routes.systemChecklists(system)
    case 'trail':
      return routes.audit()
    case 'log':
      return routes.auditProves()
    case 'statement':
    case 'grant':
    case 'session':
    case 'snapshot':
    case 'evidence':
      return null
    default:
      return kind satisfies never
  }
}

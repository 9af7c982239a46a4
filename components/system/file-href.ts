import type { MatrixCell } from '@/lib/domain/matrix-cell'
import { routes } from '@/lib/routes'

/** Where an exception from a rule of the grid is filed, with what deviates filled in. */
export function fileHref(system: string, cell: Pick<MatrixCell, 'profile' | 'state' | 'finding' | 'observed'>, key: string): string {
  // What was seen as it should be does not deviate.
  const deviates = cell.state === 'open-drift' || cell.state === 'fail' || cell.state === 'drift'
  return routes.exceptionNew({
    system,
    profile: cell.profile,
    rule: key,
    finding: cell.finding ?? undefined,
    observed: deviates ? cell.observed?.words.slice(0, 200) : undefined,
  })
}

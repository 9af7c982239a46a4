import type { MatrixCell } from '@/lib/domain/matrix-cell'
import type { Refusal } from '@/lib/domain/refusal'
import { routes } from '@/lib/routes'

type Why = Pick<Refusal, 'sentence' | 'details'>

/** What the inspector needs beside a cell to offer what can be done about it: all guards are asked on the server. */
export type MatrixActs = {
  system: string
  /** The instant of the page. */
  now: Date
  /** Why the viewer files no exception on this system. */
  whyNotFile: Why | null
  /** Rules that no exception covers, by their key, with what is possible instead. */
  never: Readonly<Record<string, Why>>
  /** By id of an exception that a cell shows: its words as the release notes print them, and why the viewer may not close it. */
  exceptions: Readonly<Record<string, { sentence: string; whyNotClose: Why | null }>>
}

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

import { durationMs, formatDuration } from '../duration'
import type { PolicyObserved, PolicyProfile } from '../policy/schema'
import { dateInWords, instantInWords } from '../words'
import type { FactsOf } from './facts'
import { deviates, type Judged, met, weight } from './judged'
import { matchesPath } from './pattern'
import { eachRow, type Scope } from './scope'

type Watched = Extract<PolicyObserved, { by: 'file-changes' }>
type Change = FactsOf['fileChanges']['changes'][number]

const CHANGER = { agent: 'an agent', pipeline: 'a pipeline', person: 'a person', unknown: 'somebody unknown' } as const

/** Whether a change counts against a rule for some class of authors; one whose author nobody knows counts against every rule (fail closed). */
const concerns = (who: Watched['who'], by: Change['by']): boolean =>
  who === 'anyone' || by === 'unknown' || (who === 'agents' ? by === 'agent' : by === 'pipeline')

const WRITES = { agents: 'agent writes', pipelines: 'pipeline writes', anyone: 'edits' } as const

/** "0 agent writes, 30 days", or since when the files are watched where that is shorter; "0 edits since 12 Aug 2026". */
const noneSince = (who: Watched['who'], within: string, since: number, from: number): string =>
  who !== 'anyone' && since <= from
    ? `0 ${WRITES[who]}, ${formatDuration(within)}`
    : `0 ${WRITES[who]} since ${dateInWords(new Date(Math.max(since, from)))}`

/**
 * Files that some may not change, or nobody: an edit deviates until the file is restored, or until it lies longer back than the policy looks (000.11, 000.12).
 * ".exe" means every file that ends so.
 */
export function judgeFileChanges(scope: Scope, profile: PolicyProfile, { paths, who, within }: Watched): Judged {
  const from = scope.now.getTime() - durationMs(within)
  const watched = paths.map((path) => (/^\.[A-Za-z0-9]+$/.test(path) ? `*${path}` : path))
  return eachRow(scope.seen(profile.id, 'fileChanges'), (row) => {
    const all = row.facts.changes.filter(({ path }) => watched.some((pattern) => matchesPath(pattern, path)))
    const open = all
      .filter(
        (change) =>
          change.what === 'edited' &&
          concerns(who, change.by) &&
          Date.parse(change.at) > from &&
          !all.some((other) => other.what === 'restored' && other.path === change.path && other.at >= change.at),
      )
      .toSorted((a, b) => (a.at === b.at ? (a.path < b.path ? -1 : 1) : a.at < b.at ? -1 : 1))
    const [first] = open
    if (!first) return met(row, noneSince(who, within, Date.parse(row.facts.since), from))
    const more = open.length > 1 ? `, and ${open.length - 1} more edits` : ''
    return deviates(
      row,
      weight(scope.policy, profile, who === 'anyone' ? 'forbidden' : 'read-only'),
      `${first.path} was edited by ${CHANGER[first.by]} on ${instantInWords(new Date(first.at))}${more}`,
    )
  })
}

import type { PolicyProfile } from '../policy/schema'
import { deviates, met, type RuleJudged, unknown, weight } from './judged'
import { matchesPattern } from './pattern'
import { eachRow, type Scope } from './scope'

export const RUNTIME_FIELDS = ['primaryRuntime', 'launchPath', 'dataSource'] as const

const plain = (text: string): string => text.replaceAll('`', '').replace(/\s+/g, ' ').trim().toLowerCase()

/** How a profile really runs, against what the matrix says of it: by the pattern of the policy, else by its words, without regard to case (000.2 to 000.5). */
export function judgeRuntime(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const reported = scope.seen(profile.id, 'runtime')
  return RUNTIME_FIELDS.flatMap((field): RuleJudged[] => {
    const expected = profile[field]
    if (expected === undefined) return []
    const pattern = profile.observed?.[field]
    const judged = eachRow(reported, (row) => {
      const word = row.facts[field]
      if (word === undefined) return null
      const fits = pattern === undefined ? plain(word) === plain(expected) : matchesPattern(pattern, word)
      return fits ? met(row, word) : deviates(row, weight(scope.policy, profile, 'required'), word)
    })
    return [[`runtime.${field}`, judged.state === 'unknown' ? unknown() : judged]]
  })
}

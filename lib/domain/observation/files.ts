import { isProductionLike } from '../policy/resolve'
import type { PolicyProfile } from '../policy/schema'
import { deviates, type Judged, met, type RuleJudged, type Seen, weight, worst } from './judged'
import { matchesPath, pathsOf } from './pattern'
import { eachRow, type Scope } from './scope'

const ENV_FILE = /^\.env(?:\..+)?$/
const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** The fallback files that may stand in on a profile while a fallback use is open (000.19 to 000.21). */
export function filesUnderGlass({ policy, context }: Scope, profile: string): string[] {
  const mappings = new Set(context.glass.filter((glass) => glass.profile === profile).flatMap((glass) => glass.mappings))
  return policy.secrets.mappings.flatMap(({ id, fallbackFile }) => (fallbackFile !== undefined && mappings.has(id) ? [fallbackFile] : []))
}

/** One rule about files: its key, the names it is about, and whether they may be there. */
type FileRule = { rule: string; paths: readonly string[]; allowed: boolean }

function fileRules({ policy }: Scope, profile: PolicyProfile): FileRule[] {
  const declared = policy.config.files.map(({ id, path, allowedIn }) => ({
    rule: `file.${id}`,
    paths: pathsOf(path),
    allowed: allowedIn.includes(profile.id),
  }))
  const known = declared.flatMap(({ paths }) => paths)
  const fallback = policy.secrets.mappings.flatMap(({ fallbackFile }) =>
    fallbackFile === undefined || known.includes(fallbackFile) ? [] : fallbackFile,
  )
  return [...declared, ...[...new Set(fallback)].map((path) => ({ rule: `file.${path}`, paths: [path], allowed: false }))]
}

/**
 * Which files that the policy names are where they may not be: settings, fallback files unless an open fallback use allows them, and any other environment
 * file on a production-like profile (000.23, 001.1, 001.3, 002.39).
 */
export function judgeFiles(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const rules = fileRules(scope, profile)
  const reported = scope.seen(profile.id, 'files')
  const glass = filesUnderGlass(scope, profile.id)
  const forbidden = weight(scope.policy, profile, 'forbidden')
  const ofPath = (seen: Seen, path: string, allowed: boolean): Judged => {
    if (allowed) return met(seen, `${path} is there, as it may be`)
    if (glass.some((pattern) => matchesPath(pattern, path))) return met(seen, `${path} is there under an open break-glass`)
    return deviates(seen, forbidden, `${path} is there`)
  }
  const judged = rules.map(
    ({ rule, paths, allowed }): RuleJudged => [
      rule,
      eachRow(reported, (row) => {
        const there = row.facts.present.filter((path) => paths.some((pattern) => matchesPath(pattern, path)))
        return there.length === 0 ? met(row, 'Not there') : worst(there.map((path) => ofPath(row, path, allowed)))
      }),
    ],
  )
  const declared = rules.flatMap(({ paths }) => paths)
  const stray = new Set(
    reported.rows.flatMap(({ facts }) =>
      facts.present.filter((path) => ENV_FILE.test(baseName(path)) && !declared.some((pattern) => matchesPath(pattern, path))),
    ),
  )
  const strayWeight = isProductionLike(profile.class) ? forbidden : 'note'
  for (const path of [...stray].toSorted())
    judged.push([
      `file.${path}`,
      eachRow(reported, (row) => (row.facts.present.includes(path) ? deviates(row, strayWeight, `${path} is there`) : null)),
    ])
  return judged
}

/** None of some files is there, but for those that an open fallback use allows. */
export function judgeNone(scope: Scope, profile: PolicyProfile, none: readonly string[]): Judged {
  const glass = filesUnderGlass(scope, profile.id)
  return eachRow(scope.seen(profile.id, 'files'), (row) => {
    const there = row.facts.present
      .filter((path) => none.some((pattern) => matchesPath(pattern, path)) && !glass.some((pattern) => matchesPath(pattern, path)))
      .toSorted()
    if (there.length === 0) return met(row, 'Not there')
    return deviates(
      row,
      weight(scope.policy, profile, 'forbidden'),
      `${there[0]} is there${there.length > 1 ? `, and ${there.length - 1} more` : ''}`,
    )
  })
}

import { knownSources } from '../contract/source'
import { isProductionLike, resolveProfile } from '../policy/resolve'
import type { PolicyProfile, ProfileClass } from '../policy/schema'
import { dateInWords } from '../words'
import { deviates, type Judged, met, type RuleJudged, type Seen, unknown, weight, worst } from './judged'
import { matchesPath, pathsOf } from './pattern'
import { aged, eachRow, type Scope } from './scope'

/** Names that runtimes of a profile go by: as they say it, and as the variable that names the profile says it. */
function namesOf(scope: Scope, profile: string): { names: (Seen & { name: string })[]; fresh: boolean } {
  const said = scope.seen(profile, 'environment')
  const variables = scope.seen(profile, 'variables')
  const naming = scope.policy.variables.filter(({ purpose, secret }) => purpose === 'profile-name' && !secret).map(({ name }) => name)
  const fresh = said.rows.length === 0 ? variables.fresh : said.fresh
  const own = said.rows.flatMap((row) => (row.facts.name === undefined ? [] : [{ ...row, name: row.facts.name }]))
  const read = variables.rows.flatMap((row) =>
    row.facts.flatMap((fact) => (fact.says !== null && naming.includes(fact.name) ? [{ ...row, name: fact.says }] : [])),
  )
  const counting = [...(said.fresh === fresh ? own : []), ...(variables.fresh === fresh ? read : [])]
  return { names: counting.map(({ instance, seenAt, name }) => ({ instance, seenAt, name })), fresh }
}

/** The flag under which a name that nobody declared counts as another class than production at the moment (001.7). */
function flagFor({ context, now }: Scope, name: string) {
  return context.flags.find(
    (flag) => flag.name === name && flag.recordedAt <= now && flag.expiresAt > now && (flag.endedAt === null || flag.endedAt > now),
  )
}

function judgeName(scope: Scope, profile: PolicyProfile, { name, ...seen }: Seen & { name: string }): Judged {
  const severity = weight(scope.policy, profile, 'required')
  const resolved = resolveProfile(scope.policy, name).profile
  if (resolved?.id === profile.id) return met(seen, name)
  if (resolved) return deviates(seen, severity, `${name}, which is the profile ${resolved.name}`)
  const flag = flagFor(scope, name)
  if (!flag) return deviates(seen, severity, `${name}, a name nobody declared; it counts as production`)
  const until = `by a recorded flag until ${dateInWords(flag.expiresAt)}`
  return flag.countsAs === profile.class
    ? met(seen, `${name}, which counts as ${flag.countsAs} ${until}`)
    : deviates(seen, severity, `${name}, which counts as ${flag.countsAs} ${until}; the profile is ${profile.class}`)
}

/**
 * The class whose rules a runtime of a profile has to follow: the profile's own, unless a runtime goes by a name nobody declared. That counts as production,
 * or as what a recorded flag says; the strictest of several (001.5 to 001.7).
 */
export function classInForce(scope: Scope, profile: PolicyProfile): ProfileClass {
  const classes = namesOf(scope, profile.id).names.map(({ name }) => {
    const resolved = resolveProfile(scope.policy, name).profile
    return resolved ? profile.class : (flagFor(scope, name)?.countsAs ?? 'production')
  })
  if (classes.length === 0) return profile.class
  return classes.find((each) => each === 'production') ?? classes.find(isProductionLike) ?? classes[0] ?? profile.class
}

/** What a runtime calls itself, the label it was given, and where its environment came from (001.5 to 001.7, 001.10, 004.24). */
export function judgeEnvironment(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const { names, fresh } = namesOf(scope, profile.id)
  const judged: RuleJudged[] = []
  if (names.length > 0) judged.push(['environment.name', aged(worst(names.map((name) => judgeName(scope, profile, name))), fresh)])
  else if (scope.policy.profileNaming.variable !== undefined) judged.push(['environment.name', unknown()])
  return [...judged, ...judgeLabel(scope, profile), ...judgeOrigin(scope, profile)]
}

/** The label only informs, so it holds nobody; that it names another profile than the real one is shown (004.15, 004.24). */
function judgeLabel(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const { policy } = scope
  const ofLabel = (seen: Seen, label: string): Judged => {
    const { profile: named } = resolveProfile(policy, label)
    if (named?.id === profile.id) return met(seen, label)
    return deviates(seen, 'warn', named ? `${label}, which is the profile ${named.name}` : `${label}, which no profile is called`)
  }
  const labels = policy.variables.filter(({ purpose, secret }) => purpose === 'profile-label' && !secret).map(({ name }) => name)
  const given = eachRow(scope.seen(profile.id, 'environment'), (row) =>
    row.facts.label === undefined ? null : ofLabel(row, row.facts.label),
  )
  const read = eachRow(scope.seen(profile.id, 'variables'), (row) => {
    const all = row.facts.flatMap(({ name, says }) => (says !== null && labels.includes(name) ? [ofLabel(row, says)] : []))
    return all.length === 0 ? null : worst(all)
  })
  const known = [given, read].filter(({ state }) => state !== 'unknown')
  if (known.length > 0) return [['environment.label', worst(known)]]
  return policy.deployment.targetIdentity?.labelInput === undefined ? [] : [['environment.label', unknown()]]
}

/** Whether the policy says anything about where values come from; where it does not, no origin can be wrong. */
function speaksOfOrigin({ policy: { config, deployment, secrets } }: Scope): boolean {
  return [config.files, config.injection, config.precedence, deployment.forbiddenInputs, secrets.storage].some((each) => each.length > 0)
}

/** A file of settings that was included, and sources that the policy does not allow on the profile (001.2, 001.10, 002.16). */
function judgeOrigin(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  if (!speaksOfOrigin(scope)) return []
  const { policy } = scope
  const judged = eachRow(scope.seen(profile.id, 'environment'), (row) => {
    const files = row.facts.envFiles.map((path): Judged => {
      const declared = policy.config.files.filter((file) => pathsOf(file.path).some((pattern) => matchesPath(pattern, path)))
      if (declared.some(({ allowedIn }) => allowedIn.includes(profile.id))) return met(row, `${path}, as it may be`)
      const loose = declared.length === 0 && !isProductionLike(profile.class)
      return deviates(row, loose ? 'note' : weight(policy, profile, 'forbidden'), `Started with ${path}`)
    })
    const sources = row.facts.sources.map((id): Judged => {
      const source = knownSources(policy).get(id)
      const allowed = source && !source.possibleLater && (source.profiles?.includes(profile.id) ?? true)
      return allowed ? met(row, `From ${id}`) : deviates(row, weight(policy, profile, 'required'), `From ${id}, which is not allowed here`)
    })
    const all = [...files, ...sources]
    return all.length === 0 ? met(row, 'No environment file') : worst(all)
  })
  return [['environment.env-file', judged]]
}

/** Development routes answer only where the class in force enables them (001.5, 001.6). */
export function judgeRoutes(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const inForce = classInForce(scope, profile)
  const rules = scope.policy.classBehaviour.filter(({ drives, classes }) => drives === 'routes' && classes.includes(inForce))
  if (rules.length === 0) return []
  const closed = rules.filter(({ state }) => state === 'disabled' || state === 'fail-closed').flatMap(({ paths }) => paths)
  const strict: PolicyProfile = { ...profile, class: inForce }
  const judged = eachRow(scope.seen(profile.id, 'routes'), (row) => {
    const open = row.facts.exposed.filter((path) => closed.some((pattern) => matchesPath(pattern, path)))
    if (open.length > 0)
      return deviates(
        row,
        weight(scope.policy, strict, 'forbidden'),
        `${open.toSorted()[0]} answers${open.length > 1 ? `, and ${open.length - 1} more` : ''}`,
      )
    return met(row, closed.length > 0 ? 'No development route answers' : 'Development routes may answer here')
  })
  return [['routes.dev', judged]]
}

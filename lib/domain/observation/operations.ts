import type { PolicyProfile } from '../policy/schema'
import type { FactsOf } from './facts'
import { deviates, type Judged, met, milder, type RuleJudged, type Seen, unknown, weight } from './judged'
import { aged, eachRow, type Scope } from './scope'

/** Whether data may be seeded, and what kind; the controlled way that a rule names is one (002.33). */
export function judgeSeeding(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const rule = scope.policy.seedData.find(({ profiles }) => profiles.includes(profile.id))
  if (!rule) return []
  const judged = eachRow(scope.seen(profile.id, 'seeding'), (row) => {
    const { data, controlledFlow } = row.facts
    if (data === 'none') return met(row, 'Nothing was seeded')
    const kind = `${data === 'real' ? 'Real' : 'Synthetic'} data were seeded`
    const forbidden = rule.level === 'forbidden' || rule.data === 'none'
    if (!forbidden && (rule.data === 'any' || data === 'synthetic')) return met(row, kind)
    if (forbidden && controlledFlow && rule.except !== undefined) return met(row, `${kind} through a controlled flow`)
    return deviates(row, weight(scope.policy, profile, forbidden ? 'forbidden' : 'required'), kind)
  })
  return [['seeding', judged]]
}

/** One head, and a schema that is what the migrations make of it (002.29, 002.31). */
export function judgeMigrations(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  if (!scope.policy.migrations.some(({ profiles }) => profiles?.includes(profile.id) ?? true)) return []
  return [['migrations', migrationsOn(scope, profile)]]
}

export function migrationsOn(scope: Scope, profile: PolicyProfile): Judged {
  return eachRow(scope.seen(profile.id, 'migrations'), (row) => {
    const { heads, diverged } = row.facts
    const wrong = weight(scope.policy, profile, 'required')
    if (diverged) return deviates(row, wrong, 'The schema diverged from the migrations')
    if (heads.length === 0) return deviates(row, wrong, 'No head')
    if (heads.length > 1) return deviates(row, wrong, `${heads.length} heads: ${heads.toSorted().join(', ')}`)
    return met(row, `One head: ${heads[0]}`)
  })
}

/** Whether a service runs, on the ports and with the exposure that the topology gives it (002.10, 002.12, 002.13). */
export function judgeServices(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  const { policy } = scope
  const { services } = policy.topology
  if (services.length === 0) return []
  const reported = scope.seen(profile.id, 'services')
  const declared = new Set(services.map(({ id }) => id))
  const known = services.map((service): RuleJudged => {
    const ports = service.ports.filter(({ profiles }) => profiles.includes(profile.id))
    const behind = service.behind?.profiles.includes(profile.id) ? service.behind.what : null
    return [
      `service.${service.id}`,
      eachRow(reported, (row) => {
        const fact = row.facts.find((each) => each.service === service.id)
        if (!fact) return service.optional ? met(row, 'Not there; it is optional') : null
        const wrong = weight(policy, profile, 'required')
        if (!fact.running) return service.optional ? met(row, 'Not running; it is optional') : deviates(row, wrong, 'Not running')
        if (service.visibility === 'private' && (fact.exposure === 'public' || fact.exposure === 'behind-proxy'))
          return deviates(row, wrong, 'Reachable from outside; it is private')
        if (behind !== null && fact.exposure === 'public') return deviates(row, wrong, `Reachable without ${behind.toLowerCase()}`)
        const strange = fact.ports.filter((port) => !ports.some((each) => each.port === port))
        const on = fact.ports.length > 0 ? ` on ${fact.ports.toSorted((a, b) => a - b).join(', ')}` : ''
        const fixed = ports.length > 0 && ports.every(({ overridable }) => !overridable)
        if (strange.length > 0 && fixed) return deviates(row, wrong, `Runs${on}`)
        return met(row, `Runs${on}`)
      }),
    ]
  })
  const strangers = new Set(
    reported.rows.flatMap(({ facts }) => facts.filter(({ service }) => !declared.has(service)).map(({ service }) => service)),
  )
  return [
    ...known,
    ...[...strangers]
      .toSorted()
      .map(
        (id): RuleJudged => [
          `service.${id}`,
          eachRow(reported, (row) =>
            row.facts.some(({ service }) => service === id) ? deviates(row, 'warn', 'Runs, and the topology does not have it') : null,
          ),
        ],
      ),
  ]
}

type Artefact = FactsOf['artefact']
const digestIn = (reference: string): string | undefined => /sha256:[0-9a-f]{64}/.exec(reference)?.[0]

/** How a reported artefact differs from what is recorded as deployed there; null: it does not. */
function differs(artefact: Artefact, live: { artefact: string; gitSha: string; version: string }): string | null {
  const { reference, gitSha, version } = artefact
  if (reference !== undefined && reference !== live.artefact) {
    const [one, other] = [digestIn(reference), digestIn(live.artefact)]
    if (one === undefined || one !== other) return `${reference}; recorded as deployed: ${live.artefact}`
  }
  if (gitSha !== undefined && !live.gitSha.startsWith(gitSha))
    return `Built from ${gitSha.slice(0, 12)}; recorded as deployed: ${live.gitSha.slice(0, 12)}`
  if (version !== undefined && version !== live.version) return `Version ${version}; recorded as deployed: ${live.version}`
  return null
}

const names = ({ reference, version, gitSha }: Artefact): string => reference ?? version ?? gitSha?.slice(0, 12) ?? 'It runs'

/** What runs, against what is recorded as deployed there, with the build stamp and whether it came up (002.27, 004.18, 004.19). */
export function judgeArtefact(scope: Scope, profile: PolicyProfile): RuleJudged[] {
  return profile.deployable ? [['artefact', eachRow(scope.seen(profile.id, 'artefact'), (row) => artefactOf(scope, profile, row))]] : []
}

function artefactOf({ policy, context }: Scope, profile: PolicyProfile, { facts, ...seen }: Seen & { facts: Artefact }): Judged {
  const wrong = weight(policy, profile, 'required')
  if (facts.state === 'failed') return deviates(seen, wrong, 'It failed to start')
  if (facts.state === 'restarting') return deviates(seen, wrong, 'It restarts again and again')
  const live = context.live[profile.id]
  const difference = live ? differs(facts, live) : null
  if (difference !== null && live?.since && seen.seenAt < live.since)
    return { ...unknown(`Not reported since ${live.version} was deployed`), seenAt: seen.seenAt, instance: seen.instance }
  if (difference !== null && live?.deploying)
    return { ...unknown('A deployment is under way'), seenAt: seen.seenAt, instance: seen.instance }
  if (difference !== null) return deviates(seen, wrong, difference)
  if (!live && policy.edges.some(({ to }) => to === profile.id))
    return deviates(seen, wrong, `${names(facts)}; nothing is recorded as deployed there`)
  const missing =
    facts.stamps === undefined ? [] : (policy.artefact.stamping?.fields ?? []).filter((field) => !facts.stamps?.includes(field))
  if (missing.length > 0) return deviates(seen, milder(wrong, 'warn'), `Its build stamp lacks ${missing.join(', ')}`)
  return met(seen, names(facts))
}

/** The artefact that was put there runs: it is the recorded one, and it has started (004.18). */
export function startedOn(scope: Scope, profile: PolicyProfile): Judged {
  return eachRow(scope.seen(profile.id, 'artefact'), (row) => {
    const judged = artefactOf(scope, profile, row)
    if (judged.state === 'deviates') return judged.severity === 'warn' ? met(row, names(row.facts)) : judged
    if (row.facts.state === 'running') return met(row, `${names(row.facts)} has started`)
    return row.facts.state === 'starting'
      ? { ...unknown('It is still starting'), seenAt: row.seenAt, instance: row.instance }
      : deviates(row, weight(scope.policy, profile, 'required'), 'It does not run')
  })
}

/** Whether a profile has a backup, by what is recorded and by what is reported, and whether it is young enough (000.9). */
export function snapshotsOn(scope: Scope, profile: PolicyProfile, withinMs: number | null): Judged {
  const reported = scope.seen(profile.id, 'snapshots')
  const recorded = scope.context.snapshots.filter((snapshot) => snapshot.profile === profile.id)
  if (reported.rows.length === 0 && recorded.length === 0) return unknown()
  const [seen = null] = reported.rows
  const newest = Math.max(
    ...recorded.map(({ takenAt }) => takenAt.getTime()),
    ...reported.rows.flatMap(({ facts }) => facts.map(({ takenAt }) => Date.parse(takenAt))),
  )
  const wrong = weight(scope.policy, profile, 'required')
  if (newest === Number.NEGATIVE_INFINITY) return aged(deviates(seen, wrong, 'No snapshot'), reported.fresh)
  const taken = `Newest of ${new Date(newest).toISOString().slice(0, 10)}`
  const at = { instance: seen?.instance ?? '', seenAt: new Date(newest) }
  const judged = withinMs !== null && newest + withinMs <= scope.now.getTime() ? deviates(at, wrong, taken) : met(at, taken)
  return { ...judged, instance: seen?.instance ?? null }
}

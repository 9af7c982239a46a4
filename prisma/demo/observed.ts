import { db } from '@/lib/db/client'
import { liveOn, loadLive } from '@/lib/db/load-promotions'
import type { ObservationFacts } from '@/lib/domain/observation/facts'
import type { Policy, PolicyProfile, PolicyVariable } from '@/lib/domain/policy/schema'
import { recordObservations } from '@/lib/usecases/observation/record-observations'
import type { Casting } from './people'
import { policyOf } from './shipping'

// What runtimes report when all is well, made from the policy alone; a story says what is different.

type Facts = Parameters<typeof recordObservations>[1]['facts']

/** How each profile runs, in a runtime's own words; a policy only knows patterns. */
const RUNS: Record<string, { instance: string; runtime: NonNullable<ObservationFacts['runtime']> }> = {
  'robodj dev': {
    instance: 'dev-lap-07',
    runtime: { primaryRuntime: 'Python 3.12 with local scripts', launchPath: 'python main.py', dataSource: 'local copies' },
  },
  'robodj staging': {
    instance: 'stg-win-02',
    runtime: { primaryRuntime: 'Windows launcher', launchPath: 'RoboDJ_Launcher.bat', dataSource: 'staging config snapshot' },
  },
  'robodj prod': {
    instance: 'prd-win-01',
    runtime: { primaryRuntime: 'Windows launcher', launchPath: 'RoboDJ_Launcher.bat', dataSource: 'production config snapshot' },
  },
  'waxwatch dev': {
    instance: 'dev-compose',
    runtime: { primaryRuntime: 'Docker Compose', launchPath: 'make up', dataSource: 'local environment, .env.dev' },
  },
  'waxwatch staging': {
    instance: 'stg-1',
    runtime: { primaryRuntime: 'Docker Compose', launchPath: 'make prod-up', dataSource: 'injected environment' },
  },
  'waxwatch production': {
    instance: 'prd-1',
    runtime: { primaryRuntime: 'Docker Compose', launchPath: 'make prod-up', dataSource: 'injected environment' },
  },
  'stack ci': { instance: 'actions', runtime: { primaryRuntime: 'GitHub Actions', dataSource: 'ephemeral database' } },
  'stack staging': { instance: 'stg-a', runtime: { primaryRuntime: 'Containers', dataSource: 'staging database' } },
  'stack production': { instance: 'prd-a', runtime: { primaryRuntime: 'Containers', dataSource: 'production database' } },
  'dreichor dev': {
    instance: 'drc-dev',
    runtime: { primaryRuntime: 'Runtime container', launchPath: 'deploy agent', dataSource: 'dreichor_dev' },
  },
  'dreichor prod': {
    instance: 'drc-prod',
    runtime: { primaryRuntime: 'Runtime container', launchPath: 'deploy agent', dataSource: 'dreichor_prod' },
  },
}

/** How long the files of a profile have been watched. */
const WATCHED_MS = 92 * 86_400_000

/** Profiles of the demo that somebody reports of. */
export const REPORTED = Object.keys(RUNS).map((key) => key.split(' ') as [system: string, profile: string])

/** Where values come from on a profile: the first permitted source of the policy. */
function sourceOf(policy: Policy, profile: PolicyProfile): string | null {
  const { injection, precedence } = policy.config
  const current = injection.filter(({ status, profiles }) => status !== 'possible-later' && (!profiles || profiles.includes(profile.id)))
  const explicit = precedence.find(({ onlyIn }) => !onlyIn || onlyIn.includes(profile.id))
  return (current.find(({ status }) => status === 'current') ?? current[0] ?? explicit)?.id ?? null
}

/** What a variable with few possible values says when it is as it should be. */
function wordOf(policy: Policy, profile: PolicyProfile, variable: PolicyVariable): string | null {
  if (variable.secret) return null
  if (variable.purpose === 'profile-name' || variable.purpose === 'profile-label')
    return policy.profileNaming.values[profile.id] ?? profile.id
  for (const validator of variable.validators) {
    if (validator.kind === 'one-of') return validator.values[0] ?? null
    if (validator.kind === 'boolean') return 'true'
  }
  return null
}

/** Everything that is reported of a profile when it is as the policy says. */
async function goodFacts(system: string, policy: Policy, profile: PolicyProfile, at: Date): Promise<ObservationFacts> {
  const source = sourceOf(policy, profile)
  const live = liveOn(await loadLive(db, [system]), system, profile.id)
  const release = live
    ? await db.release.findUnique({ where: { id: live.releaseId }, select: { artefact: true, gitSha: true, version: true } })
    : null
  const services = policy.topology.services.map((service) => ({
    service: service.id,
    running: true,
    ports: service.ports.filter(({ profiles }) => profiles.includes(profile.id)).map(({ port }) => port),
    exposure:
      service.visibility === 'private'
        ? ('private' as const)
        : service.behind?.profiles.includes(profile.id)
          ? ('behind-proxy' as const)
          : ('public' as const),
  }))
  const observed = [
    ...policy.constraints.flatMap((constraint) => constraint.observed),
    ...policy.edges.flatMap(({ gates }) => gates.flatMap((gate) => gate.observed)),
  ]
  const checks = observed.flatMap((each) => (each.by === 'check' ? [each.check] : []))
  return {
    runtime: RUNS[`${system} ${profile.id}`]?.runtime,
    environment: { name: policy.profileNaming.values[profile.id] ?? profile.id, sources: source ? [source] : [], envFiles: [] },
    variables: policy.variables
      .filter(({ requiredIn }) => requiredIn.includes(profile.id))
      .map((variable) => ({
        name: variable.name,
        present: true,
        valid: true,
        problem: null,
        source,
        isDefault: false,
        says: wordOf(policy, profile, variable),
        fingerprint: null,
      })),
    files: { present: [] },
    ...(observed.some(({ by }) => by === 'file-changes')
      ? { fileChanges: { since: new Date(at.getTime() - WATCHED_MS).toISOString(), changes: [] } }
      : {}),
    ...(release
      ? {
          artefact: {
            reference: release.artefact,
            gitSha: release.gitSha,
            version: release.version,
            state: 'running' as const,
            stamps: policy.artefact.stamping?.fields ?? [],
          },
        }
      : {}),
    ...(checks.length > 0
      ? { checks: [...new Set(checks)].map((check) => ({ check, ok: true, at: at.toISOString(), summary: 'exit 0' })) }
      : {}),
    routes: { exposed: [] },
    ...(policy.seedData.length > 0 ? { seeding: { data: 'none' as const, controlledFlow: false } } : {}),
    ...(policy.isolation.resources.length > 0
      ? {
          isolation: policy.isolation.resources.map(({ id, values }) => ({
            resource: id,
            name: nameOf(values[profile.id], `${system}-${profile.id}-${id}`),
          })),
        }
      : {}),
    ...(services.length > 0 ? { services } : {}),
    ...(policy.migrations.length > 0 ? { migrations: { heads: ['0042'], diverged: false } } : {}),
    disagreements: [],
  }
}

/** A name of a resource as a runtime reports it: the policy's, with its dots filled in; what the server defines is made up. */
const nameOf = (expected: string | undefined, made: string): string =>
  expected === undefined || expected.startsWith('(') ? made : expected.replace('/...', '/state')

/** Reports a profile as the policy wants it, but for what a story changes. Gives what it came to. */
export async function report(
  casting: Casting,
  system: string,
  profileId: string,
  at: Date,
  change: (facts: ObservationFacts) => ObservationFacts = (facts) => facts,
): ReturnType<typeof recordObservations> {
  const policy = await policyOf(system)
  const profile = policy.profiles.find(({ id }) => id === profileId)
  if (!profile) throw new Error(`${system} has no profile ${profileId}`)
  const facts = change(await goodFacts(system, policy, profile, at)) as Facts
  const { instance } = RUNS[`${system} ${profileId}`] ?? { instance: 'default' }
  return recordObservations(casting.ci(at), { system, profile: profileId, instance, source: 'runtime', claimedAt: at, facts })
}

/** A report in which one variable says another word. */
export const saying =
  (name: string, word: string) =>
  (facts: ObservationFacts): ObservationFacts => ({
    ...facts,
    variables: facts.variables?.map((variable) => (variable.name === name ? { ...variable, says: word } : variable)),
  })

/** A report of a profile that runs another way. */
export const running =
  (runtime: NonNullable<ObservationFacts['runtime']>) =>
  (facts: ObservationFacts): ObservationFacts => ({ ...facts, runtime: { ...facts.runtime, ...runtime } })

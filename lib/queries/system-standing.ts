import 'server-only'
import { cache } from 'react'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { type Drift, loadDrift } from '@/lib/db/load-drift'
import { loadVerdicts } from '@/lib/db/load-judge-context'
import { loadSecretFacts, type SecretFacts } from '@/lib/db/load-keys'
import { loadPeople } from '@/lib/db/load-people'
import { type LoadedPolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import { liveOn, loadGateFacts, loadLive, loadPromotions, type Standing } from '@/lib/db/load-promotions'
import type { Candidate } from '@/lib/domain/approval'
import { type Actor, readableSystems } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import { type ExceptionStanding, isHonoured } from '@/lib/domain/exception'
import { type DriftStanding, driftOf } from '@/lib/domain/finding'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { matrixOf } from '@/lib/domain/matrix'
import type { KnownEvidence, MatrixGroup } from '@/lib/domain/matrix-cell'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { type ProfileStanding, profileStanding } from '@/lib/domain/profile-standing'
import type { PromotionFacts } from '@/lib/domain/promotion'

/** Who looks, and at which instant: every verdict on a page is judged at that one. */
export type Looker = { actor: Actor; now: Date }

/** A system as a screen shows it: its active policy, the grid with what is known, where each profile stands, and what is on its way. */
export type SystemStanding = {
  slug: string
  name: string
  description: string
  version: LoadedPolicy
  appliedAt: Date
  appliedBy: string
  groups: MatrixGroup[]
  profiles: ProfileStanding[]
  open: PromotionFacts[]
  /** What the reported facts say of each rule on each profile. */
  verdicts: readonly RuleVerdict[]
  /** Findings that are open, each with the exception that covers it. */
  drift: DriftStanding[]
  /** Exceptions that are filed or approved and have not ended. */
  exceptions: ExceptionStanding[]
}

type DeploymentRow = {
  systemId: string
  profileKey: string
  id: string
  version: string
  status: string
  authorised: boolean
  violations: string[]
  startedAt: Date
  finishedAt: Date | null
  failureClass: string | null
  failureSignature: string | null
}

/** A governed system: its active policy version, since when and by whom. */
export type ReadableSystem = { id: string; name: string; description: string; versionId: string; appliedAt: Date; appliedBy: string }

/** Systems with an active policy that somebody may see, in the order of their names. */
export async function loadReadable(looker: Looker): Promise<ReadableSystem[]> {
  const readable = readableSystems(looker.actor, looker.now)
  return db.$queryRaw<ReadableSystem[]>`
    SELECT s.id, s.name, s.description, v.id AS "versionId", v."appliedAt", coalesce(n.name, p.label, 'Somebody erased') AS "appliedBy"
    FROM "System" s JOIN "PolicyVersion" v ON v."systemId" = s.id AND v.status = 'active'
      JOIN "Principal" p ON p.id = v."appliedById" LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE ${readable === null} OR s.id = ANY (${[...(readable ?? [])]}::text[]) ORDER BY s.name`
}

/** Where systems stand, with what was read on the way: everybody with a role there, their secrets, what is owed, and what deviates. */
export type Standings = {
  standings: SystemStanding[]
  people: Candidate[]
  secrets: SecretFacts
  debts: Debt[]
  drift: Drift
}

/**
 * Where the systems stand that somebody may see, and everybody with a role there; in a number of statements that does not grow with them, and read
 * once for each request, since frame and page both need it. Everybody with a role is among the facts on every page:
 * a rule that nobody can perform is a state of its profile, and must be the same on the estate, in the rail and on the system's page.
 * Unseen systems are left out, so that a page cannot tell them from ones that do not exist (T23).
 */
export const getStandings = cache(async (looker: Looker): Promise<Standings> => {
  const { now } = looker
  const systems = await loadReadable(looker)
  const ids = systems.map((system) => system.id)
  const versions = await Promise.all(systems.map((system) => loadPolicyVersion(db, system.versionId)))
  const policies = versions.map(({ policy }) => policy)
  const [secrets, debts, drift] = await Promise.all([
    loadSecretFacts(db, policies, now),
    loadDebts(db, ids, now),
    loadDrift(db, policies, now),
  ])
  if (systems.length === 0) return { standings: [], people: [], secrets, debts, drift }
  const standing: Standing = { debts, keys: secrets.standings, ...drift }
  const targets = versions.flatMap(({ systemId, policy }) => policy.profiles.map((profile) => ({ system: systemId, profile: profile.id })))
  const { findings, exceptions } = drift
  const [verdicts, open, live, snapshots, newest] = await Promise.all([
    loadVerdicts(db, versions, now),
    loadPromotions(db, { systemId: { in: ids }, status: 'open' }, now, { orderBy: [{ openedAt: 'desc' }, { id: 'desc' }], standing }),
    loadLive(db, ids),
    db.$queryRaw<{ systemId: string; profileKey: string; takenAt: Date; digest: string }[]>`
      SELECT s."systemId", s."profileKey", s."takenAt", s.digest FROM unnest(${targets.map((t) => t.system)}::text[], ${targets.map((t) => t.profile)}::text[]) AS t(system, profile)
      CROSS JOIN LATERAL (SELECT * FROM "Snapshot" s WHERE s."systemId" = t.system AND s."profileKey" = t.profile ORDER BY s."takenAt" DESC, s.id DESC LIMIT 1) s`,
    db.$queryRaw<DeploymentRow[]>`
      SELECT d."systemId", d."profileKey", d.id, r.version, d.status, d.authorised, d.violations, d."startedAt", d."finishedAt", d."failureClass", d."failureSignature"
      FROM unnest(${targets.map((t) => t.system)}::text[], ${targets.map((t) => t.profile)}::text[]) AS t(system, profile)
      CROSS JOIN LATERAL (
        (SELECT * FROM "Deployment" n WHERE n."systemId" = t.system AND n."profileKey" = t.profile ORDER BY n."startedAt" DESC, n.id DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM "Deployment" l WHERE l."systemId" = t.system AND l."profileKey" = t.profile AND l.status = 'succeeded' ORDER BY l."startedAt" DESC, l.id DESC LIMIT 1)
      ) d JOIN "Release" r ON r.id = d."releaseId"`,
  ])
  const policyOf = new Map(versions.map((version) => [version.systemId, version]))
  const scopes = [...live.values()].flatMap((running) => {
    const row = running as typeof running & { systemId: string; profileKey: string } // the loader keys its rows by both
    const version = policyOf.get(row.systemId)
    return version ? [{ systemId: row.systemId, releaseId: row.releaseId, profileKey: row.profileKey, policy: version.policy }] : []
  })
  const [liveFacts, people] = await Promise.all([loadGateFacts(db, scopes), loadPeople(db, ids, now)])

  const standings = systems.map((system): SystemStanding => {
    const version = policyOf.get(system.id) as LoadedPolicy // loaded for each system above
    const { policy } = version
    const own = open.filter((promotion) => promotion.system.id === system.id)
    const mine = exceptions.filter((exception) => exception.system === system.id)
    const deviating = driftOf(
      findings.filter((finding) => finding.system === system.id),
      mine,
      now,
    )
    const said = verdicts.get(system.id) ?? []
    const evidence = (profile: string, gateId: string): KnownEvidence[] => {
      const coming = own
        .filter((promotion) => promotion.edge.to === profile)
        .flatMap((promotion) =>
          promotion.gates
            .filter(({ gate, seenAt }) => gate.id === gateId && seenAt !== null)
            .map((judged) => ({ judged, version: promotion.release.version, live: false, promotion: promotion.id })),
        )
      const scope = scopes.find((each) => each.systemId === system.id && each.profileKey === profile)
      const running = liveOn(live, system.id, profile)
      const gate = policy.edges
        .filter((edge) => edge.to === profile)
        .flatMap((edge) => edgeGates(policy, edge))
        .find(({ id }) => id === gateId)
      if (!scope || !running || !gate) return coming
      const judged = judgeGate(gate, liveFacts(scope, gate), now)
      return judged.seenAt === null ? coming : [...coming, { judged, version: running.version, live: true, promotion: null }]
    }
    const groups = matrixOf(policy, {
      evidence,
      snapshot: (profile) => snapshots.find((row) => row.systemId === system.id && row.profileKey === profile) ?? null,
      ...secretsOf(secrets, system.id),
      drift: { verdicts: said, findings: deviating, exceptions: mine },
      people,
      systemId: system.id,
      now,
    })
    const rows = newest.filter((row) => row.systemId === system.id)
    const profiles = policy.profiles.map((profile) => {
      const here = rows.filter((row) => row.profileKey === profile.id)
      const latest = here.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0]
      const running = here.find((row) => row.status === 'succeeded')
      const cells = groups
        .flatMap((group) => group.rows)
        .flatMap((row) => row.cells.filter((cell) => cell.profile === profile.id).map((cell) => ({ row: row.title, cell })))
      return profileStanding(profile, cells, {
        live: running
          ? {
              version: running.version,
              since: running.startedAt,
              deployment: running.id,
              authorised: running.authorised,
              violations: running.violations.length,
            }
          : null,
        running:
          latest?.status === 'started'
            ? {
                id: latest.id,
                version: latest.version,
                since: latest.startedAt,
                authorised: latest.authorised,
                violations: latest.violations.length,
              }
            : null,
        failed:
          latest?.status === 'failed'
            ? {
                id: latest.id,
                version: latest.version,
                at: latest.finishedAt ?? latest.startedAt,
                why: failureWords(version, latest),
                authorised: latest.authorised,
              }
            : null,
        exceptions: mine.filter((exception) => exception.profile === profile.id && isHonoured(exception, now)),
        lastRun: profile.class === 'verification' ? lastRun(own.filter((promotion) => promotion.edge.from === profile.id)) : null,
      })
    })
    return {
      slug: system.id,
      name: system.name,
      description: system.description,
      version,
      appliedAt: system.appliedAt,
      appliedBy: system.appliedBy,
      groups,
      profiles,
      open: own,
      verdicts: said,
      drift: deviating,
      exceptions: mine,
    }
  })
  return { standings, people, secrets, debts, drift }
})

/** What the grid of one system is told about its secrets. */
function secretsOf({ standings, findings, audits, glass }: SecretFacts, slug: string) {
  const keys = new Map(standings.filter(({ system }) => system === slug).map((standing) => [standing.ownership.id, standing]))
  return {
    keys: (ownership: string) => keys.get(ownership) ?? null,
    findings: (profile: string) =>
      findings.filter((finding) => finding.system === slug && [finding.profile, finding.other?.profile].includes(profile)),
    audit: (profile: string) => audits.find((audit) => audit.system === slug && audit.profile.id === profile) ?? null,
    glass: (profile: string, rule: string) =>
      glass.find((use) => use.system === slug && use.profile === profile && use.rule === rule) ?? null,
  }
}

/** A failure in words: the title of a known signature (a restart loop is one failed deployment), else what was noted, else its class. */
export function failureWords(
  version: Pick<LoadedPolicy, 'policy'>,
  row: { failureClass: string | null; failureSignature: string | null },
): string {
  const known = version.policy.deployment.failureSignatures.find((signature) => signature.id === row.failureSignature)
  return known?.title ?? row.failureSignature ?? row.failureClass?.replaceAll('-', ' ') ?? 'no reason noted'
}

/** What software last brought for a release on its way out of a profile that only verifies. */
function lastRun(leaving: readonly PromotionFacts[]) {
  const brought = leaving.flatMap((promotion) =>
    promotion.gates.flatMap(({ evidence }) =>
      evidence && evidence.broughtBy.kind !== 'person'
        ? [{ version: promotion.release.version, passed: evidence.verdict === 'pass', at: evidence.recordedAt }]
        : [],
    ),
  )
  return brought.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}

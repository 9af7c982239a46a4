import 'server-only'
import type { Named } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import type { Dossier } from '@/lib/domain/dossier'
import { type EmergencyFacts, emergencyEdge, type ReviewFinding, skipGate } from '@/lib/domain/emergency'
import { budgetOf } from '@/lib/domain/exception-budget'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { coverOfGate } from '@/lib/domain/gate-exception'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import type { Policy, PolicyEdge } from '@/lib/domain/policy/schema'
import { type LiveFacts, type PromotionFacts, type PromotionStatus, slotsOf } from '@/lib/domain/promotion'
import { driftOnWay } from '@/lib/domain/promotion-drift'
import { ensure, refuse } from '@/lib/domain/refusal'
import { compareReleases } from '@/lib/domain/release'
import type { Tx } from './client'
import { type GateScope, gateFactsFrom } from './gate-facts'
import { Prisma } from './generated/client'
import { loadDebts } from './load-debts'
import { type Drift, loadDrift } from './load-drift'
import { loadKeyStandings } from './load-keys'
import { type LoadedPolicy, loadPolicyVersion } from './load-policy'
import { type PromotionJson, type PromotionRow, promotionRowsSql, toPromotionRow, type WhoRow } from './promotion-rows'

export { checklistContext, type GateScope, loadGateFacts } from './gate-facts'

type LiveRow = LiveFacts & { systemId: string; profileKey: string }

const keyOf = (...parts: string[]) => parts.join('\u0000')

/** What runs on profiles: the newest deployment of each that succeeded and was not rolled back. */
export async function loadLive(tx: Tx, systems: readonly string[]): Promise<Map<string, LiveFacts>> {
  const rows = await tx.$queryRaw<LiveRow[]>`
    SELECT DISTINCT ON (d."systemId", d."profileKey") d."systemId", d."profileKey", d.id AS "deploymentId", r.id AS "releaseId", r.version, r."gitSha", r."buildDate", d."startedAt" AS since
    FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId"
    WHERE d."systemId" = ANY (${systems}) AND d.status = 'succeeded' ORDER BY d."systemId", d."profileKey", d."startedAt" DESC, d.id DESC`
  return new Map(rows.map((row) => [keyOf(row.systemId, row.profileKey), row]))
}

/** The live deployment of one profile among those loaded. */
export function liveOn(live: Map<string, LiveFacts>, systemId: string, profileKey: string): LiveFacts | null {
  return live.get(keyOf(systemId, profileKey)) ?? null
}

/** What profiles owe, how old their keys are and what deviates there, of some systems: what says of a promotion what is not about its release. */
export type Standing = Drift & { debts: readonly Debt[]; keys: readonly KeyStanding[] }

/**
 * Reads what is owed, what deviates and, unless told otherwise, ages of keys under some policies once for all promotions of their systems. `drift`: where
 * that has been read already.
 */
export async function loadStanding(
  tx: Tx,
  policies: readonly Policy[],
  now: Date,
  also: { keys: boolean; drift?: Drift } = { keys: true },
): Promise<Standing> {
  const systems = [...new Set(policies.map(({ system }) => system.slug))]
  if (systems.length === 0) return { debts: [], keys: [], exceptions: [], findings: [], recent: [] }
  // One after the other: this runs inside transactions too, and a connection answers one question at a time.
  const debts = await loadDebts(tx, systems, now)
  const drift = also.drift ?? (await loadDrift(tx, policies, now))
  return { debts, keys: also.keys ? await loadKeyStandings(tx, systems, now) : [], ...drift }
}

/** Whether debts, keys and drift of its profiles say something of a promotion: while it is open, and afterwards what an emergency owes. */
function isStanding(row: Pick<PromotionRow, 'status' | 'emergency'>): boolean {
  return row.status === 'open' || row.emergency !== null
}

/**
 * Everything the rules of some promotions depend on, judged at `now`: two statements whatever their number (policies are kept in memory), and those
 * of debts, ages of keys, exceptions and findings, once for all their systems.
 */
export async function loadPromotions(
  tx: Tx,
  where: Prisma.PromotionWhereInput,
  now: Date,
  {
    standing,
    ...page
  }: {
    take?: number
    orderBy?: Prisma.PromotionOrderByWithRelationInput[]
    /** What stands in their systems besides, where it has been read already. */
    standing?: Standing
  } = {},
): Promise<PromotionFacts[]> {
  const selected = await tx.promotion.findMany({ where, ...page, select: { id: true } })
  return loadFacts(
    tx,
    selected.map(({ id }) => id),
    now,
    standing,
  )
}

/** The facts of promotions by their ids, in the order of these. */
async function loadFacts(tx: Tx, ids: readonly string[], now: Date, known?: Standing): Promise<PromotionFacts[]> {
  if (ids.length === 0) return []
  const found = await tx.$queryRaw<{ row: PromotionJson }[]>(
    Prisma.sql`/* kept */ ${promotionRowsSql(Prisma.sql`SELECT unnest(${[...ids]}::text[])`)}`,
  )
  const rows = new Map(found.map(({ row }) => [row.id, toPromotionRow(row)]))
  const versions = new Map<string, LoadedPolicy>()
  for (const { policyVersionId } of rows.values())
    if (!versions.has(policyVersionId)) versions.set(policyVersionId, await loadPolicyVersion(tx, policyVersionId))
  const versionOf = (row: PromotionRow) => versions.get(row.policyVersionId) as LoadedPolicy // each was loaded just above
  const standing =
    known ??
    (await loadStanding(
      tx,
      [...rows.values()].filter(isStanding).map((row) => versionOf(row).policy),
      now,
    ))
  return ids.flatMap((id) => {
    const row = rows.get(id)
    return row ? [toPromotionFacts(row, versionOf(row), standing, now)] : []
  })
}

/** The facts of one promotion from its stored row, the policy version it is pinned to, and what holds besides gates; gates judged at `now`. */
export function toPromotionFacts(row: PromotionRow, version: LoadedPolicy, standing: Standing, now: Date): PromotionFacts {
  const ordinary = version.policy.edges.find((candidate) => candidate.id === row.edgeKey)
  const edge = ordinary && row.emergency ? emergencyEdge(ordinary) : ordinary
  if (!ordinary || !edge) throw new Error(`${row.id} is pinned to a policy version without its edge`)
  const emergency = emergencyOf(row, ordinary)
  const { release, sealed, live, baseline } = row
  const { registeredForId, ...registered } = release
  const scope: GateScope = { systemId: row.systemId, releaseId: release.id, profileKey: row.toKey, policy: version.policy }
  const factsFor = gateFactsFrom(row.gates)
  const target = version.policy.profiles.find((profile) => profile.id === row.toKey)
  const drift = isStanding(row)
    ? driftOnWay(standing, { system: row.systemId, from: row.fromKey, to: row.toKey }, now)
    : { exceptions: [], drift: [] }
  const snapshot =
    row.gates.snapshots.find((s) => s.profileKey === row.toKey) ?? row.gates.snapshots.find((s) => s.profileKey === row.fromKey)
  return {
    id: row.id,
    system: { id: row.systemId, name: row.systemName },
    status: row.status as PromotionStatus,
    openedAt: row.openedAt,
    openedBy: { ...nameOf(row.openedBy), countsAsId: row.openedForId },
    window: row.windowStartsAt && row.windowEndsAt ? { startsAt: row.windowStartsAt, endsAt: row.windowEndsAt } : null,
    release: { ...registered, registeredBy: { ...nameOf(release.registeredBy), countsAsId: registeredForId } },
    policy: {
      versionId: version.id,
      number: version.number,
      hash: version.hash,
      policy: version.policy,
      activeNumber: row.activeNumber ?? version.number,
    },
    edge,
    emergency,
    debts: isStanding(row) ? standing.debts.filter(({ system, profile }) => system === row.systemId && profile === row.toKey) : [],
    keys: isStanding(row) ? standing.keys.filter(({ system, profile }) => system === row.systemId && profile.id === row.toKey) : [],
    targetIsProductionLike: target ? isProductionLike(target.class) : true,
    gates: edgeGates(version.policy, edge).map((gate) => {
      const known = factsFor(scope, gate)
      const at = { system: row.systemId, profile: row.toKey }
      const exception = coverOfGate(version.policy, gate, at, { ...known, findings: drift.drift, exceptions: drift.exceptions }, now)
      const judged = judgeGate(gate, { ...known, exception }, now)
      return emergency?.skipped.includes(gate.id) ? skipGate(judged) : judged
    }),
    baseline: baseline && baseline.promotion !== row.id ? baseline : null,
    ...drift,
    budget: isStanding(row) ? budgetOf(version.policy, standing.recent, now) : null,
    snapshot: snapshot ? { profile: snapshot.profileKey, digest: snapshot.digest, takenAt: snapshot.takenAt } : null,
    live,
    isOlderThanLive: live !== null && live.releaseId !== release.id && compareReleases(release, live) < 0,
    sealed: sealed && {
      id: sealed.id,
      number: sealed.number,
      hash: sealed.hash,
      dossier: JSON.parse(sealed.canonical) as Dossier, // our own canonical text
      sealedAt: sealed.sealedAt,
      sealedBy: sealed.sealedBy && nameOf(sealed.sealedBy),
    },
    nextNumber: row.lastSealed + 1,
    signOffs: (sealed?.signOffs ?? []).map((signOff) => ({
      id: signOff.id,
      slotKey: signOff.slotKey,
      signerId: signOff.signer.id,
      signerName: signOff.signer.name,
      decision: signOff.decision as 'approve' | 'decline',
      signedAt: signOff.signedAt,
    })),
    deploymentRunning: row.deploymentRunning,
  }
}

/** What makes a stored promotion an emergency; null for an ordinary one. A gate that the pinned policy holds even then is not skipped (fail closed). */
function emergencyOf({ emergency }: PromotionRow, ordinary: PolicyEdge): EmergencyFacts | null {
  const rule = ordinary.emergency
  if (!emergency || !rule) return null
  return {
    incident: emergency.incident,
    skipped: emergency.skipped.filter((id) => !rule.neverSkip.includes(id)),
    reason: emergency.reason,
    ordinary: slotsOf(ordinary),
    reviewWithin: rule.reviewWithin,
    reviews: emergency.reviews.map(({ who, finding, ...review }) => ({ ...review, finding: finding as ReviewFinding, by: nameOf(who) })),
  }
}

function nameOf({ id, kind, name, sponsorId }: WhoRow): Named {
  return { id, kind: kind as Named['kind'], name, countsAsId: sponsorId ?? id }
}

/**
 * Keeps an incident from being closed until the transaction ends: what an emergency decides while it is open has been decided before it closes (T07).
 * Others that only read it go on. The lock of the promotion comes first.
 */
export async function holdIncident(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`/* kept */ SELECT id FROM "Incident" WHERE id = ${id} FOR SHARE`
}

/**
 * Locks one promotion until the transaction ends and gives its facts at `now`. Refuses `not_found` alike for what does not exist and what the
 * systems given do not hold (T23). Take this lock before reading anything the decision depends on (T07).
 */
export async function loadPromotionForUpdate(tx: Tx, id: string, systems: readonly string[] | null, now: Date): Promise<PromotionFacts> {
  const [locked] = await tx.$queryRaw<
    { systemId: string; incidentId: string | null }[]
  >`/* kept */ SELECT "systemId", "incidentId" FROM "Promotion" WHERE id = ${id} FOR UPDATE`
  const isSeen = locked !== undefined && (systems === null || systems.includes(locked.systemId))
  if (isSeen && locked.incidentId !== null) await holdIncident(tx, locked.incidentId)
  const [facts] = isSeen ? await loadFacts(tx, [id], now) : []
  ensure(facts ? null : refuse('not_found', `There is no promotion ${id} that you can see.`))
  return facts as PromotionFacts
}

import 'server-only'
import { applicableItems, beforeItems, type ChecklistContext, type ChecklistItem, checklistState, type TickState } from '@/lib/domain/checklist'
import type { Dossier } from '@/lib/domain/dossier'
import { type ChecklistFact, type EdgeGate, edgeGates, type EvidenceFact, type GateFacts, judgeGate, type SnapshotFact } from '@/lib/domain/gate'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import type { Policy } from '@/lib/domain/policy/schema'
import type { LiveFacts, Named, PromotionFacts, PromotionStatus } from '@/lib/domain/promotion'
import { compareReleases } from '@/lib/domain/release'
import { ensure, refuse } from '@/lib/domain/refusal'
import { Prisma } from './generated/client'
import type { Tx } from './client'
import { loadPolicyVersion } from './load-policy'

const named = { select: { id: true, kind: true, label: true, sponsorId: true, person: { select: { name: true } } } } as const

type NamedRow = { id: string; kind: string; label: string | null; sponsorId: string | null; person: { name: string } | null }

/** A principal's row as rules and screens see it. The act of a token or agent counts as its sponsor's. */
export function toNamed(row: NamedRow): Named {
  return { id: row.id, kind: row.kind as Named['kind'], name: row.person?.name ?? row.label ?? 'Somebody erased', countsAsId: row.sponsorId ?? row.id }
}

/** What selects a principal for `toNamed`. */
export const namedSelect = named

type EvidenceRow = {
  id: string; releaseId: string; profileKey: string; gateKey: string; verdict: 'pass' | 'fail'; recordedAt: Date; snapshotId: string | null
  summary: string; link: string | null; byId: string; byName: string; byKind: Named['kind']
}
type RunRow = { id: string; releaseId: string; profileKey: string; checklistKey: string; templateHash: string; items: unknown; variant: string | null }
type TickRow = { runId: string; itemId: string; state: string; at: Date; byId: string; byName: string; byKind: Named['kind'] }
type LiveRow = LiveFacts & { systemId: string; profileKey: string }

/** A release on its way to a profile: what evidence, checklists and snapshots are looked up by. */
export type GateScope = { systemId: string; releaseId: string; profileKey: string; policy: Policy }

const keyOf = (...parts: string[]) => parts.join('\u0000')

/**
 * The facts behind the gates of many releases on their way to profiles, in a constant number of statements. The function it gives
 * answers for one gate of one of them.
 */
export async function loadGateFacts(tx: Tx, scopes: readonly GateScope[]): Promise<(scope: GateScope, gate: EdgeGate) => GateFacts> {
  const releases = [...new Set(scopes.map((scope) => scope.releaseId))]
  const systems = [...new Set(scopes.map((scope) => scope.systemId))]
  // One after the other: inside a transaction there is one connection, and elsewhere each takes well under a millisecond.
  const evidence = await tx.$queryRaw<EvidenceRow[]>`
      SELECT DISTINCT ON (e."releaseId", e."profileKey", e."gateKey") e.id, e."releaseId", e."profileKey", e."gateKey", e.verdict, e."recordedAt", e."snapshotId",
        e.summary, e.link, p.id AS "byId", p.kind AS "byKind", coalesce(n.name, p.label, 'Somebody erased') AS "byName"
      FROM "Evidence" e JOIN "Principal" p ON p.id = e."broughtById" LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE e."releaseId" = ANY (${releases}::uuid[])
      ORDER BY e."releaseId", e."profileKey", e."gateKey", e."recordedAt" DESC, e.id DESC`
  const snapshots = await tx.$queryRaw<(SnapshotFact & { systemId: string; profileKey: string })[]>`
      SELECT DISTINCT ON ("systemId", "profileKey") id, "systemId", "profileKey", "takenAt", digest FROM "Snapshot"
      WHERE "systemId" = ANY (${systems}) ORDER BY "systemId", "profileKey", "takenAt" DESC, id DESC`
  const runs = await tx.$queryRaw<RunRow[]>`
      SELECT DISTINCT ON ("releaseId", "profileKey", "checklistKey") id, "releaseId", "profileKey", "checklistKey", "templateHash", items, variant FROM "ChecklistRun"
      WHERE "releaseId" = ANY (${releases}::uuid[]) ORDER BY "releaseId", "profileKey", "checklistKey", "startedAt" DESC, id DESC`
  const templates = await tx.$queryRaw<{ systemId: string; checklistKey: string; hash: string }[]>`
      SELECT DISTINCT ON ("systemId", "checklistKey") "systemId", "checklistKey", hash FROM "ChecklistTemplate"
      WHERE "systemId" = ANY (${systems}) ORDER BY "systemId", "checklistKey", number DESC`
  const ticks = runs.length === 0 ? [] : await tx.$queryRaw<TickRow[]>`
    SELECT DISTINCT ON (t."runId", t."itemId") t."runId", t."itemId", t.state, t.at, p.id AS "byId", p.kind AS "byKind", coalesce(n.name, p.label, 'Somebody erased') AS "byName"
    FROM "ChecklistTick" t JOIN "Principal" p ON p.id = t."byId" LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE t."runId" = ANY (${runs.map((run) => run.id)}::uuid[]) ORDER BY t."runId", t."itemId", t.at DESC, t.id DESC`

  const evidenceBy = new Map(evidence.map((row) => [keyOf(row.releaseId, row.profileKey, row.gateKey), row]))
  const snapshotBy = new Map(snapshots.map((row) => [keyOf(row.systemId, row.profileKey), row]))
  const runBy = new Map(runs.map((row) => [keyOf(row.releaseId, row.profileKey, row.checklistKey), row]))
  const templateBy = new Map(templates.map((row) => [keyOf(row.systemId, row.checklistKey), row.hash]))
  const ticksBy = Map.groupBy(ticks, (tick) => tick.runId)

  return (scope, gate) => {
    const row = evidenceBy.get(keyOf(scope.releaseId, scope.profileKey, gate.id))
    return {
      evidence: row ? [toEvidence(row)] : [],
      newestSnapshot: gate.boundToSnapshotOf ? (snapshotBy.get(keyOf(scope.systemId, gate.boundToSnapshotOf)) ?? null) : null,
      checklist: gate.checklist ? checklistFact(scope, gate.checklist) : null,
      exception: null,
    }
  }

  function checklistFact(scope: GateScope, checklistKey: string): ChecklistFact {
    const list = scope.policy.checklists.find((candidate) => candidate.id === checklistKey)
    const run = runBy.get(keyOf(scope.releaseId, scope.profileKey, checklistKey))
    const imported = list?.external ? (templateBy.get(keyOf(scope.systemId, checklistKey)) ?? null) : 'policy'
    const nothing = { done: 0, total: 0, failed: 0, lastTickAt: null, lastTickBy: null, file: list?.file ?? null }
    if (!run) return { runId: null, templateHash: imported, ...nothing }
    // The items were validated when the run pinned them.
    const items = applicableItems(run.items as ChecklistItem[], checklistContext(scope, run.variant))
    const ticks = (ticksBy.get(run.id) ?? []).map((tick) => ({
      itemId: tick.itemId,
      state: tick.state as TickState,
      at: tick.at,
      by: { id: tick.byId, name: tick.byName, kind: tick.byKind },
      note: null,
      link: null,
    }))
    const state = checklistState({ items, ordered: list?.ordered ?? false }, ticks)
    return {
      runId: run.id,
      templateHash: run.templateHash,
      file: list?.file ?? null,
      ...beforeItems(state),
    }
  }
}

/** What conditions and variants of a checklist are judged by. */
export function checklistContext(scope: Pick<GateScope, 'policy' | 'profileKey'>, variant: string | null): ChecklistContext {
  return { profileKey: scope.profileKey, phase: scope.policy.phases?.current ?? null, variant }
}

function toEvidence(row: EvidenceRow): EvidenceFact {
  const { id, verdict, recordedAt, snapshotId, summary, link } = row
  return { id, verdict, recordedAt, snapshotId, summary, link, broughtBy: { id: row.byId, name: row.byName, kind: row.byKind } }
}

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

/** Everything the rules of some promotions depend on, judged at `now`, in a constant number of statements whatever their number. */
export async function loadPromotions(tx: Tx, where: Prisma.PromotionWhereInput, now: Date, page: { take?: number; orderBy?: Prisma.PromotionOrderByWithRelationInput[] } = {}): Promise<PromotionFacts[]> {
  const rows = await tx.promotion.findMany({
    where,
    ...page,
    include: {
      system: { select: { id: true, name: true, versions: { where: { status: 'active' }, select: { number: true } } } },
      openedBy: named,
      release: { include: { registeredBy: named, changes: { orderBy: { position: 'asc' } }, contributors: { orderBy: { identity: 'asc' } } } },
      sealed: {
        where: { subject: 'promotion', endedAt: null },
        include: { sealedBy: named, signOffs: { where: { withdrawnAt: null }, include: { signer: named }, orderBy: { signedAt: 'asc' } } },
      },
      deployments: { where: { status: 'started' }, select: { id: true } },
    },
  })
  if (rows.length === 0) return []
  const policies = new Map<string, Awaited<ReturnType<typeof loadPolicyVersion>>>()
  for (const { policyVersionId } of rows) if (!policies.has(policyVersionId)) policies.set(policyVersionId, await loadPolicyVersion(tx, policyVersionId))
  const scopeOf = (row: (typeof rows)[number]): GateScope => ({
    systemId: row.systemId,
    releaseId: row.releaseId,
    profileKey: row.toKey,
    policy: (policies.get(row.policyVersionId) as { policy: Policy }).policy, // loaded for every row above
  })
  const systems = [...new Set(rows.map((row) => row.systemId))]
  const factsFor = await loadGateFacts(tx, rows.map(scopeOf))
  const live = await loadLive(tx, systems)
  const snapshots = await tx.$queryRaw<(SnapshotFact & { systemId: string; profileKey: string })[]>`
      SELECT DISTINCT ON ("systemId", "profileKey") id, "systemId", "profileKey", "takenAt", digest FROM "Snapshot"
      WHERE "systemId" = ANY (${systems}) ORDER BY "systemId", "profileKey", "takenAt" DESC, id DESC`
  // Whoever left "open" by a deployment was fully signed: that is what changes are counted from, not whatever happens to run.
  const baselines = await tx.$queryRaw<{ systemId: string; toKey: string; promotion: string; version: string; gitSha: string; signedAt: Date }[]>`
      SELECT DISTINCT ON (p."systemId", p."toKey") p."systemId", p."toKey", p.id AS promotion, r.version, r."gitSha", p."endedAt" AS "signedAt"
      FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId"
      WHERE p."systemId" = ANY (${systems}) AND p.status IN ('deployed', 'failed', 'rolled_back')
      ORDER BY p."systemId", p."toKey", p."endedAt" DESC, p.id DESC`
  return rows.map((row): PromotionFacts => {
    const version = policies.get(row.policyVersionId) as Awaited<ReturnType<typeof loadPolicyVersion>>
    const edge = version.policy.edges.find((candidate) => candidate.id === row.edgeKey)
    if (!edge) throw new Error(`${row.id} is pinned to a policy version without its edge`)
    const scope = scopeOf(row)
    const sealed = row.sealed[0] ?? null
    const { release } = row
    const baseline = baselines.find((b) => b.systemId === row.systemId && b.toKey === row.toKey && b.promotion !== row.id)
    const runs = liveOn(live, row.systemId, row.toKey)
    const target = version.policy.profiles.find((profile) => profile.id === row.toKey)
    const snapshot = snapshots.find((s) => s.systemId === row.systemId && s.profileKey === row.toKey) ?? snapshots.find((s) => s.systemId === row.systemId && s.profileKey === row.fromKey)
    return {
      id: row.id,
      system: { id: row.system.id, name: row.system.name },
      status: row.status as PromotionStatus,
      openedAt: row.openedAt,
      openedBy: { ...toNamed(row.openedBy), countsAsId: row.openedForId },
      window: row.windowStartsAt && row.windowEndsAt ? { startsAt: row.windowStartsAt, endsAt: row.windowEndsAt } : null,
      release: {
        id: release.id,
        version: release.version,
        gitSha: release.gitSha,
        artefact: release.artefact,
        buildDate: release.buildDate,
        schemaBackwardCompatible: release.schemaBackwardCompatible,
        bundleApprovedAt: release.bundleApprovedAt,
        registeredBy: { ...toNamed(release.registeredBy), countsAsId: release.registeredForId },
        changes: release.changes.map(({ kind, summary, reference }) => ({ kind, summary, reference })),
        contributors: release.contributors.map(({ identity, principalId, commits }) => ({ identity, principalId, commits })),
      },
      policy: { versionId: row.policyVersionId, number: version.number, hash: version.hash, policy: version.policy, activeNumber: row.system.versions[0]?.number ?? version.number },
      edge,
      targetIsProductionLike: target ? isProductionLike(target.class) : true,
      gates: edgeGates(version.policy, edge).map((gate) => judgeGate(gate, factsFor(scope, gate), now)),
      baseline: baseline ? { promotion: baseline.promotion, version: baseline.version, gitSha: baseline.gitSha, signedAt: baseline.signedAt } : null,
      exceptions: [],
      snapshot: snapshot ? { profile: snapshot.profileKey, digest: snapshot.digest, takenAt: snapshot.takenAt } : null,
      live: runs,
      isOlderThanLive: runs !== null && runs.releaseId !== release.id && compareReleases(release, runs) < 0,
      sealed: sealed && {
        id: sealed.id,
        number: sealed.number,
        hash: sealed.hash,
        dossier: JSON.parse(sealed.canonical) as Dossier, // our own canonical text
        sealedAt: sealed.sealedAt,
        sealedBy: sealed.sealedBy && toNamed(sealed.sealedBy),
      },
      nextNumber: row.lastSealed + 1,
      signOffs: (sealed?.signOffs ?? []).map((signOff) => ({
        id: signOff.id,
        slotKey: signOff.slotKey,
        signerId: signOff.signerId,
        signerName: toNamed(signOff.signer).name,
        decision: signOff.decision as 'approve' | 'decline',
        signedAt: signOff.signedAt,
      })),
      deploymentRunning: row.deployments[0]?.id ?? null,
    }
  })
}

/**
 * Locks one promotion until the transaction ends and gives its facts at `now`. Refuses `not_found` alike for what does not exist and what the
 * systems given do not hold (T23). Take this lock before reading anything the decision depends on (T07).
 */
export async function loadPromotionForUpdate(tx: Tx, id: string, systems: readonly string[] | null, now: Date): Promise<PromotionFacts> {
  await tx.$queryRaw`SELECT id FROM "Promotion" WHERE id = ${id} FOR UPDATE`
  const [facts] = await loadPromotions(tx, { id, ...(systems === null ? {} : { systemId: { in: [...systems] } }) }, now)
  ensure(facts ? null : refuse('not_found', `There is no promotion ${id} that you can see.`))
  return facts as PromotionFacts
}

import 'server-only'
import {
  applicableItems,
  beforeItems,
  type ChecklistContext,
  type ChecklistItem,
  checklistState,
  type TickState,
} from '@/lib/domain/checklist'
import type { Named } from '@/lib/domain/context'
import { OBSERVED_ON } from '@/lib/domain/evidence'
import type { ChecklistFact, EdgeGate, EvidenceFact, GateFacts, SnapshotFact } from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list, revive } from './json-rows'

export type EvidenceRow = {
  id: string
  releaseId: string
  profileKey: string
  gateKey: string
  verdict: 'pass' | 'fail'
  recordedAt: Date
  snapshotId: string | null
  summary: string
  link: string | null
  ranOn: string | null
  byId: string
  byName: string
  byKind: Named['kind']
}
export type RunRow = {
  id: string
  releaseId: string
  profileKey: string
  checklistKey: string
  templateHash: string
  items: unknown
  variant: string | null
}
export type TickRow = { runId: string; itemId: string; state: string; at: Date; byId: string; byName: string; byKind: Named['kind'] }

export type SnapshotRow = SnapshotFact & { systemId: string; profileKey: string }
export type TemplateRow = { systemId: string; checklistKey: string; hash: string }

/** Rows that gates are judged from: the newest of each kind and key. */
export type GateRows = { evidence: EvidenceRow[]; snapshots: SnapshotRow[]; runs: RunRow[]; templates: TemplateRow[]; ticks: TickRow[] }

/** A release on its way to a profile: what evidence, checklists and snapshots are looked up by. */
export type GateScope = { systemId: string; releaseId: string; profileKey: string; policy: Policy }

const keyOf = (...parts: string[]) => parts.join('\u0000')

/**
 * The facts behind the gates of many releases on their way to profiles, in one statement. The function it gives answers for one gate of one of
 * them.
 */
export async function loadGateFacts(tx: Tx, scopes: readonly GateScope[]): Promise<(scope: GateScope, gate: EdgeGate) => GateFacts> {
  const none: GateRows = { evidence: [], snapshots: [], runs: [], templates: [], ticks: [] }
  if (scopes.length === 0) return gateFactsFrom(none)
  const releases = [...new Set(scopes.map((scope) => scope.releaseId))]
  const systems = [...new Set(scopes.map((scope) => scope.systemId))]
  const [rows] = await tx.$queryRaw<Record<keyof GateRows, unknown>[]>`/* kept */
    SELECT ${list(Prisma.sql`
      SELECT DISTINCT ON (e."releaseId", e."profileKey", e."gateKey") e.id, e."releaseId", e."profileKey", e."gateKey", e.verdict, e."recordedAt", e."snapshotId",
        e.summary, e.link, e."ranOn", p.id AS "byId", p.kind AS "byKind", coalesce(n.name, p.label, 'Somebody erased') AS "byName"
      FROM "Evidence" e JOIN "Principal" p ON p.id = e."broughtById" LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE e."releaseId" = ANY (${releases}::uuid[])
      ORDER BY e."releaseId", e."profileKey", e."gateKey", e."recordedAt" DESC, e.id DESC`)} AS evidence,
    ${list(Prisma.sql`
      SELECT DISTINCT ON ("systemId", "profileKey") id, "systemId", "profileKey", "takenAt", digest FROM "Snapshot"
      WHERE "systemId" = ANY (${systems}) ORDER BY "systemId", "profileKey", "takenAt" DESC, id DESC`)} AS snapshots,
    ${list(Prisma.sql`
      SELECT DISTINCT ON ("systemId", "checklistKey") "systemId", "checklistKey", hash FROM "ChecklistTemplate"
      WHERE "systemId" = ANY (${systems}) ORDER BY "systemId", "checklistKey", number DESC`)} AS templates,
    ${list(newestRuns(releases))} AS runs,
    ${list(Prisma.sql`
      SELECT DISTINCT ON (t."runId", t."itemId") t."runId", t."itemId", t.state, t.at, p.id AS "byId", p.kind AS "byKind", coalesce(n.name, p.label, 'Somebody erased') AS "byName"
      FROM "ChecklistTick" t JOIN "Principal" p ON p.id = t."byId" LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE t."runId" IN (SELECT run.id FROM (${newestRuns(releases)}) run) ORDER BY t."runId", t."itemId", t.at DESC, t.id DESC`)} AS ticks`
  return gateFactsFrom(rows ? (revive(rows) as GateRows) : none)
}

const newestRuns = (releases: readonly string[]) => Prisma.sql`
  SELECT DISTINCT ON ("releaseId", "profileKey", "checklistKey") id, "releaseId", "profileKey", "checklistKey", "templateHash", items, variant FROM "ChecklistRun"
  WHERE "releaseId" = ANY (${[...releases]}::uuid[]) ORDER BY "releaseId", "profileKey", "checklistKey", "startedAt" DESC, id DESC`

/** Answers for one gate of a release on its way to a profile, from rows already read. */
export function gateFactsFrom({ evidence, snapshots, runs, templates, ticks }: GateRows): (scope: GateScope, gate: EdgeGate) => GateFacts {
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
  const isObserved = row.ranOn?.startsWith(OBSERVED_ON) ?? false
  return { id, verdict, recordedAt, snapshotId, summary, link, isObserved, broughtBy: { id: row.byId, name: row.byName, kind: row.byKind } }
}

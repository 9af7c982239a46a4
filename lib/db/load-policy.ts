import 'server-only'
import type { SlotSubject } from '@/lib/domain/policy/rows'
import { type Policy, PolicySchema } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'

/** A stored policy version with its document. Immutable, so it is read once a process. */
export type LoadedPolicy = { id: string; systemId: string; number: number; hash: string; policy: Policy }

const versions = new Map<string, LoadedPolicy>()

/** A policy version by its id. Its absence is a bug, since only foreign keys bring us here. */
export async function loadPolicyVersion(tx: Tx, id: string): Promise<LoadedPolicy> {
  const known = versions.get(id)
  if (known) return known
  const row = await tx.policyVersion.findUniqueOrThrow({
    where: { id },
    select: { id: true, systemId: true, number: true, hash: true, document: true },
  })
  // Parsed again rather than believed: defaults that the schema gained since it was stored are filled in.
  const { document, ...rest } = row
  const loaded: LoadedPolicy = { ...rest, policy: PolicySchema.parse(document) }
  versions.set(id, loaded)
  return loaded
}

/** The active policy version of a system; null where none was applied. */
export async function findActivePolicy(tx: Tx, systemId: string): Promise<LoadedPolicy | null> {
  const row = await tx.policyVersion.findFirst({ where: { systemId, status: 'active' }, select: { id: true } })
  return row && loadPolicyVersion(tx, row.id)
}

/** The active policy version of a system. Refuses `not_found`, in the words for a system nobody can see, where none was applied (T23). */
export async function loadActivePolicy(tx: Tx, systemId: string): Promise<LoadedPolicy> {
  const active = await findActivePolicy(tx, systemId)
  if (!active) throw new Refused(unseenSystem(systemId))
  return active
}

/** The active policies of some systems (every one when null), in the order of their names. */
export async function loadActivePolicies(tx: Tx, systems: readonly string[] | null): Promise<Policy[]> {
  const rows = await tx.policyVersion.findMany({
    where: { status: 'active', ...(systems === null ? {} : { systemId: { in: [...systems] } }) },
    select: { id: true },
  })
  const policies: Policy[] = []
  for (const { id } of rows) policies.push((await loadPolicyVersion(tx, id)).policy)
  return policies.toSorted((a, b) => a.system.name.localeCompare(b.system.name, 'en'))
}

/** The one answer for systems that do not exist and for systems one may not see (T23). */
export function unseenSystem(systemId: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no system ${systemId} that you can see.`, { place: 'system' })
}

const gateIds = new Map<string, ReadonlyMap<string, string>>()

/** Row ids of the gates of a policy version by edge id and gate id, as `gateRowKey` joins them: what evidence points at. Read once a process. */
export async function loadGateIds(tx: Tx, policyVersionId: string): Promise<ReadonlyMap<string, string>> {
  const known = gateIds.get(policyVersionId)
  if (known) return known
  const rows = await tx.promotionGate.findMany({
    where: { edge: { policyVersionId } },
    select: { id: true, key: true, edge: { select: { key: true } } },
  })
  const ids = new Map(rows.map((row) => [gateRowKey(row.edge.key, row.key), row.id]))
  gateIds.set(policyVersionId, ids)
  return ids
}

/** The key of `loadGateIds`. */
export function gateRowKey(edgeKey: string, gateKey: string): string {
  return `${edgeKey} ${gateKey}`
}

/** The slots of one rule of a policy version: what they are for, and an edge, ownership, break-glass or tier id. */
export type SlotScope = { policyVersionId: string; subject: SlotSubject; rule: string }

const slotIds = new Map<string, ReadonlyMap<string, string>>()

/** Row ids of the slots of a rule of a policy version by their keys: what signatures point at. Read once a process. */
export async function loadSlotIds(tx: Tx, { policyVersionId, subject, rule }: SlotScope): Promise<ReadonlyMap<string, string>> {
  const at = `${policyVersionId} ${subject} ${rule}`
  const known = slotIds.get(at)
  if (known) return known
  const rows = await tx.signOffSlot.findMany({ where: { policyVersionId, subject, rule }, select: { id: true, key: true } })
  const ids = new Map(rows.map(({ id, key }) => [key, id]))
  slotIds.set(at, ids)
  return ids
}

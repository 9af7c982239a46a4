import 'server-only'
import { db } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Named, readableSystems } from '@/lib/domain/context'
import { diffPolicies, type PolicyChange } from '@/lib/domain/policy/diff'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Looker } from './system-standing'

/** A stored version: by whom it was applied and when. None is signed until proposing and signing exist. */
export type PolicyVersionRow = {
  id: string
  number: number
  hash: string
  status: 'active' | 'superseded'
  appliedBy: Named
  appliedAt: Date
  supersededAt: Date | null
  openPromotions: number
}

/** Every version of a system's policy, newest first. The caller has seen that the viewer may see the system. */
export async function listPolicyVersions(systemId: string): Promise<PolicyVersionRow[]> {
  const rows = await db.policyVersion.findMany({
    where: { systemId },
    orderBy: { number: 'desc' },
    take: 200,
    select: {
      id: true,
      number: true,
      hash: true,
      status: true,
      appliedAt: true,
      supersededAt: true,
      appliedBy: namedSelect,
      _count: { select: { promotions: { where: { status: 'open' } } } },
    },
  })
  return rows.map(({ appliedBy, _count, status, ...row }) => ({
    ...row,
    status: status as PolicyVersionRow['status'],
    appliedBy: toNamed(appliedBy),
    openPromotions: _count.promotions,
  }))
}

/** One version with its document and the text it was applied from. */
export type PolicyVersionDetail = { number: number; hash: string; policy: Policy; source: string; canonical: string }

/** A version of the policy of a system the viewer may see; null for any other (T23). */
export async function getPolicyVersion(looker: Looker, systemId: string, number: number): Promise<PolicyVersionDetail | null> {
  const readable = readableSystems(looker.actor, looker.now)
  if (readable !== null && !readable.includes(systemId)) return null
  const row = await db.policyVersion.findUnique({
    where: { systemId_number: { systemId, number } },
    select: { id: true, source: true, document: true },
  })
  if (!row) return null
  const { hash, policy } = await loadPolicyVersion(db, row.id)
  return { number, hash, policy, source: row.source, canonical: JSON.stringify(row.document, null, 2) }
}

/** What differs between two versions, in document order; null when one of them cannot be seen. */
export async function comparePolicyVersions(looker: Looker, systemId: string, from: number, to: number): Promise<PolicyChange[] | null> {
  const [before, after] = await Promise.all([getPolicyVersion(looker, systemId, from), getPolicyVersion(looker, systemId, to)])
  return before && after ? diffPolicies(before.policy, after.policy) : null
}

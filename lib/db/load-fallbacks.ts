import 'server-only'
import type { FallbackFacts, FallbackPhase, FallbackPurpose, FallbackStatus, FallbackText } from '@/lib/domain/fallback'
import { ensure, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import type { Prisma } from './generated/client'
import { ruleOf } from './load-debts'
import { loadIncidents, loadTexts } from './load-incidents'
import { loadPolicyVersion } from './load-policy'
import { namedSelect, toNamed } from './named'

const useInclude = {
  system: { select: { name: true } },
  askedBy: namedSelect,
  returnedBy: namedSelect,
  cleanedUpBy: namedSelect,
  reviewedBy: namedSelect,
} as const satisfies Prisma.FallbackUseInclude

const sealedSelect = {
  id: true,
  subjectId: true,
  number: true,
  hash: true,
  canonical: true,
  sealedAt: true,
  endedAt: true,
  requesterId: true,
  signOffs: {
    where: { withdrawnAt: null },
    orderBy: { signedAt: 'asc' },
    select: { slotKey: true, decision: true, signedAt: true, signer: namedSelect },
  },
} as const satisfies Prisma.SealedVersionSelect

/**
 * Fallback uses with everything their rules depend on, in a handful of statements whatever their number. Nothing of it depends on the clock: phases
 * are derived by the domain at the instant of whoever reads.
 */
export async function loadFallbacks(
  tx: Tx,
  where: Prisma.FallbackUseWhereInput,
  page: { take?: number; orderBy?: Prisma.FallbackUseOrderByWithRelationInput[] } = {},
): Promise<FallbackFacts[]> {
  const rows = await tx.fallbackUse.findMany({ where, ...page, include: useInclude })
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const versions = await tx.sealedVersion.findMany({ where: { subject: 'fallback', subjectId: { in: ids } }, select: sealedSelect })
  const requesters = await tx.principal.findMany({ where: { id: { in: versions.map(({ requesterId }) => requesterId) } }, ...namedSelect })
  const incidents = await loadIncidents(tx, { id: { in: rows.flatMap(({ incidentId }) => incidentId ?? []) } })
  const reasons = await loadTexts(
    tx,
    rows.map(({ reason }) => reason),
  )
  const unreviewed = await tx.fallbackUse.findMany({
    where: { systemId: { in: [...new Set(rows.map(({ systemId }) => systemId))] }, ownRequest: true, reviewedAt: null },
    orderBy: { askedAt: 'asc' },
    select: { id: true, systemId: true, profileKey: true, rule: true },
  })
  const facts: FallbackFacts[] = []
  for (const row of rows) {
    const policy = await loadPolicyVersion(tx, row.policyVersionId)
    const mine = versions.filter(({ subjectId }) => subjectId === row.id)
    const live = mine.find(({ endedAt }) => endedAt === null)
    const requester = requesters.find(({ id }) => id === live?.requesterId)
    const granters = mine.flatMap(({ signOffs }) =>
      signOffs.filter(({ decision }) => decision === 'approve').map(({ signer }) => toNamed(signer)),
    )
    facts.push({
      id: row.id,
      system: { id: row.systemId, name: row.system.name },
      rule: ruleOf(policy.policy, row),
      policy: { versionId: policy.id, number: policy.number, hash: policy.hash, policy: policy.policy },
      mappings: row.mappingKeys,
      purpose: row.purpose as FallbackPurpose, // written through the schema only
      reason: reasons.get(row.reason) ?? null,
      ticket: row.ticket,
      incident: incidents.find(({ id }) => id === row.incidentId) ?? null,
      askedBy: { ...toNamed(row.askedBy), countsAsId: row.askedForId },
      askedAt: row.askedAt,
      askedUntil: row.askedUntil,
      status: row.status as FallbackStatus, // the database allows no other
      ownRequest: row.ownRequest,
      grantedAt: row.grantedAt,
      expiresAt: row.expiresAt,
      extensions: row.extensions,
      returnedAt: row.returnedAt,
      returnedBy: row.returnedBy && toNamed(row.returnedBy),
      cleanedUpAt: row.cleanedUpAt,
      cleanedUpBy: row.cleanedUpBy && { ...toNamed(row.cleanedUpBy), countsAsId: row.cleanedUpForId ?? row.cleanedUpBy.id },
      cleanUpNote: row.cleanUpNote,
      cleanUpLink: row.cleanUpLink,
      exposed: row.exposed,
      reviewedAt: row.reviewedAt,
      reviewedBy: row.reviewedBy && toNamed(row.reviewedBy),
      reviewFinding: row.reviewFinding as FallbackFacts['reviewFinding'],
      reviewNote: row.reviewNote,
      sealed:
        live && requester
          ? {
              id: live.id,
              number: live.number,
              hash: live.hash,
              sealedAt: live.sealedAt,
              requester: toNamed(requester),
              text: JSON.parse(live.canonical) as FallbackText, // our own canonical text
            }
          : null,
      nextNumber: row.lastSealed + 1,
      signOffs: (live?.signOffs ?? []).map(({ slotKey, decision, signedAt, signer }) => ({
        slotKey,
        signerId: signer.id,
        signerName: toNamed(signer).name,
        decision: decision as 'approve' | 'decline',
        signedAt,
      })),
      granters: granters.map(({ id, name }) => ({ id, name })),
      unreviewedOwn:
        unreviewed.find(
          (other) =>
            other.id !== row.id && other.systemId === row.systemId && other.profileKey === row.profileKey && other.rule === row.rule,
        )?.id ?? null,
    })
  }
  return facts
}

/**
 * Locks one fallback use (and holds its incident as it is) until the transaction ends, and gives its facts. Refuses `not_found` alike for what does
 * not exist and what the systems given do not hold (T23). Two granters, a withdrawal, an extension and a return take turns here (T07).
 */
export async function loadFallbackForUpdate(tx: Tx, id: string, systems: readonly string[] | null): Promise<FallbackFacts> {
  const [locked] = await tx.$queryRaw<{ systemId: string; incidentId: string | null }[]>`
    SELECT "systemId", "incidentId" FROM "FallbackUse" WHERE id = ${id} FOR UPDATE`
  const isSeen = locked !== undefined && (systems === null || systems.includes(locked.systemId))
  ensure(isSeen ? null : refuse('not_found', `There is no break-glass ${id} that you can see.`, { place: 'fallback' }))
  // Held before anything is read: an incident that is being closed is waited for, and read as it then is.
  if (locked?.incidentId) await tx.$queryRaw`SELECT id FROM "Incident" WHERE id = ${locked.incidentId} FOR SHARE`
  const [facts] = await loadFallbacks(tx, { id })
  return facts as FallbackFacts // locked just above, and nothing is ever deleted
}

/** Which uses are in a phase at an instant: the same as `fallbackPhase` says of each, which a test holds against it. */
export function fallbacksIn(phase: FallbackPhase, now: Date): Prisma.FallbackUseWhereInput {
  const ended: Prisma.FallbackUseWhereInput = { OR: [{ returnedAt: { not: null } }, { expiresAt: { lte: now } }] }
  switch (phase) {
    case 'requested':
    case 'refused':
    case 'withdrawn':
      return { status: phase }
    case 'open':
      return { status: 'granted', returnedAt: null, expiresAt: { gt: now }, cleanedUpAt: null, reviewedAt: null }
    case 'ended':
      return { status: 'granted', cleanedUpAt: null, reviewedAt: null, ...ended }
    case 'cleaned_up':
      return { status: 'granted', cleanedUpAt: { not: null }, reviewedAt: null }
    case 'reviewed':
      return { status: 'granted', reviewedAt: { not: null } }
    default:
      return phase satisfies never
  }
}

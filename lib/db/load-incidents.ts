import 'server-only'
import type { IncidentFacts, IncidentPhase, Running, Severity } from '@/lib/domain/incident'
import { ensure, refuse } from '@/lib/domain/refusal'
import { instantInWords } from '@/lib/domain/words'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { namedSelect, toNamed } from './named'

/** Incidents with everything their rules depend on besides debts; two statements whatever their number. */
export async function loadIncidents(
  tx: Tx,
  where: Prisma.IncidentWhereInput,
  page: { take?: number; orderBy?: Prisma.IncidentOrderByWithRelationInput[] } = {},
): Promise<IncidentFacts[]> {
  const rows = await tx.incident.findMany({
    where,
    ...page,
    include: { system: { select: { name: true } }, commander: namedSelect, declaredBy: namedSelect, closedBy: namedSelect },
  })
  const notes = await loadTexts(
    tx,
    rows.flatMap(({ closingNote }) => closingNote ?? []),
  )
  return rows.map((row) => ({
    id: row.id,
    system: { id: row.systemId, name: row.system.name },
    profile: row.profileKey,
    title: row.title,
    reference: row.reference,
    severity: row.severity as Severity, // the database allows no other
    commander: row.commander && toNamed(row.commander),
    declaredBy: { ...toNamed(row.declaredBy), countsAsId: row.declaredForId },
    openedAt: row.openedAt,
    closed:
      row.closedAt && row.closedBy
        ? { at: row.closedAt, by: toNamed(row.closedBy), note: notes.get(row.closingNote ?? '') ?? null, postmortem: row.postmortem }
        : null,
  }))
}

/** The bodies of texts kept apart, by digest; what was taken off the record is not among them. */
export async function loadTexts(tx: Tx, digests: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (digests.length === 0) return new Map()
  const rows = await tx.auditText.findMany({ where: { digest: { in: [...digests] } }, select: { digest: true, body: true } })
  return new Map(rows.flatMap(({ digest, body }) => (body === null ? [] : [[digest, body] as const])))
}

/** Which incidents are in a phase. */
export function incidentsIn(phase: IncidentPhase): Prisma.IncidentWhereInput {
  return { closedAt: phase === 'open' ? null : { not: null } }
}

/**
 * Locks one incident until the transaction ends and gives its facts: nothing can be done under it meanwhile. Refuses `not_found` alike for what does
 * not exist and what the systems given do not hold (T23).
 */
export async function loadIncidentForUpdate(tx: Tx, id: string, systems: readonly string[] | null): Promise<IncidentFacts> {
  const [locked] = await tx.$queryRaw<{ systemId: string }[]>`SELECT "systemId" FROM "Incident" WHERE id = ${id} FOR UPDATE`
  const isSeen = locked !== undefined && (systems === null || systems.includes(locked.systemId))
  const [facts] = isSeen ? await loadIncidents(tx, { id }) : []
  ensure(facts ? null : refuse('not_found', `There is no incident ${id} that you can see.`, { place: 'incident' }))
  return facts as IncidentFacts // ensured just above
}

/**
 * Keeps one incident as it is until the transaction ends, and gives its facts; null when there is none. Whoever puts something under an incident (a
 * fallback use, a rotation, an emergency) takes this first: it cannot be closed meanwhile, and several may do so at once.
 */
export async function holdIncident(tx: Tx, id: string): Promise<IncidentFacts | null> {
  await tx.$queryRaw`SELECT id FROM "Incident" WHERE id = ${id} FOR SHARE`
  const [facts] = await loadIncidents(tx, { id })
  return facts ?? null
}

type RunningRow = { kind: 'fallback' | 'rotation' | 'promotion'; id: string; status: string; until: Date | null }

/** What still runs under an incident: uses that are open, rotations that are half done, emergency promotions on their way. It stays open over them. */
export async function loadRunning(tx: Tx, incident: string, now: Date): Promise<Running[]> {
  const rows = await tx.$queryRaw<RunningRow[]>(Prisma.sql`
    SELECT 'fallback' AS kind, f.id, f.status, f."expiresAt" AS until FROM "FallbackUse" f
      WHERE f."incidentId" = ${incident} AND f.status = 'granted' AND f."returnedAt" IS NULL AND f."expiresAt" > ${now}
    UNION ALL SELECT 'rotation', r.id, r.status, NULL FROM "Rotation" r
      WHERE r."incidentId" = ${incident} AND r.status IN ('in_progress', 'verifying', 'rolling_back')
    UNION ALL SELECT 'promotion', p.id, p.status, NULL FROM "Promotion" p WHERE p."incidentId" = ${incident} AND p.emergency AND p.status = 'open'
    ORDER BY kind, id`)
  return rows.map(({ kind, id, status, until }) => {
    if (kind === 'fallback')
      return { id, sentence: `${id} is open until ${until ? instantInWords(until) : 'it is closed'}; close it first.` }
    if (kind === 'rotation') return { id, sentence: `${id} is ${status.replaceAll('_', ' ')}; it ends first.` }
    return { id, sentence: `${id} is on its way as an emergency; it is deployed or withdrawn first.` }
  })
}

import 'server-only'
import { cache } from 'react'
import { db } from '@/lib/db/client'
import { loadAttestationsDue } from '@/lib/db/load-attestations-due'
import { loadExceptions } from '@/lib/db/load-exceptions'
import { loadFallbacks } from '@/lib/db/load-fallbacks'
import type { SecretFacts } from '@/lib/db/load-keys'
import { loadPromotions, type Standing } from '@/lib/db/load-promotions'
import { loadRotationsById } from '@/lib/db/load-rotations'
import type { Candidate } from '@/lib/domain/approval'
import { durationMs } from '@/lib/domain/duration'
import type { DeploymentToSee } from '@/lib/domain/inbox'
import type { DriftTable } from '@/lib/domain/inbox-drift'
import type { SecopsFacts } from '@/lib/domain/inbox-secops'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { PromotionFacts } from '@/lib/domain/promotion'
import { getStandings, type Looker, type SystemStanding } from './system-standing'

/** What moves in the systems somebody may see: rail, inbox, board and palette look at the same facts, read once for each request. */
export type InFlight = {
  standings: SystemStanding[]
  /** Open promotions, the longest open first. */
  promotions: PromotionFacts[]
  people: Candidate[]
  deployments: (DeploymentToSee & { promotion: string | null; startedByKind: Candidate['kind'] })[]
  secops: SecopsFacts
  drift: DriftTable
}

type Row = Omit<InFlight['deployments'][number], 'system' | 'watchMs'> & { systemId: string }

/** Reads it in a number of statements that grows neither with systems nor with promotions. */
export const getInFlight = cache(async (looker: Looker): Promise<InFlight> => {
  const { standings, people, secrets, debts, drift } = await getStandings(looker)
  const ids = standings.map(({ slug }) => slug)
  const rows = await db.$queryRaw<Row[]>`
      SELECT d.id, d."systemId", d."profileKey" AS profile, r.version, d.status, d.authorised, d."startedAt", d."promotionId" AS promotion, p.kind AS "startedByKind",
        coalesce(n.name, p.label, 'Somebody erased') AS "startedBy"
      FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId" JOIN "Principal" p ON p.id = d."startedById" LEFT JOIN "Person" n ON n."principalId" = p.id
      WHERE d."systemId" = ANY (${ids}) AND (d.status = 'started' OR (d.status = 'succeeded' AND NOT d.authorised AND NOT EXISTS (
        SELECT 1 FROM "Deployment" later WHERE later."systemId" = d."systemId" AND later."profileKey" = d."profileKey" AND later.status = 'succeeded' AND later."startedAt" > d."startedAt")))
      ORDER BY d."startedAt", d.id`
  const deployments = rows.map(({ systemId, ...row }) => {
    const standing = standings.find(({ slug }) => slug === systemId)
    const watchFor = standing?.version.policy.deployment.watchFor
    return { ...row, system: { id: systemId, name: standing?.name ?? systemId }, watchMs: watchFor ? durationMs(watchFor) : null }
  })
  const promotions = standings.flatMap(({ open }) => open).sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime())
  const attestations = await loadAttestationsDue(
    db,
    standings.map(({ version }) => version.policy),
    looker.now,
  )
  const waiting = drift.exceptions.filter(({ waits }) => waits).map(({ id }) => id)
  return {
    standings,
    promotions,
    people,
    deployments,
    secops: await loadSecops(secrets, { debts, keys: secrets.standings, ...drift }, looker.now),
    drift: {
      findings: standings.flatMap((standing) => standing.drift),
      exceptions: drift.exceptions,
      waiting:
        waiting.length > 0 ? await loadExceptions(db, { id: { in: waiting } }, { orderBy: [{ filedAt: 'asc' }, { id: 'asc' }] }) : [],
      attestations,
      nameOf: (slug) => standings.find((standing) => standing.slug === slug)?.name ?? slug,
    },
  }
})

/** Rotations that run or wait, ages of keys, broken glass and what is owed, of some systems; only what is there costs a statement. */
async function loadSecops(secrets: SecretFacts, standing: Standing, now: Date): Promise<SecopsFacts> {
  const debts = [...standing.debts]
  const owing = [...new Set(debts.flatMap(({ subject }) => (subject.kind === 'fallback' ? subject.id : [])))]
  const reviewed = [...new Set(debts.flatMap(({ kind, subject }) => (kind === 'emergency_review' ? subject.id : [])))]
  const uses = [...new Set([...owing, ...secrets.requested, ...secrets.glass.map(({ id }) => id)])]
  const [rotations, fallbacks, emergencies] = await Promise.all([
    loadRotationsById(db, secrets.rotations),
    uses.length > 0 ? loadFallbacks(db, { id: { in: uses } }, { orderBy: [{ askedAt: 'asc' }] }) : [],
    reviewed.length > 0 ? loadPromotions(db, { id: { in: reviewed } }, now, { standing }) : [],
  ])
  return { rotations, keys: secrets.standings, fallbacks, debts, audits: secrets.audits, emergencies }
}

/** The class of a profile under the policy a promotion is pinned to; a name it does not declare counts as production. */
export function classOf(facts: Pick<PromotionFacts, 'policy'>, profile: string): ProfileClass {
  return facts.policy.policy.profiles.find(({ id }) => id === profile)?.class ?? 'production'
}

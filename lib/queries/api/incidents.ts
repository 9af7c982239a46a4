import 'server-only'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { incidentsIn, loadIncidents } from '@/lib/db/load-incidents'
import { loadSystem } from '@/lib/db/load-system'
import type { Named } from '@/lib/domain/context'
import type { Debt } from '@/lib/domain/debt'
import { type IncidentFacts, type IncidentPhase, incidentPhase } from '@/lib/domain/incident'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, type Who } from './slice'

const who = ({ id, name, kind }: Named): Who => ({ id, name, kind })

function toSummary(facts: IncidentFacts) {
  const { id, system, profile, title, severity, reference, commander, declaredBy, openedAt, closed } = facts
  return {
    id,
    system: system.id,
    profile,
    title,
    severity,
    reference,
    state: incidentPhase(facts),
    commander: commander && who(commander),
    declaredBy: who(declaredBy),
    openedAt,
    closedBy: closed && who(closed.by),
    closedAt: closed?.at ?? null,
    postmortem: closed?.postmortem ?? null,
  }
}

/** A debt as answers give it. */
function toDebt({ system: _, ...debt }: Debt) {
  return { ...debt, roles: [...debt.roles] }
}

/** Incidents that somebody may see, the newest declared first. */
export async function listIncidents(looker: Looker, filter: { system?: string; state?: IncidentPhase }, slice: Slice) {
  const where = {
    ...systemFilter(looker, filter.system),
    ...(filter.state ? incidentsIn(filter.state) : {}),
    ...behind('openedAt', slice.after),
  }
  const facts = await loadIncidents(db, where, { take: slice.take, orderBy: [{ openedAt: 'desc' }, { id: 'desc' }] })
  return facts.map(toSummary)
}

/** One incident with what is linked to it and what that still owes, judged at the looker's instant. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getIncident(looker: Looker, id: string) {
  const [facts] = await loadIncidents(db, { id, ...systemFilter(looker, undefined) })
  if (!facts) throw new Refused(refuse('not_found', `There is no incident ${id} that you can see.`, { place: 'incident' }))
  const linked = { where: { incidentId: id }, select: { id: true }, take: 200 } as const
  const [rotations, fallbacks, promotions, debts] = await Promise.all([
    db.rotation.findMany({ ...linked, orderBy: { openedAt: 'asc' } }),
    db.fallbackUse.findMany({ ...linked, orderBy: { askedAt: 'asc' } }),
    db.promotion.findMany({ ...linked, orderBy: { openedAt: 'asc' } }),
    loadDebts(db, [facts.system.id], looker.now),
  ])
  return {
    ...toSummary(facts),
    rotations: rotations.map((each) => each.id),
    fallbackUses: fallbacks.map((each) => each.id),
    promotions: promotions.map((each) => each.id),
    debts: debts.filter(({ incident }) => incident === id).map(toDebt),
    judgedAt: looker.now,
  }
}

/** What a system still owes, the one due first first; possibly of one profile, by id or alias. */
export async function listDebts(looker: Looker, filter: { system: string; profile?: string }) {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  const profile = filter.profile === undefined ? undefined : (resolveProfile(active.policy, filter.profile).profile?.id ?? filter.profile)
  const debts = await loadDebts(db, [filter.system], looker.now)
  return { items: debts.filter((debt) => profile === undefined || debt.profile === profile).map(toDebt), judgedAt: looker.now }
}

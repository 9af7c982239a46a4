import 'server-only'
import { db } from '@/lib/db/client'
import { loadPromotions } from '@/lib/db/load-promotions'
import { type ChecklistTick, checklistProgress } from '@/lib/domain/checklist'
import { durationMs } from '@/lib/domain/duration'
import { type BoardColumn, gateCounts } from '@/lib/domain/holding'
import { inboxOf } from '@/lib/domain/inbox'
import { type PromotionPhase, type PromotionStatus, promotionPhase, whyNotOpenPromotion } from '@/lib/domain/promotion'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { classOf, getInFlight } from './in-flight'
import { getLeadTimes, type LeadTime } from './lead-times'
import { cardOf, type ProfileView, type PromotionCard } from './promotion-card'
import { failureWords, type Looker, type SystemStanding } from './system-standing'

/** How far a deployment's checklist has come. */
export type Progress = { deployment: string; done: number; total: number; startedAt: Date }

/** A live release inside its time of observation. */
export type Watched = {
  promotion: string
  deployment: string
  system: string
  version: string
  from: ProfileView
  to: ProfileView
  until: Date | null
  openItems: number
  /** The incident under which it went as an emergency. */
  emergency: string | null
}

/** A promotion that is over, and why where it went wrong. */
export type Finished = {
  id: string
  system: string
  version: string
  from: ProfileView
  to: ProfileView
  status: PromotionStatus
  at: Date
  why: string | null
  /** The incident under which it was an emergency. */
  emergency: string | null
}

export type BoardPage = {
  systems: { slug: string; name: string }[]
  system: string | null
  columns: Record<Exclude<BoardColumn, 'watching'>, (PromotionCard & { progress: Progress | null })[]>
  watching: Watched[]
  /** The last one that was watched to its end; null when there never was one. */
  lastWatched: { system: string; version: string; at: Date } | null
  leadTimes: LeadTime[]
  finished: Finished[]
  whyNotOpen: Refusal | null
}

/** The board: what is moving and what is stuck (ux.md, Promotions board). Scoped to what the viewer may see (T23); a constant number of statements. */
export async function getBoard(looker: Looker, filter: { system?: string } = {}): Promise<BoardPage> {
  const { actor, now } = looker
  const flight = await getInFlight(looker)
  const standings = filter.system ? flight.standings.filter(({ slug }) => slug === filter.system) : flight.standings
  const ids = standings.map(({ slug }) => slug)
  const items = inboxOf(actor, flight, now)
  const [runs, leadTimes, finished] = await Promise.all([
    loadRuns(standings, now),
    getLeadTimes(
      standings.map(({ slug, name, version }) => ({ slug, name, policy: version.policy })),
      now,
    ),
    loadFinished(standings),
  ])
  const cards = flight.promotions
    .filter(({ system }) => ids.includes(system.id))
    .map((facts) => cardOf(facts, looker, flight.people, items))
  const inColumn = (column: BoardColumn) =>
    cards
      .filter((card) => card.column === column)
      .map((card) => ({ ...card, progress: runs.find((run) => run.promotionId === card.id && run.status === 'started')?.progress ?? null }))
  const watched = runs.filter((run) => run.status === 'succeeded' && run.promotionId !== null).map((run) => toWatched(run, standings))
  return {
    systems: flight.standings.map(({ slug, name }) => ({ slug, name })),
    system: filter.system ?? null,
    columns: { collecting: inColumn('collecting'), signing: inColumn('signing'), deploying: inColumn('deploying') },
    watching: watched.filter((each) => each.isOn(now)).map(({ watched: one }) => one),
    lastWatched: lastWatched(watched.filter((each) => !each.isOn(now))),
    leadTimes,
    finished,
    whyNotOpen: whyNotOpenAnywhere(flight.standings, looker),
  }
}

/** Why somebody may open a promotion nowhere; null when they may for one system at least. */
export function whyNotOpenAnywhere(standings: readonly SystemStanding[], { actor, now }: Looker): Refusal | null {
  const refusals = standings.map((standing) => whyNotOpenPromotion(actor, { id: standing.slug, name: standing.name }, now))
  if (refusals.includes(null)) return null
  return refusals.length === 1
    ? (refusals[0] ?? null)
    : refuse('not_allowed', 'Promotions are opened by a Release Manager, a dev lead or an engineer of a system. An admin grants roles.')
}

type Run = Awaited<ReturnType<typeof loadRuns>>[number]

const WATCH_DAYS = 30

async function loadRuns(standings: readonly SystemStanding[], now: Date) {
  const rows = await db.deployment.findMany({
    where: {
      systemId: { in: standings.map(({ slug }) => slug) },
      OR: [
        { status: 'started' },
        { status: 'succeeded', promotionId: { not: null }, finishedAt: { gte: new Date(now.getTime() - WATCH_DAYS * 86_400_000) } },
      ],
    },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: 100,
    select: {
      id: true,
      systemId: true,
      profileKey: true,
      promotionId: true,
      status: true,
      startedAt: true,
      finishedAt: true,
      release: { select: { version: true } },
      promotion: { select: { fromKey: true, incidentId: true } },
      run: { select: { items: true, variant: true, ticks: { select: { itemId: true, state: true, at: true } } } },
    },
  })
  return rows.map((row) => {
    const phase = standings.find(({ slug }) => slug === row.systemId)?.version.policy.phases?.current ?? null
    const context = { profileKey: row.profileKey, phase, variant: row.run?.variant ?? null }
    const ticks: ChecklistTick[] = row.run?.ticks ?? []
    const during = row.run ? checklistProgress(row.run.items, ticks, context, ['before', 'during']) : null
    const after = row.run ? checklistProgress(row.run.items, ticks, context, ['after']) : null
    const progress: Progress | null = during && { deployment: row.id, done: during.done, total: during.total, startedAt: row.startedAt }
    return { ...row, progress, openAfter: after ? after.total - after.done : 0 }
  })
}

function toWatched(run: Run, standings: readonly SystemStanding[]) {
  const standing = standings.find(({ slug }) => slug === run.systemId)
  const policy = standing?.version.policy
  const watchFor = policy?.deployment.watchFor
  const until = watchFor && run.finishedAt ? new Date(run.finishedAt.getTime() + durationMs(watchFor)) : null
  const view = (key: string): ProfileView => ({ id: key, class: policy?.profiles.find(({ id }) => id === key)?.class ?? 'production' })
  const watched: Watched = {
    promotion: run.promotionId ?? '',
    deployment: run.id,
    system: standing?.name ?? run.systemId,
    version: run.release.version,
    from: view(run.promotion?.fromKey ?? run.profileKey),
    to: view(run.profileKey),
    until,
    openItems: run.openAfter,
    emergency: run.promotion?.incidentId ?? null,
  }
  // Watching = succeeded with `after` items open (domain.md, Deployment), or inside the policy's time of observation.
  return { watched, finishedAt: run.finishedAt, isOn: (now: Date) => run.openAfter > 0 || (until !== null && until > now) }
}

function lastWatched(over: readonly ReturnType<typeof toWatched>[]): BoardPage['lastWatched'] {
  const last = over.toSorted((a, b) => (b.finishedAt?.getTime() ?? 0) - (a.finishedAt?.getTime() ?? 0))[0]
  return last ? { system: last.watched.system, version: last.watched.version, at: last.finishedAt ?? new Date(0) } : null
}

async function loadFinished(standings: readonly SystemStanding[]): Promise<Finished[]> {
  const rows = await db.promotion.findMany({
    where: { systemId: { in: standings.map(({ slug }) => slug) }, status: { not: 'open' } },
    orderBy: [{ endedAt: 'desc' }, { id: 'desc' }],
    take: 5,
    select: {
      id: true,
      systemId: true,
      status: true,
      endedAt: true,
      fromKey: true,
      toKey: true,
      openedAt: true,
      incidentId: true,
      release: { select: { version: true } },
      deployments: {
        where: { status: 'failed' },
        orderBy: { startedAt: 'desc' },
        take: 1,
        select: { failureClass: true, failureSignature: true },
      },
    },
  })
  return rows.map((row): Finished => {
    const standing = standings.find(({ slug }) => slug === row.systemId) as SystemStanding // asked for above
    const view = (key: string): ProfileView => ({
      id: key,
      class: standing.version.policy.profiles.find(({ id }) => id === key)?.class ?? 'production',
    })
    const failed = row.deployments[0]
    return {
      id: row.id,
      system: standing.name,
      version: row.release.version,
      from: view(row.fromKey),
      to: view(row.toKey),
      status: row.status as PromotionStatus,
      at: row.endedAt ?? row.openedAt,
      why: row.status === 'failed' && failed ? failureWords(standing.version, failed) : null,
      emergency: row.incidentId,
    }
  })
}

/** One line of the table of promotions. */
export type PromotionRow = {
  id: string
  system: { id: string; name: string }
  version: string
  from: ProfileView
  to: ProfileView
  phase: PromotionPhase
  /** The incident under which it is an emergency; null for an ordinary one. */
  emergency: string | null
  gates: { passed: number; total: number; covered: number; skipped: number }
  signed: number
  slots: number
  openedAt: Date
  openedBy: string
}

/**
 * Promotions, the newest opened first, one more than `limit` where there are more. `after` is the position of the last row seen: when it was opened and
 * its id. No offset, a constant number of statements (T30).
 */
export async function listPromotions(
  looker: Looker,
  filter: { system?: string; state?: PromotionStatus },
  page: { limit: number; after: readonly [openedAt: string, id: string] | null },
): Promise<PromotionRow[]> {
  const { standings } = await getInFlight(looker)
  const ids = standings.map(({ slug }) => slug).filter((slug) => filter.system === undefined || slug === filter.system)
  const seen = page.after && { openedAt: new Date(page.after[0]), id: page.after[1] }
  const rows = await loadPromotions(
    db,
    {
      systemId: { in: ids },
      ...(filter.state ? { status: filter.state } : {}),
      ...(seen ? { OR: [{ openedAt: { lt: seen.openedAt } }, { openedAt: seen.openedAt, id: { lt: seen.id } }] } : {}),
    },
    looker.now,
    { take: page.limit + 1, orderBy: [{ openedAt: 'desc' }, { id: 'desc' }] },
  )
  return rows.map((facts) => ({
    id: facts.id,
    system: facts.system,
    version: facts.release.version,
    from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
    to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
    phase: promotionPhase(facts, looker.now),
    emergency: facts.emergency?.incident.id ?? null,
    // What has ended shows the gates as they were sealed: they are not judged any more.
    gates: facts.status === 'open' ? gateCounts(facts) : sealedCounts(facts.sealed?.dossier.gates ?? []),
    signed: facts.signOffs.filter(({ decision }) => decision === 'approve').length,
    slots: facts.edge.signOff.slots.length,
    openedAt: facts.openedAt,
    openedBy: facts.openedBy.name,
  }))
}

const sealedCounts = (gates: readonly { verdict: string }[]) => ({
  passed: gates.filter(({ verdict }) => verdict.startsWith('pass')).length,
  covered: gates.filter(({ verdict }) => verdict === 'pass_with_exception').length,
  skipped: gates.filter(({ verdict }) => verdict === 'skipped').length,
  total: gates.length,
})

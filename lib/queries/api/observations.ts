import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { loadOpenExceptions } from '@/lib/db/load-exceptions'
import { loadOpenFindings } from '@/lib/db/load-findings'
import { loadTexts } from '@/lib/db/load-incidents'
import { loadVerdicts } from '@/lib/db/load-judge-context'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { driftOf, type FindingStanding } from '@/lib/domain/finding'
import { driftIndex } from '@/lib/domain/matrix-drift'
import { SECTIONS } from '@/lib/domain/observation/facts'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, toWho, whoSelect } from './slice'

const observationSelect = {
  id: true,
  systemId: true,
  profileKey: true,
  instance: true,
  source: true,
  environment: true,
  facts: true,
  digest: true,
  claimedAt: true,
  recordedAt: true,
  observedBy: whoSelect,
  release: { select: { version: true } },
} as const satisfies Prisma.ObservationSelect

type ObservationRow = Prisma.ObservationGetPayload<{ select: typeof observationSelect }>

function toObservation({ systemId, profileKey, observedBy, release, facts, ...row }: ObservationRow) {
  const reported = facts as Record<string, unknown> // as the schema took it
  return {
    ...row,
    system: systemId,
    profile: profileKey,
    sections: SECTIONS.filter((section) => section in reported),
    release: release?.version ?? null,
    observedBy: toWho(observedBy),
  }
}

/** What was reported of a system's profiles, newest first; without the facts, of which one observation has many. */
export async function listObservations(looker: Looker, filter: { system: string; profile?: string }, slice: Slice) {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  const rows = await db.observation.findMany({
    where: {
      systemId: filter.system,
      profileKey: filter.profile === undefined ? undefined : profileOrRefuse(active.policy, filter.profile).id,
      ...behind('recordedAt', slice.after),
    },
    orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: observationSelect,
  })
  return rows.map(toObservation)
}

/** One observation with its facts. Refuses `not_found` alike for unseen and unknown ones (T23). */
export async function getObservation(looker: Looker, systemId: string, id: string) {
  await loadSystem(db, looker.actor, systemId, looker.now)
  const row = await db.observation.findFirst({ where: { id, systemId }, select: observationSelect })
  if (!row) throw new Refused(refuse('not_found', 'There is no such observation that you can see.', { place: 'observation' }))
  return { ...toObservation(row), facts: row.facts }
}

const findingSelect = {
  id: true,
  systemId: true,
  profileKey: true,
  rule: true,
  kind: true,
  severity: true,
  title: true,
  expected: true,
  observed: true,
  instance: true,
  observationId: true,
  reference: true,
  openedAt: true,
  closedAt: true,
  closedHow: true,
  acknowledgedAt: true,
  acknowledgement: true,
  resolution: true,
  raisedBy: whoSelect,
  acknowledgedBy: whoSelect,
  resolvedBy: whoSelect,
} as const satisfies Prisma.FindingSelect

type FindingRow = Prisma.FindingGetPayload<{ select: typeof findingSelect }>

async function toFindings({ now }: Looker, rows: readonly FindingRow[]) {
  const open = rows.filter(({ closedAt }) => closedAt === null)
  const exceptions = open.length === 0 ? [] : await loadOpenExceptions(db, [...new Set(open.map(({ systemId }) => systemId))])
  const texts = await loadTexts(
    db,
    rows.flatMap(({ acknowledgement, resolution }) => [acknowledgement, resolution].filter((digest) => digest !== null)),
  )
  return rows.map((row) => {
    const standing = { ...row, system: row.systemId, profile: row.profileKey, kind: row.kind as FindingStanding['kind'] }
    const [drift] = row.closedAt ? [] : driftOf([{ ...standing, severity: row.severity as FindingStanding['severity'] }], exceptions, now)
    const exception = drift?.exception?.id ?? null
    const { id, rule, kind, severity, title, expected, observed, instance, reference, openedAt } = row
    return {
      id,
      system: row.systemId,
      profile: row.profileKey,
      rule,
      kind,
      severity,
      state: row.closedAt ? 'closed' : exception === null ? 'open' : 'covered',
      exception,
      title,
      expected,
      observed,
      instance,
      observation: row.observationId,
      reference,
      raisedBy: row.raisedBy && toWho(row.raisedBy),
      openedAt,
      acknowledged:
        row.acknowledgedAt && row.acknowledgedBy
          ? { at: row.acknowledgedAt, by: toWho(row.acknowledgedBy), note: texts.get(row.acknowledgement ?? '') ?? null }
          : null,
      closed: row.closedAt
        ? {
            at: row.closedAt,
            how: row.closedHow,
            by: row.resolvedBy && toWho(row.resolvedBy),
            resolution: texts.get(row.resolution ?? '') ?? null,
          }
        : null,
    }
  })
}

export type FindingFilter = {
  system?: string
  profile?: string
  rule?: string
  kind?: string
  severity?: string
  state?: 'open' | 'closed'
}

/** Findings somebody may see, the newest opened first. Three statements whatever their number. */
export async function listFindings(looker: Looker, filter: FindingFilter, slice: Slice) {
  const { profile, rule, kind, severity, state } = filter
  const rows = await db.finding.findMany({
    where: {
      ...systemFilter(looker, filter.system),
      profileKey: profile,
      rule,
      kind,
      severity,
      ...(state === undefined ? {} : { closedAt: state === 'open' ? null : { not: null } }),
      ...behind('openedAt', slice.after),
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: findingSelect,
  })
  return toFindings(looker, rows)
}

/** One finding. Refuses `not_found` alike for unseen and unknown ones (T23). */
export async function getFinding(looker: Looker, id: string) {
  const row = await db.finding.findFirst({ where: { id, ...systemFilter(looker, undefined) }, select: findingSelect })
  const [finding] = row ? await toFindings(looker, [row]) : []
  if (!finding) throw new Refused(refuse('not_found', `There is no finding ${id} that you can see.`, { place: 'finding' }))
  return finding
}

const stateOf = ({ state }: RuleVerdict, isCovered: boolean) =>
  state === 'deviates' ? (isCovered ? ('covered_drift' as const) : ('open_drift' as const)) : state

/** What the facts say of every rule of a system now, with the exception that covers a deviation and the finding that is open for it. Four statements. */
export async function getVerdicts(looker: Looker, filter: { system: string; profile?: string; state?: string }) {
  const { now } = looker
  const { active } = await loadSystem(db, looker.actor, filter.system, now)
  const profile = filter.profile === undefined ? null : profileOrRefuse(active.policy, filter.profile).id
  const verdicts = (await loadVerdicts(db, [active], now)).get(filter.system) ?? []
  const exceptions = await loadOpenExceptions(db, [filter.system])
  const findings = await loadOpenFindings(db, [filter.system])
  // As the matrix looks rules up: one that only follows from others is covered when all of them are.
  const knownOf = driftIndex({ verdicts, findings: driftOf(findings, exceptions, now), exceptions }, filter.system, now)
  const items = verdicts
    .filter((verdict) => profile === null || verdict.profile === profile)
    .map((verdict) => {
      const known = knownOf(verdict.profile, [verdict.rule])
      const covering = verdict.state === 'deviates' ? known.covering : null
      const { rule, severity, title, expected, observed, instance, seenAt, provenance } = verdict
      return {
        profile: verdict.profile,
        rule,
        state: stateOf(verdict, covering !== null),
        severity,
        title,
        expected,
        observed,
        instance,
        seenAt,
        exception: covering?.id ?? null,
        finding: known.finding?.id ?? null,
        provenance: { source: provenance.source ?? null, assumed: provenance.assumed === true },
      }
    })
    .filter(({ state }) => filter.state === undefined || state === filter.state)
  return { items, policy: { number: active.number, hash: active.hash }, judgedAt: now }
}

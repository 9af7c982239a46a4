import 'server-only'
import { db } from '@/lib/db/client'
import { loadOpenExceptions } from '@/lib/db/load-exceptions'
import { loadTexts } from '@/lib/db/load-incidents'
import { findActivePolicy, type LoadedPolicy } from '@/lib/db/load-policy'
import { loadNamed } from '@/lib/db/named'
import { type Named, readableSystems } from '@/lib/domain/context'
import { type ExceptionStanding, type ExceptionState, exceptionState } from '@/lib/domain/exception'
import { whyNotFile } from '@/lib/domain/exception-guards'
import { type DriftStanding, driftOf, type FindingEnd, type FindingKind, type Severity } from '@/lib/domain/finding'
import { documentsOf, whyNotAcknowledge, whyNotResolve } from '@/lib/domain/finding-guards'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { neverExceptable, type RuleRef, ruleRef } from '@/lib/domain/rule-ref'
import { getRecordOf, type RecordTimeline } from './incident-timeline'
import type { Looker } from './system-standing'

/** An exception of the rule of a finding: the one that covers it, one that waits, or an earlier one. */
export type FindingException = { id: string; state: ExceptionState; startsAt: Date; endsAt: Date; isCovering: boolean; owner: Named }

/** A finding as its page shows it. */
export type FindingDetail = {
  id: string
  system: { slug: string; name: string }
  profile: string | null
  rule: string
  kind: FindingKind
  severity: Severity
  title: string
  expected: string
  observed: string
  instance: string | null
  openedAt: Date
  closed: { at: Date; how: FindingEnd; by: Named | null; resolution: string | null } | null
  acknowledged: { at: Date; by: Named; note: string | null } | null
  /** Who raised it; null: it opened by itself, with the facts. */
  raisedBy: Named | null
  reference: string | null
  /** The report that opened it. */
  report: { by: Named; source: string; recordedAt: Date; claimedAt: Date | null; environment: string | null } | null
  /** The rule under the active policy; null where it has none of that key any more. */
  ref: RuleRef | null
  /** The document that is disagreed with, and what the policy does about conflicts. */
  document: { title: string; onConflict: string | null } | null
  policy: { number: number; normative: boolean; sources: { id: string; title: string }[] }
  covering: ExceptionStanding | null
  exceptions: FindingException[]
  whyNot: { acknowledge: Refusal | null; except: Refusal | null; resolve: Refusal | null }
  record: RecordTimeline
}

/** One finding, or null where there is none that the viewer may see (T23). Its history is its own and that of the exceptions filed for it. */
export async function getFinding(looker: Looker, id: string): Promise<FindingDetail | null> {
  const { actor, now } = looker
  const readable = readableSystems(actor, now)
  const row = await db.finding.findFirst({
    where: { id, ...(readable === null ? {} : { systemId: { in: readable } }) },
    include: {
      system: { select: { name: true } },
      exceptions: { orderBy: { filedAt: 'desc' }, take: 20 },
    },
  })
  if (!row) return null
  const [version, open, texts, report] = await Promise.all([
    findActivePolicy(db, row.systemId),
    row.closedAt ? [] : loadOpenExceptions(db, [row.systemId]),
    loadTexts(
      db,
      [row.acknowledgement, row.resolution].filter((digest) => digest !== null),
    ),
    row.observationId ? db.observation.findUnique({ where: { id: row.observationId } }) : Promise.resolve(null),
  ])
  if (!version) return null // a system without an active policy is not seen
  const standing = {
    ...row,
    system: row.systemId,
    profile: row.profileKey,
    kind: row.kind as FindingKind, // the database allows no other
    severity: row.severity as Severity,
  }
  const [drift] = driftOf([standing], open, now) as [DriftStanding]
  const system = { id: row.systemId, name: row.system.name }
  const facts = { ...standing, system }
  const ofRule = open.filter(({ profile, rule }) => profile === row.profileKey && rule === row.rule)
  const [record, who] = await Promise.all([
    getRecordOf(looker, [
      { kind: 'finding', id },
      ...[...new Set([...ofRule, ...row.exceptions].map((each) => each.id))].map((each) => ({ kind: 'exception' as const, id: each })),
    ]),
    loadNamed(db, [
      row.raisedById,
      row.acknowledgedById,
      row.resolvedById,
      report?.observedById ?? null,
      ...row.exceptions.map(({ ownerId }) => ownerId),
    ]),
  ])
  const exceptions = exceptionsOf(row.exceptions, ofRule, drift.exception, who, now)
  const { policy } = version
  return {
    id,
    system: { slug: row.systemId, name: row.system.name },
    profile: row.profileKey,
    rule: row.rule,
    kind: standing.kind,
    severity: standing.severity,
    title: row.title,
    expected: row.expected,
    observed: row.observed,
    instance: row.instance,
    openedAt: row.openedAt,
    closed: row.closedAt && {
      at: row.closedAt,
      how: row.closedHow as FindingEnd,
      by: row.resolvedById === null ? null : who(row.resolvedById),
      resolution: row.resolution === null ? null : (texts.get(row.resolution) ?? null),
    },
    acknowledged:
      row.acknowledgedAt && row.acknowledgedById
        ? { at: row.acknowledgedAt, by: who(row.acknowledgedById), note: texts.get(row.acknowledgement ?? '') ?? null }
        : null,
    raisedBy: row.raisedById === null ? null : who(row.raisedById),
    reference: row.reference,
    report: report && {
      by: who(report.observedById),
      source: report.source,
      recordedAt: report.recordedAt,
      claimedAt: report.claimedAt,
      environment: report.environment,
    },
    ref: row.profileKey === null ? null : ruleRef(policy, row.profileKey, row.rule),
    document: documentOf(version, row.rule),
    policy: {
      number: version.number,
      normative: policy.document.normative,
      sources: policy.sources.map((source) => ({ id: source.id, title: source.title })),
    },
    covering: drift.exception,
    exceptions,
    whyNot: {
      acknowledge: whyNotAcknowledge(facts, actor, now),
      except: whyNotFile(actor, system, now) ?? whyNotExcept(version, standing),
      resolve: whyNotResolve(facts, actor, now),
    },
    record,
  }
}

/** Why no exception covers this finding, whoever asks. */
function whyNotExcept(
  { policy }: LoadedPolicy,
  finding: { id: string; profile: string | null; rule: string; kind: FindingKind },
): Refusal | null {
  if (finding.profile === null || finding.kind === 'conflict')
    return refuse('policy_forbids', `${finding.id} is of the whole system, and an exception is of one profile. It is resolved.`)
  const never = neverExceptable(policy, { key: finding.rule })
  if (never) return refuse('policy_forbids', `No exception covers this: ${never.text}`, { details: never.instead ? [never.instead] : [] })
  return ruleRef(policy, finding.profile, finding.rule)
    ? null
    : refuse(
        'policy_forbids',
        'The active policy has no rule of this name, so there is nothing to make an exception from. Report it again.',
      )
}

type Filed = { id: string; status: string; startsAt: Date; endsAt: Date; ownerId: string }

/** Exceptions filed for the finding, and whatever else is open for its rule. */
function exceptionsOf(
  rows: readonly Filed[],
  ofRule: readonly ExceptionStanding[],
  covering: ExceptionStanding | null,
  who: (id: string) => Named,
  now: Date,
): FindingException[] {
  const filed = rows.map(({ id, startsAt, endsAt, status, ownerId }): FindingException => {
    const state = exceptionState({ status: status as ExceptionStanding['status'], endsAt }, now)
    return { id, startsAt, endsAt, state, isCovering: covering?.id === id, owner: who(ownerId) }
  })
  const others = ofRule
    .filter(({ id }) => !filed.some((each) => each.id === id))
    .map((each): FindingException => {
      const { id, startsAt, endsAt, owner } = each
      return { id, startsAt, endsAt, owner, state: exceptionState(each, now), isCovering: covering?.id === id }
    })
  return [...others, ...filed]
}

function documentOf({ policy }: LoadedPolicy, rule: string): FindingDetail['document'] {
  if (!rule.startsWith('document.')) return null
  const id = rule.slice('document.'.length)
  const title = documentsOf(policy).find((each) => each.id === id)?.title ?? id
  return { title, onConflict: policy.document.onConflict?.text ?? null }
}

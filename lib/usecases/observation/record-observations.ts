import 'server-only'
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { learnActive } from '@/lib/db/active-guess'
import { ensureReadable } from '@/lib/db/load-system'
import { mutate, type Outcome, type Work } from '@/lib/db/mutate'
import { type OpenedFinding, writeFindings } from '@/lib/db/write-findings'
import { findReplayed, keepObservations, lockForIngest, writeFacts } from '@/lib/db/write-observations'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import type { Explanations } from '@/lib/domain/observation/context'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { mergeFacts } from '@/lib/domain/observation/merge'
import { reconcile } from '@/lib/domain/observation/reconcile'
import type { Policy } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import { observationsIn, type reportObservationsInput } from '@/lib/schemas/observation'
import { type BroughtEvidence, bringObserved, NeedsPromotions } from './bring-observed'
import { type Call, type Prepared, prepareObservations } from './prepare-observations'
import { profilesWithPrints, recordPrints } from './record-prints'
import { recordSeenSnapshots } from './record-seen-snapshots'

/** What one observation of a call came to. `duplicate`: it was there already, and nothing of it was added (T10). `release`: the version that runs. */
export type RecordedObservation = {
  id: string
  profile: string
  instance: string
  release: string | null
  duplicate: boolean
  recordedAt: Date
}

/** What a call came to: what was kept, which findings opened and closed by it, and which gates it brought evidence for. */
export type RecordedObservations = {
  observations: RecordedObservation[]
  opened: OpenedFinding[]
  closed: string[]
  evidence: BroughtEvidence[]
  snapshots: number
  fingerprints: number
}

/** One attempt, one more after another policy was applied meanwhile, and one for each time promotions have to be held first. */
const ATTEMPTS = 5

/**
 * Takes what runtimes, agents and pipelines report of profiles: keeps it, merges it into the newest facts, and judges the system by them (000.11, 001.5 to 001.10,
 * 002.33, 004.4, 004.13, 004.24). Findings open and close with that; snapshots and fingerprints that are new are recorded; gates that the policy binds to
 * reported facts get their evidence. All of it or nothing, once for each reporter and content (T10). No value comes in: a call with anything
 * that looks like one is refused whole (T18). The hot path has three statements of its own; more come only where something is new.
 */
export async function recordObservations(ctx: Ctx, input: z.output<typeof reportObservationsInput>): Promise<RecordedObservations> {
  const observations = observationsIn(input)
  const call: Call = { observations, places: observations.map((_, index) => (input.observations ? `observations[${index}].` : '')) }
  let held: readonly string[] = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const once = ctx.once && { ...ctx.once }
    try {
      const recorded = await mutate({ ...ctx, ...(once ? { once } : {}) }, (work) => ingest(work, input.system, call, held))
      if (ctx.once && once) Object.assign(ctx.once, once)
      return recorded
    } catch (error) {
      if (error instanceof Replay) return error.recorded
      if (error instanceof NeedsPromotions) held = [...new Set([...held, ...error.promotions])]
      else if (!(error instanceof PolicyMoved)) throw error
    }
  }
  throw new Refused(refuse('busy', 'The policy and the promotions of this system are moving right now. Report again in a moment.'))
}

/** Ends an attempt with nothing written: another policy version is active than this process knew. */
class PolicyMoved extends Error {}

/** Ends an attempt with nothing written: all of it is there already. */
class Replay extends Error {
  readonly recorded: RecordedObservations
  constructor(recorded: RecordedObservations) {
    super('These observations are recorded already')
    this.recorded = recorded
  }
}

type Rows = Prepared['rows']

async function ingest(work: Work, systemId: string, call: Call, held: readonly string[]): Promise<Outcome<RecordedObservations>> {
  const { tx, now, actor } = work
  ensureReadable(actor, systemId, now)
  const { version, rows } = await prepareObservations(work, systemId, call)
  const { policy, hash } = version
  await lockForIngest(tx, systemId, { promotions: held, keyProfiles: profilesWithPrints(version, rows) })
  const kept = await keepObservations(tx, { version, by: actor, now }, rows)
  if (kept.activeId !== version.id) {
    await learnActive(tx, systemId)
    throw new PolicyMoved()
  }
  const fresh = rows.filter(({ id }) => kept.added.has(id))
  const observations = await answered(work, systemId, rows, kept.added)
  if (fresh.length === 0) throw new Replay({ ...NOTHING, observations })

  const { facts: before, findings, prints: known } = kept.judged
  const merged = mergeAll(policy, before, fresh, kept.judged.context.explained, now)
  await writeFacts(tx, systemId, before, merged)
  const facts = overlay(before, merged)
  const seen = await recordSeenSnapshots(work, systemId, fresh)
  const prints = await recordPrints(work, version, { rows: fresh, facts: before, known })
  const context = {
    ...kept.judged.context,
    snapshots: [...seen.made, ...kept.judged.context.snapshots],
    fingerprintFindings: prints.findings ?? kept.judged.context.fingerprintFindings,
  }
  const shownBy = (profile: string) => fresh.findLast((row) => row.profile === profile)?.id ?? null
  const plan = reconcile(findings, judgeSystem(policy, facts, context, now))
  const written = await writeFindings(tx, { systemId, policyHash: hash, now }, plan, shownBy)
  const brought = await bringObserved(work, {
    system: { id: systemId, name: policy.system.name },
    profiles: [...new Set(fresh.map(({ profile }) => profile))],
    promotions: kept.promotions,
    held,
    facts,
    context,
    shownBy,
  })
  const [first, ...others] = observedEvents(systemId, hash, fresh)
  return {
    result: {
      observations,
      opened: written.opened,
      closed: written.closed,
      evidence: brought.evidence,
      snapshots: seen.made.length,
      fingerprints: prints.made,
    },
    // At least one observation is fresh.
    events: [first as AuditEvent, ...others, ...seen.events, ...prints.events, ...written.events, ...brought.events],
  }
}

const NOTHING = { opened: [], closed: [], evidence: [], snapshots: 0, fingerprints: 0 }

const keyOf = ({ profile, instance, section }: CurrentFact): string => `${profile}\n${instance}\n${section}`

/** The facts with some of them replaced or added. */
function overlay(facts: readonly CurrentFact[], newer: readonly CurrentFact[]): CurrentFact[] {
  return [...new Map([...facts, ...newer].map((fact) => [keyOf(fact), fact])).values()]
}

/** The facts that the observations of a call change, each as the last one leaves it. */
function mergeAll(policy: Policy, facts: readonly CurrentFact[], rows: Rows, explained: Explanations, now: Date): CurrentFact[] {
  const merged = new Map<string, CurrentFact>()
  for (const { profile, instance, ...row } of rows) {
    const current = overlay(facts, [...merged.values()]).filter((fact) => fact.profile === profile && fact.instance === instance)
    for (const fact of mergeFacts(policy, current, { ...row, profile, instance, recordedAt: now }, explained)) merged.set(keyOf(fact), fact)
  }
  return [...merged.values()]
}

/** What each observation of the call came to; those that were there already by the id they have. */
async function answered(
  { tx, now, actor }: Work,
  systemId: string,
  rows: Rows,
  added: ReadonlySet<string>,
): Promise<RecordedObservation[]> {
  const earlier = rows.some(({ id }) => !added.has(id)) ? await findReplayed(tx, systemId, actor.id, rows) : []
  return rows.map(({ id, profile, instance, release, digest }) => {
    const base = { profile, instance, release: release?.version ?? null }
    if (added.has(id)) return { id, ...base, duplicate: false, recordedAt: now }
    const first = earlier.find((row) => row.profile === profile && row.digest === digest)
    return { id: first?.id ?? id, ...base, duplicate: true, recordedAt: first?.recordedAt ?? now }
  })
}

/** One event for each profile, however many observations of it came: names of sections and a digest of all that was reported. */
function observedEvents(systemId: string, policyHash: string, rows: Rows): AuditEvent[] {
  return [...Map.groupBy(rows, ({ profile }) => profile)].map(([profile, [first, ...others]]) => {
    const all = [first as Rows[number], ...others] // groups are never empty
    const sections = [...new Set(all.flatMap(({ facts }) => Object.keys(facts)))].sort()
    return {
      action: 'observation.recorded',
      system: systemId,
      subject: { kind: 'observation', id: all[0]?.id ?? profile },
      policy: policyHash,
      after: {
        profile,
        observations: all.length,
        sections,
        digest: createHash('sha256')
          .update(all.map(({ digest }) => digest).join('\n'))
          .digest('hex'),
      },
    }
  })
}

import 'server-only'
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { learnActive } from '@/lib/db/active-guess'
import type { LoadedPolicy } from '@/lib/db/load-policy'
import { ensureReadable } from '@/lib/db/load-system'
import { mutate, type Outcome, type Work } from '@/lib/db/mutate'
import { type OpenedFinding, writeFindings } from '@/lib/db/write-findings'
import {
  findReplayed,
  forgetFacts,
  keepObservations,
  lockForIngest,
  readSystem,
  renewFacts,
  replaceFacts,
  type SystemRead,
  splitFacts,
} from '@/lib/db/write-observations'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import type { Explanations, JudgeContext } from '@/lib/domain/observation/context'
import type { CurrentFact } from '@/lib/domain/observation/facts'
import { forgottenFacts } from '@/lib/domain/observation/forget'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { mergeFacts } from '@/lib/domain/observation/merge'
import { type Reconciliation, reconcile } from '@/lib/domain/observation/reconcile'
import type { Policy } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import { observationsIn, type reportObservationsInput } from '@/lib/schemas/observation'
import { type BroughtEvidence, bringObserved, dueEvidence, failingPromotions, NeedsPromotions, type ObservedCall } from './bring-observed'
import { type Call, type Prepared, prepareObservations } from './prepare-observations'
import { profilesWithNewPrints, recordPrints } from './record-prints'
import { hasNewSnapshots, recordSeenSnapshots } from './record-seen-snapshots'

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
 * that looks like one is refused whole (T18). Where nothing is new it has two statements of its own and waits for nobody (`seeAgain`).
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
/** A call as it goes on: its policy version, and those of its observations that are new. */
type Fresh = { version: LoadedPolicy; rows: Rows }

async function ingest(work: Work, systemId: string, call: Call, held: readonly string[]): Promise<Outcome<RecordedObservations>> {
  const { tx, now, actor } = work
  ensureReadable(actor, systemId, now)
  const { version, rows } = await prepareObservations(work, systemId, call)
  const { added, ...known } = await keepObservations(tx, { version, by: actor, now }, rows)
  await ensureActive(work, version, known)
  const fresh = { version, rows: rows.filter(({ id }) => added.has(id)) }
  const observations = await answered(work, systemId, rows, added)
  if (fresh.rows.length === 0) throw new Replay({ ...NOTHING, observations })
  const quiet = await seeAgain(work, fresh, known)
  const changed =
    quiet === true ? { ...NOTHING, events: [] } : await change(work, fresh, [...new Set([...held, ...quiet.promotions])], quiet.keyProfiles)
  const { events, ...came } = changed
  const [first, ...others] = observedEvents(systemId, version.hash, fresh.rows)
  return { result: { observations, ...came }, events: [first as AuditEvent, ...others, ...events] } // at least one observation is fresh
}

async function ensureActive({ tx }: Work, version: LoadedPolicy, { activeId }: SystemRead): Promise<void> {
  if (activeId === version.id) return
  await learnActive(tx, version.systemId)
  throw new PolicyMoved()
}

/**
 * The fast path, without the system's row: reports that say what is known, under findings that say what the verdicts say, only renew the age of facts. What others
 * change meanwhile they judge with the same facts that this reports, so nothing is missed. Otherwise gives what has to be held.
 */
async function seeAgain(
  work: Work,
  { version, rows }: Fresh,
  { judged, promotions }: SystemRead,
): Promise<true | { promotions: string[]; keyProfiles: string[] }> {
  const { facts: before, context, findings, prints: known } = judged
  const merged = mergeAll(version.policy, before, rows, context.explained, work.now)
  const { again, fresh } = splitFacts(before, merged)
  const facts = overlay(before, merged)
  const keyProfiles = profilesWithNewPrints(version, { rows, facts: before, known })
  const due = await dueEvidence(work, observed(version, rows, promotions, facts, context))
  const changes =
    fresh.length > 0 ||
    keyProfiles.length > 0 ||
    due.length > 0 ||
    hasNewSnapshots(rows, before) ||
    !isNothing(reconcile(findings, judgeSystem(version.policy, facts, context, work.now)))
  if (!changes && (await renewFacts(work.tx, version.systemId, again)) === again.length) return true
  return { promotions: failingPromotions(due), keyProfiles }
}

/** The other path: holds what it changes, reads again, and writes what is new. */
async function change(
  work: Work,
  { version, rows }: Fresh,
  held: readonly string[],
  keyProfiles: readonly string[],
): Promise<Omit<RecordedObservations, 'observations'> & { events: AuditEvent[] }> {
  const { tx, now } = work
  const { policy, systemId, hash } = version
  await lockForIngest(tx, systemId, { promotions: held, keyProfiles })
  const known = await readSystem(tx, version, now)
  await ensureActive(work, version, known)
  const { facts: before, findings, prints: recorded } = known.judged
  const merged = mergeAll(policy, before, rows, known.judged.context.explained, now)
  await replaceFacts(tx, systemId, merged)
  await forgetFacts(tx, systemId, forgottenFacts(policy, overlay(before, merged), now))
  const seen = await recordSeenSnapshots(work, systemId, rows)
  const prints = await recordPrints(work, version, { rows, facts: before, known: recorded })
  const context = {
    ...known.judged.context,
    snapshots: [...seen.made, ...known.judged.context.snapshots],
    fingerprintFindings: prints.findings ?? known.judged.context.fingerprintFindings,
  }
  const facts = overlay(before, merged)
  const call = observed(version, rows, known.promotions, facts, context)
  const plan = reconcile(findings, judgeSystem(policy, facts, context, now))
  const written = await writeFindings(tx, { systemId, policyHash: hash, now }, plan, call.shownBy)
  const brought = await bringObserved(work, call, held)
  return {
    opened: written.opened,
    closed: written.closed,
    evidence: brought.evidence,
    snapshots: seen.made.length,
    fingerprints: prints.made,
    events: [...seen.events, ...prints.events, ...written.events, ...brought.events],
  }
}

/** What the gates of open promotions are asked with. */
function observed(
  { systemId, policy }: LoadedPolicy,
  rows: Rows,
  promotions: SystemRead['promotions'],
  facts: readonly CurrentFact[],
  context: JudgeContext,
): ObservedCall {
  return {
    system: { id: systemId, name: policy.system.name },
    profiles: [...new Set(rows.map(({ profile }) => profile))],
    promotions,
    facts,
    context,
    shownBy: (profile) => rows.findLast((row) => row.profile === profile)?.id ?? null,
  }
}

const isNothing = ({ open, change: changed, close }: Reconciliation): boolean => open.length + changed.length + close.length === 0

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

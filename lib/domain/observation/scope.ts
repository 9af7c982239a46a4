import { durationMs } from '../duration'
import type { Policy } from '../policy/schema'
import type { JudgeContext } from './context'
import type { Baseline, CurrentFact, FactsOf, Section } from './facts'
import { type Judged, type Seen, stale, unknown, worst } from './judged'

/** A section as one runtime of a profile last reported it. */
export type Row<S extends Section> = Seen & { facts: FactsOf[S]; baseline: Baseline | null }

/** What counts of a section on a profile. Not fresh: everything that is known of it is old. */
export type Counting<S extends Section> = { rows: readonly Row<S>[]; fresh: boolean }

/** What every judge of a rule reads. */
export type Scope = {
  policy: Policy
  context: JudgeContext
  now: Date
  staleMs: number
  /** The fresh rows of a section on a profile, by name of the runtime; the old ones only where there is no fresh one. */
  seen: <S extends Section>(profile: string, section: S) => Counting<S>
}

const NONE: Counting<Section> = { rows: [], fresh: false }

/** Sorts facts by profile and section, and leaves out old ones of a runtime where another of the profile is fresh. */
export function scopeOf(policy: Policy, facts: readonly CurrentFact[], context: JudgeContext, now: Date): Scope {
  const staleMs = durationMs(policy.observations.staleAfter)
  const isFresh = ({ seenAt }: Pick<CurrentFact, 'seenAt'>) => seenAt.getTime() + staleMs > now.getTime()
  const bySection = new Map<string, CurrentFact[]>()
  for (const fact of facts) {
    const key = `${fact.profile}\n${fact.section}`
    const known = bySection.get(key)
    if (known) known.push(fact)
    else bySection.set(key, [fact])
  }
  const counting = new Map<string, Counting<Section>>()
  for (const [key, all] of bySection) {
    const fresh = all.some(isFresh)
    const rows = newestOfEach(fresh ? all.filter(isFresh) : all)
    counting.set(key, {
      rows: rows.map(({ instance, seenAt, facts: seen, baseline }) => ({ instance, seenAt, facts: seen, baseline })),
      fresh,
    })
  }
  return {
    policy,
    context,
    now,
    staleMs,
    seen: <S extends Section>(profile: string, section: S) => (counting.get(`${profile}\n${section}`) ?? NONE) as Counting<S>, // keyed by the section
  }
}

/** One row for each runtime, the newest, in the order of their names. */
function newestOfEach(facts: readonly CurrentFact[]): CurrentFact[] {
  if (facts.length === 1) return [...facts]
  const newest = new Map<string, CurrentFact>()
  for (const fact of facts) {
    const known = newest.get(fact.instance)
    if (!known || isNewer(fact, known)) newest.set(fact.instance, fact)
  }
  return [...newest.values()].sort((a, b) => (a.instance < b.instance ? -1 : 1))
}

const isNewer = (one: CurrentFact, other: CurrentFact): boolean =>
  one.seenAt.getTime() === other.seenAt.getTime() ? one.observationId > other.observationId : one.seenAt > other.seenAt

/** A judgement of old facts: whatever they said, it is stale. */
export const aged = (judged: Judged, fresh: boolean): Judged =>
  fresh || judged.state === 'unknown'
    ? judged
    : { ...stale(judged.seenAt && { instance: judged.instance ?? '', seenAt: judged.seenAt }, judged.observed), instance: judged.instance }

/** Judges a section runtime by runtime: the worst counts; null says that a runtime has nothing to say of it. */
export function eachRow<S extends Section>(counting: Counting<S>, judge: (row: Row<S>) => Judged | null): Judged {
  const all = counting.rows.flatMap((row) => judge(row) ?? [])
  return all.length === 0 ? unknown() : aged(worst(all), counting.fresh)
}

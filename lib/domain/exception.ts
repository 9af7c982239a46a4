import type { Named } from './context'

export const EXCEPTION_STATUSES = ['filed', 'approved', 'rejected', 'withdrawn', 'closed'] as const
/** What is stored of a drift exception; running and overdue are derived from the clock (domain.md, life cycles). */
export type ExceptionStatus = (typeof EXCEPTION_STATUSES)[number]

export const EXCEPTION_STATES = ['filed', 'running', 'overdue', 'rejected', 'withdrawn', 'closed'] as const
/** Where an exception stands at an instant. */
export type ExceptionState = (typeof EXCEPTION_STATES)[number]

/** A drift exception as verdicts, gates, dossiers and notes read it (000.32). Texts are digests; names of principals are today's. */
export type ExceptionStanding = {
  id: string
  system: string
  profile: string
  /** What deviates: the same key that findings and cells of the matrix have (rule-ref.ts). */
  rule: string
  title: string
  expected: string
  observed: string
  owner: Named
  /** Since when it deviates, until when it is expected to: the end that was approved. */
  startsAt: Date
  endsAt: Date
  approvedAt: Date | null
  endedAt: Date | null
  status: ExceptionStatus
  /** False: approved by filing where that never covers (domain.md: a tier without slots). */
  covers: boolean
  /** Whether its tier has slots, so that somebody signed for it: only such a one reaches a gate through the rules it fails by. */
  signed?: boolean
  extensions: number
  /** Digests of why and of how it gets fixed. */
  reason: string
  remediation: string
  finding: string | null
  /** Whether the filing or an extension waits for signatures. */
  waits?: boolean
  /** Each end that was approved, with the instant from which it counts; left out: one, from `approvedAt` to `endsAt`. */
  terms?: readonly ExceptionTerm[]
}

/** One approved end of an exception: it holds from its approval, so that an extension after the end heals nothing backwards. */
export type ExceptionTerm = { approvedAt: Date; until: Date }

/** Where an exception stands at an instant: approved and not ended it runs until its end and is overdue from then on. */
export function exceptionState(exception: Pick<ExceptionStanding, 'status' | 'endsAt'>, now: Date): ExceptionState {
  if (exception.status !== 'approved') return exception.status
  return exception.endsAt > now ? 'running' : 'overdue'
}

/**
 * Whether an exception is honoured at an instant: approved by then, not ended by then, and its end still to come. The one reader of it: every verdict,
 * gate and note asks this, so that none honours an exception outside its interval (domain.md, what always holds, 8). Between an end that passed and an
 * extension approved after it, nothing was honoured.
 */
export function isHonoured(exception: Pick<ExceptionStanding, 'approvedAt' | 'endedAt' | 'endsAt' | 'terms'>, at: Date): boolean {
  const { approvedAt, endedAt, endsAt } = exception
  if (approvedAt === null || approvedAt > at || at >= endsAt || (endedAt !== null && endedAt <= at)) return false
  return exception.terms === undefined || exception.terms.some((term) => term.approvedAt <= at && at < term.until)
}

/** The exception that covers a rule on a profile of a system at an instant; null for none. The one that lasts longest, should there be two. */
export function coveringException<E extends ExceptionStanding>(
  exceptions: readonly E[],
  what: { system: string; profile: string; rule: string },
  now: Date,
): E | null {
  return exceptions.reduce<E | null>((best, each) => {
    const is =
      each.system === what.system && each.profile === what.profile && each.rule === what.rule && each.covers && isHonoured(each, now)
    return is && (best === null || each.endsAt > best.endsAt) ? each : best
  }, null)
}

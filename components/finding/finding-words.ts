import type { StatusKind } from '@/components/ui/status'
import type { FindingEnd, FindingKind, Severity } from '@/lib/domain/finding'
import { formatDate, formatDay } from '@/lib/format'

type Stated = {
  kind: FindingKind
  severity: Severity
  profile: string | null
  closed: { at: Date; how: FindingEnd } | null
  exception: { id: string; endsAt: Date } | null
}

/** The shape of a finding: open drift without an exception is red and outlined, covered drift violet, what is only noted waits (ux.md section 18). */
export function findingStatus({ closed, exception, severity }: Stated): StatusKind {
  if (closed) return 'pass'
  if (exception) return 'drift'
  return severity === 'note' ? 'waiting' : 'open-drift'
}

/** Where a finding stands, in words: the shape beside it never says it alone. */
export function findingWords(finding: Stated, now: Date): string {
  const { kind, severity, profile, closed, exception } = finding
  if (closed) return `${END[closed.how]} ${formatDate(closed.at)}`
  if (exception) return `Covered by ${exception.id} until ${formatDay(exception.endsAt, now)}`
  if (severity === 'block') return profile === null || kind === 'conflict' ? 'Holds every promotion' : `Holds promotions to ${profile}`
  return severity === 'warn' ? 'Drift, no exception' : 'Noted, holds nothing'
}

/** How a finding came to its end. */
export const END: Record<FindingEnd, string> = {
  facts: 'Gone, seen',
  policy: 'Answered by the policy,',
  explained: 'Explained by a governed change,',
  resolved: 'Resolved',
}

/** What each weight does. */
export const SEVERITY_WORDS: Record<Severity, string> = {
  block: 'Blocks: promotions to the profile wait while it is open and not covered',
  warn: 'Warns: it is shown and holds nothing',
  note: 'Note: it is listed',
}

export const KIND_WORDS: Record<FindingKind, string> = {
  drift: 'Drift from the policy',
  disagreement: 'Disagreement with a document',
  conflict: 'Conflict between documents',
}

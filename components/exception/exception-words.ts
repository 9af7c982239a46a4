import type { StatusKind } from '@/components/ui/status'
import type { ExceptionState } from '@/lib/domain/exception'
import type { ExceptionTermFacts } from '@/lib/domain/exception-approval'
import type { RuleKind } from '@/lib/domain/rule-ref'
import { formatAge, formatDay, formatTimeUtc, listWords } from '@/lib/format'
import type { SealedVersionView } from '@/lib/queries/sealed-versions'

/** The shape of each state (ux.md section 18): overdue is red and loud, covered drift violet, what is over is idle. */
export const EXCEPTION_STATUS: Record<ExceptionState, StatusKind> = {
  filed: 'waiting',
  running: 'drift',
  overdue: 'fail',
  closed: 'pass',
  rejected: 'denied',
  withdrawn: 'na',
}

/** What a filter calls each state. */
export const STATE_TITLE: Record<ExceptionState, string> = {
  overdue: 'Overdue',
  running: 'Running',
  filed: 'Filed, not signed yet',
  closed: 'Closed with evidence',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
}

type Standing = {
  state: ExceptionState
  endsAt: Date
  endedAt: Date | null
  covers: boolean
  waitsFor: readonly string[]
}

/** Where an exception stands, in words: the shape beside it never says it alone. */
export function stateWords({ state, endsAt, endedAt, covers, waitsFor }: Standing, now: Date): string {
  switch (state) {
    case 'overdue':
      return `${formatAge(now.getTime() - endsAt.getTime())} overdue`
    case 'running':
      return `${covers ? 'Covered' : 'Recorded, covers nothing,'} until ${formatDay(endsAt, now)} ${formatTimeUtc(endsAt)}`
    case 'filed':
      return waitsFor.length > 0 ? `Waiting on ${listWords(waitsFor)}` : 'Waiting for signatures'
    case 'closed':
      return endedAt ? `Closed ${formatDay(endedAt, now)} ${formatTimeUtc(endedAt)}` : 'Closed'
    case 'rejected':
      return 'Rejected'
    case 'withdrawn':
      return 'Withdrawn'
    default:
      return state satisfies never
  }
}

/** What a rule is called where a form or a table groups rules. */
export const KIND_TITLE: Record<RuleKind, string> = {
  cell: 'Matrix',
  variable: 'Variables',
  gate: 'Gates',
  isolation: 'Isolation',
  file: 'Files',
  fact: 'Environment and runtime',
}

/** The words between a rule and what it demands. */
export const DEMANDS: Record<RuleKind, string> = {
  cell: 'the matrix says',
  variable: 'the contract says',
  gate: 'the gate asks',
  isolation: 'the policy says',
  file: 'the policy says',
  fact: 'the policy says',
}

/** What in the record shows that a rule is covered. */
export const SHOWN_AS: Record<RuleKind, string> = {
  cell: 'Matrix cell',
  variable: 'Variable',
  gate: 'Gate',
  isolation: 'Isolation',
  file: 'File',
  fact: 'Rule',
}

/** The sealed version that let an end hold: the one whose last signature was given as it was approved. Null where nobody had to sign. */
export function versionOf(term: ExceptionTermFacts | undefined, versions: readonly SealedVersionView[]): SealedVersionView | null {
  if (!term || term.sealed === null) return null
  return versions.find(({ signOffs }) => signOffs.some(({ at }) => at.getTime() === term.approvedAt.getTime())) ?? null
}

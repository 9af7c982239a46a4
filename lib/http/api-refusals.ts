import 'server-only'
import { REFUSAL_STATUS, type RefusalCode } from '@/lib/domain/refusal'
import { OPERATIONS, type Operation } from '@/lib/schemas/api/operations'
import { refusalsOf } from '@/lib/schemas/openapi'
import { PROBLEM_TITLE } from './problem'

/** Every code the API can refuse with, by status: those its operations document, and those of addresses and methods that are none. */
export function apiRefusals(): { code: RefusalCode | 'internal'; status: number; title: string }[] {
  const codes = new Set<RefusalCode>(['not_found', 'method_not_allowed', ...Object.values<Operation>(OPERATIONS).flatMap(refusalsOf)])
  return [
    ...[...codes].map((code) => ({ code, status: REFUSAL_STATUS[code], title: PROBLEM_TITLE[code] })),
    { code: 'internal' as const, status: 500, title: PROBLEM_TITLE.internal },
  ].sort((a, b) => a.status - b.status)
}

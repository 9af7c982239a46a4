import type { StatusKind } from '@/components/ui/status'

/** The four severities in the order of their weight. */
export const SEVERITIES = [
  { value: 'sev1', label: '1 critical', status: 'fail' },
  { value: 'sev2', label: '2 major', status: 'fail' },
  { value: 'sev3', label: '3 minor', status: 'warn' },
  { value: 'sev4', label: '4 low', status: 'waiting' },
] as const satisfies readonly { value: string; label: string; status: StatusKind }[]

/** "Severity 2 major". */
export function severityWords(severity: string): string {
  return `Severity ${SEVERITIES.find(({ value }) => value === severity)?.label ?? severity}`
}

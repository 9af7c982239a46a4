import type { StatusKind } from '@/components/ui/status'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { AuditFinding, SecretAuditState } from '@/lib/domain/secret-audit'

/** What an audit found, as shape and word. */
export const FINDING_STATUS: Record<AuditFinding, { status: StatusKind; word: string }> = {
  met: { status: 'pass', word: 'Met' },
  concern: { status: 'warn', word: 'Concern' },
  violated: { status: 'fail', word: 'Violated' },
}

/** Where the audit of a profile stands, as shape and word (000.10). */
export const AUDIT_STATUS: Record<SecretAuditState, { status: StatusKind; word: string }> = {
  never: { status: 'waiting', word: 'Never audited' },
  met: { status: 'pass', word: 'Met' },
  due: { status: 'stale', word: 'Audit due again' },
  concern: { status: 'warn', word: 'Concern' },
  violated: { status: 'fail', word: 'Violated' },
}

/** What fingerprints speak of, in few words. */
export const PRINT_FINDING: Record<FingerprintFinding['kind'], string> = {
  shared_between_profiles: 'Shared between profiles',
  pair_identical: 'Pair holds one value',
  pair_not_shifted: 'Pair not shifted',
  old_secondary_in_use: 'Old second key in use',
  changed_nothing: 'Rotation changed nothing',
}

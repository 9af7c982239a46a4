import { z } from 'zod'
import { AUDIT_FINDINGS } from '../domain/secret-audit'
import { freeText, IsoInstant, Link, ProfileKey, SystemSlug } from './common'
import { RotationId } from './ids'

/** An audit by SecOps: of a rotation that is over, or of a profile's secret handling. */
export const recordSecretAuditInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey.optional().describe('The profile whose secret handling was audited.'),
    rotation: RotationId.optional().describe('The rotation that was audited, instead of a profile.'),
    finding: z.enum(AUDIT_FINDINGS, { error: 'Say what you found.' }).describe('met: nothing to object to; violated: a rule is broken.'),
    note: freeText(2_000, 'Say what you looked at and what you found.'),
    link: Link.optional(),
    nextDueAt: IsoInstant.optional().describe('When the next audit is due; by the policy’s interval when left out. Not for a rotation.'),
  })
  .refine(({ profile, rotation }) => (profile === undefined) !== (rotation === undefined), {
    path: ['profile'],
    error: 'Name either the profile or the rotation that was audited.',
  })
  .meta({ id: 'RecordSecretAudit' })

import { z } from 'zod'
import { AUDIT_FINDINGS } from '@/lib/domain/secret-audit'
import { ROTATION_METHODS } from '../../domain/policy/parts/variables'
import { ProfileKey, SystemSlug } from '../common'
import { Fingerprint, KeyId, MappingKey } from '../key'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

const at = { system: SystemSlug, profile: ProfileKey }
const onlyMapping = MappingKey.optional().describe('Only of this mapping.')

export const getKeyStandingsInput = z.strictObject({ system: SystemSlug })
export const listKeyVersionsInput = z.strictObject({ ...at, mapping: onlyMapping, ...pageQuery })
export const listFingerprintsInput = z.strictObject({ ...at, mapping: onlyMapping, ...pageQuery })
export const listSecretAuditsInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey.optional().describe('Only of this profile.'),
  ...pageQuery,
})

const Print = z.strictObject({ value: Fingerprint, keyId: z.string().describe('Which HMAC key made it.') }).meta({
  id: 'KeyedFingerprint',
  description: 'A fingerprint and the id of the HMAC key that made it. Only those of one key can be compared.',
})

const KeyInUse = z
  .strictObject({
    keyId: z.string(),
    use: z.enum(['current', 'accepted']).describe('accepted: an older key that still works.'),
    bornAt: UtcInstant,
    activatedAt: UtcInstant.describe('Since when it is here, in this use.'),
    fingerprint: Print.nullable(),
    rotation: z.string().nullable().describe('The rotation that brought it.'),
  })
  .meta({ id: 'KeyInUse' })

export const KeyStandingItem = z
  .strictObject({
    profile: z.string(),
    rule: z.string().describe('Id of the rotation rule of the policy.'),
    title: z.string(),
    method: z.enum(ROTATION_METHODS),
    members: z.array(z.strictObject({ mapping: z.string(), managerKey: z.string(), variable: z.string(), keys: z.array(KeyInUse) })),
    bornAt: UtcInstant.nullable(),
    ageSeconds: z.int().nullable(),
    limitSeconds: z.int().nullable().describe('The oldest the policy lets it get; null where it sets no limit.'),
    dueAt: UtcInstant.nullable(),
    state: z.enum(['unknown', 'ok', 'due_soon', 'overdue']),
    blocks: z.boolean().describe('It holds promotions to the profile.'),
    sentence: z.string(),
    rotation: z.strictObject({ id: z.string(), status: z.string() }).nullable().describe('The rotation that is open.'),
  })
  .meta({ id: 'KeyStanding' })

export const FingerprintFindingItem = z
  .strictObject({
    kind: z.enum(['shared_between_profiles', 'pair_identical', 'pair_not_shifted', 'old_secondary_in_use', 'changed_nothing']),
    system: SystemSlug,
    profile: z.string(),
    mapping: z.string(),
    sentence: z.string(),
    other: z.strictObject({ profile: z.string(), mapping: z.string() }).nullable(),
    rotation: z.string().nullable().describe('The rotation it speaks against.'),
    since: UtcInstant,
  })
  .meta({ id: 'FingerprintFinding' })

export const KeyStandingsAnswer = z
  .strictObject({ items: z.array(KeyStandingItem), findings: z.array(FingerprintFindingItem) })
  .meta({ id: 'KeyStandings' })

export const KeyVersionItem = z
  .strictObject({
    id: z.uuid(),
    ...at,
    mapping: z.string(),
    keyId: z.string(),
    use: z.enum(['current', 'accepted']),
    fingerprint: Print.nullable().describe('What it was known by when this was recorded. Newer ones are among the fingerprints.'),
    bornAt: UtcInstant,
    activatedAt: UtcInstant,
    endedAt: UtcInstant.nullable().describe('Null: it is held now.'),
    endedHow: z.enum(['moved', 'retired', 'rolled_back']).nullable(),
    retirementProof: z.string().nullable().describe('Where it is shown that it no longer works.'),
    rotation: z.string().nullable(),
    endedByRotation: z.string().nullable(),
    recordedBy: Who,
    recordedAt: UtcInstant,
  })
  .meta({ id: 'KeyVersion' })
export const ListKeyVersionsAnswer = pageAnswer(KeyVersionItem)

export const RecordedKeyAnswer = z
  .strictObject({ id: z.uuid(), profile: z.string(), mapping: z.string(), keyId: KeyId, activatedAt: UtcInstant })
  .meta({ id: 'RecordedKey' })
export const RetiredKeyAnswer = z
  .strictObject({ id: z.uuid(), profile: z.string(), mapping: z.string(), keyId: KeyId, retiredAt: UtcInstant })
  .meta({ id: 'RetiredKey' })

export const FingerprintItem = z
  .strictObject({
    id: z.uuid(),
    ...at,
    mapping: z.string(),
    fingerprint: Fingerprint,
    fingerprintKeyId: z.string(),
    rotation: z.string().nullable().describe('The rotation that was open for it then.'),
    claimedAt: UtcInstant.nullable(),
    reportedBy: Who,
    reportedAt: UtcInstant,
  })
  .meta({ id: 'FingerprintReport' })
export const ListFingerprintsAnswer = pageAnswer(FingerprintItem)

export const ReportedFingerprintsAnswer = z
  .strictObject({
    profile: z.string(),
    reported: z.int(),
    rotations: z.array(z.string()).describe('The open rotations whose secrets were among them.'),
    findings: z.array(FingerprintFindingItem).describe('What speaks against this profile now. Empty is good.'),
    claimSkewMinutes: z.int().nullable().describe('By how many minutes the claimed time is off, when by more than five.'),
  })
  .meta({ id: 'ReportedFingerprints' })

export const SecretAuditItem = z
  .strictObject({
    id: z.uuid(),
    ...at,
    rotation: z.string().nullable().describe('The rotation that was audited; null: the profile’s secret handling.'),
    finding: z.enum(AUDIT_FINDINGS),
    note: z.string(),
    link: z.string().nullable(),
    auditedBy: Who,
    auditedAt: UtcInstant,
    nextDueAt: UtcInstant.nullable(),
  })
  .meta({ id: 'SecretAudit' })
export const ListSecretAuditsAnswer = pageAnswer(SecretAuditItem)
export const RecordedAuditAnswer = z
  .strictObject({
    id: z.uuid(),
    profile: z.string(),
    rotation: z.string().nullable(),
    finding: z.enum(AUDIT_FINDINGS),
    auditedAt: UtcInstant,
    nextDueAt: UtcInstant.nullable(),
  })
  .meta({ id: 'RecordedSecretAudit' })

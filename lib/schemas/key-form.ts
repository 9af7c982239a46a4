import { z } from 'zod'
import { fromForm, inUtc, isRecord } from './form'
import { Fingerprint, MappingKey, recordKeyVersionInput, reportFingerprintsInput } from './key'
import { recordSecretAuditInput } from './secret-audit'

/** A day is its beginning in UTC, as the forms say; a date and time without a zone is UTC too. */
const dayInUtc = (value: unknown) => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : inUtc(value))

/** The form that says which key a mapping holds. */
export const recordKeyForm = z.preprocess(
  (raw) => (isRecord(raw) ? { ...raw, ...('bornAt' in raw ? { bornAt: dayInUtc(raw.bornAt) } : {}) } : raw),
  fromForm(recordKeyVersionInput),
)

/** The form that reports one fingerprint: its fields stand by themselves, so that each shows its own words. */
export const reportFingerprintForm = fromForm(
  z.strictObject({
    ...reportFingerprintsInput.shape,
    fingerprints: z.never().optional(),
    mapping: MappingKey,
    fingerprint: Fingerprint,
  }),
).transform(({ mapping, fingerprint, ...rest }) => ({ ...rest, fingerprints: [{ mapping, fingerprint }] }))

/** The form that records an audit. */
export const recordSecretAuditForm = z.preprocess(
  (raw) => (isRecord(raw) ? { ...raw, ...('nextDueAt' in raw ? { nextDueAt: dayInUtc(raw.nextDueAt) } : {}) } : raw),
  fromForm(recordSecretAuditInput),
)

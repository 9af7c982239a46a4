import { z } from 'zod'
import { fromForm } from './form'
import { Fingerprint, MappingKey, recordKeyVersionInput, reportFingerprintsInput } from './key'
import { recordSecretAuditInput } from './secret-audit'

const isRecord = (raw: unknown): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null

/** A day, or a date and time without a zone, is UTC, as the forms say. */
function inUtc(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return `${value}T00:00:00Z`
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/.test(value) ? `${value.length === 16 ? `${value}:00` : value}Z` : value
}

/** The form that says which key a mapping holds. */
export const recordKeyForm = z.preprocess(
  (raw) => (isRecord(raw) ? { ...raw, ...('bornAt' in raw ? { bornAt: inUtc(raw.bornAt) } : {}) } : raw),
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
  (raw) => (isRecord(raw) ? { ...raw, ...('nextDueAt' in raw ? { nextDueAt: inUtc(raw.nextDueAt) } : {}) } : raw),
  fromForm(recordSecretAuditInput),
)

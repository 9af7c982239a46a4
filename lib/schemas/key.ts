import { z } from 'zod'
import { freeText, IsoInstant, ProfileKey, SystemSlug } from './common'

/** Id of a secret mapping of the policy. */
export const MappingKey = z.string({ error: 'Choose the secret.' }).min(1, 'Choose the secret.').max(64).meta({
  id: 'MappingKey',
  description: 'Id of a secret mapping of the policy: a name in the secret manager and the variable it becomes.',
})

/**
 * The name of a key in its store: `k7`, a version, a `kid`. Never the key itself. A bare JWK thumbprint (RFC 7638) has the shape of a 32-byte key, so it is
 * given with what it is: `sha256:` before it (T18).
 */
export const KeyId = z
  .string({ error: 'Give the key’s id.' })
  .trim()
  .min(1, 'Give the key’s id.')
  .max(64, 'The id of a key has at most 64 characters. Never enter the key itself.')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/, 'an id such as k7, 2026-11 or a kid: letters, digits and . _ : / @ + -')
  .meta({
    id: 'KeyId',
    description:
      'The name of a key in its store (`k7`, a version, a `kid`). Never the key. A `kid` that is a JWK thumbprint has the shape of a key: write `sha256:` before it.',
  })

/** HMAC-SHA-256 of a secret value, made where the value lives: 64 lower-case hexadecimal digits. */
export const Fingerprint = z
  .string({ error: 'Give the fingerprint.' })
  .max(64)
  .regex(/^[0-9a-f]{64}$/, 'a fingerprint: 64 lower-case hexadecimal digits, as `openssl dgst -sha256 -mac HMAC` prints')
  .meta({
    id: 'Fingerprint',
    description:
      'HMAC-SHA-256 of the value under a key of your own that never comes here, 64 lower-case hexadecimal digits. Made where the value lives: `printf %s "$VALUE" | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$HMAC_KEY" -r | cut -c1-64`. Never a plain digest of the value: that can be guessed.',
  })

/** Says which key a mapping of a profile holds, by its name. How a key becomes known; it changes by a rotation. With `corrects` it mends a mistyped id. */
export const recordKeyVersionInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    mapping: MappingKey,
    keyId: KeyId,
    bornAt: IsoInstant.optional().describe('When the key was made; now, when left out. Its age counts from here.'),
    fingerprint: Fingerprint.optional(),
    fingerprintKeyId: KeyId.optional().describe('Which HMAC key made the fingerprint: its name. Needed with a fingerprint.'),
    corrects: KeyId.optional().describe(
      'The id that was recorded by mistake: this names the same key right. Only until a rotation brings another; its age stays, or grows by an earlier `bornAt`.',
    ),
    reason: freeText(500, 'Say what was wrong with it.').optional().describe('What was wrong. Needed with `corrects`, and only then.'),
  })
  .refine(({ fingerprint, fingerprintKeyId }) => (fingerprint === undefined) === (fingerprintKeyId === undefined), {
    path: ['fingerprintKeyId'],
    error: 'A fingerprint and the id of the HMAC key that made it go together.',
  })
  .refine(({ corrects, reason }) => (corrects === undefined) === (reason === undefined), {
    path: ['reason'],
    error: 'A correction says what was wrong; nothing else does.',
  })
  .meta({ id: 'RecordKeyVersion' })

/** Reports the fingerprints of what a runtime holds. All are made with one HMAC key, so that they can be compared. */
export const reportFingerprintsInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    fingerprintKeyId: KeyId.describe('Which HMAC key made the fingerprints: its name. Only those of one key are compared.'),
    fingerprints: z
      .array(z.strictObject({ mapping: MappingKey, fingerprint: Fingerprint }))
      .min(1, 'Report at least one fingerprint.')
      .max(100)
      .refine((list) => new Set(list.map(({ mapping }) => mapping)).size === list.length, 'each mapping once'),
    claimedAt: IsoInstant.optional().describe('When they were made, as the runtime says: a claim.'),
  })
  .meta({ id: 'ReportFingerprints' })

/** Says that an old key that was still accepted no longer works, and where that is shown. */
export const retireKeyInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    mapping: MappingKey,
    keyId: KeyId,
    proof: freeText(500, 'Say where it is shown that the old key no longer works.').describe(
      'Where it is shown that the key no longer works: a run, a ticket, a log entry. A reference, never a value.',
    ),
  })
  .meta({ id: 'RetireKey' })

import { describe, expect, it } from 'vitest'
import { KeyId, recordKeyVersionInput, reportFingerprintsInput } from '@/lib/schemas/key'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { drawFrom, SECRETS } from './samples'

const HEX = '0123456789abcdef'
const fingerprint = drawFrom(7).text(64, HEX)

describe('names of keys and fingerprints (000.14 to 000.16, T18)', () => {
  it('a fingerprint and the name of its HMAC key pass, in every shape they are sent', () => {
    const report = { fingerprintKeyId: 'h1', fingerprints: [{ mapping: 'secret-key', fingerprint }] }
    expect(whyNotSecret(report)).toBeNull()
    expect(whyNotSecret({ mapping: 'secret-v2-key', keyId: 'k7', fingerprint, fingerprintKeyId: 'hmac-2026' })).toBeNull()
    expect(whyNotSecret({ newKeys: { 'secret-key': 'k8' } })).toBeNull()
    expect(reportFingerprintsInput.safeParse({ system: 'robodj', profile: 'prod', ...report }).success).toBe(true)
  })

  it.each([
    'k7',
    '2026-11',
    'v12',
    'stack-production-2026-11-21',
    'AKIA-key-of-november',
    'projects/x/secrets/database/versions/12',
    '3f0f8d8e-5c1d-4c43-9a55-0c7a3b1f7a10',
    drawFrom(3).text(40, HEX),
    '2026-11-21T09:00:00Z',
  ])('%s is a name', (name) => {
    expect(whyNotKeyName({ keyId: name })).toBeNull()
  })

  it('the thumbprint of a JWK is a name where it says that it is one; bare it has the shape of a key (RFC 7638)', () => {
    // The example of RFC 7638, section 3.1.
    const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
    for (const kid of [`sha256:${thumbprint}`, `sha-256:${thumbprint}`]) {
      expect(whyNotKeyName({ keyId: kid })).toBeNull()
      expect(whyNotSecret({ keyId: kid })).toBeNull()
      expect(KeyId.safeParse(kid).success).toBe(true)
    }
    const bare = whyNotKeyName({ keyId: thumbprint })
    expect(bare).toMatchObject({ code: 'secret_refused', place: 'keyId' })
    expect(bare?.sentence).toMatch(/If it is the thumbprint of a public key, write sha256: before it\.$/)
    expect(whyNotKeyName({ keyId: 'k7', corrects: `sha256:${thumbprint}${thumbprint}` })).toMatchObject({ place: 'corrects' })
  })

  it('a value where a name belongs is refused with the place, and not repeated', () => {
    const values = [
      drawFrom(1).text(64, HEX),
      drawFrom(2).text(43, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'),
      ...Object.values(SECRETS).map((make) => make(drawFrom(11))),
    ]
    for (const value of values) {
      const refusal = whyNotKeyName({ keyId: 'k7', fingerprintKeyId: value })
      expect(refusal, value).toMatchObject({ code: 'secret_refused', place: 'fingerprintKeyId' })
      expect(JSON.stringify(refusal)).not.toContain(value)
    }
  })

  it('a fingerprint is 64 lower-case hexadecimal digits and comes with the name of its key, and only then', () => {
    const base = { system: 'robodj', profile: 'prod', mapping: 'secret-key', keyId: 'k7' }
    expect(recordKeyVersionInput.safeParse(base).success).toBe(true)
    expect(recordKeyVersionInput.safeParse({ ...base, fingerprint, fingerprintKeyId: 'h1' }).success).toBe(true)
    for (const wrong of [
      { fingerprint },
      { fingerprintKeyId: 'h1' },
      { fingerprint: fingerprint.toUpperCase(), fingerprintKeyId: 'h1' },
      { fingerprint: fingerprint.slice(1), fingerprintKeyId: 'h1' },
      { fingerprint: 'correct horse battery staple', fingerprintKeyId: 'h1' },
      { keyId: 'a key with spaces' },
      { keyId: '' },
    ])
      expect(recordKeyVersionInput.safeParse({ ...base, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })

  it('each mapping is reported once', () => {
    const twice = [
      { mapping: 'secret-key', fingerprint },
      { mapping: 'secret-key', fingerprint },
    ]
    expect(
      reportFingerprintsInput.safeParse({ system: 'robodj', profile: 'prod', fingerprintKeyId: 'h1', fingerprints: twice }).success,
    ).toBe(false)
  })
})

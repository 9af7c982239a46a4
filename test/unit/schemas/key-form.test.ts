import { expect, it } from 'vitest'
import { recordKeyForm, recordSecretAuditForm, reportFingerprintForm } from '@/lib/schemas/key-form'

const at = { system: 'robodj', profile: 'prod' }
const FINGERPRINT = 'ab12cd34'.repeat(8)

it('a key is recorded with a day in UTC; what is left blank is left out (000.18)', () => {
  const blank = { ...at, mapping: 'secret-key', keyId: 'k7', bornAt: '', fingerprint: '', fingerprintKeyId: '' }
  expect(recordKeyForm.parse(blank)).toEqual({ ...at, mapping: 'secret-key', keyId: 'k7' })
  expect(recordKeyForm.parse({ ...blank, bornAt: '2026-09-01' })).toMatchObject({ bornAt: new Date('2026-09-01T00:00:00Z') })
  expect(recordKeyForm.safeParse({ ...blank, bornAt: 'tomorrow' }).success).toBe(false)
  const corrected = { ...at, mapping: 'secret-key', keyId: 'k7', corrects: 'k77', bornAt: '', reason: 'Mistyped' }
  expect(recordKeyForm.parse(corrected)).toEqual({ ...at, mapping: 'secret-key', keyId: 'k7', corrects: 'k77', reason: 'Mistyped' })
  const silent = recordKeyForm.safeParse({ ...corrected, reason: '' })
  expect(silent.error?.issues.map(({ path }) => path)).toEqual([['reason']])
})

it('one fingerprint by hand is a report of one, and its fields say what is wrong with them', () => {
  const fields = { ...at, mapping: 'secret-key', fingerprint: FINGERPRINT, fingerprintKeyId: 'h1' }
  expect(reportFingerprintForm.parse(fields)).toEqual({
    ...at,
    fingerprintKeyId: 'h1',
    fingerprints: [{ mapping: 'secret-key', fingerprint: FINGERPRINT }],
  })
  const wrong = reportFingerprintForm.safeParse({ ...fields, fingerprint: 'short' })
  expect(wrong.error?.issues.map(({ path }) => path)).toEqual([['fingerprint']])
})

it('an audit is of a profile or of a rotation, never of both or neither (000.10)', () => {
  const audit = { system: 'robodj', finding: 'met', note: 'Injected only', link: '' }
  expect(recordSecretAuditForm.parse({ ...audit, profile: 'prod', nextDueAt: '2026-12-24' })).toMatchObject({
    profile: 'prod',
    nextDueAt: new Date('2026-12-24T00:00:00Z'),
  })
  expect(recordSecretAuditForm.parse({ ...audit, rotation: 'ROT-0031' })).toMatchObject({ rotation: 'ROT-0031' })
  expect(recordSecretAuditForm.safeParse(audit).success).toBe(false)
  expect(recordSecretAuditForm.safeParse({ ...audit, profile: 'prod', rotation: 'ROT-0031' }).success).toBe(false)
})

import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { fromBase64 } from '@/lib/domain/log/bytes'
import { type CheckSignature, verifierKey } from '@/lib/domain/log/note'
import { envelopeText, IN_TOTO_PAYLOAD, parseEnvelope, preAuthEncoding } from '@/lib/domain/log/statement/dsse'
import { asOf, digestOfArtefact, inTotoStatement, type StatedFacts, statementText } from '@/lib/domain/log/statement/in-toto'
import { verifyStatement } from '@/lib/domain/log/statement/verify'
import { decidedAt, type SummaryFacts, summaryStatement, whyNotSummary } from '@/lib/domain/log/statement/vsa'

// Statements for others' tools: in-toto in a DSSE envelope, and the verification summary of SLSA (000.29, T12, T32, T40).

const utf8 = (text: string) => new TextEncoder().encode(text)
const check: CheckSignature = async (_, publicKey, message, signature) =>
  verify(null, message, { key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' }, signature)

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const raw = fromBase64(Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url').toString('base64')) as Uint8Array
const key = verifierKey('countersign.example/log', 'ed25519', raw)

const content = { v: 1, promotion: 'PRM-0001', gates: [{ id: 'tests', verdict: 'pass' }] }
const sha256 = sha256Hex(canonicalText(content))
const facts: StatedFacts = {
  kind: 'promotion',
  id: 'PRM-0001',
  system: 'example',
  log: key.name,
  standing: 'approved',
  requester: 'a0000000-0000-4000-8000-000000000001',
  release: { version: '1.2.3', gitSha: 'c'.repeat(40), artefact: `example/app@sha256:${'d'.repeat(64)}` },
  sealed: {
    number: 2,
    sha256,
    sealedAt: '2026-11-19T10:00:00.000Z',
    sealedBy: 'a0000000-0000-4000-8000-000000000002',
    endedAt: null,
    endedBy: null,
    content,
    entry: 'e'.repeat(64),
  },
  signOffs: [
    {
      id: 'SIG-0001',
      slot: 'one',
      capacity: 'One',
      role: 'management',
      decision: 'approve',
      signer: 'a0000000-0000-4000-8000-000000000003',
      at: '2026-11-19T11:00:00.000Z',
      statement: 'f'.repeat(64),
      withdrawnAt: null,
      entry: 'a'.repeat(64),
    },
  ],
  outcomes: [{ kind: 'deployment', id: 'DEP-0001', startedAt: '2026-11-19T12:00:00.000Z', finishedAt: null }],
}

function enveloped(text: string): string {
  const payload = utf8(text)
  const bytes = sign(null, preAuthEncoding(IN_TOTO_PAYLOAD, payload), privateKey)
  return envelopeText({ payloadType: IN_TOTO_PAYLOAD, payload, signatures: [{ keyId: key.keyId, bytes }] })
}
const good = enveloped(statementText(inTotoStatement(facts)))

describe('the envelope (DSSE)', () => {
  it('signs the type and the payload with their lengths in bytes', () => {
    expect(new TextDecoder().decode(preAuthEncoding('http://example.com/HelloWorld', utf8('hello world')))).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
    expect(new TextDecoder().decode(preAuthEncoding('ä', utf8('ö')))).toBe('DSSEv1 2 ä 2 ö')
  })

  it('is read back, also in URL-safe base64, and nothing else is', () => {
    const payload = Uint8Array.of(251, 255, 191)
    const one = { payloadType: 'x', payload, signatures: [{ keyId: 'ab', bytes: Uint8Array.of(255) }] }
    expect(parseEnvelope(envelopeText(one))).toEqual(one)
    expect(parseEnvelope('{"payloadType":"x","payload":"-_-_","signatures":[{"sig":"_w"}]}')).toMatchObject({ payload })
    for (const text of [
      '',
      '[]',
      '{}',
      '{"payloadType":"x","payload":"AA==","signatures":[]}',
      '{"payloadType":"x","payload":"%","signatures":[{"sig":"AA=="}]}',
    ])
      expect(parseEnvelope(text)).toBeNull()
  })
})

describe('a statement', () => {
  it('names the artefact, the commit and the sealed text, and is the same whenever it is asked for', () => {
    expect(inTotoStatement(facts).subject).toEqual([
      { name: facts.release?.artefact, digest: { sha256: 'd'.repeat(64) } },
      { name: 'example 1.2.3', digest: { gitCommit: 'c'.repeat(40) } },
      { name: 'PRM-0001, version 2', digest: { sha256 } },
    ])
    expect(statementText(inTotoStatement(facts))).toBe(statementText(inTotoStatement(structuredClone(facts))))
    expect(asOf(facts)).toBe('2026-11-19T12:00:00.000Z')
  })

  it.each([
    [`a/b@sha256:${'A'.repeat(64)}`, 'a'.repeat(64)],
    [`a/b:${'c'.repeat(40)}`, null],
    ['a/b@sha256:abc', null],
  ])('finds the digest of the artefact %s', (artefact, digest) => expect(digestOfArtefact(artefact)).toBe(digest))

  it('is good under the log’s key, with its entries where a trail is at hand', async () => {
    const known = ['e', 'a'].map((letter) => letter.repeat(64))
    const indexOf = (leaf: string) => (known.includes(leaf) ? known.indexOf(leaf) : null)
    expect(await verifyStatement(good, { check, vkeys: [key.vkey], indexOf })).toMatchObject({
      outcome: 'good',
      findings: [],
      notChecked: [],
    })
    expect((await verifyStatement(good, { check, vkeys: [key.vkey] })).notChecked).toHaveLength(1)
    const missing = await verifyStatement(good, { check, vkeys: [key.vkey], indexOf: (leaf) => (leaf.startsWith('e') ? 3 : null) })
    expect(missing).toMatchObject({ outcome: 'tampered', findings: [expect.stringContaining('SIG-0001 names the entry')] })
  })

  it('says that it cannot tell without the key, and for what is no statement', async () => {
    expect((await verifyStatement(good, { check, vkeys: [] })).outcome).toBe('unknown')
    expect((await verifyStatement(good, { check: async () => null, vkeys: [key.vkey] })).outcome).toBe('unknown')
    expect((await verifyStatement('hello', { check, vkeys: [key.vkey] })).outcome).toBe('unknown')
    expect((await verifyStatement(enveloped('{"_type":"other"}'), { check, vkeys: [key.vkey] })).outcome).toBe('unknown')
  })

  it('finds a signed statement whose sealed text is not what its hash names, and a signature by the person who asked', async () => {
    const bent = { ...facts, sealed: { ...facts.sealed, content: { ...content, gates: [] } } }
    expect((await verifyStatement(enveloped(statementText(inTotoStatement(bent))), { check, vkeys: [key.vkey] })).findings).toEqual([
      expect.stringContaining('The sealed text hashes to'),
    ])
    const own = { ...facts, requester: facts.signOffs[0]?.signer as string }
    expect((await verifyStatement(enveloped(statementText(inTotoStatement(own))), { check, vkeys: [key.vkey] })).outcome).toBe('tampered')
  })

  it('is never good with any bit of its payload changed', async () => {
    const { payload, signatures, payloadType } = parseEnvelope(good) as NonNullable<ReturnType<typeof parseEnvelope>>
    await fc.assert(
      fc.asyncProperty(fc.nat(payload.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const bent = payload.slice()
        bent[at] = (bent[at] as number) ^ (1 << bit)
        const { outcome } = await verifyStatement(envelopeText({ payload: bent, signatures, payloadType }), { check, vkeys: [key.vkey] })
        expect(outcome).not.toBe('good')
      }),
      { numRuns: 150 },
    )
  })
})

describe('the verification summary (SLSA)', () => {
  const summary: SummaryFacts = {
    ...facts,
    verifier: 'https://countersign.example',
    resource: 'https://countersign.example/systems/example#prod',
    policy: { uri: 'https://countersign.example/systems/example/policy', sha256: 'b'.repeat(64) },
    approvedAt: '2026-11-19T11:00:00.000Z',
    refusedAt: null,
    gatesPassed: true,
    statement: '9'.repeat(64),
  }

  it('says that a fully signed promotion passed, and when that was decided', () => {
    expect(summaryStatement(summary)).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/verification_summary/v1',
      subject: [{ digest: { sha256: 'd'.repeat(64) } }, { digest: { gitCommit: 'c'.repeat(40) } }],
      predicate: {
        verifier: { id: 'https://countersign.example' },
        timeVerified: '2026-11-19T11:00:00.000Z',
        policy: { digest: { sha256: 'b'.repeat(64) } },
        inputAttestations: [{ digest: { sha256: '9'.repeat(64) } }],
        verificationResult: 'PASSED',
        verifiedLevels: ['COUNTERSIGN_GATES_PASSED', 'COUNTERSIGN_FULLY_SIGNED'],
      },
    })
  })

  it('claims no passed gates where an emergency skipped some, and fails what was withdrawn', () => {
    expect(summaryStatement({ ...summary, gatesPassed: false }).predicate.verifiedLevels).toEqual(['COUNTERSIGN_FULLY_SIGNED'])
    const failed = summaryStatement({ ...summary, approvedAt: null, refusedAt: '2026-11-20T00:00:00.000Z' }).predicate
    expect(failed).toMatchObject({ verificationResult: 'FAILED', timeVerified: '2026-11-20T00:00:00.000Z', verifiedLevels: ['FAILED'] })
  })

  it('takes a promotion for decided by the signature that filled the last slot, and not by a withdrawn one or a fallen version', () => {
    const ended = '2026-11-20T00:00:00.000Z'
    const [first] = facts.signOffs
    if (!first) throw new Error('There is a signature')
    expect(decidedAt(facts, [{ id: 'one' }], ended)).toEqual({ approvedAt: first.at, refusedAt: null })
    expect(decidedAt(facts, [{ id: 'one' }, { id: 'two' }], null)).toEqual({ approvedAt: null, refusedAt: null })
    expect(decidedAt({ ...facts, signOffs: [{ ...first, withdrawnAt: ended }] }, [{ id: 'one' }], ended).refusedAt).toBe(ended)
    expect(decidedAt({ ...facts, signOffs: [{ ...first, decision: 'decline' }] }, [{ id: 'one' }], null).approvedAt).toBeNull()
    expect(decidedAt({ ...facts, sealed: { ...facts.sealed, endedAt: ended } }, [{ id: 'one' }], ended).refusedAt).toBe(ended)
  })

  it('waits for the last slot', () => {
    expect(whyNotSummary(summary)).toBeNull()
    expect(whyNotSummary({ ...summary, approvedAt: null })).toMatchObject({ code: 'wrong_state' })
  })
})

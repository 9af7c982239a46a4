import { verify } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { GET } from '@/app/statements/[kind]/[id]/in-toto.json/route'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import type { CheckSignature } from '@/lib/domain/log/note'
import type { Statement } from '@/lib/domain/log/statement/in-toto'
import { verifyStatement } from '@/lib/domain/log/statement/verify'
import { requestStatementInput } from '@/lib/schemas/statement'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { requestStatement } from '@/lib/usecases/statement/request-statement'
import { signStatements } from '../../../../sequencer/statements'
import { aBearer, api } from '../../../support/api'
import { anApprovedException } from '../../../support/drift'
import { startLog, type TestLog, testDatabase } from '../../../support/log'
import { aPerson } from '../../../support/people'
import { addressAs } from '../../../support/postgres'
import { aSealedPromotion, sign, signAll } from '../../../support/promotions'
import { approve, aRotation, rotationOf } from '../../../support/rotations'
import { aGovernedSystem, type Scene, trail } from '../../../support/scene'

// Statements for others' tools, made of the record and signed by the log's key and by nobody else (000.29, T12, T23, T32, T40).

let scene: Scene
let log: TestLog
let who: Ctx | null = null
vi.mock('@/lib/auth/session', async (original) => ({
  ...(await original<object>()),
  viewer: async () => who && { actor: who.actor, now: new Date(), ctx: who },
}))

const check: CheckSignature = async (_, publicKey, message, signature) =>
  verify(null, message, { key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' }, signature)

/** What a running sequencer does each second: takes in what waits, and signs what its entries name. */
async function integrate(): Promise<void> {
  await log.integrate()
  const client = new pg.Client({ connectionString: addressAs('countersign_log', testDatabase()) })
  await client.connect()
  try {
    await signStatements(client, async () => log.keys)
  } finally {
    await client.end()
  }
}

const ask = (ctx: Ctx, input: { kind: string; id: string; form?: string }) => requestStatement(ctx, requestStatementInput.parse(input))
const fileOf = async (ctx: Ctx | null, kind: string, id: string): Promise<Response> => {
  who = ctx
  return GET(new Request('http://localhost/'), { params: Promise.resolve({ kind, id }) })
}
async function read(response: Response): Promise<{ text: string; statement: Statement; predicate: Record<string, never> }> {
  const text = await response.text()
  const payload = (JSON.parse(text) as { payload: string }).payload
  const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as Statement
  return { text, statement, predicate: statement.predicate as Record<string, never> }
}

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  log = await startLog()
  await integrate()
}, 90_000)
afterAll(() => log.close())

describe('a statement about a promotion', () => {
  it('holds the sealed text, every decision with its entry, and no name; the log signs it once it is integrated', async () => {
    const { management, auditor } = scene.people
    const sealed = await aSealedPromotion(scene, 'staging')
    await signAll(scene, sealed)
    const asked = await ask(auditor, { kind: 'promotion', id: sealed.id })
    expect(asked).toMatchObject({ kind: 'promotion', id: sealed.id, form: 'in-toto', signed: false })
    const waiting = await fileOf(auditor, 'promotion', sealed.id)
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '1'])
    await integrate()
    const { text, statement, predicate } = await read(await fileOf(auditor, 'promotion', sealed.id))
    expect(await verifyStatement(text, { check, vkeys: [log.vkey] })).toMatchObject({ outcome: 'good', findings: [] })
    expect(statement.subject.at(-1)).toEqual({ name: `${sealed.id}, version 1`, digest: { sha256: sealed.hash } })
    expect(predicate).toMatchObject({ promotion: sealed.id, system: 'robodj', log: 'localhost:3999/log', standing: 'open' })
    const { sealed: said, signOffs } = predicate as unknown as {
      sealed: { content: unknown; entry: string }
      signOffs: { signer: string; entry: string }[]
    }
    expect(sha256Hex(canonicalText(said.content, { depth: 8 }))).toBe(sealed.hash)
    expect(signOffs.length).toBeGreaterThan(0)
    expect([said.entry, ...signOffs.map(({ entry }) => entry)].every((entry) => /^[0-9a-f]{64}$/.test(entry))).toBe(true)
    expect(text + JSON.stringify(statement)).not.toContain('The management')
    expect(management.actor.name).toBe('The management')
  })

  it('is the same whenever it is asked for, and kept and told once; another after the record moved', async () => {
    const { auditor, management } = scene.people
    const sealed = await aSealedPromotion(scene, 'staging')
    const before = await trail({ action: 'statement.requested' })
    const one = await ask(auditor, { kind: 'promotion', id: sealed.id })
    await integrate()
    const two = await ask(management, { kind: 'promotion', id: sealed.id })
    expect(two).toEqual({ ...one, signed: true })
    const events = (await trail({ action: 'statement.requested' })).slice(before.length)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      system: 'robodj',
      subject: { kind: 'promotion', id: sealed.id, version: 1 },
      dossier: sealed.hash,
      after: { type: 'in-toto', digest: one.digest },
    })
    await signAll(scene, sealed)
    const three = await ask(auditor, { kind: 'promotion', id: sealed.id })
    expect(three.digest).not.toBe(one.digest)
    expect((await fileOf(auditor, 'promotion', sealed.id)).status).toBe(503)
  })

  it('is not there for who may not read the system, and nothing is left of the attempt', async () => {
    const sealed = await aSealedPromotion(scene, 'staging')
    const stranger = await aPerson('Of elsewhere', ['auditor'], 'elsewhere')
    const before = (await trail({ action: 'statement.requested' })).length
    await expect(ask(stranger, { kind: 'promotion', id: sealed.id })).rejects.toMatchObject({ refusal: { code: 'not_found' } })
    await expect(ask(scene.people.auditor, { kind: 'promotion', id: 'PRM-999999' })).rejects.toMatchObject({
      refusal: { code: 'not_found' },
    })
    await ask(scene.people.auditor, { kind: 'promotion', id: sealed.id })
    await integrate()
    expect((await fileOf(stranger, 'promotion', sealed.id)).status).toBe(404)
    expect((await fileOf(null, 'promotion', sealed.id)).status).toBe(401)
    expect((await fileOf(scene.people.auditor, 'elephant', sealed.id)).status).toBe(404)
    expect((await trail({ action: 'statement.requested' })).length).toBe(before + 1)
  })
})

describe('a verification summary', () => {
  it('passes a fully signed promotion as of its last signature, and waits before', async () => {
    const { auditor, release_manager: manager } = scene.people
    const sealed = await aSealedPromotion(scene, 'staging')
    await expect(ask(auditor, { kind: 'promotion', id: sealed.id, form: 'vsa' })).rejects.toMatchObject({
      refusal: { code: 'wrong_state' },
    })
    await signAll(scene, sealed)
    const { digest } = await ask(auditor, { kind: 'promotion', id: sealed.id, form: 'vsa' })
    await startDeployment(manager, { system: 'robodj', profile: 'staging', version: sealed.version, inputs: [] })
    // What was decided stays decided: only the statement it points to has moved.
    expect((await ask(auditor, { kind: 'promotion', id: sealed.id, form: 'vsa' })).digest).not.toBe(digest)
    await integrate()
    const token = await aBearer(auditor, { scopes: ['read'], systemId: 'robodj' })
    const { body } = await api(token.secret, `GET /statements/${digest}`)
    const said = JSON.parse(Buffer.from((body.envelope as { payload: string }).payload, 'base64').toString()) as Statement
    expect(said).toMatchObject({ predicateType: 'https://slsa.dev/verification_summary/v1', predicate: { verificationResult: 'PASSED' } })
  })

  it('does not count a withdrawn signature', async () => {
    const { auditor, management } = scene.people
    const sealed = await aSealedPromotion(scene, 'prod')
    const last = sealed.edge.signOff.slots.filter(({ order }) => order === 'last').map((slot) => slot.id)
    await signAll(scene, sealed, ['management', ...last])
    const { id } = await sign(management, sealed.id, 'management', sealed.hash)
    await signAll(
      scene,
      sealed,
      sealed.edge.signOff.slots.map((slot) => slot.id).filter((slot) => !last.includes(slot)),
    )
    await withdrawSignOff(management, { signOff: id, reason: 'Second thoughts' })
    await expect(ask(auditor, { kind: 'promotion', id: sealed.id, form: 'vsa' })).rejects.toMatchObject({
      refusal: { code: 'wrong_state' },
    })
  })
})

describe('statements about other things', () => {
  it('are of a rotation’s plan and of an exception, with their approvals', async () => {
    const { management, auditor } = scene.people
    const rotation = await aRotation(scene, 'staging')
    await approve(management, rotation.id, 'management', (await rotationOf(rotation.id)).sealed?.hash as string)
    const exception = await anApprovedException(scene, { profile: 'staging', rule: 'runtime.launchPath' })
    for (const [kind, id] of [
      ['rotation', rotation.id],
      ['exception', exception],
    ] as const) {
      await ask(auditor, { kind, id })
      await integrate()
      const { text, predicate } = await read(await fileOf(auditor, kind, id))
      expect(await verifyStatement(text, { check, vkeys: [log.vkey] })).toMatchObject({ outcome: 'good' })
      expect(predicate).toMatchObject({ [kind]: id, sealed: { entry: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    }
  })

  it('are refused as a summary, and for an id of something else', () => {
    expect(requestStatementInput.safeParse({ kind: 'rotation', id: 'ROT-0001', form: 'vsa' }).success).toBe(false)
    expect(requestStatementInput.safeParse({ kind: 'rotation', id: 'PRM-0001' }).success).toBe(false)
  })
})

describe('over the API', () => {
  it('a token asks and reads what its system allows', async () => {
    const sealed = await aSealedPromotion(scene, 'staging')
    const { secret } = await aBearer(scene.people.auditor, { scopes: ['read'], systemId: 'robodj' })
    const asked = await api(secret, 'POST /statements', { body: { kind: 'promotion', id: sealed.id } })
    expect(asked.status).toBe(201)
    expect(asked.headers.get('location')).toBe(`/api/v1/statements/${asked.body.digest}`)
    const before = await api(secret, `GET /statements/${asked.body.digest as string}`)
    expect(before.body).toMatchObject({ signed: false, envelope: null })
    await integrate()
    const after = await api(secret, `GET /statements/${asked.body.digest as string}`)
    expect(await verifyStatement(JSON.stringify(after.body.envelope), { check, vkeys: [log.vkey] })).toMatchObject({ outcome: 'good' })
    expect((await api(secret, `GET /statements/${'0'.repeat(64)}`)).status).toBe(404)
    await aGovernedSystem('dreichor')
    const other = await aPerson('Of Dreichor', ['auditor'], 'dreichor')
    const foreign = await aBearer(other, { scopes: ['read'], systemId: 'dreichor' })
    expect((await api(foreign.secret, `GET /statements/${asked.body.digest as string}`)).status).toBe(404)
    expect((await api(foreign.secret, 'POST /statements', { body: { kind: 'promotion', id: sealed.id } })).status).toBe(404)
  })
})

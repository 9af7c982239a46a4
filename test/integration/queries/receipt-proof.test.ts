import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { fromHex, toHex } from '@/lib/domain/log/bytes'
import { checkNote, parseVkey } from '@/lib/domain/log/note'
import { parseProofFile } from '@/lib/domain/log/proof-file'
import { getReceipt } from '@/lib/queries/receipt'
import { getReceiptProof } from '@/lib/queries/receipt-proof'
import { getSignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { getStandsOn } from '@/lib/queries/stands-on'
import { approveIt, fileIt, isoIn } from '../../support/exceptions'
import { ask, grant } from '../../support/fallbacks'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aSealedPromotion, sign } from '../../support/promotions'
import { approve, aRotation } from '../../support/rotations'
import { aGovernedSystem, type Scene } from '../../support/scene'

// Every sign-off has a receipt that proves itself, of all four kinds, a moment after the log took it in (T13, T14, T23, T32).

let scene: Scene
let log: TestLog
let who: Ctx | null = null
vi.mock('@/lib/auth/session', () => ({ viewer: async () => who && { actor: who.actor, now: new Date(), ctx: who } }))

const looker = (ctx: Ctx) => ({ actor: ctx.actor, now: new Date() })
const receiptOf = async (ctx: Ctx, id: string) => (await getReceipt(looker(ctx), id)) ?? (await getSignOffReceipt(looker(ctx), id))
const params = (id: string) => ({ params: Promise.resolve({ id }) })
const request = () => new Request('http://localhost/')

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  log = await startLog()
  await log.integrate()
}, 90_000)
afterAll(() => log.close())

const KINDS: Record<string, () => Promise<string>> = {
  promotion: async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    return (await sign(scene.people.management, sealed.id, 'management', sealed.hash)).id
  },
  rotation: async () => {
    const opened = await aRotation(scene, 'staging')
    return (await approve(scene.people.management, opened.id, 'management', opened.hash)).id
  },
  fallback: async () => {
    const asked = await ask(scene, scene.people.engineer, { rule: 'staging', ticket: 'OPS-4711' })
    await grant(scene.people.management, asked, 'management')
    return (await db.signOff.findFirstOrThrow({ where: { sealedVersion: { subject: 'fallback', subjectId: asked.id } } })).id
  },
  exception: async () => {
    const filed = await fileIt(scene, scene.people.engineer, { profile: 'staging', rule: 'runtime.launchPath', until: isoIn(24) })
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    return (await db.signOff.findFirstOrThrow({ where: { sealedVersion: { subject: 'exception', subjectId: filed.id } } })).id
  },
}

describe.each(Object.entries(KINDS))('the receipt of a decision on a %s', (_, decide) => {
  it('waits for the log and then proves the decision, offline and under the log’s key alone', async () => {
    const id = await decide()
    const reader = scene.people.auditor
    expect((await receiptOf(reader, id))?.entry).toMatchObject({ proof: null })
    expect(await getReceiptProof(looker(reader), id)).toBe('waiting')
    const began = Date.now()
    await log.integrate()
    const receipt = await receiptOf(reader, id)
    expect(Date.now() - began).toBeLessThan(2_000)

    const file = parseProofFile((await getReceiptProof(looker(reader), id)) as string)
    if (!file || !receipt?.entry?.proof) throw new Error('There is a proof')
    const event = JSON.parse(new TextDecoder().decode(file.extra)) as { after: { signature: string }; text: string; dossier: string }
    expect(event.after.signature).toBe(id)
    const leaf = nodeTree.leafHash(file.extra as Uint8Array)
    expect(nodeTree.verifyInclusion(file.index, file.says.size, leaf, file.hashes, file.says.root)).toBe(true)
    const key = parseVkey(log.vkey)
    expect((await checkNote(file.says.note, key ? [key] : [], checkSignature))[0]?.state).toBe('good')

    // The words that were signed, against the digest that the event names (T32).
    const { digest, salt, body } = receipt.texts.statement ?? { digest: '', salt: '', body: '' }
    expect(event.text).toBe(digest)
    expect(createHash('sha256').update(`${salt}\n${body}`).digest('hex')).toBe(digest)
    expect(body).toBe(receipt.statement)
  })
})

describe('the files', () => {
  it('hold the proof; a stranger finds none, and nobody who is not signed in', async () => {
    const id = await (KINDS.promotion as () => Promise<string>)()
    const proof = await import('@/app/(dashboard)/signatures/[id]/receipt.tlog-proof/route')
    const json = await import('@/app/(dashboard)/signatures/[id]/receipt.json/route')
    who = null
    expect((await proof.GET(request(), params(id))).status).toBe(401)
    who = await aPerson('Proof Stranger', ['secops'], 'elsewhere')
    expect((await proof.GET(request(), params(id))).status).toBe(404)
    who = scene.people.auditor
    const waiting = await proof.GET(request(), params(id))
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await (await json.GET(request(), params(id))).json()).toMatchObject({ v: 2, log: null })
    await log.integrate()
    const saved = await proof.GET(request(), params(id))
    expect(saved.headers.get('content-disposition')).toBe(`attachment; filename="${id}.tlog-proof"`)
    const text = await saved.text()
    const kept = (await (await json.GET(request(), params(id))).json()) as {
      log: { index: number; number: number; leaf: string; canonical: string; vkeys: string[]; proof: string }
    }
    expect(kept.log.proof).toBe(text)
    expect(kept.log).toMatchObject({ number: kept.log.index + 1, vkeys: log.vkeys })
    expect(toHex(nodeTree.leafHash(new TextEncoder().encode(kept.log.canonical)))).toBe(kept.log.leaf)
  })
})

describe('a sealed version', () => {
  it('stands on the newest checkpoint, by the entry that sealed it', async () => {
    const sealed = await aSealedPromotion(scene, 'staging')
    const of = { system: 'robodj', subject: 'promotion', id: sealed.id, number: 1, hash: sealed.hash }
    expect((await getStandsOn(of)).number).toBeNull()
    const size = await log.integrate()
    const { number, leaf, checkpoint } = await getStandsOn(of)
    expect(checkpoint).toMatchObject({ size, origin: 'localhost:3999/log' })
    expect(number).toBeLessThanOrEqual(size)
    expect(fromHex(leaf as string)).toHaveLength(32)
    expect((await getStandsOn({ ...of, hash: '0'.repeat(64) })).number).toBeNull()
  })
})

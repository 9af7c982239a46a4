import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { listAuditRows } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { erasePerson } from '@/lib/usecases/account/erase-person'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { redactText } from '@/lib/usecases/trail/redact-text'
import { aPerson, aToken, bareCtx, ctxOf, events, PASSWORD, refusalOf, theAdmin } from '@/test/support/factories'
import { startLog, type TestLog, testDatabase } from '@/test/support/log'
import { aPerson as scenePerson } from '@/test/support/people'
import { addressAs } from '@/test/support/postgres'
import { aSealedPromotion, inBrowser, sign } from '@/test/support/promotions'
import { aGovernedSystem, type Scene } from '@/test/support/scene'
import { openDatabase } from '../../../../cli/sources/open-database'

// A text that should not have been there goes, and breaks nothing (T18); erasing a person leaves the trail verifiable (T40).

let scene: Scene
let log: TestLog
let secops: Ctx
const confirmed = { confirmed: 'yes' as const, password: PASSWORD, why: 'secret' as const }

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  log = await startLog()
  secops = await ctxOf(await aPerson({ roles: [['secops', 'robodj']] }))
}, 90_000)
afterAll(() => log.close())

/** A signed statement on the record: the id of its entry and what was said. */
async function aStatement(): Promise<{ entry: string; digest: string; signer: Ctx }> {
  const signer = await inBrowser(await scenePerson('Quirina Vanishing', ['management'], 'robodj'))
  const { id, hash } = await aSealedPromotion(scene, 'prod')
  const signed = await sign(signer, id, 'management', hash)
  const [placed] = await listAuditRows(
    { actor: secops.actor, now: new Date() },
    { action: 'promotion.signed', actor: signer.actor.id },
    { take: 1, after: null },
  )
  const { statement } = await db.signOff.findUniqueOrThrow({ where: { id: signed.id }, select: { statement: true } })
  return { entry: placed?.row.id ?? '', digest: statement, signer }
}

async function isVerified(): Promise<void> {
  await log.integrate()
  const { source, close } = await openDatabase(addressAs('countersign_log', testDatabase()))
  const found = await verifyTrail(source, { tree: nodeTree, check: checkSignature, pinned: log.vkeys })
  await close()
  expect(found.findings).toEqual([])
  expect(found.outcome).toBe('good')
}

test('SecOps takes the words off; entry, digest and proof stay, and an entry says so (T18)', async () => {
  const { entry, digest } = await aStatement()
  await log.integrate()
  const before = await getAuditEntry({ actor: secops.actor, now: new Date() }, entry)
  expect(before?.text).toMatchObject({ digest, body: expect.stringContaining('Quirina'), whyNotRedact: null })
  await redactText(secops, { entry, ...confirmed })
  const after = await getAuditEntry({ actor: secops.actor, now: new Date() }, entry)
  expect(after).toMatchObject({ canonical: before?.canonical, row: { leaf: before?.row.leaf }, log: { number: before?.log?.number } })
  expect(after?.text).toMatchObject({ digest, body: null, redactedBy: expect.any(String) })
  const [told] = (await events('text.redacted')).slice(-1)
  expect(told?.payload).toMatchObject({ system: 'robodj', after: { texts: 1, why: 'secret', entry, digest } })
  expect((await events('step_up.passed')).at(-1)?.payload).toMatchObject({ after: { slot: 'redaction', method: 'password' } })
  const by = await getAuditEntry({ actor: secops.actor, now: new Date() }, after?.text?.redactedBy ?? '')
  expect(by?.row.action).toBe('text.redacted')
  expect(await refusalOf(redactText(secops, { entry, ...confirmed }))).toMatchObject({ code: 'wrong_state' })
  await isVerified()
}, 60_000)

test('a wrong password takes nothing away and is on the record; nobody else may', async () => {
  const { entry, digest, signer } = await aStatement()
  expect(await refusalOf(redactText(secops, { entry, ...confirmed, password: 'not this one' }))).toMatchObject({
    code: 'wrong_credentials',
  })
  expect((await events('step_up.failed')).length).toBeGreaterThan(0)
  const elsewhere = await ctxOf(await aPerson({ roles: [['secops', 'dreichor']] }))
  expect(await refusalOf(redactText(elsewhere, { entry, ...confirmed }))).toMatchObject({ code: 'not_found' })
  expect(await refusalOf(redactText(signer, { entry, ...confirmed }))).toMatchObject({ code: 'not_allowed' })
  const { ctx: token } = await aToken({ system: 'robodj', scopes: ['read'] })
  expect(await refusalOf(redactText(token, { entry, ...confirmed }))).toMatchObject({ code: 'not_allowed' })
  expect(await refusalOf(redactText(secops, { entry: '01a1feb9-d863-719f-afa1-485fbb7be339', ...confirmed }))).toMatchObject({
    code: 'not_found',
  })
  expect(await db.auditText.findUniqueOrThrow({ where: { digest } })).toMatchObject({ body: expect.any(String), redactedByEvent: null })
}, 60_000)

test('two at once: one entry about it', async () => {
  const { entry } = await aStatement()
  const count = (await events('text.redacted')).length
  const done = await Promise.allSettled([redactText(secops, { entry, ...confirmed }), redactText(secops, { entry, ...confirmed })])
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await events('text.redacted')).length).toBe(count + 1)
}, 60_000)

test('erasing a person leaves the trail verifiable, the name gone (T40)', async () => {
  const { signer } = await aStatement()
  const admin = bareCtx(await theAdmin())
  await log.integrate()
  await retirePerson(admin, { person: signer.actor.id })
  await erasePerson(admin, { person: signer.actor.id })
  await isVerified()
}, 60_000)

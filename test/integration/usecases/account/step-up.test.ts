import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, test } from 'vitest'
import { inTransaction } from '@/lib/db/mutate'
import { flushFloods } from '@/lib/db/record-collapsed'
import { consumeStepUp } from '@/lib/db/step-up'
import type { Ctx } from '@/lib/domain/context'
import { stepUp } from '@/lib/usecases/account/step-up'
import { aPerson, aSystem, aToken, ctxOf, events, PASSWORD, refusalOf } from '@/test/support/factories'

/** A sealed version as only its hash matters here, without anything behind it. */
async function aSealedHash(system: string): Promise<string> {
  const hash = createHash('sha256').update(randomUUID()).digest('hex')
  await aSystem(system)
  const id = `PRM-${hash.slice(0, 6)}`
  const admin = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await admin.connect()
  try {
    await admin.query(
      `INSERT INTO "SealedVersion" (id, "systemId", subject, "subjectId", number, hash, canonical, "requesterId", "sealedAt") VALUES ($1, $2, 'promotion', $3, 1, $4, '{}', $5, now())`,
      [randomUUID(), system, id, hash, randomUUID()],
    )
  } finally {
    await admin.end()
  }
  return hash
}

const use = (ctx: Ctx, proofId: string, sealedHash: string, more: Partial<Parameters<typeof consumeStepUp>[1]> = {}) =>
  inTransaction((tx) =>
    consumeStepUp(tx, {
      proofId,
      principalId: ctx.actor.id,
      sessionId: ctx.actor.session?.id ?? null,
      sealedHash,
      slotKey: 'management',
      decision: 'approve',
      now: new Date(),
      ...more,
    }),
  )

async function stepped(): Promise<{ ctx: Ctx; hash: string; proof: string }> {
  const ctx = await ctxOf(await aPerson({ roles: [['management', 'alpha']] }))
  const hash = await aSealedHash('alpha')
  const { proof } = await stepUp(ctx, { password: PASSWORD, sealedHash: hash, slot: 'management', decision: 'approve' })
  return { ctx, hash, proof }
}

test('a proof is good once, for what it was made for (T01)', async () => {
  const { ctx, hash, proof } = await stepped()
  expect((await events('step_up.passed')).at(-1)).toMatchObject({
    actor_id: ctx.actor.id,
    payload: { dossier: hash, decision: 'approve', system: 'alpha' },
  })
  const other = await stepped()
  for (const more of [
    { sealedHash: other.hash },
    { slotKey: 'secops' },
    { decision: 'decline' as const },
    { sessionId: other.ctx.actor.session?.id ?? null },
    { sessionId: null },
    { principalId: other.ctx.actor.id },
    { proofId: randomUUID() },
    { now: new Date(Date.now() + 121_000) },
  ]) {
    expect(await refusalOf(use(ctx, proof, hash, more))).toMatchObject({ code: 'step_up_required' })
  }
  expect(await use(ctx, proof, hash)).toMatchObject({ id: proof, method: 'password' })
  expect(await refusalOf(use(ctx, proof, hash))).toMatchObject({ code: 'step_up_required' })
})

test('used twice at once, a proof is used once', async () => {
  const { ctx, hash, proof } = await stepped()
  const done = await Promise.allSettled(Array.from({ length: 8 }, () => use(ctx, proof, hash)))
  expect(done.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
})

test('a wrong password gives none, is on the record, and is slowed down for this session only (T27, T35)', async () => {
  await flushFloods()
  const person = await aPerson({ roles: [['management', 'alpha']] })
  const [thief, owner] = [await ctxOf(person), await ctxOf(person)]
  const sealedHash = await aSealedHash('alpha')
  const input = { sealedHash, slot: 'management', decision: 'approve' as const }
  const codes: string[] = []
  for (let i = 0; i < 7; i += 1) codes.push((await refusalOf(stepUp(thief, { ...input, password: 'a guess 12345' }))).code)
  expect(codes).toEqual([...Array(5).fill('wrong_credentials'), 'throttled', 'throttled'])
  await stepUp(owner, { ...input, password: PASSWORD })
  await flushFloods()
  const failed = (await events('step_up.failed')).filter((event) => event.actor_id === person.id)
  expect(failed.map((event) => event.payload.count)).toEqual([1, 4])
})

test('what one may not see, and what no longer stands, looks the same (T23); a token never steps up', async () => {
  const { hash } = await stepped()
  const stranger = await ctxOf(await aPerson({ roles: [['management', 'beta']] }))
  const input = { password: PASSWORD, slot: 'management', decision: 'approve' as const }
  const unseen = await refusalOf(stepUp(stranger, { ...input, sealedHash: hash }))
  expect(unseen).toEqual(await refusalOf(stepUp(stranger, { ...input, sealedHash: 'f'.repeat(64) })))
  expect(unseen.code).toBe('not_found')
  expect(await refusalOf(stepUp((await aToken()).ctx, { ...input, sealedHash: hash }))).toMatchObject({ code: 'not_allowed' })
})

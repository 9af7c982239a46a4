import pg from 'pg'
import { expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import { erasePerson } from '@/lib/usecases/account/erase-person'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { updateProfile } from '@/lib/usecases/account/update-profile'
import { aPerson, bareCtx, ctxOf, events, refusalOf, theAdmin } from '@/test/support/factories'
import { emailOf, aPerson as scenePerson } from '@/test/support/people'
import { aSealedPromotion, inBrowser, sign } from '@/test/support/promotions'
import { aGovernedSystem, aRelease } from '@/test/support/scene'

const CONFIRMED = { confirmed: 'yes' as const }

test('erasing takes name and addresses away and leaves id and trail (T40)', async () => {
  const ctx = bareCtx(await theAdmin())
  const leaver = await aPerson({ name: 'Quirina Vanishing' })
  await updateProfile(await ctxOf(leaver), { name: 'Quirina Vanishing-Soon', timeZone: 'Europe/Berlin' })
  const trail = (await events()).filter((event) => event.actor_id === leaver.id)
  expect(await refusalOf(erasePerson(ctx, { person: leaver.id, ...CONFIRMED }))).toMatchObject({ code: 'wrong_state' })
  await retirePerson(ctx, { person: leaver.id })
  await erasePerson(ctx, { person: leaver.id, ...CONFIRMED })
  expect(
    await db.principal.findUnique({ where: { id: leaver.id }, include: { person: true, identities: true, sessions: true } }),
  ).toMatchObject({
    person: { name: 'Somebody erased', email: `erased-${leaver.id}@erased.invalid`, passwordHash: null, timeZone: 'UTC' },
    identities: [{ email: expect.stringMatching(/^erased-/) }],
    sessions: [{ userAgent: '' }],
  })
  expect((await events()).filter((event) => event.actor_id === leaver.id)).toEqual(trail)
  expect(await refusalOf(erasePerson(ctx, { person: leaver.id, ...CONFIRMED }))).toMatchObject({ code: 'wrong_state' })
  expect(await wherever('quirina')).toEqual([])
  expect(await wherever(leaver.email)).toEqual([])
})

test('what an erased signer said and the address of their commits go too; the signature and its digest stand (T40)', async () => {
  const scene = await aGovernedSystem('robodj')
  const leaver = await inBrowser(await scenePerson('Quirina Vanishing', ['management'], 'robodj'))
  const address = await emailOf(leaver)
  const { id: promotion, hash } = await aSealedPromotion(scene, 'prod')
  const signed = await sign(leaver, promotion, 'management', hash)
  const before = await db.signOff.findUniqueOrThrow({ where: { id: signed.id } })
  const release = await aRelease(scene, { contributors: [{ identity: address, commits: 3 }] })
  expect(await wherever('quirina')).toContain('audit.text')
  expect(await wherever(address)).toContain('public."ReleaseContributor"')

  const ctx = bareCtx(await theAdmin())
  await retirePerson(ctx, { person: leaver.actor.id })
  await erasePerson(ctx, { person: leaver.actor.id, ...CONFIRMED })
  expect(await wherever('quirina')).toEqual([])
  expect(await wherever(address)).toEqual([])
  expect(await db.signOff.findUniqueOrThrow({ where: { id: signed.id } })).toEqual(before)
  expect(await db.auditText.findUniqueOrThrow({ where: { digest: before.statement } })).toMatchObject({
    body: null,
    redactedByEvent: expect.any(String),
  })
  expect(await db.releaseContributor.findMany({ where: { releaseId: release.id } })).toMatchObject([
    { principalId: leaver.actor.id, commits: 3, identity: expect.stringMatching(/^erased-/) },
  ])
  expect((await events()).filter(({ action }) => action === 'text.redacted')).toHaveLength(1)
})

test('only an admin erases', async () => {
  const [one, other] = [await aPerson({ roles: [['auditor', null]] }), await aPerson()]
  expect(await refusalOf(erasePerson(await ctxOf(one), { person: other.id, ...CONFIRMED }))).toMatchObject({ code: 'not_allowed' })
})

/** Every table that still holds a text, as the owner of the tables sees them. */
async function wherever(text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'audit')`,
    )
    const found: string[] = []
    for (const { name } of rows) {
      const hit = await client.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE '%' || $1 || '%' LIMIT 1`, [text])
      if (hit.rowCount) found.push(name)
    }
    return found
  } finally {
    await client.end()
  }
}

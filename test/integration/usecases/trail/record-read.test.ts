import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { listAuditRows } from '@/lib/queries/audit'
import { forgetSeen, noteRead, recordOverdueReads } from '@/lib/usecases/trail/record-read'
import { events } from '@/test/support/factories'
import { startLog, type TestLog } from '@/test/support/log'
import { aPerson, aToken } from '@/test/support/people'
import { inBrowser } from '@/test/support/promotions'
import { aGovernedSystem } from '@/test/support/scene'

// An auditor's reads are events: one for each person, filter and hour, with its count (audit-log.md; ux.md, 12; T35).

let auditor: Ctx
let log: TestLog
const NINE = new Date('2026-11-20T09:10:00.000Z')
const later = (minutes: number): Date => new Date(NINE.getTime() + minutes * 60_000)
const list = (filter: Record<string, string> = {}, referer: string | null = null, address: string | null = null) => ({
  filter,
  referer,
  address,
})
const reads = async () =>
  (await events('trail.read')).map(({ payload }) => payload as { after: Record<string, unknown>; system: string | null; count: number })

beforeAll(async () => {
  await aGovernedSystem('robodj')
  auditor = await inBrowser(await aPerson('Clare Adeyemi', ['auditor']))
  log = await startLog()
}, 60_000)
afterAll(() => log.close())
beforeEach(() => forgetSeen())

test('many looks in an hour are one event with their number, written when the hour is over', async () => {
  const before = (await reads()).length
  for (const minute of [0, 5, 10]) expect(await noteRead(auditor, list({ system: 'robodj' }), later(minute))).toBe(true)
  expect(await noteRead(auditor, list({ action: 'signing' }), later(11))).toBe(true)
  expect(await recordOverdueReads(later(20))).toBe(0)
  expect((await reads()).length).toBe(before)

  expect(await recordOverdueReads(later(60))).toBe(2)
  expect(await recordOverdueReads(later(60))).toBe(0)
  const told = (await reads()).slice(before)
  expect(told).toHaveLength(2)
  expect(told.find(({ system }) => system === 'robodj')).toMatchObject({
    count: 3,
    subject: { kind: 'trail', id: 'audit' },
    actor: { id: auditor.actor.id, kind: 'person', roles: ['auditor'], session: auditor.actor.session?.id },
    after: { hour: '2026-11-20T09:00:00.000Z', reads: 3 },
  })
  expect(told.find(({ system }) => system === null)).toMatchObject({ count: 1, after: { action: 'signing' } })
  await log.integrate() // as good in the log as any other
})

test('a reload within a minute, a page that follows by itself and a look at one’s own reads make none', async () => {
  const other = await inBrowser(await aPerson('Other Auditor', ['auditor'], 'robodj'))
  const page = '/audit?system=robodj'
  const address = { filter: { system: 'robodj' }, address: page }
  expect(await noteRead(other, { ...address, referer: null }, later(0))).toBe(true)
  expect(await noteRead(other, { ...address, referer: null }, later(0.5))).toBe(false)
  // It follows for four hours; each look keeps it the same one.
  for (let minute = 2; minute < 240; minute += 7)
    expect(await noteRead(other, { ...address, referer: `https://c.example${page}` }, later(minute)), `${minute}`).toBe(false)
  expect(await noteRead(other, { ...address, referer: 'https://c.example/audit' }, later(242))).toBe(true)
  expect(await noteRead(other, list({ actor: other.actor.id, action: 'trail.read' }), later(1))).toBe(false)
  expect(await noteRead(other, { entry: { id: 'x', system: null, own: true }, referer: null, address: null }, later(1))).toBe(false)
  // Nobody hides a first look by saying that they were there already.
  expect(
    await noteRead(
      other,
      { filter: { action: 'access' }, referer: 'https://c.example/audit?action=access', address: '/audit?action=access' },
      later(1),
    ),
  ).toBe(true)
})

test('only auditors’ reads are recorded, those by their tokens among them', async () => {
  const engineer = await aPerson('Some Engineer', ['engineer'], 'robodj')
  expect(await noteRead(engineer, list(), later(0))).toBe(false)
  const maker = await aPerson('Auditing Maker', ['auditor', 'admin'])
  const token = await aToken(maker, { scopes: ['read'] })
  expect(await noteRead(token, list(), later(0))).toBe(token.actor.grants.some(({ role }) => role === 'auditor'))
})

test('what was typed stays a digest (T18); ids and enums stay readable', async () => {
  const before = (await reads()).length
  await noteRead(auditor, list({ q: 'Jane Doe', subject: 'promotion:PRM-0001', from: '2026-11-01' }), later(70))
  await recordOverdueReads(later(130))
  const [told] = (await reads()).slice(before).filter(({ after }) => 'q' in after)
  expect(told?.after).toMatchObject({ q: expect.stringMatching(/^[0-9a-f]{64}$/), subject: 'promotion:PRM-0001', from: '2026-11-01' })
  expect(JSON.stringify(await db.trailRead.findMany())).not.toContain('Jane')
})

test('whoever reads one system alone sees their reads there', async () => {
  const one = await aPerson('One System', ['auditor'], 'robodj')
  await noteRead(one, list(), later(0))
  await recordOverdueReads(later(60))
  const rows = await listAuditRows(
    { actor: one.actor, now: new Date() },
    { action: 'trail.read', actor: one.actor.id },
    { take: 5, after: null },
  )
  expect(rows.map(({ row }) => row.sentence)).toEqual([expect.stringMatching(/^One System read the trail of /)])
})

test('many processes record overdue reads at once, each read once', async () => {
  for (let person = 0; person < 6; person += 1)
    await noteRead(await aPerson(`Reader ${'abcdef'[person]}`, ['auditor']), list({ action: 'access' }), later(300))
  const before = (await reads()).length
  const counts = await Promise.all([1, 2, 3, 4].map(() => recordOverdueReads(later(400))))
  const written = counts.reduce((sum, count) => sum + count, 0)
  expect((await reads()).length - before).toBe(written)
  expect(written).toBeGreaterThanOrEqual(6)
})

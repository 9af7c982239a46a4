import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { recordRefusal } from '@/lib/auth/record-refusal'
import { db } from '@/lib/db/client'
import { record } from '@/lib/db/record'
import type { Ctx } from '@/lib/domain/context'
import { refuse } from '@/lib/domain/refusal'
import { EXPORTS_AN_HOUR } from '@/lib/domain/trail-export'
import { placesOfAsked } from '@/lib/queries/trail-export/file'
import { listExports, openExport } from '@/lib/queries/trail-export/open'
import { exportTrailInput } from '@/lib/schemas/trail-export'
import { exportTrail } from '@/lib/usecases/trail/export-trail'
import { aBearer, api } from '../../support/api'
import { fetching, fileOf, framesOf } from '../../support/exports'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aSealedPromotion } from '../../support/promotions'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../support/scene'
import { countStatements } from '../../support/statements'

let log: TestLog
let one: Scene
let auditor: Ctx
let narrow: Ctx
let size: number

const make = async (by: Ctx, input: object) => {
  const { format, ...asked } = exportTrailInput.parse(input)
  return exportTrail(by, { format, ...asked }, await placesOfAsked(asked))
}
const linesOf = (text: Buffer): string[] => text.toString('utf8').split(/\r?\n/).slice(0, -1)
type Line = { index: number; number: number; system: string | null; action: string; canonical: string; subject: { id: string } }
const rowsOf = async (by: Ctx, input: object): Promise<Line[]> =>
  linesOf(await fileOf(by, (await make(by, { format: 'jsonl', ...input })).id)).map((line) => JSON.parse(line) as Line)

beforeAll(async () => {
  one = await aGovernedSystem('dreichor')
  await aGovernedSystem('robodj')
  auditor = await aPerson('=HYPERLINK("evil")', ['auditor'])
  narrow = await aPerson('Narrow', ['auditor'], one.slug)
  expect(await refusalOf(make(auditor, { format: 'csv' }))).toMatchObject({ code: 'busy' })
  log = await startLog()
  await aSealedPromotion(one, 'prod')
  await record(
    auditor,
    Array.from({ length: 2_600 }, (_, at) => ({
      action: 'contact.confirmed' as const,
      system: 'robodj',
      subject: { kind: 'contact' as const, id: `c-${at}` },
      after: { contact: `n${at}`, list: 'on-call' },
    })) as never,
  )
  size = await log.integrate()
}, 120_000)

afterAll(() => log.close())

describe('the file', () => {
  it('holds every entry in the order of the log, each with the bytes that are hashed', async () => {
    const rows = await rowsOf(auditor, {})
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, at) => at))
    const whole = await trail()
    expect(rows.map(({ action }) => action).sort()).toEqual(
      whole
        .slice(0, size)
        .map(({ action }) => action)
        .sort(),
    )
    expect(rows.every(({ canonical, action }) => JSON.parse(canonical).action === action)).toBe(true)
  })

  it('as CSV is safe to open in a spreadsheet (T22), with a mark for those that guess', async () => {
    const { id } = await make(auditor, { format: 'csv' })
    const lines = linesOf(await fileOf(auditor, id))
    expect(lines).toHaveLength(size + 1)
    expect(lines[0]).toMatch(/^"number","recorded_at","action","sentence"/)
    expect(lines.some((line) => line.includes(`"'=HYPERLINK(""evil"")"`))).toBe(true)
    expect(lines.some((line) => /(?:^|,)"?[=+@]/.test(line))).toBe(false)
    const { exportAnswer } = await import('@/app/(dashboard)/audit/exports/export-answer')
    const marked = await exportAnswer(fetching(), { actor: auditor.actor, now: new Date() }, { id, bom: true })
    expect(marked.headers.get('content-disposition')).toBe(
      `attachment; filename="countersign-audit-${new Date().toISOString().slice(0, 10)}-${size}.csv"`,
    )
    expect([...new Uint8Array(await marked.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  })

  it('is narrowed by all that narrows the list', async () => {
    const named = (await rowsOf(auditor, { action: 'contact.confirmed', first: 1, last: size })).length
    expect(named).toBe(2_600)
    expect((await rowsOf(auditor, { system: one.slug })).every(({ system }) => system === one.slug)).toBe(true)
    expect((await rowsOf(auditor, { system: '-' })).every(({ system }) => system === null)).toBe(true)
    expect(await rowsOf(auditor, { actor: one.people.engineer.actor.id })).not.toHaveLength(0)
    const [promotion] = await rowsOf(auditor, { action: 'promotion.sealed' })
    const about = await rowsOf(auditor, { subject: promotion?.subject.id })
    expect(about.length).toBeGreaterThan(1)
    expect(new Set(about.map(({ subject }) => subject.id))).toEqual(new Set([promotion?.subject.id]))
    expect(await rowsOf(auditor, { q: 'HYPERLINK' })).toHaveLength(2_600)
    expect(await rowsOf(auditor, { q: 'nobody of that name' })).toEqual([])
    expect((await rowsOf(auditor, { first: 10, last: 12 })).map(({ number }) => number)).toEqual([10, 11, 12])
    const today = new Date().toISOString().slice(0, 10)
    expect(await rowsOf(auditor, { from: today, to: today })).toHaveLength(size)
    expect(await rowsOf(auditor, { to: '2026-01-01' })).toEqual([])
  })

  it('holds what its maker may read and no more (T23)', async () => {
    const rows = await rowsOf(narrow, {})
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.every(({ system }) => system === one.slug)).toBe(true)
    expect(await refusalOf(make(narrow, { format: 'csv', system: 'robodj' }))).toMatchObject({ code: 'not_found' })
    expect(await refusalOf(make(narrow, { format: 'csv', system: '-' }))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(make(await aPerson('Nobody yet', []), { format: 'csv' }))).toMatchObject({ code: 'not_allowed' })
  })

  it('is continued behind any number, without a gap and without an entry twice', async () => {
    const { id } = await make(auditor, { format: 'jsonl' })
    const whole = await fileOf(auditor, id)
    const pieces = await framesOf(auditor, id)
    expect(pieces.length).toBeGreaterThan(2)
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(whole)).toBe(true)
    for (const [at, { next }] of pieces.entries()) {
      if (next === null || next >= size) continue
      const before = Buffer.concat(pieces.slice(0, at + 1).map(({ bytes }) => bytes))
      expect(Buffer.concat([before, await fileOf(auditor, id, next)]).equals(whole)).toBe(true)
    }
    expect(linesOf(await fileOf(auditor, id, size - 1))).toHaveLength(1)
    expect(await refusalOf(fileOf(auditor, id, size))).toMatchObject({ code: 'invalid', place: 'after' })
  })

  it('costs no statement a row, and is made no faster than it is taken', async () => {
    const { id } = await make(auditor, { format: 'jsonl' })
    const { statements } = await countStatements(() => fileOf(auditor, id))
    expect(statements).toBeLessThan(60)
    const { exportAnswer } = await import('@/app/(dashboard)/audit/exports/export-answer')
    const slow = await countStatements(async () => {
      const answer = await exportAnswer(fetching(), { actor: auditor.actor, now: new Date() }, { id })
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      await new Promise((resolve) => setTimeout(resolve, 300))
      await reader.cancel()
    })
    expect(slow.statements).toBeLessThan(statements)
  })
})

describe('on the record', () => {
  it('is each export: who, in which form, how narrowed, up to where, in the trail of every system it covers (T35)', async () => {
    const before = (await trail({ action: 'trail.exported' })).length
    const { id } = await make(auditor, { format: 'bundle', system: one.slug, q: 'HYPERLINK' })
    const other = await make(narrow, { format: 'csv' })
    const events = (await trail({ action: 'trail.exported' })).slice(before)
    expect(events).toMatchObject([
      {
        system: one.slug,
        subject: { kind: 'trail', id },
        after: { format: 'bundle', size, part: true, system: one.slug, word: true },
      },
      { system: one.slug, actor: { id: narrow.actor.id }, subject: { id: other.id }, after: { format: 'csv', part: false } },
    ])
    // What was typed may be a name: it is not repeated (T18, T40).
    expect(JSON.stringify(events)).not.toContain('HYPERLINK')
  })

  it('is not each time its file is fetched', async () => {
    const { id } = await make(auditor, { format: 'csv' })
    const before = await trailLength()
    await fileOf(auditor, id)
    expect(await trailLength()).toBe(before)
  })

  it('nothing is of one that was refused', async () => {
    const before = await trailLength()
    expect(await refusalOf(make(auditor, { format: 'csv', first: size + 100 }))).toMatchObject({ code: 'invalid' })
    expect(await refusalOf(make(auditor, { format: 'csv', first: 5, last: 2 }))).toMatchObject({ code: 'invalid' })
    const planted = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`
    expect(await refusalOf(make(auditor, { format: 'csv', q: planted }))).toMatchObject({ code: 'secret_refused' })
    expect(await trailLength()).toBe(before)
  })
})

it('no entry is in nobody’s trail: an attempt on a system that nobody governs is recorded of none (T35)', async () => {
  await recordRefusal(
    narrow,
    { verb: 'promotion:open', subject: { kind: 'principal', id: narrow.actor.id }, system: 'never-heard-of' },
    refuse('not_allowed', 'No.'),
  )
  const [event] = (await trail({ action: 'action.refused', subject: narrow.actor.id })).slice(-1)
  expect(event).toMatchObject({ system: null })
})

describe('whose it is', () => {
  it('only its maker fetches it, for a day, and as long as they may read all of it (T23)', async () => {
    const person = await aPerson('Passing', ['auditor'], one.slug)
    const { id } = await make(person, { format: 'csv' })
    const now = new Date()
    await expect(openExport({ actor: person.actor, now }, id)).resolves.toMatchObject({ id, isWhole: false })
    expect(await refusalOf(openExport({ actor: auditor.actor, now }, id))).toMatchObject({ code: 'not_found' })
    expect(await refusalOf(openExport({ actor: auditor.actor, now }, 'x'))).toMatchObject({ code: 'not_found' })
    expect(await refusalOf(openExport({ actor: person.actor, now: new Date(now.getTime() + 86_400_000) }, id))).toMatchObject({
      code: 'wrong_state',
    })
    expect(await listExports({ actor: person.actor, now })).toMatchObject([{ id, isOpen: true, size }])
    expect(await refusalOf(openExport({ actor: { ...person.actor, grants: [] }, now }, id))).toMatchObject({ code: 'not_allowed' })
  })

  it('breaks off when access ends meanwhile (T09)', async () => {
    const person = await aPerson('Leaving', ['auditor'], one.slug)
    const { id } = await make(person, { format: 'csv' })
    const { exportAnswer } = await import('@/app/(dashboard)/audit/exports/export-answer')
    const answer = await exportAnswer(fetching(), { actor: person.actor, now: new Date() }, { id })
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await db.roleGrant.updateMany({ where: { principalId: person.actor.id }, data: { endsAt: new Date() } })
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    const rest = async () => {
      while (!(await reader.read()).done);
    }
    await expect(rest()).rejects.toThrow()
    clock.mockRestore()
  })

  it('takes turns: two at once for one person', async () => {
    const { id } = await make(auditor, { format: 'jsonl' })
    const { exportAnswer } = await import('@/app/(dashboard)/audit/exports/export-answer')
    const start = () => exportAnswer(fetching(), { actor: auditor.actor, now: new Date() }, { id })
    const running = [await start(), await start()]
    expect(await refusalOf(start())).toMatchObject({ code: 'throttled' })
    for (const answer of running) await answer.body?.cancel()
    await (await start()).body?.cancel()
  })

  it('is made so often an hour and no more (T35)', async () => {
    const person = await aPerson('Eager', ['auditor'], one.slug)
    const { id: _, ...row } = await db.trailExport.findFirstOrThrow({ where: { principalId: narrow.actor.id } })
    await db.trailExport.createMany({
      data: Array.from({ length: EXPORTS_AN_HOUR }, () => ({
        ...row,
        filter: row.filter as object,
        principalId: person.actor.id,
        createdAt: new Date(),
      })),
    })
    expect(await refusalOf(make(person, { format: 'csv' }))).toMatchObject({ code: 'throttled' })
  })
})

describe('over HTTP', () => {
  it('an export is made and fetched with a token, within its system, and the same key makes one', async () => {
    const token = (await aBearer(one.people.admin, { scopes: ['read'], systemId: one.slug })).secret
    const headers = { 'idempotency-key': 'export-1' }
    const made = await api(token, 'POST /trail-exports', { body: { format: 'jsonl' }, headers })
    expect(made).toMatchObject({ status: 201, body: { format: 'jsonl', size } })
    expect(made.headers.get('location')).toBe(made.body.file)
    expect((await api(token, 'POST /trail-exports', { body: { format: 'jsonl' }, headers })).body.id).toBe(made.body.id)
    const { status, text, headers: sent } = await api(token, `GET /trail-exports/${made.body.id}/file`)
    expect(status).toBe(200)
    expect(sent.get('content-type')).toMatch(/^application\/jsonl/)
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.every(({ system }) => system === one.slug)).toBe(true)
    const last = rows.at(-2)?.number as number
    expect(
      (await api(token, `GET /trail-exports/${made.body.id}/file`, { query: { after: last } })).text.trimEnd().split('\n'),
    ).toHaveLength(1)
  })

  it('what is not as it must be is refused', async () => {
    const token = (await aBearer(one.people.admin, { scopes: ['read'], systemId: one.slug })).secret
    const other = (await aBearer(one.people.admin, { scopes: ['read'], systemId: one.slug })).secret
    expect(await api(token, 'POST /trail-exports', { body: { format: 'xml' } })).toMatchObject({ status: 422 })
    expect(await api(token, 'POST /trail-exports', { body: { format: 'csv', systems: ['robodj'] } })).toMatchObject({ status: 422 })
    expect(await api(token, 'POST /trail-exports', { body: { format: 'csv', system: 'robodj' } })).toMatchObject({ status: 404 })
    const { body } = await api(token, 'POST /trail-exports', { body: { format: 'csv' } })
    expect(await api(other, `GET /trail-exports/${body.id}/file`)).toMatchObject({ status: 404 })
    expect(await api(null, `GET /trail-exports/${body.id}/file`)).toMatchObject({ status: 401 })
    expect(await api(token, `GET /trail-exports/${body.id}/file`, { query: { after: 10 ** 9 } })).toMatchObject({ status: 422 })
  })
})

import pg from 'pg'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { keepText } from '@/lib/db/audit'
import { forgetDays } from '@/lib/db/days-of-trail'
import { mutate } from '@/lib/db/mutate'
import { record } from '@/lib/db/record'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import type { TrailFilter } from '@/lib/domain/trail'
import { type AuditRow, getTrailChoices, getTrailHead, listAuditEvents, listAuditRows } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { filterInAddress, trailFilterOf } from '@/lib/schemas/audit'
import { erasePerson } from '@/lib/usecases/account/erase-person'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aPerson, aToken } from '../../support/people'
import { aGovernedSystem, aRelease, bringAll, type Scene } from '../../support/scene'

let one: Scene
let two: Scene
let auditor: Ctx
let admin: Ctx
let promotion: string
let hash: string

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const rows = async (who: Ctx, filter: TrailFilter = {}, take = 200): Promise<AuditRow[]> =>
  (await listAuditRows(looker(who), filter, { take, after: null })).map(({ row }) => row)

beforeAll(async () => {
  one = await aGovernedSystem('dreichor')
  two = await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  admin = await aPerson('Ada Novak', ['admin'])
  const { version } = await aRelease(one)
  await bringAll(one, version, 'prod')
  promotion = (await openPromotion(one.people.engineer, { system: one.slug, version, to: 'prod' })).id
  hash = (await sealPromotion(one.people.release_manager, { promotion })).hash
}, 60_000)

describe('the list', () => {
  it('tells each entry in one plain sentence, newest first', async () => {
    const [sealed, opened] = await rows(auditor, { subject: promotion })
    expect(sealed).toMatchObject({
      did: 'Sealed',
      sentence: `The release manager sealed version 1 of ${promotion}.`,
      who: { kind: 'person', name: 'The release manager' },
      what: { kind: 'promotion', id: promotion, version: 1, label: `${promotion} v1` },
      where: { system: 'dreichor', name: expect.any(String), profile: { id: 'prod', class: 'production' } },
      outcome: 'done',
    })
    expect(opened?.sentence).toMatch(/^The engineer opened PRM-\d+: 1\.\d+\.0 from dev to prod\.$/)
    const all = await rows(auditor)
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .sort()
        .reverse(),
    )
    expect(all.every(({ sentence }) => /^\S.*[.!?]$/.test(sentence) && !/undefined|null|\[object/.test(sentence))).toBe(true)
  })

  it('holds denied attempts as rows like any other', async () => {
    await record(one.people.auditor, [
      {
        action: 'action.refused',
        system: one.slug,
        subject: { kind: 'promotion', id: promotion },
        after: { verb: 'signPromotionInput' },
        outcome: 'refused',
        reason: 'not_allowed',
        count: 3,
      },
    ])
    const [denied] = await rows(auditor, { action: 'refused' })
    expect(denied).toMatchObject({
      did: 'Denied',
      outcome: 'refused',
      count: 3,
      sentence: `The auditor was refused sign promotion on ${promotion} 3 times: not allowed.`,
    })
  })

  it.each<[string, () => TrailFilter, (row: AuditRow) => boolean]>([
    ['actor', () => ({ actor: one.people.engineer.actor.id }), (row) => row.who.name === 'The engineer'],
    ['action', () => ({ action: 'evidence.recorded' }), (row) => row.action === 'evidence.recorded'],
    ['a group of actions', () => ({ action: 'policies' }), (row) => /^(policy|system)\./.test(row.action)],
    ['subject by id', () => ({ subject: promotion }), (row) => row.what.id === promotion],
    ['subject by kind and id', () => ({ subject: `promotion:${promotion}` }), (row) => row.what.id === promotion],
    ['kind of subject', () => ({ subjectKind: 'release' }), (row) => row.what.kind === 'release'],
    ['system', () => ({ system: 'robodj' }), (row) => row.where.system === 'robodj'],
    ['a name', () => ({ q: 'release manager' }), (row) => row.who.name === 'The release manager' || row.what.kind === 'principal'],
    ['an id of people', () => ({ q: promotion.toLowerCase() }), (row) => row.what.id === promotion],
    ['the beginning of a sealed hash', () => ({ q: hash.slice(0, 12) }), (row) => row.what.id === promotion],
    [
      'all together',
      () => ({
        system: 'dreichor',
        action: 'promotion.sealed',
        actor: one.people.release_manager.actor.id,
        subject: promotion,
        from: new Date(Date.now() - 60_000),
        to: new Date(Date.now() + 60_000),
      }),
      (row) => row.action === 'promotion.sealed',
    ],
  ])('filters by %s', async (_, filter, fits) => {
    const found = await rows(auditor, filter())
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((row) => !fits(row))).toEqual([])
  })

  it('finds an entry by the beginning of its id and of its hash', async () => {
    const [newest] = await rows(auditor, {}, 1)
    for (const q of [
      newest?.id.slice(0, 8),
      newest?.id,
      newest?.leaf.slice(0, 10),
      `sha256:${newest?.leaf}`,
      newest?.leaf.match(/.{4}/g)?.slice(0, 4).join(' '),
    ]) {
      expect(
        (await rows(auditor, { q: q ?? '' })).map(({ id }) => id),
        q,
      ).toContain(newest?.id)
    }
  })

  it.each(["' OR 1=1 --", '%', '_', '\\', 'x'.repeat(100), '{}', '-1', 'ö', '0'])(
    'takes %j for a word and nothing else (T39)',
    async (q) => {
      expect((await rows(auditor, { q })).length).toBeLessThan((await rows(auditor)).length)
    },
  )

  it('gives pages of any size without a gap, in as many statements for sixty rows as for three', async () => {
    const whole = await rows(auditor)
    const paged: string[] = []
    let after: readonly string[] | null = null
    do {
      const page: Awaited<ReturnType<typeof listAuditRows>> = await listAuditRows(looker(auditor), {}, { take: 7, after })
      paged.push(...page.map(({ row }) => row.id))
      after = page.length < 7 ? null : (page.at(-1)?.position ?? null)
    } while (after)
    expect(paged).toEqual(whole.map(({ id }) => id))
    const statements = vi.spyOn(pg.Client.prototype, 'query')
    const cost = async (take: number): Promise<number> => {
      statements.mockClear()
      await listAuditRows(looker(auditor), {}, { take, after: null })
      return statements.mock.calls.length
    }
    const [few, many] = [await cost(3), await cost(60)]
    statements.mockRestore()
    expect(many).toBe(few)
    expect(many).toBeLessThanOrEqual(7)
  })
})

describe('who may read what (T23)', () => {
  it('a role on one system shows that system alone, in the list, by word, by filter and by id', async () => {
    const insider = two.people.engineer
    const mine = await rows(insider)
    expect(new Set(mine.map(({ where }) => where.system))).toEqual(new Set(['robodj']))
    const [foreign] = await rows(auditor, { subject: promotion })
    for (const filter of [
      { system: 'dreichor' },
      { subject: promotion },
      { q: promotion },
      { q: foreign?.id },
      { q: foreign?.leaf },
      { q: hash },
      { system: '-' },
    ])
      expect(await rows(insider, filter as TrailFilter), JSON.stringify(filter)).toEqual([])
    expect(await getAuditEntry(looker(insider), foreign?.id ?? '')).toBeNull()
    expect((await getTrailHead(looker(insider))).entries).toBe(mine.length)
    expect((await getTrailHead(looker(insider), 'dreichor')).entries).toBe(0)
    expect((await getTrailChoices(looker(insider))).systems.map(({ id }) => id)).toEqual(['robodj'])
  })

  it('events of no system are shown to whoever holds a role on all of them, and to nobody else', async () => {
    await record(admin, [{ action: 'session.opened', system: null, subject: { kind: 'session', id: admin.actor.id } }])
    expect((await rows(auditor, { system: '-' })).map(({ action }) => action)).toContain('session.opened')
    expect(await rows(one.people.admin, { system: '-' })).toEqual([])
  })

  it('a token reads what it is bound to, and nobody without a role reads anything', async () => {
    const token = await aToken(admin, { scopes: ['read'], systemId: 'robodj' })
    expect(new Set((await rows(token)).map(({ where }) => where.system))).toEqual(new Set(['robodj']))
    expect(await rows(await aPerson('Nobody Yet', []))).toEqual([])
  })
})

describe('an entry', () => {
  it('says who with the roles of that moment, checks the sealed text, and gives the bytes its hash is of', async () => {
    const [row] = await rows(auditor, { action: 'promotion.sealed', subject: promotion })
    const detail = await getAuditEntry(looker(auditor), row?.id ?? '')
    expect(detail).toMatchObject({
      row: { id: row?.id },
      roles: ['Release Manager'],
      countsAs: null,
      sealed: { hash, state: 'matches', subject: { promotion, number: 1 } },
      isDemo: false,
    })
    expect(sha256Hex(`\0${detail?.canonical}`)).toBe(detail?.row.leaf)
  })

  it('says so when the sealed text no longer gives the recorded hash', async () => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
    await client.connect()
    const [row] = await rows(auditor, { action: 'promotion.sealed', subject: promotion })
    try {
      await client.query(`UPDATE "SealedVersion" SET canonical = canonical || ' ' WHERE hash = $1`, [hash])
      expect((await getAuditEntry(looker(auditor), row?.id ?? ''))?.sealed?.state).toBe('differs')
    } finally {
      await client.query(`UPDATE "SealedVersion" SET canonical = rtrim(canonical) WHERE hash = $1`, [hash])
      await client.end()
    }
    expect((await getAuditEntry(looker(auditor), row?.id ?? ''))?.sealed?.state).toBe('matches')
  })

  it('shows the text that lies apart, or that it was redacted', async () => {
    const said = async (body: string): Promise<string> => {
      let digest = ''
      await mutate(one.people.engineer, async ({ tx }) => {
        digest = await keepText(tx, body)
        return {
          result: null,
          events: [{ action: 'question.asked', system: one.slug, subject: { kind: 'promotion', id: promotion }, text: digest }],
        }
      })
      return digest
    }
    await said('Is the window right?')
    const [row] = await rows(auditor, { action: 'question.asked' })
    expect((await getAuditEntry(looker(auditor), row?.id ?? ''))?.text).toMatchObject({ body: 'Is the window right?', redactedBy: null })
    const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
    await client.connect()
    await client.query('UPDATE audit.text SET body = NULL, salt = NULL, redacted_by_event = gen_random_uuid()')
    await client.end()
    expect((await getAuditEntry(looker(auditor), row?.id ?? ''))?.text).toMatchObject({ body: null, redactedBy: expect.any(String) })
  })

  it('lays before and after side by side, ids named', async () => {
    const [row] = await rows(auditor, { action: 'evidence.recorded' })
    const detail = await getAuditEntry(looker(auditor), row?.id ?? '')
    expect(detail?.changes.find(({ key }) => key === 'verdict')).toEqual({ key: 'verdict', before: null, after: 'pass' })
  })

  it('an unknown id is nothing', async () => {
    expect(await getAuditEntry(looker(auditor), '01a1feb9-d863-719f-afa1-485fbb7be339')).toBeNull()
  })
})

it('whoever was erased is shown by id, and the trail still stands (T40)', async () => {
  const leaver = await aPerson('Leaver Longgone', ['engineer'], 'dreichor')
  await record(leaver, [{ action: 'question.asked', system: one.slug, subject: { kind: 'promotion', id: promotion } }])
  expect((await rows(auditor, { actor: leaver.actor.id }))[0]?.who.name).toBe('Leaver Longgone')
  await retirePerson(admin, { person: leaver.actor.id })
  await erasePerson(admin, { person: leaver.actor.id })
  const after = await rows(auditor, { actor: leaver.actor.id })
  expect(after[0]?.who.name).toBe(leaver.actor.id)
  expect(after[0]?.sentence).toContain(leaver.actor.id)
  expect(JSON.stringify(await rows(auditor))).not.toContain('Longgone')
  expect((await rows(auditor, { q: 'Longgone' })).length).toBe(0)
})

it('the head counts days from the record, and days that are over only once', async () => {
  forgetDays()
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  const text = (id: string) =>
    `{"action":"snapshot.recorded","actor":{"countsAs":"x","grant":null,"id":"x","kind":"person","roles":[],"session":null,"token":null},"after":null,"at":"2026-01-01T00:00:00.000Z","before":null,"count":1,"decision":null,"dossier":null,"outcome":"done","policy":null,"reason":null,"request":{"agent":null,"id":"r","ip":null},"subject":{"id":"${id}","kind":"snapshot","version":null},"system":"robodj","text":null,"v":1}`
  const threeDaysAgo = new Date(Date.now() - 3 * 86_400_000)
  const day = threeDaysAgo.toISOString().slice(0, 10)
  for (const id of ['a', 'b'])
    await client.query('INSERT INTO audit.event (canonical, recorded_at) VALUES ($1, $2)', [text(id), threeDaysAgo])
  const first = await getTrailHead(looker(auditor))
  expect(first.days.find((each) => each.day === day)).toEqual({ day, count: 2 })
  expect(first).toMatchObject({ isMore: false, oldestAt: threeDaysAgo.toISOString(), everything: true })
  expect(first.entries).toBe((await rows(auditor)).length)

  await record(admin, [{ action: 'session.opened', system: null, subject: { kind: 'session', id: 'x' } }])
  const second = await getTrailHead(looker(auditor))
  expect(second.entries).toBe(first.entries + 1)
  expect((await getTrailHead(looker(two.people.engineer))).days.find((each) => each.day === day)?.count).toBe(2)

  await client.query('INSERT INTO audit.event (canonical, recorded_at) VALUES ($1, $2)', [
    text('old'),
    new Date(Date.now() - 250 * 86_400_000),
  ])
  expect(await getTrailHead(looker(auditor))).toMatchObject({ isMore: true, entries: second.entries })
  await client.end()
})

it('the API’s answer holds the canonical text, so that anybody can compute the hash', async () => {
  const [first] = await listAuditEvents(looker(auditor), {}, { take: 1, after: null })
  expect(sha256Hex(`\0${first?.event.canonical}`)).toBe(first?.event.leafHash)
  expect(first?.event.recordedAt).toMatch(/Z$/)
})

it('a pasted address filters by what is understood and says what is not', () => {
  const { filter, ignored } = filterInAddress({
    action: 'promotion.signed',
    system: 'robodj',
    from: '2026-11-01',
    to: '2026-11-02',
    actor: 'x',
    entry: 'abc',
    q: '',
  })
  expect(ignored).toEqual(['actor'])
  expect(trailFilterOf(filter)).toEqual({
    action: 'promotion.signed',
    system: 'robodj',
    from: new Date('2026-11-01T00:00:00Z'),
    to: new Date('2026-11-03T00:00:00Z'),
  })
  expect(filterInAddress({ from: '2026-13-45', action: 'nonsense', subject: "x'y" }).ignored).toEqual(['action', 'subject', 'from'])
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { keepText } from '@/lib/db/audit'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { mutate } from '@/lib/db/mutate'
import { findEntries, readTrail, type TrailScope, trailPage } from '@/lib/db/read-trail'
import { sha256Hex } from '@/lib/domain/canonical'
import { type Place, placesOfSubject, type TrailFilter } from '@/lib/domain/trail'
import { recordSnapshot } from '@/lib/usecases/snapshot/record-snapshot'
import { aPerson } from '../../support/people'
import { aGovernedSystem, digestOf, type Scene, trailLength } from '../../support/scene'

// Events and state commit together or not at all (T13, T35), and reading the trail walks its indexes and shows no foreign rows (T23, T30).

let owner: pg.Client
let scene: Scene

beforeAll(async () => {
  owner = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await owner.connect()
  scene = await aGovernedSystem('dreichor')
})

afterAll(() => owner.end())

const snapshots = (): Promise<number> => db.snapshot.count()
const aSnapshotOf = (profile: string) =>
  recordSnapshot(scene.people.release_manager, {
    system: scene.slug,
    profile,
    takenAt: new Date(Date.now() - 60_000),
    digest: digestOf('trail', Math.random().toString()),
    location: 'backups/one',
  })

describe('fail closed (T35)', () => {
  it('without the right to append, nothing changes', async () => {
    const before = { snapshots: await snapshots(), trail: await trailLength() }
    await owner.query('REVOKE INSERT (canonical) ON audit.event FROM countersign_app')
    try {
      await expect(aSnapshotOf('prod')).rejects.toThrow()
      expect({ snapshots: await snapshots(), trail: await trailLength() }).toEqual(before)
    } finally {
      await owner.query('GRANT INSERT (canonical) ON audit.event TO countersign_app')
    }
    await aSnapshotOf('prod')
    expect({ snapshots: await snapshots(), trail: await trailLength() }).toEqual({
      snapshots: before.snapshots + 1,
      trail: before.trail + 1,
    })
  })

  it('without room for what is pending, nothing changes', async () => {
    const before = { snapshots: await snapshots(), trail: await trailLength() }
    await owner.query('ALTER TABLE audit.pending ADD CONSTRAINT full_up CHECK (false) NOT VALID')
    try {
      await expect(aSnapshotOf('prod')).rejects.toThrow()
      expect({ snapshots: await snapshots(), trail: await trailLength() }).toEqual(before)
    } finally {
      await owner.query('ALTER TABLE audit.pending DROP CONSTRAINT full_up')
    }
  })

  it('an event that cannot be canonical undoes what its change wrote', async () => {
    const before = { snapshots: await snapshots(), trail: await trailLength() }
    const write = (after: Record<string, string>) =>
      mutate(scene.people.engineer, async ({ tx, now, actor }) => {
        await tx.snapshot.create({
          data: {
            systemId: scene.slug,
            profileKey: 'prod',
            takenAt: now,
            digest: digestOf('undone'),
            location: 'x',
            recordedById: actor.id,
            recordedAt: now,
          },
        })
        return {
          result: null,
          events: [{ action: 'snapshot.recorded', system: scene.slug, subject: { kind: 'snapshot', id: 'x' }, after }],
        }
      })
    await expect(write({ profile: 'a\uD800' })).rejects.toThrow()
    await expect(write({ profile: 'x'.repeat(17_000) })).rejects.toThrow()
    expect({ snapshots: await snapshots(), trail: await trailLength() }).toEqual(before)
  })

  it('an event whose state is undone is not on the record either', async () => {
    const before = await trailLength()
    await expect(
      mutate(scene.people.engineer, async ({ tx }) => {
        const digest = await keepText(tx, 'said and unsaid')
        await tx.$executeRaw`INSERT INTO audit.text (digest, salt, body) VALUES (${digest}, 's', 'twice')`
        return {
          result: null,
          events: [{ action: 'question.asked', system: scene.slug, subject: { kind: 'promotion', id: 'PRM-1' }, text: digest }],
        }
      }),
    ).rejects.toThrow()
    expect(await trailLength()).toBe(before)
  })

  it('every event is pending until it is in the tree', async () => {
    const { rows } = await owner.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM audit.event e WHERE NOT EXISTS (SELECT 1 FROM audit.pending p WHERE p.id = e.id AND p.recorded_at = e.recorded_at)',
    )
    expect(rows).toEqual([{ left: 0 }])
  })
})

test('the leaf hash is SHA-256 of 0x00 and the canonical bytes, as a stranger would compute it', async () => {
  const { rows } = await owner.query<{ canonical: string; leaf: string; payload: unknown }>(
    `SELECT canonical, encode(leaf_hash, 'hex') AS leaf, payload FROM audit.event`,
  )
  expect(rows.length).toBeGreaterThan(3)
  for (const { canonical, leaf, payload } of rows) {
    expect(leaf).toBe(sha256Hex(`\0${canonical}`))
    expect(payload).toEqual(JSON.parse(canonical))
  }
})

test('reading needs the systems to be named; a transaction leaves nothing to the next one on the same connection', async () => {
  const everything = (
    await readTrail({ systems: [scene.slug], everything: true }, (tx) =>
      findEntries(tx, { systems: [scene.slug], everything: true }, {}, null, { take: 200, after: null }),
    )
  ).length
  expect(everything).toBeGreaterThan(3)
  const none = await readTrail({ systems: [], everything: false }, (tx) => tx.$queryRaw<unknown[]>`SELECT id FROM audit.trail LIMIT 1`)
  expect(none).toEqual([])
  await expect(db.$transaction([db.$queryRaw`SELECT id FROM audit.trail LIMIT 1`])).rejects.toThrow()
  const left = await db.$queryRaw<
    { role: string; systems: string | null }[]
  >`SELECT current_user::text AS role, nullif(current_setting('app.systems', true), '') AS systems`
  expect(left).toEqual([{ role: 'countersign_app', systems: null }])
})

test('a system that is no slug cannot widen what is read', async () => {
  const outsider: TrailScope = { systems: ['nothing,*', '*', `${scene.slug},x`], everything: false }
  expect(await readTrail(outsider, (tx) => tx.$queryRaw<unknown[]>`SELECT id FROM audit.trail LIMIT 1`)).toEqual([])
})

test('the reading role cannot write, whatever it is granted later', async () => {
  await expect(
    readTrail({ systems: [scene.slug], everything: true }, (tx) => tx.$executeRaw`INSERT INTO audit.event (canonical) VALUES ('{}')`),
  ).rejects.toThrow()
})

describe('at size, with one large system and small ones', () => {
  const EVENTS = Math.round(30_000 * Number(process.env.TEST_SCALE ?? 1))
  const all: TrailScope = { systems: ['big', 'two', 'small', 'dreichor'], everything: true }

  beforeAll(async () => {
    // 1 in 1,000 belongs to the small system; the newest of it is far behind the newest of all.
    await owner.query(
      `INSERT INTO audit.event (canonical, recorded_at)
       SELECT format('{"action":"%s","actor":{"id":"00000000-0000-7000-8000-%s"},"subject":{"id":"PRM-%s","kind":"promotion","version":null},"system":"%s","pad":"%s"}',
           CASE WHEN i % 1000 = 7 THEN 'action.refused' WHEN i % 50 = 0 THEN 'promotion.signed' ELSE 'evidence.recorded' END,
           lpad((i % 40)::text, 12, '0'), lpad((i % 300)::text, 4, '0'), CASE WHEN i > 5000 AND i % 1000 = 0 THEN 'small' WHEN i % 3 = 0 THEN 'two' ELSE 'big' END, repeat('x', 500)),
         clock_timestamp() - (i * interval '300 seconds')
       FROM generate_series(1, $1::int) i`,
      [EVENTS],
    )
    await owner.query('VACUUM (ANALYZE) audit.event')
  }, 120_000)

  type Plan = {
    'Node Type': string
    'Index Name'?: string
    'Actual Rows'?: number
    'Actual Loops'?: number
    'Rows Removed by Filter'?: number
    Plans?: Plan[]
  }
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

  /** Rows that were looked at, and indexes used, for one page. */
  async function look(
    scope: TrailScope,
    filter: TrailFilter,
    places: Place[] | null = null,
  ): Promise<{ rows: number; looked: number; indexes: string[]; scans: string[] }> {
    const statement = trailPage(scope, filter, places, { take: 51, after: null })
    if (!statement) throw new Error('nothing to ask')
    return readTrail(scope, async (tx) => {
      const [row] = await tx.$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(Prisma.sql`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`)
      const plan = (row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan
      const ran = nodes(plan).filter(
        (node) => /Scan/.test(node['Node Type']) && (node['Actual Loops'] ?? 0) > 0 && node['Node Type'] !== 'Subquery Scan',
      )
      return {
        rows: plan['Actual Rows'] ?? 0,
        looked: ran.reduce(
          (sum, node) => sum + ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1),
          0,
        ),
        indexes: [...new Set(ran.flatMap((node) => node['Index Name'] ?? []).map((name) => name.replace(/^event_\d{4}_q\d_/, '')))].sort(),
        // A partition that is nearly empty may as well be read as it lies.
        scans: ran
          .filter((node) => node['Node Type'] === 'Seq Scan' && (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) > 200)
          .map((node) => node['Node Type']),
      }
    })
  }

  // The planner takes the policy of rows for one row in twenty, so it walks in order only where there are more than a thousand: below, it sorts.
  it.each<[string, TrailScope, TrailFilter, Place[] | null, string, number]>([
    ['the newest of everything', all, {}, null, 'pkey', 60],
    ['the newest of the large system', { systems: ['big'], everything: false }, {}, null, 'system_id_recorded_at_id_idx', 60],
    [
      'the newest of a small system, whose entries lie far back',
      { systems: ['small'], everything: false },
      {},
      null,
      'system_id_recorded_at_id_idx',
      120,
    ],
    ['two systems of one viewer', { systems: ['small', 'two'], everything: false }, {}, null, 'system_id_recorded_at_id_idx', 180],
    ['one system of somebody who reads all', all, { system: 'small' }, null, 'system_id_recorded_at_id_idx', 120],
    ['one actor', all, { actor: '00000000-0000-7000-8000-000000000007' }, null, 'actor_id_recorded_at_id_idx', 1_600],
    ['one promotion', all, {}, [{ by: 'subject', kind: 'promotion', id: 'PRM-0007' }], 'subject_kind_subject_id_recorded_at_id_idx', 210],
    [
      'an id that may be that of many kinds',
      all,
      {},
      placesOfSubject('01a1feb9-d863-719f-afa1-485fbb7be339'),
      'subject_kind_subject_id_recorded_at_id_idx',
      20,
    ],
    ['a rare action', all, { action: 'action.refused' }, null, 'action_recorded_at_id_idx', 120],
    ['a group of rare actions', all, { action: 'refused' }, null, 'action_recorded_at_id_idx', 200],
    [
      'the beginning of an id',
      all,
      {},
      [{ by: 'id', from: 'abcdef00-0000-0000-0000-000000000000', to: 'abcdefff-ffff-ffff-ffff-ffffffffffff' }],
      'id_idx',
      20,
    ],
    [
      'the beginning of a hash',
      all,
      {},
      [{ by: 'leaf', from: 'abcdef'.padEnd(64, '0'), to: 'abcdef'.padEnd(64, 'f') }],
      'leaf_hash_idx',
      20,
    ],
    [
      'a day long past',
      all,
      { from: new Date(Date.now() - 30 * 86_400_000), to: new Date(Date.now() - 29 * 86_400_000) },
      null,
      'pkey',
      60,
    ],
  ])('%s looks at hardly more rows than it shows', async (_, scope, filter, places, index, most) => {
    const { looked, indexes, scans } = await look(scope, filter, places)
    expect(
      indexes.some((name) => name.endsWith(index)),
      indexes.join(),
    ).toBe(true)
    expect(scans).toEqual([])
    expect(looked).toBeLessThanOrEqual(most)
  })

  it('an id alone finds what each kind of subject with that id has, newest first, in one arm', async () => {
    const id = '01a1feb9-d863-719f-afa1-485fbb7be339'
    await owner.query(
      `INSERT INTO audit.event (canonical, recorded_at)
       SELECT format('{"action":"evidence.recorded","actor":{"id":"t"},"subject":{"id":"%s","kind":"%s"},"system":"ids"}', $1::text, kind), '2026-11-02T12:00:00Z'::timestamptz + n * interval '1 second'
       FROM unnest(ARRAY['release', 'token', 'session', 'promotion']) WITH ORDINALITY AS k(kind, n)`,
      [id],
    )
    const scope: TrailScope = { systems: ['ids'], everything: false }
    const places = placesOfSubject(id)
    const find = (take: number, after: readonly string[] | null = null) =>
      readTrail(scope, (tx) => findEntries(tx, scope, {}, places, { take, after }))
    const kinds = (found: Awaited<ReturnType<typeof find>>) => found.map(({ canonical }) => JSON.parse(canonical).subject.kind)
    expect(kinds(await find(10))).toEqual(['session', 'token', 'release'])
    const [first] = await find(1)
    expect(kinds(await find(10, first?.position))).toEqual(['token', 'release'])
    expect(trailPage(scope, {}, places, { take: 10, after: null })?.sql.match(/FROM audit\.trail/g)).toHaveLength(1)
  })

  it('pages follow one another without a gap or a repetition, ties in time included', async () => {
    await owner.query(
      `INSERT INTO audit.event (canonical, recorded_at) SELECT format('{"action":"evidence.recorded","actor":{"id":"t"},"subject":{"id":"%s","kind":"evidence"},"system":"ties"}', i), '2026-11-01T12:00:00.000123Z' FROM generate_series(1, 7) i`,
    )
    const scope: TrailScope = { systems: ['ties'], everything: false }
    const seen: string[] = []
    let after: readonly string[] | null = null
    for (;;) {
      const page: Awaited<ReturnType<typeof findEntries>> = await readTrail(scope, (tx) =>
        findEntries(tx, scope, {}, null, { take: 3, after }),
      )
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)?.position ?? null
      if (page.length < 3) break
    }
    expect(new Set(seen).size).toBe(7)
    expect(seen).toHaveLength(7)
    expect(seen).toEqual([...seen].sort().reverse())
  })
})

test('whoever holds a role on one system reads the events of that one alone (T23)', async () => {
  const stranger = await aPerson('Sam Stranger', ['engineer'], 'another')
  const { trailScope } = await import('@/lib/db/read-trail')
  const scope = await trailScope(stranger.actor, new Date())
  expect(scope).toEqual({ systems: ['another'], everything: false })
  expect(await readTrail(scope, (tx) => findEntries(tx, scope, { system: scene.slug }, null, { take: 10, after: null }))).toEqual([])
})

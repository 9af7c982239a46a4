import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { aSealedPromotion, type Opened, sign } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

// What holds even for somebody with a database console: the checks, the partial unique indexes and the column grants behind the row locks
// (domain.md, invariants; T02, T03, T07). 42501: not allowed; 23505: one too many; 23514: a check; 23503: a foreign key.

let app: pg.Client
let owner: pg.Client
let scene: Scene
let opened: Opened & { hash: string; number: number }

const connect = async (url: string | undefined): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

beforeAll(async () => {
  app = await connect(process.env.DATABASE_URL)
  owner = await connect(process.env.DATABASE_MIGRATE_URL)
  scene = await aGovernedSystem('dreichor')
  opened = await aSealedPromotion(scene, 'prod')
  const first = opened.edge.signOff.slots.find(({ roles }) => roles.includes('release_manager'))
  await sign(scene.people.release_manager, opened.id, first?.id as string, opened.hash)
}, 60_000)

afterAll(async () => {
  await Promise.all([app.end(), owner.end()])
})

const codeOf = async (client: pg.Client, statement: string): Promise<string> => {
  await client.query('BEGIN')
  try {
    await client.query(statement)
    return 'done'
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

/** A copy of every row of a table with some columns changed: an insert that a console would try. */
const copied = (table: string, changes: Record<string, string>): string =>
  `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, jsonb_build_object(${Object.entries(changes)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')}))).* FROM "${table}" t LIMIT 1`

describe('the application’s role rewrites nothing that decides', () => {
  test.each<[string, string]>([
    ['a sealed dossier', `UPDATE "SealedVersion" SET canonical = '{}'`],
    ['its hash', `UPDATE "SealedVersion" SET hash = repeat('0', 64)`],
    ['who asked for it', `UPDATE "SealedVersion" SET "requesterId" = gen_random_uuid()`],
    ['a signature’s signer', `UPDATE "SignOff" SET "signerId" = gen_random_uuid()`],
    ['a signature’s decision', `UPDATE "SignOff" SET decision = 'decline'`],
    ['which slot it fills', `UPDATE "SignOff" SET "slotKey" = 'other'`],
    ['evidence', `UPDATE "Evidence" SET verdict = 'pass'`],
    ['when evidence was made', `UPDATE "Evidence" SET "recordedAt" = now()`],
    ['a policy’s text', `UPDATE "PolicyVersion" SET document = '{}'`],
    ['a policy’s hash', `UPDATE "PolicyVersion" SET hash = repeat('0', 64)`],
    ['a policy’s number', `UPDATE "PolicyVersion" SET number = number + 1`],
    ['what a policy asks', `UPDATE "PromotionGate" SET key = 'nothing'`],
    ['who has to sign', `UPDATE "SignOffSlot" SET key = 'nobody'`],
    ['a release’s commit', `UPDATE "Release" SET "gitSha" = repeat('0', 40)`],
    ['a release’s artefact', `UPDATE "Release" SET artefact = 'x'`],
    ['what a promotion promotes', `UPDATE "Promotion" SET "releaseId" = gen_random_uuid()`],
    ['where it goes', `UPDATE "Promotion" SET "toKey" = 'elsewhere'`],
    ['who holds a role', `UPDATE "RoleGrant" SET role = 'admin'`],
    ['since when', `UPDATE "RoleGrant" SET "startsAt" = '2020-01-01'`],
    ['whether a deployment was authorised', `UPDATE "Deployment" SET authorised = true`],
    ['what a token may', `UPDATE "ApiToken" SET scopes = '{}'`],
    ['a tick of a checklist', `UPDATE "ChecklistTick" SET state = 'done'`],
    ['a checklist’s items', `UPDATE "ChecklistTemplate" SET hash = repeat('0', 64)`],
    ...[
      'SealedVersion',
      'SignOff',
      'Evidence',
      'PolicyVersion',
      'Promotion',
      'Release',
      'RoleGrant',
      'Deployment',
      'Principal',
      'Snapshot',
    ].map((table): [string, string] => [`and deletes no ${table}`, `DELETE FROM "${table}"`]),
  ])('%s', async (_, statement) => {
    expect(await codeOf(app, statement)).toBe('42501')
  })
})

describe('whoever writes, even the owner', () => {
  it('puts no second signature on a slot', async () => {
    const statement = copied('SignOff', {
      id: `'SIG-9999'`,
      stepUpId: 'NULL::uuid',
      signerId: `'${scene.people.secops.actor.id}'`,
    })
    expect(await codeOf(owner, statement)).toBe('23505')
  })

  it('lets nobody fill two slots of one sealed version', async () => {
    expect(await codeOf(owner, copied('SignOff', { id: `'SIG-9998'`, slotKey: `'another'`, stepUpId: 'NULL::uuid' }))).toBe('23505')
  })

  it('has no signature by whoever asked for the promotion', async () => {
    expect(await codeOf(owner, `UPDATE "SignOff" SET "signerId" = "requesterId"`)).toBe('23514')
  })

  it('uses no step-up twice', async () => {
    // The same proof on a slot and by a signer of its own, so that only the proof stands in the way.
    const again = copied('SignOff', { id: `'SIG-9997'`, slotKey: `'another'`, signerId: `'${scene.people.secops.actor.id}'` })
    expect(await codeOf(owner, again)).toBe('23505')
  })

  it('keeps one live sealed version, one open promotion to a profile, one active policy, one running deployment', async () => {
    expect(await codeOf(owner, copied('SealedVersion', { id: 'gen_random_uuid()', number: '99' }))).toBe('23505')
    expect(await codeOf(owner, copied('Promotion', { id: `'PRM-9999'` }))).toBe('23505')
    expect(await codeOf(owner, copied('PolicyVersion', { id: 'gen_random_uuid()', number: '99' }))).toBe('23505')
    const indexes = await owner.query<{ name: string; where: string }>(
      `SELECT c.relname AS name, pg_get_expr(i.indpred, i.indrelid) AS where FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisunique AND i.indpred IS NOT NULL AND i.indrelid IN ('"Deployment"'::regclass, '"SignOff"'::regclass) ORDER BY 1`,
    )
    expect(indexes.rows.map(({ name }) => name)).toEqual(['deployment_one_running', 'sign_off_one_a_person', 'sign_off_one_a_slot'])
  })

  it('gives no promotion, deployment or verdict a state that nobody knows', async () => {
    expect(await codeOf(owner, `UPDATE "Promotion" SET status = 'approved'`)).toBe('23514')
    expect(await codeOf(owner, `UPDATE "Evidence" SET verdict = 'maybe'`)).toBe('23514')
    expect(await codeOf(owner, `UPDATE "SignOff" SET decision = 'perhaps'`)).toBe('23514')
    expect(await codeOf(owner, `UPDATE "Promotion" SET "windowStartsAt" = now(), "windowEndsAt" = now() - interval '1 hour'`)).toBe('23514')
    expect(await codeOf(owner, `UPDATE "RoleGrant" SET "endsAt" = "startsAt" - interval '1 hour'`)).toBe('23514')
  })

  it('ties a signature to the sealed version’s hash and requester', async () => {
    expect(await codeOf(owner, `UPDATE "SignOff" SET "sealedHash" = repeat('0', 64)`)).toBe('23503')
  })
})

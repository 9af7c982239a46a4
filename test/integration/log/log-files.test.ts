import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GET } from '@/app/log/[...path]/route'
import { GET as ready } from '@/app/ready/route'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import { loadLogStanding } from '@/lib/db/load-log-state'
import { record } from '@/lib/db/record'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { joinBytes, toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { checkNote, parseVkey, type VerifierKey } from '@/lib/domain/log/note'
import { decodeEntries, tilePath, tilesOf } from '@/lib/domain/log/tile'
import { proofOfEvent } from '@/lib/queries/log-proof'
import { logAlarm, logLine } from '@/lib/queries/log-status'
import { aBearer } from '../../support/api'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { asOwner } from '../../support/record'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { TEST_ORIGIN } from '../../support/settings'

// The log as strangers' tools read it (c2sp.org/tlog-tiles), how it stands, and who may read it (T13, T14, T23).

let scene: Scene
let log: TestLog
let size: number
let auditor: string

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  await aGovernedSystem('waxwatch')
  await happen(260)
  auditor = (await aBearer(await aPerson('Clare Adeyemi', ['auditor']), { scopes: ['read'] })).secret
  log = await startLog()
  size = await log.integrate()
}, 120_000)

afterAll(() => log?.close())

/** Puts events on the record that change nothing else. */
async function happen(times: number): Promise<void> {
  const { admin } = scene.people
  const event: AuditEvent = { action: 'session.ended', system: null, subject: { kind: 'principal', id: admin.actor.id } }
  await record(admin, [event, ...Array.from({ length: times - 1 }, () => event)])
}

async function get(path: string, secret: string | null = auditor): Promise<Response> {
  const request = new Request(`${TEST_ORIGIN}/log/${path}`, { headers: secret ? { authorization: `Bearer ${secret}` } : {} })
  return GET(request, { params: Promise.resolve({ path: path.split('/') }) })
}
const bytesOf = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await get(path)).arrayBuffer())

describe('the log under its prefix', () => {
  it('serves a checkpoint that its keys sign, and the keys', async () => {
    const answer = await get('checkpoint')
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const checkpoint = parseCheckpoint(await answer.text())
    expect(checkpoint?.size).toBe(size)
    const lines = (await (await get('keys')).text()).trimEnd().split('\n')
    const keys = lines.map((line) => parseVkey((JSON.parse(line) as { vkey: string }).vkey) as VerifierKey)
    expect(keys.map(({ vkey }) => vkey).sort()).toEqual([...log.vkeys].sort())
    const checks = await checkNote(checkpoint?.note as NonNullable<typeof checkpoint>['note'], keys, checkSignature)
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => 'good'))
  })

  it('serves tiles and entries from which a stranger computes the same root', async () => {
    const checkpoint = parseCheckpoint(await (await get('checkpoint')).text())
    const entries: Uint8Array[] = []
    for (const name of tilesOf(size).filter(({ level }) => level === 0)) {
      const bundle = decodeEntries(await bytesOf(tilePath({ ...name, level: 'entries' }))) as Uint8Array[]
      const hashes = await bytesOf(tilePath(name))
      expect(bundle).toHaveLength(name.width)
      expect(toHex(joinBytes(...bundle.map(nodeTree.leafHash)))).toBe(toHex(hashes))
      entries.push(...bundle)
    }
    expect(entries).toHaveLength(size)
    expect(toHex(nodeTree.rootOfLeaves(entries.map(nodeTree.leafHash)))).toBe(toHex(checkpoint?.root as Uint8Array))
    const above = await bytesOf('tile/1/000.p/1')
    expect(toHex(above)).toBe(toHex(nodeTree.rootOfLeaves(entries.slice(0, 256).map(nodeTree.leafHash))))
  })

  it('lets tiles of hashes be kept for good, and entries not (T38)', async () => {
    const tile = await get('tile/0/000')
    expect(tile.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    expect(tile.headers.get('content-type')).toBe('application/octet-stream')
    expect((await get('tile/entries/000')).headers.get('cache-control')).toBe('no-store')
    // A narrower view of a tile that is full by now is its beginning.
    expect(await bytesOf('tile/0/000.p/3')).toEqual((await bytesOf('tile/0/000')).slice(0, 96))
  })

  it.each(['tile/0/900', 'tile/0/000.p/0', 'tile/0/0', 'tile/9/000', 'tile/0/001.p/255', 'tile', 'secrets', 'tile/entries/001'])(
    'has no %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  it('counts who takes entries as a reader of the trail, and asks nothing of who takes hashes', async () => {
    const reader = await aPerson('Reads Once', ['auditor'])
    const { secret, ctx } = await aBearer(reader, { scopes: ['read'] })
    const reads = () => db.trailRead.findMany({ where: { principalId: ctx.actor.id }, select: { words: true, reads: true } })
    await get('tile/0/000', secret)
    await get('checkpoint', secret)
    expect(await reads()).toEqual([])
    await get('tile/entries/000', secret)
    await get('tile/entries/000.p/8', secret)
    expect(await reads()).toEqual([{ words: { page: 'log' }, reads: 1 }])
  })

  it('is for auditors of all systems only; whoever else asks is told, and the attempt is on the record (T23, T35)', async () => {
    expect((await get('checkpoint', null)).status).toBe(401)
    const others = [
      await aBearer(scene.people.release_manager, { scopes: ['read'] }),
      await aBearer(await aPerson('One System', ['auditor'], 'robodj'), { scopes: ['read'] }),
      await aBearer(await aPerson('Whole Auditor', ['auditor']), { scopes: ['read'], systemId: 'robodj' }),
    ]
    for (const { secret } of others)
      for (const path of ['checkpoint', 'keys', 'tile/0/000', 'tile/entries/000']) {
        const answer = await get(path, secret)
        expect(answer.status).toBe(403)
        expect(await answer.text()).toContain('for auditors of all systems')
      }
  })
})

describe('the proof of one event', () => {
  it('leads to the newest checkpoint, and there is none while it waits', async () => {
    const rows = await asOwner<{ id: string }>('SELECT event_id::text AS id FROM audit.leaf ORDER BY seq LIMIT 300 OFFSET 255')
    const { id } = rows[0] as { id: string }
    const proof = await proofOfEvent(id)
    const checkpoint = parseCheckpoint(proof?.checkpoint as string)
    expect(proof).toMatchObject({ index: 255, size, vkeys: expect.arrayContaining([log.vkey]) })
    const leaf = nodeTree.leafHash(new TextEncoder().encode(proof?.canonical))
    expect(toHex(leaf)).toBe(proof?.leaf)
    const hashes = (proof?.hashes ?? []).map((hash) => Uint8Array.from(Buffer.from(hash, 'hex')))
    expect(nodeTree.verifyInclusion(255, size, leaf, hashes, checkpoint?.root as Uint8Array)).toBe(true)
    await happen(1)
    const [waiting] = await asOwner<{ id: string }>('SELECT id::text FROM audit.pending LIMIT 1')
    expect(await proofOfEvent(waiting?.id as string)).toBeNull()
    expect(await proofOfEvent(crypto.randomUUID())).toBeNull()
  })
})

describe('how it stands', () => {
  const now = () => new Date()

  it('keeps up while its sequencer beats, and the rail says what was verified and when, never more', async () => {
    await log.integrate()
    const standing = await loadLogStanding(db)
    expect(standing.log).toMatchObject({ state: 'keeping-up', pending: 0, lagSeconds: 0, reason: null })
    expect(logAlarm(standing)).toBeNull()
    expect(logLine({ ...standing, verified: null }, now()).detail).toContain('not verified yet')
    const at = new Date('2026-11-19T14:30:00Z')
    const verified = { at, size: 48_212, outcome: 'intact', firstBad: null, says: '' } as const
    const standingAt = { ...standing, verified }
    expect(logLine(standingAt, new Date('2026-11-19T14:40:00Z'))).toEqual({
      status: 'pass',
      text: 'Audit chain intact',
      detail: '#48,212 at 14:30 UTC',
    })
    expect(logLine(standingAt, new Date('2026-11-20T14:40:00Z'))).toMatchObject({
      status: 'stale',
      detail: '#48,212 at 19 Nov 2026, 14:30 UTC',
    })
    const damaged = { ...standing, verified: { ...verified, outcome: 'damaged' as const, firstBad: 40_117 } }
    expect(logLine(damaged, now())).toMatchObject({ status: 'fail', detail: '#40,118 does not match' })
    expect(logAlarm(damaged)).toMatchObject({ kind: 'broken', text: 'Audit entry #40,118 does not match its log.' })
  })

  it('is named by /ready, which stays ready, and warned of on every page', async () => {
    expect(await (await ready()).json()).toEqual({ status: 'ready', auditLog: 'keeping-up' })
    await asOwner(`UPDATE audit.sequencer SET state = 'refusing', reason = 'The guard knows a newer checkpoint.'`)
    const answer = await ready()
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'ready', auditLog: 'refusing' })
    expect(logAlarm(await loadLogStanding(db))).toMatchObject({
      kind: 'refusing',
      text: 'The audit log refuses to sign. The guard knows a newer checkpoint.',
      more: expect.stringContaining('Nothing on a production-like profile is sealed'),
    })
    await asOwner(`UPDATE audit.sequencer SET state = 'stopped', reason = NULL, beat_at = now() - interval '10 minutes'`)
    expect(await (await ready()).json()).toEqual({ status: 'ready', auditLog: 'stopped' })
    expect(logLine(await loadLogStanding(db), now())).toMatchObject({ status: 'warn', text: 'Audit log stopped' })
    await asOwner(`UPDATE audit.sequencer SET state = 'running', beat_at = now()`)
    await happen(2)
    await asOwner(`UPDATE audit.pending SET since = now() - interval '150 seconds'`)
    const behind = await loadLogStanding(db)
    expect(behind.log.state).toBe('behind')
    expect(logAlarm(behind)).toMatchObject({
      kind: 'behind',
      text: 'The audit log is 2 minutes behind.',
      more: expect.stringContaining('wait'),
    })
  })
})

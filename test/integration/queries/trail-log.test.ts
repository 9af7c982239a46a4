import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkProofHere } from '@/components/audit/check-proof-here'
import { fetchSource } from '@/components/audit/fetch-source'
import { verifyInBrowser } from '@/components/audit/verify-in-browser'
import { record } from '@/lib/db/record'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { fromHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { tree } from '@/lib/domain/log/merkle'
import { getTrailHead, listAuditEvents, listAuditRows } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { getCheckedLog, listCheckedCheckpoints, listCheckedEntries, listCheckedTiles, mayCheck } from '@/lib/queries/trail-check'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { connectAs } from '../../support/stored-trail'

// The explorer over the log: numbers, neighbours, proofs, and the verification that a browser makes by itself (T13, T14, T23).

let one: Scene
let auditor: Ctx
let log: TestLog
let size: number

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const rows = async (who: Ctx, filter: Parameters<typeof listAuditRows>[1] = {}) =>
  (await listAuditRows(looker(who), filter, { take: 200, after: null })).map(({ row }) => row)
// Each about something else: the same words in the same millisecond would be the same leaf.
let said = 0
const say = (by: Ctx, times: number, system: string | null = one.slug) =>
  Promise.all(
    Array.from({ length: times }, () => {
      said += 1
      return record(by, [{ action: 'question.asked', system, subject: { kind: 'promotion', id: `PRM-${said}` } }])
    }),
  )

beforeAll(async () => {
  one = await aGovernedSystem('dreichor')
  await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  // More than two tiles, and more than one batch of nothing.
  for (let part = 0; part < 6; part += 1) await say(one.people.engineer, 100)
  log = await startLog()
  size = await log.integrate()
}, 90_000)
afterAll(() => log.close())

describe('an entry by its number', () => {
  it('is found by word, filter and address alike, and waits without one', async () => {
    for (const q of ['#1', '42', `#${size.toLocaleString('en-GB')}`]) {
      const [row] = await rows(auditor, { q })
      expect(row?.number, q).toBe(Number(q.replace(/\D/g, '')))
      expect((await rows(auditor, { number: row?.number ?? 0 })).map(({ id }) => id)).toEqual([row?.id])
      expect((await getAuditEntry(looker(auditor), String(row?.number)))?.row.id).toBe(row?.id)
    }
    expect(await rows(auditor, { q: `#${size + 1}` })).toEqual([])
    await say(one.people.engineer, 1)
    const [waiting] = await rows(auditor)
    expect(waiting?.number).toBeNull()
    expect((await getAuditEntry(looker(auditor), waiting?.id ?? ''))?.log).toBeNull()
    size = await log.integrate()
    expect((await rows(auditor))[0]?.number).toBe(size)
  })

  it('is hidden from whoever may not read it, as if it were not there (T23)', async () => {
    const stranger = await aPerson('Sam Stranger', ['engineer'], 'robodj')
    const foreign = (await rows(auditor, { system: 'dreichor' }))[0]
    expect(await rows(stranger, { q: `#${foreign?.number}` })).toEqual([])
    expect(await rows(stranger, { number: foreign?.number ?? 0 })).toEqual([])
    expect(await getAuditEntry(looker(stranger), String(foreign?.number))).toBeNull()
  })

  it.each(['0', '-1', '1e3', 'PRM-1', '00000000', "1'--"])('%j is no entry', async (reference) => {
    expect(await getAuditEntry(looker(auditor), reference)).toBeNull()
  })
})

describe('the proof of an entry', () => {
  it('leads from its bytes to the signed root, for every size and place, in a browser too', async () => {
    for (const number of [1, 2, 255, 256, 257, 512, 513, size - 1, size]) {
      const entry = await getAuditEntry(looker(auditor), String(number))
      expect(entry?.log, `#${number}`).toMatchObject({ number, size, state: 'proven' })
      expect([entry?.log?.previous?.number ?? null, entry?.log?.next?.number ?? null]).toEqual([
        number === 1 ? null : number - 1,
        number === size ? null : number + 1,
      ])
      const { canonical = '' } = entry ?? {}
      const { hashes = [], checkpoint = '', vkeys = [] } = entry?.log ?? {}
      const proof = { index: number - 1, canonical, hashes, checkpoint, vkeys }
      expect(await checkProofHere(proof)).toBe('good')
      expect(await checkProofHere({ ...proof, canonical: canonical.replace('question', 'Question').replace('"v":1', '"v":2') })).toBe(
        'wrong-bytes',
      )
      expect(await checkProofHere({ ...proof, index: number })).toBe('wrong-bytes')
      expect(
        await checkProofHere({ ...proof, checkpoint: checkpoint.replace(/^(— \S+ ....)./m, '$1A').replace(/^(— \S+ .{20})./m, '$1A') }),
      ).not.toBe('good')
      expect(await checkProofHere({ ...proof, vkeys: [] })).toBe('wrong-signature')
      expect(await checkProofHere(proof, async () => null)).toBe('not-checked')
    }
  })

  it('says so where the stored leaf is not that of the bytes', async () => {
    const superuser = await connectAs('postgres')
    const entry = await getAuditEntry(looker(auditor), '100')
    const damage = async (sql: string) => {
      await superuser.query('ALTER TABLE audit.leaf DISABLE TRIGGER ALL')
      await superuser.query(sql)
      await superuser.query('ALTER TABLE audit.leaf ENABLE TRIGGER ALL')
      await superuser.query('ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER leaf_append_only')
    }
    try {
      await damage(`UPDATE audit.leaf SET leaf_hash = sha256(leaf_hash) WHERE seq >= 512`)
      const last = await getAuditEntry(looker(auditor), String(size))
      expect(last?.log?.state).toBe('differs')
    } finally {
      await damage(
        `UPDATE audit.leaf l SET leaf_hash = e.leaf_hash FROM audit.event e WHERE e.id = l.event_id AND l.leaf_hash <> e.leaf_hash`,
      )
      await superuser.end()
    }
    expect((await getAuditEntry(looker(auditor), '100'))?.log).toEqual(entry?.log)
  })

  it('comes over the API with each entry that has one', async () => {
    const found = await listAuditEvents(looker(auditor), {}, { take: 20, after: null, proof: true })
    for (const { event } of found) {
      expect(event.index).toBe((event.number ?? 0) - 1)
      const said = parseCheckpoint(event.proof?.checkpoint ?? '')
      const hashes = (event.proof?.hashes ?? []).map((hash) => fromHex(hash) as Uint8Array)
      const leaf = tree.leafHash(new TextEncoder().encode(event.canonical))
      expect(said && tree.verifyInclusion(event.index ?? -1, said.size, leaf, hashes, said.root)).toBe(true)
    }
    const [bare] = await listAuditEvents(looker(auditor), {}, { take: 1, after: null })
    expect(bare?.event.proof).toBeNull()
  })
})

describe('verifying in the browser', () => {
  /** The addresses that the browser asks, answered by what stands behind them. */
  function answering(who: Ctx, tamper: (what: string, answer: unknown) => unknown = (_, answer) => answer): void {
    vi.stubGlobal('fetch', async (address: string) => {
      const url = new URL(address, 'http://localhost')
      const what = url.pathname.split('/').at(-1) ?? ''
      const number = (name: string) => Number(url.searchParams.get(name) ?? '0')
      const answer =
        what === 'about'
          ? await getCheckedLog()
          : what === 'checkpoints'
            ? await listCheckedCheckpoints({ after: number('after'), until: number('until') })
            : what === 'entries'
              ? await listCheckedEntries(looker(who), { from: number('from'), until: number('until') })
              : await listCheckedTiles({ level: number('level'), from: number('from') })
      return Response.json(tamper(what, answer))
    })
  }
  const store = () => {
    const kept = new Map<string, string>()
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
  }
  const verify = (keptIn = store()) => {
    const { signal } = new AbortController()
    const seen: number[] = []
    return verifyInBrowser({ signal, store: keptIn, source: fetchSource(signal), onProgress: (done) => seen.push(done) }).then((found) => ({
      ...found,
      seen,
    }))
  }
  afterAll(() => vi.unstubAllGlobals())

  it('ends good for whoever reads everything, from every entry’s own bytes', async () => {
    answering(auditor)
    const found = await verify()
    expect(found.findings).toEqual([])
    expect(found).toMatchObject({ outcome: 'good', size, entries: size, root: expect.any(String), kept: null })
    expect(found.seen.at(-1)).toBe(size)
  })

  it('checks by their hash alone what somebody may not read, and sends nothing else of it (T23)', async () => {
    const stranger = await aPerson('Only One', ['engineer'], 'robodj')
    answering(stranger)
    const found = await verify()
    expect(found.outcome).toBe('good')
    expect(found.entries).toBeLessThan(size)
    const sent = await listCheckedEntries(looker(stranger), { from: 0, until: size })
    expect(sent.every((entry) => entry.c === undefined || JSON.parse(entry.c).system === 'robodj')).toBe(true)
    expect(sent.filter(({ c }) => c === undefined).every((entry) => Object.keys(entry).sort().join() === 'i,l')).toBe(true)
    expect(await mayCheck(looker(await aPerson('No Role', [])))).toBe(false)
  })

  it.each<[string, number, (what: string, answer: unknown) => unknown]>([
    [
      'a changed entry',
      300,
      (what, answer) =>
        what === 'entries'
          ? (answer as { i: number; c?: string }[]).map((each) =>
              each.i === 300 ? { ...each, c: each.c?.replace('"count":1', '"count":2') } : each,
            )
          : answer,
    ],
    ['a missing entry', 17, (what, answer) => (what === 'entries' ? (answer as { i: number }[]).filter(({ i }) => i !== 17) : answer)],
    [
      'a changed leaf',
      41,
      (what, answer) =>
        what === 'entries'
          ? (answer as { i: number; l: string }[]).map((each) => (each.i === 41 ? { ...each, l: sha256Hex(each.l) } : each))
          : answer,
    ],
  ])('finds %s and says where it begins (T13)', async (_, index, tamper) => {
    answering(auditor, tamper)
    const found = await verify()
    expect(found).toMatchObject({ outcome: 'tampered', firstBad: index })
  })

  it('keeps the newest checkpoint and proves next time that the log continues it (T14)', async () => {
    const keptIn = store()
    answering(auditor)
    expect((await verify(keptIn)).kept).toBeNull()
    await say(one.people.engineer, 3)
    const before = size
    size = await log.integrate()
    expect((await verify(keptIn)).kept).toMatchObject({ size: before, state: 'continued' })
    // A server that goes back to an older history, checkpoints and all.
    answering(auditor, (what, answer) => (what === 'about' ? { ...(answer as object), size: before, root: null } : answer))
    const cut = await verify(keptIn)
    expect(cut.outcome).toBe('tampered')
  })

  it('cannot tell where the server does not answer', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }))
    await expect(verify()).rejects.toThrow(/answered 404/)
  })
})

it('the head says what the log holds, and which days a glass was broken', async () => {
  await record(one.people.incident_commander, [
    { action: 'fallback.opened', system: one.slug, subject: { kind: 'fallback', id: 'BG-0001' } },
  ])
  size = await log.integrate()
  const head = await getTrailHead(looker(auditor))
  expect(head.log).toMatchObject({ size, pending: 0, root: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(head.glassDays).toEqual([new Date().toISOString().slice(0, 10)])
  expect((await getTrailHead(looker(await aPerson('Else Where', ['engineer'], 'robodj')))).glassDays).toEqual([])
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { tree } from '@/lib/domain/log/merkle'
import { AuditEventAnswer } from '@/lib/schemas/api/audit'
import { aBearer, api } from '../../support/api'
import { startLog, type TestLog } from '../../support/log'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'

// The record over the API, with where each entry lies in the log and what shows it (T13).

let scene: Scene
let token: string
let log: TestLog
let size: number

beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  await aRelease(scene)
  token = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
  log = await startLog()
  size = await log.integrate()
  await aRelease(scene) // waits
}, 60_000)
afterAll(() => log.close())

const list = async (query: Record<string, string | number>) => {
  const { status, body } = await api(token, 'GET /audit-events', { query })
  return { status, body, items: (body.items ?? []).map((item) => AuditEventAnswer.parse(item)) }
}

it('every entry has its index and number, and what waits has none', async () => {
  const { items } = await list({ limit: 50 })
  expect(items[0]).toMatchObject({ index: null, number: null, proof: null })
  const placed = items.filter(({ index }) => index !== null)
  expect(placed.length).toBeGreaterThan(3)
  expect(placed.every(({ index, number, proof }) => number === (index as number) + 1 && proof === null)).toBe(true)
})

it('one is asked for by its number, and comes with its proof when that is asked for', async () => {
  const [, , some] = (await list({ limit: 50 })).items.filter(({ index }) => index !== null)
  const { items } = await list({ number: some?.number ?? 0, proof: 'true' })
  expect(items).toHaveLength(1)
  const [event] = items
  const said = parseCheckpoint(event?.proof?.checkpoint ?? '')
  expect(said?.size).toBe(size)
  const leaf = tree.leafHash(new TextEncoder().encode(event?.canonical))
  const hashes = (event?.proof?.hashes ?? []).map((hash) => fromHex(hash) as Uint8Array)
  expect(said && tree.verifyInclusion(event?.index ?? -1, said.size, leaf, hashes, said.root)).toBe(true)
  expect((await list({ number: size + 1 })).items).toEqual([])
})

it('a page with proofs is short, and a number is one', async () => {
  expect(await list({ proof: 'true', limit: 51 })).toMatchObject({ status: 422, body: { place: 'limit' } })
  expect(await list({ number: 0 })).toMatchObject({ status: 422, body: { place: 'number' } })
  expect(await list({ proof: 'maybe' })).toMatchObject({ status: 422, body: { place: 'proof' } })
})

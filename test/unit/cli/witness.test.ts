import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openMemory } from '@/cli/witness/memory'
import { witnessServer } from '@/cli/witness/server'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { checkpointText, parseCheckpoint } from '@/lib/domain/log/checkpoint'
import type { ReadNode } from '@/lib/domain/log/merkle'
import { checkNote, noteOf, parseNote, type SignatureKind, signatureLine, verifierKey } from '@/lib/domain/log/note'
import { addCheckpointBody } from '@/lib/domain/log/witness'

const ORIGIN = 'countersign.example/log'

function aKey(name: string, kind: SignatureKind) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { key: verifierKey(name, kind, Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')), privateKey }
}

const leavesOf = (size: number, history = 0) =>
  Array.from({ length: size }, (_, index) => nodeTree.leafHash(Uint8Array.of(index < 5 ? 0 : history, index)))
const nodesOf =
  (leaves: readonly Uint8Array[]): ReadNode =>
  (level, index) =>
    nodeTree.rootOfLeaves(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

const log = aKey(ORIGIN, 'ed25519')

function signed(leaves: readonly Uint8Array[], by = log, origin = ORIGIN): string {
  const text = checkpointText({ origin, size: leaves.length, root: nodeTree.rootOfLeaves(leaves) })
  return noteOf(text, [signatureLine(by.key, sign(null, Buffer.from(text), by.privateKey))])
}

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

async function aWitness(state = join(mkdtempSync(join(tmpdir(), 'witness-')), 'state.json')) {
  const mine = aKey('witness.example/w1', 'ed25519-cosignature')
  const memory = openMemory(state)
  const server = witnessServer({ ...mine, logs: [log.key], memory })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.close()
    server.closeAllConnections()
    memory.close()
  }
  opened.push({ close: stop })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const add = async (old: number, leaves: readonly Uint8Array[], note = signed(leaves)) => {
    const proof = old > 0 && old <= leaves.length ? await nodeTree.consistencyProof(old, leaves.length, nodesOf(leaves)) : []
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: addCheckpointBody(old, proof, note) })
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
  }
  return { add, url, key: mine.key, state, stop }
}

describe('a witness (c2sp.org/tlog-witness; T14, T15)', () => {
  test('cosigns what continues what it saw, and its line is good on the checkpoint', async () => {
    const { add, key } = await aWitness()
    for (const [old, size] of [
      [0, 3],
      [3, 8],
      [8, 8],
      [8, 21],
    ] as const) {
      const leaves = leavesOf(size)
      const answer = await add(old, leaves)
      expect(answer.status, answer.body).toBe(200)
      const note = parseNote(`${signed(leaves)}${answer.body}`)
      const [check] = await checkNote(note as never, [key], checkSignature)
      expect(check).toMatchObject({ state: 'good' })
      expect(Math.abs((check?.at ?? 0) - Date.now() / 1000)).toBeLessThan(60)
    }
  })

  test('says its size where the log is wrong about it', async () => {
    const { add } = await aWitness()
    await add(0, leavesOf(8))
    expect(await add(0, leavesOf(9))).toMatchObject({ status: 409, body: '8\n', type: 'text/x.tlog.size' })
    expect(await add(5, leavesOf(9))).toMatchObject({ status: 409, body: '8\n' })
  })

  test('refuses a second history of a log that forks: another root of the same size, and another continuation', async () => {
    const { add } = await aWitness()
    await add(0, leavesOf(8))
    const same = await add(8, leavesOf(8, 1))
    expect(same.status).toBe(409)
    expect(same.body).toContain('One of the two histories is false')
    expect((await add(8, leavesOf(12, 1))).status).toBe(422)
    // What it remembers has not moved.
    expect((await add(8, leavesOf(12))).status).toBe(200)
  })

  test('refuses a log it does not watch, a key it does not trust, and what is no checkpoint', async () => {
    const { add, url } = await aWitness()
    const leaves = leavesOf(3)
    expect((await add(0, leaves, signed(leaves, aKey(ORIGIN, 'ed25519')))).status).toBe(403)
    expect((await add(0, leaves, signed(leaves, aKey('elsewhere.example', 'ed25519'), 'elsewhere.example'))).status).toBe(404)
    expect((await add(9, leaves)).status).toBe(400)
    expect((await fetch(`${url}/add-checkpoint`, { method: 'POST', body: 'old 1' })).status).toBe(400)
    expect((await fetch(`${url}/add-checkpoint`, { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(413)
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405)
    expect(await (await fetch(url)).text()).toMatch(/^witness\.example\/w1\+/)
  })

  test('remembers over a restart, and two cannot remember in one file', async () => {
    const first = await aWitness()
    await first.add(0, leavesOf(8))
    const kept = JSON.parse(readFileSync(first.state, 'utf8')) as { checkpoints: string[] }
    expect(parseCheckpoint(kept.checkpoints[0] as string)).toMatchObject({ origin: ORIGIN, size: 8 })
    first.stop()
    const again = await aWitness(first.state)
    expect(await again.add(0, leavesOf(9))).toMatchObject({ status: 409, body: '8\n' })
    expect((await again.add(8, leavesOf(12, 1))).status).toBe(422)
    again.stop()
    writeFileSync(`${first.state}.lock`, String(process.ppid))
    expect(() => openMemory(first.state)).toThrow(/is a witness with this state already/)
    writeFileSync(first.state, '{"checkpoints":["nonsense"]}')
    writeFileSync(`${first.state}.lock`, '999999999')
    expect(() => openMemory(first.state)).toThrow(/no checkpoint/)
  })

  test('two requests at once are judged one after the other (T07)', async () => {
    const { add } = await aWitness()
    await add(0, leavesOf(8))
    const answers = await Promise.all([add(8, leavesOf(12)), add(8, leavesOf(13)), add(8, leavesOf(12))])
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 409, 409])
  })
})

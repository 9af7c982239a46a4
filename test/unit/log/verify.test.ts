import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directorySource } from '@/cli/sources/directory'
import { notesOf } from '@/cli/verify/notes-of'
import { withNode } from '@/cli/with-node'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { proofFileText } from '@/lib/domain/log/proof-file'
import { nodesOfTiles, tilePath } from '@/lib/domain/log/tile'
import type { VerifyOptions } from '@/lib/domain/log/verify/source'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { newKeys } from '@/sequencer/keys'
import { type ExportFiles, makeExport, newTestKey, signedCheckpoint, writeExport } from '../../support/export-corpus'
import { makeStory, type Story, storyEvent } from '../../support/trail-story'

const folder = mkdtempSync(join(tmpdir(), 'verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

const origin = 'example.org/log'
const key = newTestKey(origin)
const story = makeStory(700)
const sizes = [0, 1, 100, 256, 257, 512, 700]
const good = await makeExport({ story, sizes, keys: [key], origin })

async function verify(files: ExportFiles, options: Partial<VerifyOptions> = {}) {
  const directory = mkdtempSync(join(folder, 'export-'))
  writeExport(directory, files)
  return verifyTrail(await directorySource(directory), { ...withNode, ...options })
}

const json = (files: ExportFiles, path: string): Record<string, unknown> => JSON.parse(new TextDecoder().decode(files.get(path)))
const withJson = (files: ExportFiles, path: string, change: Record<string, unknown>): ExportFiles =>
  new Map(files).set(path, new TextEncoder().encode(JSON.stringify({ ...json(files, path), ...change })))
const noteAt = (files: ExportFiles, size: number): string => {
  const line = new TextDecoder()
    .decode(files.get('checkpoints.jsonl'))
    .split('\n')
    .find((row) => row.startsWith(`{"size":${size},`))
  return (JSON.parse(line as string) as { note: string }).note
}

async function receipt(files: ExportFiles, index: number, size: number): Promise<string> {
  const read = nodesOfTiles(700, async (name) => files.get(tilePath(name)) as Uint8Array, nodeSha256)
  return proofFileText({ index, hashes: await nodeTree.inclusionProof(index, size, read), checkpoint: noteAt(files, size) })
}

describe('verifying an export', () => {
  it('finds nothing wrong with one that is as it was', async () => {
    const seen: number[] = []
    const result = await verify(good, { pinned: [key.key.vkey], onProgress: (done) => seen.push(done) })
    expect(result).toMatchObject({ outcome: 'good', size: 700, entries: 700, checkpoints: 8, firstBad: null, findings: [], notChecked: [] })
    expect(seen.at(-1)).toBe(700)
  })

  it('cannot tell of an export that was not finished, of none, and of a log that has not begun', async () => {
    const unfinished = new Map(good)
    unfinished.delete('export.json')
    await expect(verify(unfinished)).rejects.toThrow(/export\.json/)
    const empty = await makeExport({ story: { events: [], texts: [], sealed: [] }, sizes: [0], keys: [key], origin })
    expect((await verify(empty)).outcome).toBe('good')
    expect((await verify(withJson(good, 'export.json', { vkeys: [] }))).outcome).toBe('unknown')
  })

  it('finds tiles that changed places, of hashes and of entries', async () => {
    for (const [one, other] of [
      ['tile/0/000', 'tile/0/001'],
      ['tile/entries/000', 'tile/entries/001'],
    ] as const) {
      const files = new Map(good).set(one, good.get(other) as Uint8Array).set(other, good.get(one) as Uint8Array)
      expect(await verify(files)).toMatchObject({ outcome: 'tampered', firstBad: 0, entries: 700 })
    }
  })

  it('finds counts that do not agree', async () => {
    const lost = await verify(withJson(good, 'export.json', { counts: { events: 700, leaves: 700, pending: 1 } }))
    expect(lost.findings).toMatchObject([{ check: 'count', expected: '701', found: '700' }])
  })

  it('checks a filtered export against its hashes, and says what is not in it', async () => {
    const files = new Map(
      [...withJson(good, 'export.json', { filter: { system: 'made' }, counts: null })].filter(([path]) => !path.startsWith('tile/entries')),
    )
    const rows = [5, 256, 699].map((index) => JSON.stringify({ index, canonical: story.events[index] }))
    files.set('entries.jsonl', new TextEncoder().encode(rows.join('\n')))
    files.delete('texts.jsonl')
    files.delete('sealed.jsonl')
    const named = new Set([5, 256, 699].flatMap((index) => (story.events[index] as string).match(/[0-9a-f]{64}/g) ?? []))
    const jsonl = (part: readonly object[]) => new TextEncoder().encode(part.map((row) => `${JSON.stringify(row)}\n`).join(''))
    files.set('texts.jsonl', jsonl(story.texts.filter(({ digest }) => named.has(digest))))
    files.set('sealed.jsonl', jsonl(story.sealed.filter(({ hash }) => named.has(hash))))
    const result = await verify(files)
    expect(result).toMatchObject({ outcome: 'good', entries: 3, findings: [] })
    expect(result.notChecked.join(' ')).toMatch(/697 entries are not in this export/)
    files.set('entries.jsonl', new TextEncoder().encode(rows.join('\n').replace('"v\\":1', '"v\\":2')))
    expect(await verify(files)).toMatchObject({ outcome: 'tampered', firstBad: 5 })
  })

  it('finds a redaction that no act on the record made, and lets one be that an act made (T18)', async () => {
    const digest = story.texts[0]?.digest as string
    const redact = (files: ExportFiles, by: string | null): ExportFiles => {
      const rows = new TextDecoder().decode(files.get('texts.jsonl')).split('\n').filter(Boolean)
      const changed = rows.map((row) => (row.includes(digest) ? JSON.stringify({ digest, salt: null, body: null, redactedBy: by }) : row))
      return new Map(files).set('texts.jsonl', new TextEncoder().encode(`${changed.join('\n')}\n`))
    }
    expect((await verify(redact(good, null))).findings).toMatchObject([{ check: 'text' }])
    expect((await verify(redact(good, '00000000-0000-4000-8000-000000000000'))).findings).toMatchObject([{ check: 'text' }])
    const told: Story = { ...story, events: [...story.events] }
    told.events.push(
      storyEvent(999, { action: 'text.redacted', subject: { kind: 'promotion', id: 'PRM-0001' }, by: 'ada', after: { texts: 1 } }),
    )
    const size = told.events.length
    const files = await makeExport({ story: told, sizes: [size], keys: [key], origin })
    const id = (JSON.parse(new TextDecoder().decode(files.get('facts.jsonl')).trim().split('\n').at(-1) as string) as { id: string }).id
    expect((await verify(redact(files, id))).findings).toEqual([])
  })
})

describe('what somebody kept outside (T13, T15)', () => {
  it('agrees with the trail it was taken from', async () => {
    const receipts = [await receipt(good, 3, 100), await receipt(good, 698, 700)]
    expect(await verify(good, { receipts, anchors: [noteAt(good, 257), noteAt(good, 700)] })).toMatchObject({
      outcome: 'good',
      notChecked: [expect.stringMatching(/keys came with/)],
    })
  })

  it('shows that a trail was cut off, though it agrees with itself', async () => {
    const older = await makeExport({ story, sizes: [100, 256], keys: [key], origin })
    expect((await verify(older)).outcome).toBe('good')
    const result = await verify(older, { anchors: [noteAt(good, 700)] })
    expect(result).toMatchObject({ outcome: 'tampered', firstBad: 256, findings: [{ check: 'anchor', expected: '700', found: '256' }] })
    expect(await verify(older, { receipts: [await receipt(good, 600, 700)] })).toMatchObject({ outcome: 'tampered', firstBad: 256 })
  })

  it('shows that history was written anew, even with the log’s own key', async () => {
    const other = makeStory(700)
    other.events[300] = (other.events[300] as string).replace('"v":1', '"v":2')
    const forged = await makeExport({ story: other, sizes, keys: [key], origin })
    expect((await verify(forged)).outcome).toBe('good')
    expect(await verify(forged, { anchors: [noteAt(good, 256), noteAt(good, 512)] })).toMatchObject({
      outcome: 'tampered',
      firstBad: 256,
      findings: [{ check: 'anchor' }],
    })
    const result = await verify(forged, { receipts: [await receipt(good, 300, 512)] })
    expect(result.findings.map(({ check, index }) => [check, index])).toEqual([
      ['receipt', 0],
      ['receipt', 300],
    ])
  })

  it('tells nothing where a stranger signed it', async () => {
    const stranger = newTestKey(origin)
    const anchors = [signedCheckpoint(origin, 900, new Uint8Array(32), [stranger])]
    expect(await verify(good, { anchors })).toMatchObject({ outcome: 'unknown', findings: [] })
    expect(await verify(good, { receipts: ['no proof'] })).toMatchObject({ outcome: 'unknown' })
  })

  it('tells nothing, and accuses nobody, where a receipt itself was damaged: another index, or a hash of its path', async () => {
    const whole = await receipt(good, 300, 512)
    for (const index of [301, 699, 90_000]) {
      const moved = whole.replace('index 300', `index ${index}`)
      expect(moved).not.toBe(whole)
      const result = await verify(good, { receipts: [moved] })
      expect(result).toMatchObject({ outcome: 'unknown', findings: [] })
      expect(result.notChecked.join(' ')).toMatch(/it was damaged, and tells nothing/)
    }
  })

  it('tells nothing where it is of another log', async () => {
    const other = 'other.example.org/log'
    const theirs = await makeExport({ story, sizes, keys: [newTestKey(other)], origin: other })
    const result = await verify(good, { receipts: [await receipt(theirs, 3, 100)], anchors: [noteAt(theirs, 512)] })
    expect(result).toMatchObject({ outcome: 'unknown', findings: [] })
  })

  it('is read from anchor files, lists of checkpoints and notes behind one another', () => {
    const [a, b] = [noteAt(good, 100), noteAt(good, 256)] as [string, string]
    expect(notesOf(`${JSON.stringify({ at: 'x', size: 100, note: a })}\n${JSON.stringify({ note: b })}\n{"at":"cut`)).toEqual([a, b])
    expect(notesOf(a)).toEqual([a])
    expect(notesOf(`${a}${b}`)).toEqual([a, b])
    expect(notesOf(`${a}\n${b}`)).toEqual([a, b])
  })
})

describe('keys (T16)', () => {
  it('refuses a trail that is not signed by the key that was given', async () => {
    const stranger = newTestKey(origin)
    const forged = await makeExport({ story, sizes, keys: [stranger], origin })
    expect(await verify(forged)).toMatchObject({ outcome: 'good' })
    const result = await verify(forged, { pinned: [key.key.vkey] })
    expect(result.outcome).toBe('tampered')
    expect(result.findings.map(({ check }) => check)).toEqual(['signature'])
  })

  it('follows a key to the next one that the log announced under it, and to no other', async () => {
    const next = newTestKey(origin)
    const announce = (vkey: string) =>
      storyEvent(999, {
        action: 'log.key_added',
        subject: { kind: 'log', id: origin },
        by: 'log',
        after: { key: 'x', vkeys: [vkey], beside: [] },
      })
    const rotated = async (vkey: string) => {
      const told = { ...story, events: [...story.events.slice(0, 300), announce(vkey), ...story.events.slice(300)] }
      const files = await makeExport({ story: told, sizes: [200, 400], keys: [key], origin })
      const later = await makeExport({ story: told, sizes: [700], keys: [next], origin })
      const rows = [files, later].map((each) => new TextDecoder().decode(each.get('checkpoints.jsonl'))).join('')
      return withJson(new Map(later).set('checkpoints.jsonl', new TextEncoder().encode(rows)), 'export.json', {
        vkeys: [key.key.vkey, next.key.vkey],
      })
    }
    expect(await verify(await rotated(next.key.vkey), { pinned: [key.key.vkey] })).toMatchObject({ outcome: 'good', findings: [] })
    expect(await verify(await rotated(newTestKey(origin).key.vkey), { pinned: [key.key.vkey] })).toMatchObject({ outcome: 'tampered' })
  })

  it('checks ML-DSA-44 where the runtime has it, and says where it has not', async () => {
    const keys = newKeys(origin, new Date())
    const files = new Map(good)
    const text = `${noteAt(good, 700).split('\n\n')[0]}\n`
    const note = `${text}\n${keys.map((each) => each.signNote(text, new Date())).join('')}`
    const rows = new TextDecoder().decode(files.get('checkpoints.jsonl')).trim().split('\n').slice(0, -1)
    files.set('checkpoints.jsonl', new TextEncoder().encode(`${[...rows, JSON.stringify({ size: 700, note })].join('\n')}\n`))
    files.set('checkpoint', new TextEncoder().encode(note))
    const both = withJson(files, 'export.json', { vkeys: [key.key.vkey, ...keys.map((each) => each.key.vkey)] })
    expect(await verify(both)).toMatchObject({ outcome: 'good' })
    const without = await verify(both, { check: async (kind, ...rest) => (kind === 'ml-dsa-44' ? null : withNode.check(kind, ...rest)) })
    expect(without).toMatchObject({ outcome: 'good' })
    expect(without.notChecked.join(' ')).toMatch(/ml-dsa-44-cosignature were not checked/)
    const none = await verify(both, { check: async () => null })
    expect(none).toMatchObject({ outcome: 'unknown', findings: [] })
  })
})

describe('a tree with three levels of tiles', () => {
  it('checks each of them', { timeout: 120_000 }, async () => {
    const text = storyEvent(0, { action: 'session.opened', subject: { kind: 'session', id: 'NUMBER' }, by: 'ada' })
    const many: Story = { events: Array.from({ length: 66_000 }, (_, at) => text.replace('NUMBER', String(at))), texts: [], sealed: [] }
    const files = await makeExport({ story: many, sizes: [65_535, 65_536, 66_000], keys: [key], origin })
    expect(await verify(files)).toMatchObject({ outcome: 'good', findings: [], size: 66_000 })
    const damaged = (path: string, at: number): ExportFiles => {
      const bytes = Uint8Array.from(files.get(path) as Uint8Array)
      bytes[at] = (bytes[at] as number) ^ 1
      return new Map(files).set(path, bytes)
    }
    expect(await verify(damaged('tile/1/000', 32 * 7))).toMatchObject({ firstBad: 7 * 256, found: 1 })
    expect(await verify(damaged('tile/1/001.p/1', 0))).toMatchObject({ firstBad: 65_536, found: 1 })
    expect(await verify(damaged('tile/2/000.p/1', 5))).toMatchObject({ firstBad: 0, found: 1 })
    const missing = new Map(files)
    missing.delete('tile/2/000.p/1')
    expect(await verify(missing)).toMatchObject({ firstBad: 0, findings: [{ check: 'tile', says: 'The tile tile/2/000.p/1 is missing.' }] })
  })
})

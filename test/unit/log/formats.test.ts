import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromBase64, fromHex, toBase64 } from '@/lib/domain/log/bytes'
import { checkpointText, parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { type CheckSignature, checkNote, noteOf, parseNote, parseVkey, signatureLine, verifierKey } from '@/lib/domain/log/note'
import { parseProofFile, proofFileText } from '@/lib/domain/log/proof-file'
import { decodeEntries, encodeEntries, isTileOf, parseTilePath, tilePath, tilesOf } from '@/lib/domain/log/tile'

const check: CheckSignature = async (_, publicKey, message, signature) =>
  verify(null, message, { key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' }, signature)

describe('signed notes (c2sp.org/signed-note)', () => {
  test('the key of the specification has the id that it says', () => {
    const key = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
    expect(key).toMatchObject({ name: 'example.com/foo', keyId: '530d903a', kind: 'ed25519' })
    expect(parseVkey('example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')).toBeNull()
  })

  test('a checkpoint is signed, read and checked; a changed one is bad, another key is missing', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const raw = fromBase64(Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url').toString('base64')) as Uint8Array
    const key = verifierKey('countersign.example/audit/one', 'ed25519', raw)
    const text = checkpointText({ origin: key.name, size: 7, root: new Uint8Array(32).fill(9) })
    const signed = noteOf(text, [signatureLine(key, sign(null, Buffer.from(text), privateKey))])
    const parsed = parseCheckpoint(signed)
    expect(parsed).toMatchObject({ origin: key.name, size: 7 })
    expect((await checkNote(parsed?.note as never, [key], check))[0]?.state).toBe('good')
    const bent = parseNote(signed.replace('\n7\n', '\n8\n'))
    expect((await checkNote(bent as never, [key], check))[0]?.state).toBe('bad')
    const other = verifierKey('elsewhere.example', 'ed25519', raw)
    expect((await checkNote(parsed?.note as never, [other], check))[0]?.state).toBe('missing')
  })

  test.each(['', 'a\n', 'a\n\n', 'a\n\n— x\n', 'a\n\n— x AAAA\n', 'a\0b\n\n— x AAAAAAAA\n'])('is not %j', (text) => {
    expect(parseNote(text)).toBeNull()
  })
})

describe('tiles (c2sp.org/tlog-tiles)', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 1, index: 1_234_067, width: 17 }, 'tile/1/x001/x234/067.p/17'],
    [{ level: 'entries' as const, index: 999, width: 1 }, 'tile/entries/999.p/1'],
  ])('are named as the specification says: %j', (name, path) => {
    expect(tilePath(name)).toBe(path)
    expect(parseTilePath(path)).toEqual(name)
  })

  test.each(['tile/00/000', 'tile/0/0', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/x000/001', 'tile/64/000', 'tile/0/000.p/01'])(
    'are not named %s',
    (path) => expect(parseTilePath(path)).toBeNull(),
  )

  test('a tree of 70,000 has the tiles that the specification counts', () => {
    const names = tilesOf(70_000)
    expect(names.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273)
    expect(names.filter(({ width }) => width < 256)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ])
    expect(names.every((name) => isTileOf(name, 70_000))).toBe(true)
    expect(isTileOf({ level: 0, index: 273, width: 113 }, 70_000)).toBe(false)
    expect(tilesOf(256).map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
  })

  test('entries come out of a bundle as they went in, and a cut bundle is none', () => {
    const entries = [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(7)]
    const bundle = encodeEntries(entries)
    expect(decodeEntries(bundle)).toEqual(entries)
    expect(decodeEntries(bundle.slice(0, -1))).toBeNull()
  })
})

describe('proof files (c2sp.org/tlog-proof)', () => {
  const hash = fromHex('ab'.repeat(32)) as Uint8Array
  const checkpoint = `example.com/log\n10\n${toBase64(hash)}\n\n— example.com/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n`

  test('have the lines of the specification', () => {
    const text = proofFileText({ index: 5, hashes: [hash], checkpoint, extra: Uint8Array.of(1, 2, 3) })
    expect(text).toBe(`c2sp.org/tlog-proof@v1\nextra AQID\nindex 5\n${toBase64(hash)}\n\n${checkpoint}`)
    expect(parseProofFile(text)).toMatchObject({ index: 5, says: { size: 10, origin: 'example.com/log' } })
    expect(parseProofFile(proofFileText({ index: 0, hashes: [], checkpoint }))).toMatchObject({ index: 0, hashes: [] })
  })

  test.each([
    ['another header', (text: string) => text.replace('@v1', '@v2')],
    ['no index', (text: string) => text.replace(/index.*\n/, '')],
    ['a hash that is none', (text: string) => text.replace(/\nq6.*\n\n/, '\n!!\n\n')],
    ['no checkpoint', (text: string) => text.slice(0, 60)],
  ])('are not read with %s', (_, bend) => {
    expect(parseProofFile(bend(proofFileText({ index: 5, hashes: [hash], checkpoint })))).toBeNull()
  })
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { byteStream, gzipped } from '@/lib/http/byte-stream'
import { type TarMember, tarHeader, tarStream } from '@/lib/http/tar'

const AT = new Date('2026-11-22T10:00:00Z')

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function* inTwo(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text.slice(0, 3))
  yield Buffer.from(text.slice(3))
}

const long = `${'a'.repeat(60)}/${'b'.repeat(60)}/${'ü'.repeat(40)}.txt`

const MEMBERS: TarMember[] = [
  { path: 'export/README.md', body: 'Read me – first\n' },
  { path: 'export/empty', body: '' },
  { path: 'export/block', body: new Uint8Array(512).fill(65) },
  { path: 'export/tile/0/x001/000.p/17', body: { size: 11, chunks: inTwo('hello world') } },
  { path: long, body: 'far down' },
]

it('makes an archive that tar itself unpacks', async () => {
  const at = mkdtempSync(join(tmpdir(), 'tar-'))
  try {
    writeFileSync(join(at, 'a.tar.gz'), await bytesOf(gzipped(tarStream(MEMBERS, AT))))
    execFileSync('tar', ['xzf', 'a.tar.gz'], { cwd: at, stdio: 'pipe' })
    expect(readFileSync(join(at, 'export/README.md'), 'utf8')).toBe('Read me – first\n')
    expect(readFileSync(join(at, 'export/empty'), 'utf8')).toBe('')
    expect(readFileSync(join(at, 'export/block'))).toHaveLength(512)
    expect(readFileSync(join(at, 'export/tile/0/x001/000.p/17'), 'utf8')).toBe('hello world')
    expect(readFileSync(join(at, long), 'utf8')).toBe('far down')
    expect(readdirSync(join(at, 'export')).sort()).toEqual(['README.md', 'block', 'empty', 'tile'])
  } finally {
    rmSync(at, { recursive: true })
  }
})

it('refuses a size that is not what comes, and paths that lead elsewhere', async () => {
  const wrong = (size: number) => bytesOf(tarStream([{ path: 'x', body: { size, chunks: inTwo('hello world') } }], AT))
  await expect(wrong(10)).rejects.toThrow(RangeError)
  await expect(wrong(12)).rejects.toThrow(RangeError)
  for (const path of ['/etc/passwd', '../up', 'a/../b', '', 'a//b', 'x'.repeat(101), `${'a/'.repeat(200)}x`])
    expect(() => tarHeader(path, 0, AT), path).toThrow(RangeError)
})

it('holds files past eight gibibytes', () => {
  const header = tarHeader('facts.jsonl', 2 ** 40 + 5, AT)
  expect(header[124]).toBe(0x80)
  expect(Buffer.from(header).readBigUInt64BE(128)).toBe(2n ** 40n + 5n)
})

it('makes bytes only as fast as they are taken, and ends its source when nobody takes them any more', async () => {
  let made = 0
  let ended = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        made += 1
        yield new Uint8Array(10)
      }
    } finally {
      ended += 1
    }
  }
  const reader = byteStream(endless(), () => {
    ended += 10
  }).getReader()
  await reader.read()
  await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(made).toBeLessThanOrEqual(4)
  await reader.cancel()
  expect(ended).toBe(11)
})

it('compresses in members that read as one file', async () => {
  async function* much(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < 40; at += 1) yield Buffer.alloc(20_000, at)
  }
  const zipped = await bytesOf(gzipped(much()))
  expect(gunzipSync(zipped)).toEqual(await bytesOf(much()))
  expect(zipped.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), 10)).toBeGreaterThan(0)
})

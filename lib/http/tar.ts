import { Buffer } from 'node:buffer'

// The ustar format (POSIX.1-1988), as far as an archive of plain files needs it: every tar of today reads it.

const BLOCK = 512
const OCTAL_SIZE_LIMIT = 8 ** 11

/** A file of an archive. The size of streamed bytes has to be known beforehand: it stands before them. */
export type TarMember = { path: string; body: string | Uint8Array | { size: number; chunks: AsyncIterable<Uint8Array> } }

/** What ends an archive: two empty blocks. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK)

/**
 * The block before a file's bytes. `at` is the time the file bears; owner and group are nobody's. Throws RangeError for a path that ustar cannot hold
 * (100 bytes, or 155 more before a slash) or that leads out of the directory it is unpacked into.
 */
export function tarHeader(path: string, size: number, at: Date): Uint8Array {
  const { name, prefix } = splitPath(path)
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('the size of a file is a whole number')
  const header = Buffer.alloc(BLOCK)
  const write = (text: string, offset: number) => header.write(text, offset, 'utf8')
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  write(name, 0)
  write(octal(0o644, 7), 100)
  write(octal(0, 7), 108)
  write(octal(0, 7), 116)
  if (size < OCTAL_SIZE_LIMIT) write(octal(size, 11), 124)
  else {
    // Past 8 GiB as a binary number, which GNU tar, bsdtar and Python read.
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
  write(octal(Math.max(0, Math.floor(at.getTime() / 1000)), 11), 136)
  write(' '.repeat(8), 148)
  write('0', 156)
  write('ustar\0', 257)
  write('00', 263)
  write(octal(0, 7), 329)
  write(octal(0, 7), 337)
  write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function splitPath(path: string): { name: string; prefix: string } {
  if (path === '' || path.startsWith('/') || path.includes('\0') || path.split('/').some((part) => part === '..' || part === ''))
    throw new RangeError('a path of an archive stays below the directory it is unpacked into')
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' }
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const prefix = path.slice(0, at)
    const name = path.slice(at + 1)
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { name, prefix }
  }
  throw new RangeError('the path is too long for an archive')
}

/** What fills a file's last block up. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
}

/**
 * An archive of files, as bytes to send on as they come: nothing is held back but the chunk at hand, and whoever reads sets the pace. Throws when
 * streamed bytes are not as many as was said, because an archive with a wrong size reads as another one.
 */
export async function* tarStream(members: Iterable<TarMember> | AsyncIterable<TarMember>, at: Date): AsyncGenerator<Uint8Array, void> {
  for await (const { path, body } of members) {
    if (typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      yield Buffer.concat([tarHeader(path, bytes.length, at), bytes, tarPadding(bytes.length)])
      continue
    }
    yield tarHeader(path, body.size, at)
    let written = 0
    for await (const chunk of body.chunks) {
      written += chunk.length
      if (written > body.size) break
      yield chunk
    }
    if (written !== body.size) throw new RangeError(`${path} has ${written} bytes instead of ${body.size}`)
    if (body.size % BLOCK !== 0) yield tarPadding(body.size)
  }
  yield TAR_END
}

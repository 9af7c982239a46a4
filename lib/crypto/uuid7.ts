import 'server-only'
import { randomBytes } from 'node:crypto'

/** A UUID of version 7 (RFC 9562) for an instant: rows made later sort later, and those of one instant by `sequence`, up to 4,096 of them. */
export function uuid7(at: Date, sequence = 0): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  bytes.writeUInt16BE(0x7000 | (sequence & 0x0fff), 6)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80 // sixteen bytes were asked for
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

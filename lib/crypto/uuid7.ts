import 'server-only'
import { randomBytes } from 'node:crypto'

/** A UUID of version 7 (RFC 9562) for an instant: rows made later sort later. For statements that make many rows themselves. */
export function uuid7(at: Date): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70 // sixteen bytes were asked for
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

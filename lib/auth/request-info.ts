import 'server-only'
import { createHash, randomUUID } from 'node:crypto'
import type { Ctx } from '@/lib/domain/context'
import { settings } from '@/lib/env'
import { isPeerKnown, PEER_HEADER, REQUEST_ID_HEADER } from './peer'

/** What reading a request's headers needs: `Headers` of a request, or those of next/headers. */
export type ReadHeaders = { get(name: string): string | null }

/**
 * The address a request comes from. Without `TRUSTED_PROXY` that is the other end of the connection, whatever X-Forwarded-For says; with it, the
 * entry that the outermost trusted proxy wrote. Null when it cannot be known.
 */
export function clientAddress(headers: ReadHeaders, trustedProxies: number | undefined): string | null {
  if (trustedProxies !== undefined) {
    const hops = (headers.get('x-forwarded-for') ?? '')
      .split(',')
      .map((hop) => hop.trim())
      .filter((hop) => hop !== '')
    return plainAddress(hops[hops.length - trustedProxies] ?? null)
  }
  return isPeerKnown() ? plainAddress(headers.get(PEER_HEADER)) : null
}

/** An address without port, zone or the IPv4-in-IPv6 prefix; null for what is none. */
function plainAddress(address: string | null): string | null {
  if (address === null) return null
  const bare = address
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '')
  return /^[0-9a-fA-F.:]{2,45}$/.test(bare) ? bare.toLowerCase() : null
}

/** Id, address and a digest of the user agent: what the record keeps of a request (audit-log.md, 3). */
export function requestInfo(headers: ReadHeaders): Ctx['request'] {
  const given = isPeerKnown() ? headers.get(REQUEST_ID_HEADER) : null
  const agent = headers.get('user-agent')
  return {
    id: given ?? randomUUID(),
    ip: clientAddress(headers, settings().TRUSTED_PROXY),
    agentHash: agent === null ? null : createHash('sha256').update(agent).digest('hex').slice(0, 16),
  }
}

/** The value of a cookie of a request; undefined when it has none of that name. */
export function cookieOf(headers: ReadHeaders, name: string): string | undefined {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

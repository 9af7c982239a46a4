import { randomUUID } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

/** Written by us before anything reads the request; what a client sends under these names is overwritten. */
export const PEER_HEADER = 'x-countersign-peer'
export const REQUEST_ID_HEADER = 'x-countersign-request'

const kept = globalThis as { countersignPeer?: true }

/** Whether the two headers above are ours; without that nobody believes them. */
export function isPeerKnown(): boolean {
  return kept.countersignPeer === true
}

/**
 * Puts the real other end of the connection, and a new id, on every request as it arrives. Next lets a client's X-Forwarded-For stand, so it
 * cannot say who calls.
 */
export function watchPeers(): void {
  if (kept.countersignPeer) return
  kept.countersignPeer = true
  diagnostics.subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage }
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? ''
    request.headers[REQUEST_ID_HEADER] = randomUUID()
  })
}

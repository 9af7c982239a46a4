import { type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { joinBytes } from '@/lib/domain/log/bytes'
import { signatureLine, timeBytes, type VerifierKey } from '@/lib/domain/log/note'
import { judgeCheckpoint, parseAddCheckpoint } from '@/lib/domain/log/witness'
import type { Memory } from './memory'

/** What a witness is: its key, the keys of the logs it watches (by origin, which is their name), and what it remembers. */
export type Witness = { key: VerifierKey; privateKey: KeyObject; logs: readonly VerifierKey[]; memory: Memory; now?: () => number }

// A checkpoint with a dozen cosignatures and a proof of 63 hashes stays far below.
const MOST_BYTES = 64 * 1024

/** A line with which the witness says that it saw this checkpoint, consistent with all it saw before, at this time (c2sp.org/tlog-cosignature). */
export function cosign({ key, privateKey }: Pick<Witness, 'key' | 'privateKey'>, text: string, at: number): string {
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), privateKey)
  return signatureLine(key, joinBytes(timeBytes(at), signature))
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    length += (part as Buffer).length
    if (length > MOST_BYTES) return null
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}

type Answer = { status: number; body: string; type?: string }

/** The HTTP server of a witness (c2sp.org/tlog-witness): `POST /add-checkpoint`; `GET /` says whose it is. One request is judged at a time. */
export function witnessServer(witness: Witness): Server {
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<Answer>): Promise<Answer> => {
    const mine = turn.then(work, work)
    turn = mine
    return mine
  }
  return createServer((request, response) => {
    void answer(request)
      .catch((): Answer => ({ status: 500, body: 'The witness could not keep what it saw, so it says nothing.\n' }))
      .then(({ status, body, type }) => {
        response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
        response.end(body)
      })
  })

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = request.url?.split('?')[0]
    if (request.method === 'GET' && path === '/') return { status: 200, body: `${witness.key.vkey}\n` }
    if (path !== '/add-checkpoint') return { status: 404, body: 'A witness answers POST /add-checkpoint.\n' }
    if (request.method !== 'POST') return { status: 405, body: 'Send the checkpoint with POST.\n' }
    const body = await bodyOf(request)
    if (body === null) return { status: 413, body: 'That is more than a checkpoint.\n' }
    const asked = parseAddCheckpoint(body)
    if (!asked) return { status: 400, body: 'That is no checkpoint with a proof (c2sp.org/tlog-witness).\n' }
    return inTurn(async () => {
      const { origin, note } = asked.checkpoint
      const keys = witness.logs.filter(({ name }) => name === origin)
      const known = keys.length === 0 ? null : { keys, last: witness.memory.last(origin) }
      const judged = await judgeCheckpoint(asked, known, nodeTree, checkSignature)
      if (!('cosign' in judged))
        return { status: judged.status, body: judged.says.endsWith('\n') ? judged.says : `${judged.says}\n`, type: judged.type }
      // Kept before it is said: a witness that forgets what it signed could be shown another history.
      witness.memory.keep(judged.cosign)
      return { status: 200, body: cosign(witness, note.text, witness.now?.() ?? Math.floor(Date.now() / 1000)) }
    })
  }
}

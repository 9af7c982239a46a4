import type pg from 'pg'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { checkNote, parseNote } from '@/lib/domain/log/note'
import { addCheckpointBody } from '@/lib/domain/log/witness'
import { newestSigned } from './checkpoints'
import type { WitnessAddress } from './settings'
import { storedNodes } from './tiles'

/** What a witness answered: it cosigned (or had already), it could not be asked, or it says that this is not the log it saw. */
export type WitnessOutcome = { state: 'cosigned' | 'unanswered' | 'contradicts'; says: string | null }

const MOST_BYTES = 16_384
const PATIENCE_MS = 10_000

async function post(url: string, body: string): Promise<{ status: number; type: string; text: string }> {
  const answer = await fetch(`${url}/add-checkpoint`, {
    method: 'POST',
    body,
    redirect: 'error',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const text = (await answer.text()).slice(0, MOST_BYTES)
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text }
}

/**
 * Asks a witness to cosign the newest checkpoint (c2sp.org/tlog-witness) and keeps its line after checking it (T15). A witness that has seen another
 * log than ours is told apart from one that is not there: only the first is evidence.
 */
export async function askWitness(client: pg.ClientBase, { url, key }: WitnessAddress): Promise<WitnessOutcome> {
  const newest = await newestSigned(client)
  const { rows } = await client.query<{ size: string | null }>('SELECT max(tree_size) AS size FROM audit.cosignature WHERE key_id = $1', [
    key.keyId,
  ])
  const known = Number(rows[0]?.size ?? 0)
  if (!newest || known === newest.size) return { state: 'cosigned', says: null }
  const ownNote = parseNote(newest.note)
  if (!ownNote) return { state: 'unanswered', says: 'The newest checkpoint is not a note.' }

  const ask = async (old: number) =>
    post(url, addCheckpointBody(old, await nodeTree.consistencyProof(old, newest.size, storedNodes(client, newest.size)), newest.note))
  let answer: Awaited<ReturnType<typeof post>>
  try {
    answer = await ask(known)
    // The witness remembers another size than we do: an answer of its was lost on the way, or this is not the log it saw.
    if (answer.status === 409 && answer.type.startsWith('text/x.tlog.size')) {
      const seen = Number(answer.text.trim())
      if (!Number.isSafeInteger(seen) || seen < 0) return { state: 'unanswered', says: `The witness ${key.name} answered no size.` }
      if (seen > newest.size)
        return {
          state: 'contradicts',
          says: `The witness ${key.name} cosigned ${seen} entries, this log has ${newest.size}: the newest were taken away.`,
        }
      answer = await ask(seen)
    }
  } catch {
    return { state: 'unanswered', says: `The witness ${key.name} does not answer.` }
  }
  if (answer.status === 409 || answer.status === 422)
    return { state: 'contradicts', says: `The witness ${key.name} saw another history: ${oneLine(answer.text)}` }
  if (answer.status !== 200)
    return { state: 'unanswered', says: `The witness ${key.name} answers ${answer.status}: ${oneLine(answer.text)}` }

  const cosigned = parseNote(`${newest.text}\n${answer.text}`)
  const [check] = cosigned ? await checkNote(cosigned, [key], checkSignature) : []
  const line = cosigned?.signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId)?.line
  if (check?.state !== 'good' || !line)
    return { state: 'unanswered', says: `The witness ${key.name} answered with a signature that is not its own.` }
  await client.query('INSERT INTO audit.cosignature (tree_size, key_id, vkey, line) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
    newest.size,
    key.keyId,
    key.vkey,
    line,
  ])
  await client.query(`INSERT INTO audit.anchor (tree_size, kind, place) VALUES ($1, 'witness', $2) ON CONFLICT DO NOTHING`, [
    newest.size,
    key.name,
  ])
  return { state: 'cosigned', says: null }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 200)

import 'server-only'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import type { Tx } from '@/lib/db/client'
import { db } from '@/lib/db/client'
import { logNodes, newestCheckpoint, vkeysAt } from '@/lib/db/read-log'
import { findEntries, readTrail, type TrailEntry, trailScope } from '@/lib/db/read-trail'
import type { AuditValue } from '@/lib/domain/audit-event'
import { sha256Hex } from '@/lib/domain/canonical'
import { toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { checkNote, parseVkey, type VerifierKey } from '@/lib/domain/log/note'
import { parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import { whyNotRedact } from '@/lib/domain/redaction'
import type { Refusal } from '@/lib/domain/refusal'
import { ROLE_TITLE, type Role } from '@/lib/domain/roles'
import { entryReference } from '@/lib/domain/trail'
import { type AuditRow, type Looker, rowOf } from './audit'
import { type Namer, namerFor } from './trail-namer'

/** One value of before and after: its key, and both sides in words (null where it was not there). */
export type Change = { key: string; before: string | null; after: string | null }

/** What became of a sealed text that an entry names: its bytes still give the recorded hash, or they do not, or it is not there. */
export type SealedCheck = { hash: string; state: 'matches' | 'differs' | 'unknown'; subject: { promotion: string; number: number } | null }

/** The text of an entry: said, redacted by a later entry, or gone. `whyNotRedact` says why the viewer may not take it away; null when they may. */
export type SaidText = { digest: string; body: string | null; redactedBy: string | null; whyNotRedact: Refusal | null }

/** An entry beside this one in the log. */
export type Neighbour = { number: number; leaf: string }

/**
 * Where an entry lies in the log, and what shows it: its neighbours (null at the ends), the hashes (hexadecimal, lowest first) that lead from it to
 * the root of the newest checkpoint, who signed that, and whether all of it holds, computed again for this page.
 */
export type LogPlace = {
  number: number
  previous: Neighbour | null
  next: Neighbour | null
  size: number
  root: string
  hashes: string[]
  checkpoint: string
  checkpointAt: string
  vkeys: string[]
  state: 'proven' | 'differs' | 'unsigned'
}

/** An entry in full, ready to show. */
export type AuditDetail = {
  row: AuditRow
  said: string
  roles: readonly string[]
  /** The role the act rested on, where one slot's did. */
  grantRole: string | null
  /** Whose act it counts as, where that is somebody else: a token's creator, an agent's sponsor. */
  countsAs: string | null
  token: string | null
  request: { id: string; ip: string | null; agent: string | null }
  isFromSession: boolean
  reason: string | null
  sealed: SealedCheck | null
  policy: string | null
  changes: readonly Change[]
  text: SaidText | null
  /** Null while the entry waits for its place in the log. */
  log: LogPlace | null
  canonical: string
  isDemo: boolean
}

/**
 * One entry of the trail, by its id or its number in the log, with everything that belongs to it; null alike for one that is not there and one that
 * may not be seen (T23). The hash of the sealed text is computed here from its stored bytes, not copied, and so is the proof.
 */
export async function getAuditEntry(looker: Looker, reference: string): Promise<AuditDetail | null> {
  const place = entryReference(reference)
  if (!place) return null
  const scope = await trailScope(looker.actor, looker.now)
  const found = await readTrail(scope, async (tx) => {
    const [entry] = await findEntries(tx, scope, {}, [place], { take: 1, after: null })
    return entry ? { entry, log: await placeInLog(tx, entry) } : null
  })
  if (!found) return null
  const { entry, log } = found
  const event = parseRecorded(entry.canonical)
  const [namer, sealed, text] = await Promise.all([namerFor([event]), checkSealed(event), textOf(event, looker)])
  const row = rowOf(entry, event, namer)
  return {
    row,
    said: event.at,
    roles: event.actor.roles.map((role) => ROLE_TITLE[role]),
    grantRole: await roleOfGrant(event.actor.grant),
    countsAs: event.actor.countsAs === event.actor.id ? null : namer.principal(event.actor.countsAs),
    token: event.actor.token === null ? null : namer.token(event.actor.token),
    request: event.request,
    isFromSession: event.actor.session !== null,
    reason: event.reason?.replaceAll('_', ' ') ?? null,
    sealed,
    policy: event.policy,
    changes: changesOf(event, namer),
    text,
    log: log && (await judged(log, entry)),
    canonical: entry.canonical,
    isDemo: event.demo === true,
  }
}

async function roleOfGrant(grant: string | null): Promise<string | null> {
  if (grant === null) return null
  const found = await db.roleGrant.findUnique({ where: { id: grant }, select: { role: true } })
  return found ? ROLE_TITLE[found.role as Role] : null
}

async function checkSealed(event: RecordedEvent): Promise<SealedCheck | null> {
  const hash = event.dossier
  if (hash === null) return null
  const sealed = await db.sealedVersion.findFirst({
    where: { hash, subject: 'promotion' },
    select: { subjectId: true, number: true, canonical: true },
  })
  // Not found by its hash: the version that the entry names must then hold something else.
  const named =
    sealed ??
    (event.subject.version === null
      ? null
      : await db.sealedVersion.findFirst({
          where: { subject: 'promotion', subjectId: event.subject.id, number: event.subject.version },
          select: { subjectId: true, number: true, canonical: true },
        }))
  if (!named) return { hash, state: 'unknown', subject: null }
  return {
    hash,
    state: sha256Hex(named.canonical) === hash ? 'matches' : 'differs',
    subject: { promotion: named.subjectId, number: named.number },
  }
}

async function textOf(event: RecordedEvent, { actor, now }: Looker): Promise<SaidText | null> {
  if (event.text === null) return null
  const found = await db.auditText.findUnique({ where: { digest: event.text } })
  const isThere = found !== null && found.redactedByEvent === null
  return {
    digest: event.text,
    body: found?.body ?? null,
    redactedBy: found?.redactedByEvent ?? null,
    whyNotRedact: whyNotRedact(actor, { system: event.system, isThere }, now),
  }
}

/** Where an entry lies under the newest checkpoint. Neighbours are hashes alone, so that nothing is told of what the reader may not see. */
async function placeInLog(tx: Tx, { index }: TrailEntry): Promise<Omit<LogPlace, 'state'> | null> {
  const checkpoint = index === null ? null : await newestCheckpoint(tx)
  if (index === null || !checkpoint || index >= checkpoint.size) return null
  const beside = await tx.$queryRaw<{ seq: bigint; leaf: string }[]>`
    SELECT seq, encode(leaf_hash, 'hex') AS leaf FROM audit.leaf WHERE seq IN (${index - 1}::bigint, ${index + 1}::bigint)`
  const neighbour = (at: number): Neighbour | null => {
    const found = beside.find(({ seq }) => Number(seq) === at)
    return found ? { number: at + 1, leaf: found.leaf } : null
  }
  const hashes = await nodeTree.inclusionProof(index, checkpoint.size, logNodes(tx, checkpoint.size))
  return {
    number: index + 1,
    previous: neighbour(index - 1),
    next: neighbour(index + 1),
    size: checkpoint.size,
    root: checkpoint.root,
    hashes: hashes.map(toHex),
    checkpoint: checkpoint.note,
    checkpointAt: checkpoint.at.toISOString(),
    vkeys: await vkeysAt(tx, checkpoint.size),
  }
}

/** The same with whether it holds: the leaf from the bytes, the hashes to the root, the root in the checkpoint, the checkpoint by a key of the log. */
async function judged(log: Omit<LogPlace, 'state'>, entry: TrailEntry): Promise<LogPlace> {
  const said = parseCheckpoint(log.checkpoint)
  const leaf = nodeTree.leafHash(new TextEncoder().encode(entry.canonical))
  const proof = log.hashes.map((hash) => Buffer.from(hash, 'hex'))
  const isIn = said !== null && said.size === log.size && nodeTree.verifyInclusion(log.number - 1, said.size, leaf, proof, said.root)
  if (!isIn || toHex(leaf) !== entry.leaf) return { ...log, state: 'differs' }
  const keys = log.vkeys.map(parseVkey).filter((key): key is VerifierKey => key !== null)
  const checks = await checkNote(said.note, keys, checkSignature)
  return { ...log, state: checks.some(({ state }) => state === 'good') ? 'proven' : 'unsigned' }
}

function changesOf(event: RecordedEvent, namer: Namer): Change[] {
  const words = (key: string, value: AuditValue | undefined): string | null => (value === undefined ? null : namer.value(key, value))
  return [...new Set([...Object.keys(event.before ?? {}), ...Object.keys(event.after ?? {})])].sort().map((key) => ({
    key,
    before: words(key, event.before?.[key]),
    after: words(key, event.after?.[key]),
  }))
}

import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { namedSelect, toNamed } from '@/lib/db/named'
import type { ApprovalSlot, SeparationLine } from '@/lib/domain/approval'
import { type EventProof, proofOfEvent } from './log-proof'
import type { PipelineSlot } from './system-head'

/** What selects the sign-offs that stand on a sealed version, with whose they are. */
export const standingSignOffs = { where: { decision: 'approve', withdrawnAt: null }, include: { signer: namedSelect } } as const

type Row = Prisma.SignOffGetPayload<{ include: { signer: typeof namedSelect } }>

/** What every receipt says, whatever was decided on: who, in which capacity, when, how confirmed, and in which words. */
export type SignOffRecord = {
  id: string
  mine: boolean
  decision: 'approve' | 'decline'
  signer: string
  capacity: string
  role: string
  signedAt: Date
  method: string | null
  /** Null once it was erased with the person. */
  statement: string | null
  reason: { kind: string; text: string | null } | null
  separation: SeparationLine[]
  withdrawn: { at: Date; reason: string | null } | null
  /** The words above as they lie apart: SHA-256 of salt, a line break and body is the digest that the event names. Salt and body are null once redacted. */
  texts: Partial<Record<'statement' | 'reason' | 'withdrawReason', KeptText>>
}

/** A text with what binds it to its digest. */
export type KeptText = { digest: string; salt: string | null; body: string | null }

/**
 * The entry of a decision on the record, and the proof that it lies in the log: null while it waits to be integrated, a second or so. The caller has judged
 * that the reader may see the event (T23).
 */
export type SignOffEntry = { id: string; at: Date; proof: EventProof | null }

/** An entry with its proof under the newest checkpoint; null where there is none. */
export async function withProof(entry: { id: string; at: Date } | null): Promise<SignOffEntry | null> {
  return entry && { ...entry, proof: await proofOfEvent(entry.id) }
}

/** A sign-off as the record has it, with the texts that its digests name. `lookerId` is who reads it. */
export async function loadSignOffRecord(row: Row, lookerId: string): Promise<SignOffRecord> {
  const [texts, proof] = await Promise.all([
    db.auditText.findMany({
      where: { digest: { in: [row.statement, row.reason, row.withdrawReason].filter((digest) => digest !== null) } },
    }),
    row.stepUpId ? db.stepUpProof.findUnique({ where: { id: row.stepUpId }, select: { method: true } }) : null,
  ])
  const kept = (digest: string | null): KeptText | undefined => {
    const text = digest === null ? undefined : texts.find((each) => each.digest === digest)
    return text && { digest: text.digest, salt: text.salt, body: text.body }
  }
  const textOf = (digest: string | null) => (digest === null ? null : (texts.find((text) => text.digest === digest)?.body ?? null))
  return {
    id: row.id,
    mine: row.signerId === lookerId,
    decision: row.decision as SignOffRecord['decision'],
    signer: toNamed(row.signer).name,
    capacity: row.capacity,
    role: row.role,
    signedAt: row.signedAt,
    method: proof?.method ?? null,
    statement: textOf(row.statement),
    reason: row.reasonKind ? { kind: row.reasonKind, text: textOf(row.reason) } : null,
    separation: row.separation as SeparationLine[], // computed and written with the signature
    withdrawn: row.withdrawnAt && { at: row.withdrawnAt, reason: textOf(row.withdrawReason) },
    texts: { statement: kept(row.statement), reason: kept(row.reason), withdrawReason: kept(row.withdrawReason) },
  }
}

/** The slots of a sealed version with who stands in each, and how many are filled. */
export function filledSlots(
  slots: readonly ApprovalSlot[],
  signOffs: readonly Pick<Row, 'slotKey' | 'signer'>[],
): { slots: PipelineSlot[]; signed: number } {
  const filled = slots.map((slot): PipelineSlot => {
    const standing = signOffs.find(({ slotKey }) => slotKey === slot.key)
    return standing
      ? { capacity: slot.title, state: 'signed', name: toNamed(standing.signer).name }
      : { capacity: slot.title, state: 'open', name: null }
  })
  return { slots: filled, signed: filled.filter(({ state }) => state === 'signed').length }
}

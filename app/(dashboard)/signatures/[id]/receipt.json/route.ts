import { viewer } from '@/lib/auth/session'
import { getReceipt, type Receipt } from '@/lib/queries/receipt'
import { proofTextOf } from '@/lib/queries/receipt-proof'
import { getSignOffReceipt, type SignOffReceipt } from '@/lib/queries/sign-off-receipt'
import type { SignOffEntry } from '@/lib/queries/sign-off-record'

type Context = { params: Promise<{ id: string }> }

/** The receipt as a file: what the page says, with the sealed text that its hash names, the salts of the words, and the proof in the log. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const who = await viewer()
  const receipt = who ? await getReceipt(who, id) : null
  const other = who && !receipt ? await getSignOffReceipt(who, id) : null
  const file = receipt ? fileOf(receipt, promotionOf(receipt)) : other ? fileOf(other, subjectOf(other)) : null
  if (!file)
    return new Response('Not found\n', {
      status: who ? 404 : 401,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  return new Response(`${JSON.stringify(file, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${file.receipt}.json"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** What is kept in the file: the signature and nothing of whoever looks at it. `about` is what was decided on, and the sealed text. */
function fileOf(receipt: Receipt | SignOffReceipt, about: Record<string, unknown>) {
  return {
    v: 2,
    receipt: receipt.id,
    decision: receipt.decision,
    signer: receipt.signer,
    capacity: receipt.capacity,
    role: receipt.role,
    signedAt: receipt.signedAt,
    confirmedBy: receipt.method,
    statement: receipt.statement,
    reason: receipt.reason,
    separation: receipt.separation,
    texts: receipt.texts,
    ...about,
    auditEntry: receipt.entry && { id: receipt.entry.id, at: receipt.entry.at },
    log: logOf(receipt.entry),
    signed: { count: receipt.signed, of: receipt.slots.length },
    withdrawn: receipt.withdrawn,
  }
}

/**
 * The entry in the log, with all that shows it: its bytes (`canonical`, whose SHA-256 behind a zero byte is `leaf`), the hashes up to the root of the signed
 * checkpoint, the keys, and the same as a proof file. Null while the log has not taken it in.
 */
function logOf(entry: SignOffEntry | null) {
  if (!entry?.proof) return null
  const { index, leaf, canonical, size, hashes, checkpoint, vkeys } = entry.proof
  return { number: index + 1, index, leaf, canonical, size, hashes, checkpoint, vkeys, proof: proofTextOf(entry.proof) }
}

const sealedOf = ({ number, hash, canonical, sealedAt, endedAt, endedBy }: SignOffReceipt['sealed']) => ({
  number,
  sha256: hash,
  canonical,
  sealedAt,
  endedAt,
  endedBy,
})

function promotionOf({ promotion, dossier }: Receipt) {
  return {
    promotion: {
      id: promotion.id,
      system: promotion.system.id,
      version: promotion.version,
      from: promotion.from.id,
      to: promotion.to.id,
      window: promotion.window,
      emergency: promotion.emergency,
    },
    dossier: { ...sealedOf(dossier), moved: dossier.moved },
  }
}

function subjectOf({ subject, sealed }: SignOffReceipt) {
  return {
    [subject.kind]: { id: subject.id, system: subject.system.id, profile: subject.profile.id, what: subject.what },
    sealed: sealedOf(sealed),
  }
}

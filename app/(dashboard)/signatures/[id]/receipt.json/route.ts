import { viewer } from '@/lib/auth/session'
import { getReceipt, type Receipt } from '@/lib/queries/receipt'
import { getSignOffReceipt, type SignOffReceipt } from '@/lib/queries/sign-off-receipt'

type Context = { params: Promise<{ id: string }> }

/** The receipt as a file: what the page says, with the sealed text that its hash names. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const who = await viewer()
  const receipt = who ? await getReceipt(who, id) : null
  const other = who && !receipt ? await getSignOffReceipt(who, id) : null
  const file = receipt ? fileOf(receipt) : other ? signOffFileOf(other) : null
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

/** What is kept in the file: the signature and nothing of whoever looks at it. */
function fileOf({ promotion, dossier, ...receipt }: Receipt) {
  return {
    v: 1,
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
    promotion: {
      id: promotion.id,
      system: promotion.system.id,
      version: promotion.version,
      from: promotion.from.id,
      to: promotion.to.id,
      window: promotion.window,
      emergency: promotion.emergency,
    },
    dossier: {
      number: dossier.number,
      sha256: dossier.hash,
      canonical: dossier.canonical,
      sealedAt: dossier.sealedAt,
      endedAt: dossier.endedAt,
      endedBy: dossier.endedBy,
      moved: dossier.moved,
    },
    auditEntry: receipt.entry,
    signed: { count: receipt.signed, of: receipt.slots.length },
    withdrawn: receipt.withdrawn,
  }
}

/** The same of a decision on a rotation or a fallback use. */
function signOffFileOf({ subject, sealed, ...receipt }: SignOffReceipt) {
  return {
    v: 1,
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
    [subject.kind]: { id: subject.id, system: subject.system.id, profile: subject.profile.id, what: subject.what },
    sealed: {
      number: sealed.number,
      sha256: sealed.hash,
      canonical: sealed.canonical,
      sealedAt: sealed.sealedAt,
      endedAt: sealed.endedAt,
      endedBy: sealed.endedBy,
    },
    auditEntry: receipt.entry,
    signed: { count: receipt.signed, of: receipt.slots.length },
    withdrawn: receipt.withdrawn,
  }
}

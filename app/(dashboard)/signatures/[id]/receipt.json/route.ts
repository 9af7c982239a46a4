import { viewer } from '@/lib/auth/session'
import { getReceipt, type Receipt } from '@/lib/queries/receipt'

type Context = { params: Promise<{ id: string }> }

/** The receipt as a file: what the page says, with the sealed text that its hash names. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const who = await viewer()
  const receipt = who ? await getReceipt(who, id) : null
  if (!receipt)
    return new Response('Not found\n', {
      status: who ? 404 : 401,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  return new Response(`${JSON.stringify(fileOf(receipt), null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${receipt.id}.json"`,
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

import 'server-only'
import { db } from '@/lib/db/client'
import { loadNamed } from '@/lib/db/named'

/** A signature on a sealed version, whatever became of it. */
export type SignOffView = {
  id: string
  capacity: string
  name: string
  decision: 'approve' | 'decline'
  at: Date
  withdrawnAt: Date | null
  /** Why it was declined or withdrawn. */
  reason: string | null
  reasonKind: string | null
}

/** A sealed version, live or ended; nothing is deleted (domain.md, rule 10). */
export type SealedVersionView = {
  number: number
  hash: string
  canonical: string
  sealedAt: Date
  sealedBy: string | null
  endedAt: Date | null
  endedBy: 'voided' | 'declined' | 'replaced' | 'withdrawn' | null
  moved: string[]
  signOffs: SignOffView[]
}

/** Every sealed version of a subject, the newest first, with its signatures and their reasons; four statements at most. The caller has seen that it may be seen. */
export async function loadSealedVersions(subject: 'promotion' | 'rotation' | 'exception', id: string): Promise<SealedVersionView[]> {
  const rows = await db.sealedVersion.findMany({
    where: { subject, subjectId: id },
    orderBy: { number: 'desc' },
    include: { signOffs: { orderBy: [{ signedAt: 'asc' }, { id: 'asc' }] } },
  })
  const who = await loadNamed(
    db,
    rows.flatMap(({ sealedById, signOffs }) => [sealedById, ...signOffs.map(({ signerId }) => signerId)]),
  )
  const digests = rows.flatMap(({ signOffs }) =>
    signOffs.flatMap(({ reason, withdrawReason }) => [reason, withdrawReason].filter((digest) => digest !== null)),
  )
  const texts = digests.length === 0 ? [] : await db.auditText.findMany({ where: { digest: { in: digests } } })
  const bodyOf = (digest: string | null) =>
    digest === null ? null : (texts.find((text) => text.digest === digest)?.body ?? 'The text was erased.')
  return rows.map((row) => ({
    number: row.number,
    hash: row.hash,
    canonical: row.canonical,
    sealedAt: row.sealedAt,
    sealedBy: row.sealedById && who(row.sealedById).name,
    endedAt: row.endedAt,
    endedBy: row.endedBy as SealedVersionView['endedBy'],
    moved: row.moved,
    signOffs: row.signOffs.map((signOff) => ({
      id: signOff.id,
      capacity: signOff.capacity,
      name: who(signOff.signerId).name,
      decision: signOff.decision as SignOffView['decision'],
      at: signOff.signedAt,
      withdrawnAt: signOff.withdrawnAt,
      reason: bodyOf(signOff.withdrawnAt ? signOff.withdrawReason : signOff.reason),
      reasonKind: signOff.reasonKind,
    })),
  }))
}

import 'server-only'
import { db } from '@/lib/db/client'
import { namedSelect, toNamed } from '@/lib/db/named'

/** A signature on a version of a plan, whatever became of it. */
export type PlanSignOff = {
  id: string
  capacity: string
  name: string
  decision: 'approve' | 'decline'
  at: Date
  withdrawnAt: Date | null
  /** Why it was declined or withdrawn. */
  reason: string | null
}

/** A sealed version of a plan, standing or ended; nothing is deleted (domain.md, rule 10). */
export type PlanVersion = {
  number: number
  hash: string
  sealedAt: Date
  sealedBy: string | null
  endedAt: Date | null
  endedBy: string | null
  signOffs: PlanSignOff[]
}

/** Every sealed plan of a rotation, the newest first, with its signatures and their reasons; two statements at most. The caller has seen that it may be seen. */
export async function loadPlanVersions(rotation: string): Promise<PlanVersion[]> {
  const rows = await db.sealedVersion.findMany({
    where: { subject: 'rotation', subjectId: rotation },
    orderBy: { number: 'desc' },
    select: {
      number: true,
      hash: true,
      sealedAt: true,
      endedAt: true,
      endedBy: true,
      sealedBy: namedSelect,
      signOffs: { include: { signer: namedSelect }, orderBy: [{ signedAt: 'asc' }, { id: 'asc' }] },
    },
  })
  const digests = rows.flatMap(({ signOffs }) =>
    signOffs.flatMap(({ reason, withdrawReason }) => [reason, withdrawReason].filter((digest) => digest !== null)),
  )
  const texts = digests.length === 0 ? [] : await db.auditText.findMany({ where: { digest: { in: digests } } })
  const bodyOf = (digest: string | null) =>
    digest === null ? null : (texts.find((text) => text.digest === digest)?.body ?? 'The text was erased.')
  return rows.map((row) => ({
    number: row.number,
    hash: row.hash,
    sealedAt: row.sealedAt,
    sealedBy: row.sealedBy && toNamed(row.sealedBy).name,
    endedAt: row.endedAt,
    endedBy: row.endedBy,
    signOffs: row.signOffs.map((signOff) => ({
      id: signOff.id,
      capacity: signOff.capacity,
      name: toNamed(signOff.signer).name,
      decision: signOff.decision as PlanSignOff['decision'],
      at: signOff.signedAt,
      withdrawnAt: signOff.withdrawnAt,
      reason: bodyOf(signOff.withdrawnAt ? signOff.withdrawReason : signOff.reason),
    })),
  }))
}

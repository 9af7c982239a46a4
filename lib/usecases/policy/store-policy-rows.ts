import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { PolicyRows } from '@/lib/domain/policy/rows'

/**
 * Writes the read-only rows of a policy version: what evidence, sign-offs and rotations refer to by foreign key. They repeat the document
 * and nothing else; a test proves that they are the same.
 */
export async function storePolicyRows(tx: Tx, policyVersionId: string, rows: PolicyRows): Promise<void> {
  const own = <T extends object>(list: readonly T[]) => list.map((row) => ({ ...row, policyVersionId }))
  const select = { id: true, key: true } as const
  const profiles = idsByKey(await tx.profile.createManyAndReturn({ data: own(rows.profiles), select }))
  const edges = idsByKey(
    await tx.promotionEdge.createManyAndReturn({
      data: own(rows.edges.map(({ fromKey, toKey, ...edge }) => ({ ...edge, fromId: profiles(fromKey), toId: profiles(toKey) }))),
      select,
    }),
  )
  await tx.promotionGate.createMany({ data: rows.gates.map(({ edgeKey, ...gate }) => ({ ...gate, edgeId: edges(edgeKey) })) })
  await tx.signOffSlot.createMany({
    data: own(rows.slots.map(({ edgeKey, ...slot }) => ({ ...slot, edgeId: edgeKey === null ? null : edges(edgeKey) }))),
  })
  const ownerships = idsByKey(
    await tx.rotationOwnership.createManyAndReturn({
      data: own(rows.ownerships.map(({ profileKey, ...ownership }) => ({ ...ownership, profileId: profiles(profileKey) }))),
      select,
    }),
  )
  await tx.rotationOwner.createMany({
    data: rows.owners.map(({ ownershipKey, ...owner }) => ({ ...owner, ownershipId: ownerships(ownershipKey) })),
  })
  await tx.secretMapping.createMany({ data: own(rows.mappings) })
  await tx.constraintCell.createMany({
    data: own(rows.constraints.map(({ profileKey, ...cell }) => ({ ...cell, profileId: profiles(profileKey) }))),
  })
  await tx.variable.createMany({ data: own(rows.variables) })
}

/** Looks up the id of a row just written by its key in the document; a key that is missing would be a bug of the schema's references. */
function idsByKey(made: readonly { id: string; key: string }[]): (key: string) => string {
  const ids = new Map(made.map(({ id, key }) => [key, id]))
  return (key) => {
    const id = ids.get(key)
    if (id === undefined) throw new Error(`The policy refers to ${key}, which it does not define`)
    return id
  }
}

import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { HeldKey } from '@/lib/domain/key-standing'
import { membersWithNewKeys } from '@/lib/domain/ownership'
import type { PolicyOwnership } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import type { Tx } from './client'
import type { Work } from './mutate'

/** What a rotation rotates, as the key records need it. */
export type RotationOfKeys = { id: string; systemId: string; profileKey: string }

type HeldRow = {
  id: string
  mappingKey: string
  keyId: string
  use: HeldKey['use']
  fingerprint: string | null
  fingerprintKeyId: string | null
  bornAt: Date
  activatedAt: Date
  rotationId: string | null
}

/**
 * One change at a time to the keys of a profile: recording by hand, and the step of a rotation. Taken before anything about keys is read to be
 * decided on; rows that do not exist yet cannot be locked (T07).
 */
export async function lockKeys(tx: Tx, systemId: string, profileKey: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`countersign keys ${systemId} ${profileKey}`}))`
}

/** The keys that some mappings of a profile hold now, each current one with the newest fingerprint that was reported of it. */
export async function heldKeys(tx: Tx, systemId: string, profileKey: string, mappings: readonly string[]): Promise<HeldRow[]> {
  return tx.$queryRaw<HeldRow[]>`
    SELECT k.id, k."mappingKey", k."keyId", k.use, k."bornAt", k."activatedAt", k."rotationId",
      coalesce(r.fingerprint, k.fingerprint) AS fingerprint, coalesce(r."fingerprintKeyId", k."fingerprintKeyId") AS "fingerprintKeyId"
    FROM "KeyVersion" k LEFT JOIN LATERAL (
      SELECT f.fingerprint, f."fingerprintKeyId" FROM "FingerprintReport" f
      WHERE k.use = 'current' AND f."systemId" = k."systemId" AND f."profileKey" = k."profileKey" AND f."mappingKey" = k."mappingKey" AND f."reportedAt" >= k."activatedAt"
      ORDER BY f."reportedAt" DESC, f.id DESC LIMIT 1) r ON true
    WHERE k."systemId" = ${systemId} AND k."profileKey" = ${profileKey} AND k."mappingKey" = ANY (${[...mappings]}) AND k."endedAt" IS NULL
    ORDER BY k."activatedAt", k.id`
}

const recordedBy = ({ now, actor }: Work) => ({ recordedById: actor.id, recordedForId: actor.countsAsId, recordedAt: now })

const recorded = (rotation: RotationOfKeys, id: string, mapping: string, keyId: string): AuditEvent => ({
  action: 'key.recorded',
  system: rotation.systemId,
  subject: { kind: 'key', id },
  after: { profile: rotation.profileKey, mapping, keyId, rotation: rotation.id },
})

/**
 * What the step of a rotation does that brings new keys (003, 002.21 to 002.23). The old current key goes on as *accepted* until it is retired, under
 * a shifted pair as the current one of the next member; what that one held before is accepted. `members`: mapping ids in the order of the rule;
 * `newKeys`: the new key id of every member that gets one (of a shifted pair the first only). Refuses a key that is there already or was
 * retired, a missing one, and what looks like a value (T18). Gives an event for each new key. The caller holds the rotation's lock.
 */
export async function bringNewKeys(
  work: Work,
  {
    rotation,
    method,
    members,
    newKeys,
  }: {
    rotation: RotationOfKeys
    method: PolicyOwnership['method']
    members: readonly string[]
    newKeys: Readonly<Record<string, string>>
  },
): Promise<AuditEvent[]> {
  const { tx, now } = work
  ensure(whyNotKeyName(newKeys))
  await lockKeys(tx, rotation.systemId, rotation.profileKey)
  const held = await heldKeys(tx, rotation.systemId, rotation.profileKey, members)
  const current = (mapping: string) => held.find((row) => row.use === 'current' && row.mappingKey === mapping)
  const fresh = membersWithNewKeys(method, members).map((mapping) => {
    const keyId = newKeys[mapping]
    if (keyId === undefined)
      throw new Refused(
        refuse('invalid', `Say which new key ${mapping} holds: its id in the store, never its value.`, { place: 'newKeys' }),
      )
    if (held.some((row) => row.mappingKey === mapping && row.keyId === keyId))
      throw new Refused(
        refuse('conflict', `${mapping} holds the key ${keyId} already. A rotation brings one with another id.`, { place: 'newKeys' }),
      )
    return { mapping, keyId }
  })
  await ensureNotRetired(tx, rotation, fresh)
  const ending = held.filter((row) => row.use === 'current' && members.includes(row.mappingKey)).map(({ id }) => id)
  await tx.keyVersion.updateMany({
    where: { id: { in: ending } },
    data: { endedAt: now, endedHow: 'moved', endedByRotationId: rotation.id },
  })
  const base = {
    systemId: rotation.systemId,
    profileKey: rotation.profileKey,
    rotationId: rotation.id,
    activatedAt: now,
    ...recordedBy(work),
  }
  const moved = members.flatMap((mapping, position) => {
    const row = current(mapping)
    if (!row) return []
    const { keyId, bornAt, fingerprint, fingerprintKeyId } = row
    const next = method === 'shift-pair' ? members[position + 1] : undefined
    const place = next === undefined ? { mappingKey: mapping, use: 'accepted' } : { mappingKey: next, use: 'current' }
    return [{ ...base, ...place, keyId, bornAt, fingerprint, fingerprintKeyId }]
  })
  await tx.keyVersion.createMany({ data: moved })
  const made = await tx.keyVersion.createManyAndReturn({
    data: fresh.map(({ mapping, keyId }) => ({ ...base, mappingKey: mapping, keyId, use: 'current', bornAt: now })),
    select: { id: true, mappingKey: true, keyId: true },
  })
  return made.map(({ id, mappingKey, keyId }) => recorded(rotation, id, mappingKey, keyId))
}

/** A key of which is on record that it no longer works is no new one. (One that was rolled back may be brought again.) */
async function ensureNotRetired(tx: Tx, rotation: RotationOfKeys, fresh: readonly { mapping: string; keyId: string }[]): Promise<void> {
  const { systemId, profileKey } = rotation
  const retired = await tx.keyVersion.findFirst({
    where: { systemId, profileKey, endedHow: 'retired', OR: fresh.map(({ mapping: mappingKey, keyId }) => ({ mappingKey, keyId })) },
    select: { mappingKey: true, keyId: true },
  })
  if (!retired) return
  const { mappingKey, keyId } = retired
  ensure(
    refuse('conflict', `${keyId} of ${mappingKey} was retired: it is on record that it no longer works. A rotation brings another key.`, {
      place: 'newKeys',
    }),
  )
}

/**
 * Undoes what a rotation brought (003.13): its intervals end as *rolled_back*, and what it had ended or moved comes back as new intervals that keep
 * their birth. Does nothing when the rotation brought nothing, or was restored before. Gives an event for each key that is current again.
 */
export async function restoreKeys(work: Work, rotationId: string): Promise<AuditEvent[]> {
  const { tx, now } = work
  const rotation = await rotationOf(tx, rotationId)
  await lockKeys(tx, rotation.systemId, rotation.profileKey)
  const { count } = await tx.keyVersion.updateMany({
    where: { rotationId, endedAt: null },
    data: { endedAt: now, endedHow: 'rolled_back', endedByRotationId: rotationId },
  })
  if (count === 0) return []
  const ended = await tx.keyVersion.findMany({
    where: { endedByRotationId: rotationId, endedHow: 'moved', OR: [{ rotationId: null }, { rotationId: { not: rotationId } }] },
  })
  const back = await tx.keyVersion.createManyAndReturn({
    data: ended.map(({ systemId, profileKey, mappingKey, keyId, use, fingerprint, fingerprintKeyId, bornAt, rotationId: broughtBy }) => ({
      systemId,
      profileKey,
      mappingKey,
      keyId,
      use,
      fingerprint,
      fingerprintKeyId,
      bornAt,
      rotationId: broughtBy,
      activatedAt: now,
      ...recordedBy(work),
    })),
    select: { id: true, mappingKey: true, keyId: true, use: true },
  })
  return back.filter(({ use }) => use === 'current').map(({ id, mappingKey, keyId }) => recorded(rotation, id, mappingKey, keyId))
}

/**
 * Ends the old keys of a rotation as *retired*, with the proof that they no longer work (a reference, never a value). Gives an event for each. A
 * rotation that found no old key on the record retires none.
 */
export async function retireOldKeys(work: Work, rotationId: string, proof: string): Promise<AuditEvent[]> {
  const { tx, now } = work
  const rotation = await rotationOf(tx, rotationId)
  await lockKeys(tx, rotation.systemId, rotation.profileKey)
  const old = await tx.keyVersion.findMany({
    where: { rotationId, use: 'accepted', endedAt: null },
    select: { id: true, mappingKey: true, keyId: true },
  })
  await tx.keyVersion.updateMany({
    where: { id: { in: old.map(({ id }) => id) } },
    data: { endedAt: now, endedHow: 'retired', retirementProof: proof, endedByRotationId: rotationId },
  })
  return old.map(({ id, mappingKey, keyId }) => ({
    action: 'key.retired',
    system: rotation.systemId,
    subject: { kind: 'key', id },
    after: { profile: rotation.profileKey, mapping: mappingKey, keyId, rotation: rotationId },
  }))
}

const rotationOf = (tx: Tx, id: string): Promise<RotationOfKeys> =>
  tx.rotation.findUniqueOrThrow({ where: { id }, select: { id: true, systemId: true, profileKey: true } })

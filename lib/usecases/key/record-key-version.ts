import 'server-only'
import type { z } from 'zod'
import { keepText } from '@/lib/db/audit'
import { lockKeyFacts, mappingOrRefuse } from '@/lib/db/load-key-facts'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { whyNotRecordKey } from '@/lib/domain/key'
import { ensure } from '@/lib/domain/refusal'
import type { recordKeyVersionInput } from '@/lib/schemas/key'
import { whyNotKeyName } from '@/lib/secret-filter/why-not-key-name'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

/** What recording a key came to. */
export type RecordedKey = { id: string; profile: string; mapping: string; keyId: string; activatedAt: Date }

/**
 * Records which key a mapping of a profile holds, by its name, and the fingerprint it was seen with (000.14 to 000.18). A key becomes known so; where
 * the policy has a rotation rule it changes only by a rotation. With `corrects` the same key gets its right name, or an earlier birth:
 * what was recorded stays readable, and the age and what the key was seen with go on. Two at once: one outcome, the other is told (T07).
 */
export async function recordKeyVersion(ctx: Ctx, input: z.output<typeof recordKeyVersionInput>): Promise<RecordedKey> {
  ensure(
    whyNotKeyName({ keyId: input.keyId, fingerprintKeyId: input.fingerprintKeyId, corrects: input.corrects }),
    whyNotSecret({ reason: input.reason }),
  )
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const profile = profileOrRefuse(active.policy, input.profile)
    const mapping = mappingOrRefuse(active.policy, profile, input.mapping)
    const facts = await lockKeyFacts(tx, active.policy, profile, mapping)
    ensure(whyNotRecordKey(facts, { keyId: input.keyId, bornAt: input.bornAt ?? null, corrects: input.corrects ?? null }, actor, now))
    const current = facts.held.find(({ use }) => use === 'current')
    const corrected = input.corrects === undefined ? undefined : current
    const claimed = input.bornAt && input.bornAt < now ? input.bornAt : now
    const bornAt = input.bornAt === undefined && corrected ? corrected.bornAt : claimed
    // Only a mapping that no rule rotates changes by hand: what it held before is over. A correction ends what was wrong.
    if (current)
      await tx.keyVersion.update({
        where: { id: facts.heldIds.get(current.keyId) as string }, // one of the held
        data: { endedAt: now, endedHow: 'moved' },
      })
    const by = { systemId: system.id, profileKey: profile.id, mappingKey: mapping.id }
    const { fingerprint = null, fingerprintKeyId = null } = input
    const seen = fingerprint === null ? (corrected?.fingerprint ?? null) : null
    const reason = input.reason === undefined ? undefined : await keepText(tx, input.reason)
    const { id } = await tx.keyVersion.create({
      data: {
        ...by,
        keyId: input.keyId,
        use: 'current',
        fingerprint: fingerprint ?? seen?.value ?? null,
        fingerprintKeyId: fingerprintKeyId ?? seen?.keyId ?? null,
        bornAt,
        activatedAt: now,
        recordedById: actor.id,
        recordedForId: actor.countsAsId,
        recordedAt: now,
      },
      select: { id: true },
    })
    // A fingerprint given with it is a report like any other.
    if (fingerprint !== null && fingerprintKeyId !== null)
      await tx.fingerprintReport.create({ data: { ...by, fingerprint, fingerprintKeyId, reportedById: actor.id, reportedAt: now } })
    const event: AuditEvent = {
      action: corrected ? 'key.corrected' : 'key.recorded',
      system: system.id,
      subject: { kind: 'key', id },
      policy: active.hash,
      text: reason,
      before: current ? { keyId: current.keyId, ...(corrected ? { bornAt: corrected.bornAt.toISOString() } : {}) } : undefined,
      after: {
        profile: profile.id,
        mapping: mapping.id,
        keyId: input.keyId,
        bornAt: bornAt.toISOString(),
        fingerprint,
        fingerprintKeyId,
        rotation: null,
        ...(corrected ? { corrects: corrected.keyId } : {}),
      },
    }
    return {
      result: { id, profile: profile.id, mapping: mapping.id, keyId: input.keyId, activatedAt: now },
      events: [event],
    }
  })
}

import 'server-only'
import type { Work } from '@/lib/db/mutate'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { type FallbackFacts, type FallbackText, fallbackSlots } from '@/lib/domain/fallback'

/** What a request asks for, as it is sealed. */
export type Asked = Pick<FallbackFacts, 'id' | 'system' | 'rule' | 'policy' | 'mappings' | 'purpose' | 'ticket'> & {
  incident: string | null
  /** Digest of the reason. */
  reason: string
  until: Date
  /** For an extension: the end it moves. */
  extends: Date | null
}

/**
 * Seals the next version of a request: canonical JSON named by its SHA-256, with whoever asks as its requester, so that the database itself keeps
 * them from signing it (T02). The version before is replaced. The caller holds the lock on the use.
 */
export async function sealRequest(
  { tx, now, actor }: Work,
  asked: Asked,
  number: number,
): Promise<{ id: string; number: number; hash: string }> {
  const text: FallbackText = {
    v: 1,
    fallback: asked.id,
    number,
    system: asked.system.id,
    profile: asked.rule.profile.id,
    rule: asked.rule.id,
    secrets: [...asked.mappings],
    purpose: asked.purpose,
    ticket: asked.ticket,
    incident: asked.incident,
    reason: asked.reason,
    until: asked.until.toISOString(),
    extends: asked.extends?.toISOString() ?? null,
    askedBy: actor.id,
    maxDuration: asked.rule.fallback.maxDuration,
    policy: { version: asked.policy.number, hash: asked.policy.hash },
    slots: fallbackSlots(asked.rule).map(({ key, title, roles, last }) => ({ id: key, title, roles: [...roles], last })),
  }
  const canonical = canonicalText(text, { depth: 8 })
  const hash = sha256Hex(canonical)
  await tx.sealedVersion.updateMany({
    where: { subject: 'fallback', subjectId: asked.id, endedAt: null },
    data: { endedAt: now, endedBy: 'replaced' },
  })
  const { id } = await tx.sealedVersion.create({
    data: {
      systemId: asked.system.id,
      subject: 'fallback',
      subjectId: asked.id,
      number,
      hash,
      canonical,
      requesterId: actor.countsAsId,
      sealedById: actor.id,
      sealedAt: now,
      moved: [],
    },
    select: { id: true },
  })
  await tx.fallbackUse.update({ where: { id: asked.id }, data: { lastSealed: number } })
  return { id, number, hash }
}

/** Ends the live sealed version of a use, if one stands; its sign-offs stay readable. */
export async function endRequest({ tx, now }: Work, fallback: string, how: 'declined' | 'withdrawn'): Promise<void> {
  await tx.sealedVersion.updateMany({
    where: { subject: 'fallback', subjectId: fallback, endedAt: null },
    data: { endedAt: now, endedBy: how },
  })
}

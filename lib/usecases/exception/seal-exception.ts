import 'server-only'
import type { Work } from '@/lib/db/mutate'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import { type ExceptionFacts, type ExceptionText, exceptionSlots } from '@/lib/domain/exception-approval'
import type { PolicyTier } from '@/lib/domain/policy/schema'

/** What is asked for, as it is sealed: a filing, or the extension of an exception. */
export type AskedException = Pick<
  ExceptionFacts,
  'id' | 'system' | 'profile' | 'ref' | 'policy' | 'expected' | 'observed' | 'reason' | 'remediation' | 'finding' | 'startsAt'
> & {
  /** Digests. */
  conditions: readonly string[]
  /** Ids of principals. */
  owner: string
  filedBy: string
  until: Date
  tier: PolicyTier
  /** For an extension: the end it moves, and the digest of why. */
  extends: Date | null
  extensionReason: string | null
}

/**
 * Seals the next version of an exception: canonical JSON named by its SHA-256, with whoever asks as its requester, so that the database itself keeps them
 * from signing it (T02). The version before is replaced. The caller holds the lock on the exception, or has just made it.
 */
export async function sealException(
  { tx, now, actor }: Work,
  asked: AskedException,
  number: number,
): Promise<{ id: string; number: number; hash: string }> {
  const text: ExceptionText = {
    v: 1,
    exception: asked.id,
    number,
    system: asked.system,
    profile: asked.profile,
    rule: asked.ref.key,
    kind: asked.ref.kind,
    title: asked.ref.title,
    expected: asked.expected,
    observed: asked.observed,
    reason: asked.reason,
    remediation: asked.remediation,
    conditions: [...asked.conditions],
    finding: asked.finding,
    owner: asked.owner,
    filedBy: asked.filedBy,
    startsAt: asked.startsAt.toISOString(),
    until: asked.until.toISOString(),
    extends: asked.extends?.toISOString() ?? null,
    extensionReason: asked.extensionReason,
    askedBy: actor.id,
    tier: asked.tier.id,
    policy: { version: asked.policy.number, hash: asked.policy.hash },
    slots: exceptionSlots(asked.tier).map(({ key, title, roles, last }) => ({ id: key, title, roles: [...roles], last })),
  }
  const canonical = canonicalText(text, { depth: 8 })
  const hash = sha256Hex(canonical)
  await tx.sealedVersion.updateMany({
    where: { subject: 'exception', subjectId: asked.id, endedAt: null },
    data: { endedAt: now, endedBy: 'replaced' },
  })
  const { id } = await tx.sealedVersion.create({
    data: {
      systemId: asked.system,
      subject: 'exception',
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
  await tx.driftException.update({ where: { id: asked.id }, data: { lastSealed: number } })
  return { id, number, hash }
}

/** Ends the live sealed version of an exception, if one stands; its sign-offs stay readable. */
export async function endAsked({ tx, now }: Pick<Work, 'tx' | 'now'>, exception: string, how: 'declined' | 'withdrawn'): Promise<void> {
  await tx.sealedVersion.updateMany({
    where: { subject: 'exception', subjectId: exception, endedAt: null },
    data: { endedAt: now, endedBy: how },
  })
}

/** What an exception forgets when its extension is decided or taken back. */
export const NOTHING_ASKED = { askedUntil: null, askedTier: null, extensionReason: null } as const

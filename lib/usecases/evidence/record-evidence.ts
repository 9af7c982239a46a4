import 'server-only'
import type { z } from 'zod'
import type { Tx } from '@/lib/db/client'
import { gateRowKey, type LoadedPolicy, loadGateIds, loadPolicyVersion, unseenSystem } from '@/lib/db/load-policy'
import { ensureReadable, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Actor, Ctx } from '@/lib/domain/context'
import { claimSkewMinutes, whyNotBring, whyNotClaim } from '@/lib/domain/evidence'
import { type EdgeGate, edgeGates } from '@/lib/domain/gate'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { recordEvidenceInput } from '@/lib/schemas/evidence'
import { voidIfMoved } from '../promotion/void-moved'

type Input = z.output<typeof recordEvidenceInput>

/** What bringing evidence came to. `duplicate`: it was there already, and nothing was added (T10). `voided`: a sealed version fell by it. */
export type RecordedEvidence = {
  id: string
  gate: string
  profile: string
  promotion: string | null
  recordedAt: Date
  duplicate: boolean
  voided: boolean
  /** By how many minutes the claimed time is off, when by more than five. */
  claimSkewMinutes: number | null
}

/**
 * Records evidence for one gate of a release on its way to a profile (000.24 to 000.29). An open promotion of the release to that profile is locked
 * first, so that evidence and sealing or signing never pass one another, and its pinned policy names the gate; without one the active policy does, then
 * the one of an emergency promotion that still owes what it skipped: its debt can be paid whatever became of the policy.
 * Good evidence again is an addendum; a failure voids what was sealed. Replays add nothing. The hot path: two
 * statements of its own, three where a snapshot is named.
 */
export async function recordEvidence(ctx: Ctx, input: Input): Promise<RecordedEvidence> {
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      ensureReadable(actor, input.system, now)
      const at = await lockTarget(tx, input)
      const { gate, gateId, profile, version } = await findGate(tx, at, input)
      const system = { id: input.system, name: version.policy.system.name }
      ensure(whyNotBring(gate, actor, system, now), whyNotClaim(gate, input))
      const snapshotId = input.snapshot === undefined ? null : await findSnapshot(tx, input.system, gate, input.snapshot)
      const digest = input.digest ?? statementDigest(input, profile, actor, now)
      const key = { releaseId: at.releaseId, profileKey: profile, gateKey: gate.id, broughtById: actor.id, digest }
      const [row] = await tx.evidence.createManyAndReturn({
        data: [
          {
            ...key,
            systemId: system.id,
            gateId,
            verdict: input.verdict,
            summary: input.summary,
            command: input.command ?? null,
            exitCode: input.exitCode ?? null,
            ranOn: input.ranOn ?? null,
            link: input.link ?? null,
            claimedAt: input.claimedAt ?? null,
            onBehalfOfId: actor.countsAsId === actor.id ? null : actor.countsAsId,
            snapshotId,
            recordedAt: now,
          },
        ],
        skipDuplicates: true,
        select: { id: true },
      })
      if (!row) throw await replayOf(tx, key, input.verdict, at.promotionId)
      // A pass can only renew or mend, which is an addendum; only a failure moves what was sealed.
      const voided =
        at.promotionId !== null && at.lastSealed > 0 && input.verdict === 'fail' ? await voidIfMoved({ tx, now }, at.promotionId) : []
      const skew = claimSkewMinutes(input.claimedAt, now)
      return {
        result: {
          id: row.id,
          gate: gate.id,
          profile,
          promotion: at.promotionId,
          recordedAt: now,
          duplicate: false,
          voided: voided.length > 0,
          claimSkewMinutes: skew,
        },
        events: [
          {
            action: 'evidence.recorded',
            system: system.id,
            subject: { kind: 'evidence', id: row.id },
            policy: version.hash,
            after: {
              release: input.version,
              profile,
              gate: gate.id,
              verdict: input.verdict,
              digest,
              promotion: at.promotionId,
              ...(input.claimedAt ? { claimedAt: input.claimedAt.toISOString() } : {}),
              ...(skew === null ? {} : { claimSkewMinutes: skew }),
            },
          },
          ...voided,
        ],
      }
    })
  } catch (error) {
    if (error instanceof Replay) return error.recorded
    throw error
  }
}

type Target = {
  activeId: string
  profile: string | null
  releaseId: string
  promotionId: string | null
  pinnedId: string | null
  edgeKey: string | null
  lastSealed: number
  /** The policy version of the newest emergency promotion of this release that was put on this profile. */
  owedId: string | null
}

/** In one statement: the active policy version, what the profile's name means there, the release, and the open promotion, locked. */
async function lockTarget(tx: Tx, input: Input): Promise<Target> {
  const [row] = await tx.$queryRaw<(Omit<Target, 'releaseId'> & { releaseId: string | null })[]>`/* kept */
    WITH a AS (
      SELECT v.id AS "activeId", p.key AS profile FROM "PolicyVersion" v
      LEFT JOIN "Profile" p ON p."policyVersionId" = v.id AND (p.key = ${input.profile} OR ${input.profile} = ANY (p.aliases))
      WHERE v."systemId" = ${input.system} AND v.status = 'active'),
    r AS (SELECT id AS "releaseId" FROM "Release" WHERE "systemId" = ${input.system} AND version = ${input.version}),
    p AS (
      SELECT id AS "promotionId", "policyVersionId" AS "pinnedId", "edgeKey", "lastSealed" FROM "Promotion"
      WHERE "releaseId" = (SELECT "releaseId" FROM r) AND "toKey" = (SELECT coalesce(profile, ${input.profile}) FROM a) AND status = 'open' FOR UPDATE)
    SELECT a."activeId", a.profile, r."releaseId", p."promotionId", p."pinnedId", p."edgeKey", coalesce(p."lastSealed", 0) AS "lastSealed",
      (SELECT o."policyVersionId" FROM "Promotion" o WHERE o."releaseId" = r."releaseId" AND o."toKey" = coalesce(a.profile, ${input.profile})
        AND o.emergency AND o.status IN ('deployed', 'failed', 'rolled_back') ORDER BY o."openedAt" DESC, o.id DESC LIMIT 1) AS "owedId"
    FROM a LEFT JOIN r ON true LEFT JOIN p ON true`
  if (!row) throw new Refused(unseenSystem(input.system))
  const { releaseId } = row
  if (releaseId === null)
    throw new Refused(
      refuse('not_found', `There is no registered release ${input.version} of this system. Register it first.`, { place: 'version' }),
    )
  return { ...row, releaseId }
}

/** The gate that the evidence is for: of the pinned version's edge when a promotion is open, else of an edge of the active version into the profile. */
async function findGate(
  tx: Tx,
  at: Target,
  input: Input,
): Promise<{ gate: EdgeGate; gateId: string; profile: string; version: LoadedPolicy }> {
  const candidates = [...new Set([at.pinnedId ?? at.activeId, at.activeId, at.owedId ?? at.activeId])]
  for (const versionId of candidates) {
    const version = await loadPolicyVersion(tx, versionId)
    const profile = at.profile ?? input.profile
    const edges = version.policy.edges.filter((edge) => edge.to === profile)
    // The promotion's own way first, where several lead to the profile.
    for (const edge of edges.toSorted((a, b) => Number(b.id === at.edgeKey) - Number(a.id === at.edgeKey))) {
      const gate = edgeGates(version.policy, edge).find((candidate) => candidate.id === input.gate)
      if (!gate) continue
      const gateId = (await loadGateIds(tx, versionId)).get(gateRowKey(edge.id, gate.id))
      if (gateId === undefined) throw new Error(`The rows of policy version ${versionId} lack the gate ${gate.id}`)
      return { gate, gateId, profile, version }
    }
  }
  const { policy } = await loadPolicyVersion(tx, candidates[0] as string) // never empty
  const profile = at.promotionId === null ? profileOrRefuse(policy, input.profile).id : (at.profile ?? input.profile)
  const known = policy.edges.filter((edge) => edge.to === profile).flatMap((edge) => edgeGates(policy, edge).map(({ id }) => id))
  const which = known.length > 0 ? `Its gates are ${[...new Set(known)].join(', ')}.` : 'No promotion leads there, so it has none.'
  throw new Refused(refuse('not_found', `${policy.system.name} has no gate ${input.gate} towards ${profile}. ${which}`, { place: 'gate' }))
}

async function findSnapshot(tx: Tx, systemId: string, gate: EdgeGate, digest: string): Promise<string> {
  const row = await tx.snapshot.findFirst({
    where: { systemId, digest, ...(gate.boundToSnapshotOf ? { profileKey: gate.boundToSnapshotOf } : {}) },
    select: { id: true },
  })
  const of = gate.boundToSnapshotOf ? ` of ${gate.boundToSnapshotOf}` : ''
  if (!row)
    throw new Refused(
      refuse('not_found', `No snapshot${of} with this digest is recorded. Record the snapshot first.`, { place: 'snapshot' }),
    )
  return row.id
}

/**
 * Names a statement that came without a digest. What a person says is new whenever they say it; software that sends the same again, with the same
 * claimed time, only repeats itself (T10).
 */
function statementDigest(input: Input, profile: string, actor: Actor, now: Date): string {
  const { version, gate, verdict, summary, command, exitCode, ranOn, link, claimedAt, snapshot } = input
  const said = actor.kind === 'person' ? now.toISOString() : (claimedAt?.toISOString() ?? null)
  return sha256Hex(
    JSON.stringify([
      version,
      profile,
      gate,
      verdict,
      summary,
      command ?? null,
      exitCode ?? null,
      ranOn ?? null,
      link ?? null,
      snapshot ?? null,
      said,
    ]),
  )
}

/** Leaves the transaction with nothing written: the same evidence from the same bringer is there already. */
class Replay extends Error {
  readonly recorded: RecordedEvidence
  constructor(recorded: RecordedEvidence) {
    super('The evidence is recorded already')
    this.recorded = recorded
  }
}

type EvidenceKey = { releaseId: string; profileKey: string; gateKey: string; broughtById: string; digest: string }

async function replayOf(tx: Tx, key: EvidenceKey, verdict: string, promotion: string | null): Promise<Replay | Refused> {
  const first = await tx.evidence.findUniqueOrThrow({
    where: { releaseId_profileKey_gateKey_broughtById_digest: key },
    select: { id: true, verdict: true, recordedAt: true },
  })
  if (first.verdict !== verdict)
    return new Refused(
      refuse(
        'conflict',
        `You brought a result with this digest before, as ${first.verdict}. One result has one verdict; nothing was added.`,
        { place: 'digest' },
      ),
    )
  return new Replay({
    id: first.id,
    gate: key.gateKey,
    profile: key.profileKey,
    promotion,
    recordedAt: first.recordedAt,
    duplicate: true,
    voided: false,
    claimSkewMinutes: null,
  })
}

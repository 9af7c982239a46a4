import 'server-only'
import { db } from '@/lib/db/client'
import { loadAuditedRotations } from '@/lib/db/load-audit-facts'
import { type KeyFacts, whyNotCorrectKey, whyNotDuringRotation, whyNotKeyRight } from '@/lib/domain/key'
import type { KeyMember } from '@/lib/domain/key-standing'
import type { Policy, PolicyProfile } from '@/lib/domain/policy/schema'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { type AuditFinding, whyNotAudit } from '@/lib/domain/secret-audit'
import { toWho, type Who, whoSelect } from './api/slice'
import { getSecretsEnv, type MappingView, type ProfileSecrets } from './secrets-env'
import type { Looker } from './system-standing'

/** How many intervals and reports of one key a page shows, newest first. */
const MOST = 100

/** The rotation behind an interval: who opened, performed, approved and confirmed it, and the steps that were recorded with evidence. */
export type RotationOfKey = {
  id: string
  status: string
  openedBy: Who
  performer: Who | null
  approvals: { capacity: string; by: Who; at: Date; signature: string }[]
  confirmations: { owner: string; by: Who; at: Date }[]
  evidence: { step: string; by: Who; at: Date; how: string | null; note: string | null; link: string | null; reference: string | null }[]
  audits: AuditView[]
  whyNotAudit: Refusal | null
}

export type AuditView = {
  id: string
  finding: AuditFinding
  note: string
  link: string | null
  by: Who
  auditedAt: Date
  nextDueAt: Date | null
}

/** One interval in which a mapping held a key. */
export type KeyInterval = {
  id: string
  keyId: string
  use: 'current' | 'accepted'
  bornAt: Date
  activatedAt: Date
  endedAt: Date | null
  endedHow: 'moved' | 'retired' | 'rolled_back' | null
  /** It was the same key under a wrong id, or with a wrong date. */
  corrected: boolean
  retirementProof: string | null
  rotation: string | null
  endedByRotation: string | null
  recordedBy: Who
  /** What it was seen with while it was in use, newest first: each fingerprint once, with the HMAC key that made it. */
  prints: { value: string; keyId: string; first: Date; last: Date; times: number }[]
  /** What it was known by from before. */
  carried: { value: string; keyId: string } | null
}

/** Everything about one key of one profile: where it stands, every version, and what the viewer may record. */
export type SecretKeyView = {
  profile: PolicyProfile
  view: MappingView
  secrets: ProfileSecrets
  intervals: KeyInterval[]
  /** Older intervals that the page leaves out. */
  hasMore: boolean
  rotations: Map<string, RotationOfKey>
  audits: AuditView[]
  /** The other secrets that are rotated together with this one. */
  together: KeyMember[]
  whyNotRecord: Refusal | null
  whyNotReport: Refusal | null
  whyNotRetire: Refusal | null
  /** Null where the id in use can be put right by hand. */
  whyNotCorrect: Refusal | null
}

/** The history of a key: every version, who rotated, who approved, with which evidence. Null where the policy has no such secret on that profile. */
export async function getSecretKey(looker: Looker, policy: Policy, profileKey: string, mappingKey: string): Promise<SecretKeyView | null> {
  const all = await getSecretsEnv(looker, policy)
  const secrets = all.find(({ profile }) => profile.id === profileKey)
  const view = secrets?.mappings.find(({ mapping }) => mapping.id === mappingKey)
  if (!secrets || !view) return null
  const systemId = policy.system.slug
  const [rows, reports, audits] = await Promise.all([
    db.keyVersion.findMany({
      where: { systemId, profileKey, mappingKey },
      orderBy: [{ activatedAt: 'desc' }, { id: 'desc' }],
      take: MOST + 1,
      include: { recordedBy: whoSelect },
    }),
    seenPrints(systemId, profileKey, mappingKey),
    db.secretAudit.findMany({
      where: { systemId, profileKey },
      orderBy: [{ auditedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
      include: { auditedBy: whoSelect },
    }),
  ])
  const intervals = rows.slice(0, MOST).map(
    (row): KeyInterval => ({
      id: row.id,
      keyId: row.keyId,
      // Written by our own use cases, and the database allows no other.
      use: row.use as KeyInterval['use'],
      bornAt: row.bornAt,
      activatedAt: row.activatedAt,
      endedAt: row.endedAt,
      endedHow: row.endedHow as KeyInterval['endedHow'],
      corrected: isCorrected(row, rows),
      retirementProof: row.retirementProof,
      rotation: row.rotationId,
      endedByRotation: row.endedByRotationId,
      recordedBy: toWho(row.recordedBy),
      prints: reports.filter(({ interval }) => interval === row.id),
      carried: row.fingerprint !== null && row.fingerprintKeyId !== null ? { value: row.fingerprint, keyId: row.fingerprintKeyId } : null,
    }),
  )
  const named = [...new Set(intervals.flatMap(({ rotation, endedByRotation }) => [rotation, endedByRotation]).filter((id) => id !== null))]
  const toAudit = (row: (typeof audits)[number]): AuditView => ({
    id: row.id,
    finding: row.finding as AuditFinding,
    note: row.note,
    link: row.link,
    by: toWho(row.auditedBy),
    auditedAt: row.auditedAt,
    nextDueAt: row.nextDueAt,
  })
  const facts: KeyFacts = {
    system: { id: systemId, name: policy.system.name },
    profile: profileKey,
    mapping: mappingKey,
    variable: view.mapping.variable,
    rule: view.rule,
    held: view.keys,
    rotation: view.standing?.rotation ?? null,
  }
  const right = whyNotKeyRight(facts, looker.actor, looker.now)
  const rotating = whyNotDuringRotation(facts)
  return {
    profile: secrets.profile,
    view,
    secrets,
    intervals,
    hasMore: rows.length > MOST,
    rotations: await rotationsOf(
      looker,
      policy,
      profileKey,
      named,
      audits.filter(({ rotationId }) => rotationId !== null).map((row) => ({ rotation: row.rotationId as string, audit: toAudit(row) })),
    ),
    audits: audits.filter(({ rotationId }) => rotationId === null).map(toAudit),
    together: (view.standing?.members ?? []).filter(({ mapping }) => mapping !== mappingKey),
    whyNotReport: right,
    whyNotRetire: right ?? rotating,
    whyNotRecord: right ?? rotating ?? heldByRule(facts),
    whyNotCorrect: right ?? rotating ?? whyNotCorrectKey(facts),
  }
}

type Ended = { activatedAt: Date; bornAt: Date; endedAt: Date | null; endedHow: string | null; endedByRotationId: string | null }

/** Ended by hand, by one that is no younger: a correction keeps the birth, while another key has its own. */
function isCorrected({ endedAt, endedHow, endedByRotationId, bornAt }: Ended, rows: readonly Ended[]): boolean {
  if (endedAt === null || endedHow !== 'moved' || endedByRotationId !== null) return false
  return rows.some((next) => next.activatedAt.getTime() === endedAt.getTime() && next.bornAt <= bornAt)
}

/** Why another key is not recorded by hand: the one that is held has a rule, and only a rotation brings another. */
function heldByRule({ rule, held, variable, profile }: KeyFacts): Refusal | null {
  const current = held.find(({ use }) => use === 'current')
  if (!rule || !current) return null
  return refuse('policy_forbids', `${variable} on ${profile} holds the key ${current.keyId}. Another one comes by a rotation.`)
}

type SeenRow = KeyInterval['prints'][number] & { interval: string }

/** Each fingerprint that was reported while an interval was the current one, once, with the first and the last time. */
function seenPrints(systemId: string, profileKey: string, mappingKey: string): Promise<SeenRow[]> {
  return db.$queryRaw<SeenRow[]>`
    SELECT k.id AS interval, f.fingerprint AS value, f."fingerprintKeyId" AS "keyId", min(f."reportedAt") AS first, max(f."reportedAt") AS last, count(*)::int AS times
    FROM "KeyVersion" k JOIN "FingerprintReport" f ON f."systemId" = k."systemId" AND f."profileKey" = k."profileKey" AND f."mappingKey" = k."mappingKey"
      AND f."reportedAt" >= k."activatedAt" AND (k."endedAt" IS NULL OR f."reportedAt" < k."endedAt")
    WHERE k."systemId" = ${systemId} AND k."profileKey" = ${profileKey} AND k."mappingKey" = ${mappingKey} AND k.use = 'current'
    GROUP BY 1, 2, 3 ORDER BY last DESC LIMIT ${MOST}`
}

async function rotationsOf(
  { actor, now }: Looker,
  policy: Policy,
  profile: string,
  ids: readonly string[],
  audits: readonly { rotation: string; audit: AuditView }[],
): Promise<Map<string, RotationOfKey>> {
  if (ids.length === 0) return new Map()
  const [rows, signed, hands] = await Promise.all([
    db.rotation.findMany({
      where: { id: { in: [...ids] } },
      select: {
        id: true,
        status: true,
        openedBy: whoSelect,
        performer: whoSelect,
        confirmations: { select: { ownerKey: true, at: true, by: whoSelect }, orderBy: { at: 'asc' } },
        steps: {
          where: { OR: [{ note: { not: null } }, { link: { not: null } }, { reference: { not: null } }] },
          select: { stepId: true, how: true, note: true, link: true, reference: true, at: true, by: whoSelect },
          orderBy: { at: 'asc' },
        },
        ownership: { select: { owners: { select: { key: true, title: true } } } },
      },
    }),
    db.signOff.findMany({
      where: {
        decision: 'approve',
        withdrawnAt: null,
        sealedVersion: { subject: 'rotation', subjectId: { in: [...ids] }, endedAt: null },
      },
      select: { id: true, capacity: true, signedAt: true, signer: whoSelect, sealedVersion: { select: { subjectId: true } } },
      orderBy: { signedAt: 'asc' },
    }),
    loadAuditedRotations(db, { id: { in: [...ids] } }),
  ])
  const system = { id: policy.system.slug, name: policy.system.name }
  return new Map(
    rows.map((row): [string, RotationOfKey] => {
      const audited = hands.find(({ id }) => id === row.id) ?? null
      return [
        row.id,
        {
          id: row.id,
          status: row.status,
          openedBy: toWho(row.openedBy),
          performer: row.performer ? toWho(row.performer) : null,
          approvals: signed
            .filter(({ sealedVersion }) => sealedVersion.subjectId === row.id)
            .map(({ id, capacity, signedAt, signer }) => ({ capacity, by: toWho(signer), at: signedAt, signature: id })),
          confirmations: row.confirmations.map(({ ownerKey, at, by }) => ({
            owner: row.ownership.owners.find(({ key }) => key === ownerKey)?.title ?? ownerKey,
            by: toWho(by),
            at,
          })),
          evidence: row.steps.map(({ stepId, by, ...step }) => ({ ...step, step: stepId, by: toWho(by) })),
          audits: audits.filter(({ rotation }) => rotation === row.id).map(({ audit }) => audit),
          whyNotAudit: whyNotAudit({ system, profile, rule: null, rotation: audited, since: [] }, { nextDueAt: null }, actor, now),
        },
      ]
    }),
  )
}

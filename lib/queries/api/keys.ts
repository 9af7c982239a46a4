import 'server-only'
import { db } from '@/lib/db/client'
import { loadFingerprintFindings, loadKeyStandings } from '@/lib/db/load-keys'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import type { Looker } from '../system-standing'
import { behind, type Slice, toWho, whoSelect } from './slice'

const seconds = (ms: number | null) => (ms === null ? null : Math.floor(ms / 1_000))

/** Where every rotation rule of a system stands, and what the fingerprints say (000.18 to 000.21, 002.42, 004.4). */
export async function getKeyStandings(looker: Looker, systemId: string) {
  await loadSystem(db, looker.actor, systemId, looker.now)
  const standings = await loadKeyStandings(db, [systemId], looker.now)
  const findings = await loadFingerprintFindings(db, [systemId])
  return {
    items: standings.map(({ profile, ownership, title, members, bornAt, ageMs, limitMs, dueAt, state, blocks, sentence, rotation }) => ({
      profile: profile.id,
      rule: ownership.id,
      title,
      method: ownership.method,
      members,
      bornAt,
      ageSeconds: seconds(ageMs),
      limitSeconds: seconds(limitMs),
      dueAt,
      state,
      blocks,
      sentence,
      rotation,
    })),
    findings,
  }
}

type ProfileFilter = { system: string; profile: string; mapping?: string }

async function profileOf(looker: Looker, filter: ProfileFilter): Promise<string> {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  return profileOrRefuse(active.policy, filter.profile).id
}

/** Every interval in which a mapping of a profile held a key, the newest first. */
export async function listKeyVersions(looker: Looker, filter: ProfileFilter, slice: Slice) {
  const profile = await profileOf(looker, filter)
  const rows = await db.keyVersion.findMany({
    where: { systemId: filter.system, profileKey: profile, mappingKey: filter.mapping, ...behind('activatedAt', slice.after) },
    orderBy: [{ activatedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      mappingKey: true,
      keyId: true,
      use: true,
      fingerprint: true,
      fingerprintKeyId: true,
      bornAt: true,
      activatedAt: true,
      endedAt: true,
      endedHow: true,
      retirementProof: true,
      rotationId: true,
      endedByRotationId: true,
      recordedAt: true,
      recordedBy: whoSelect,
    },
  })
  return rows.map(({ mappingKey, fingerprint, fingerprintKeyId, rotationId, endedByRotationId, recordedBy, ...row }) => ({
    ...row,
    system: filter.system,
    profile,
    mapping: mappingKey,
    fingerprint: fingerprint !== null && fingerprintKeyId !== null ? { value: fingerprint, keyId: fingerprintKeyId } : null,
    rotation: rotationId,
    endedByRotation: endedByRotationId,
    recordedBy: toWho(recordedBy),
  }))
}

/** The fingerprints reported of a profile, newest first. */
export async function listFingerprints(looker: Looker, filter: ProfileFilter, slice: Slice) {
  const profile = await profileOf(looker, filter)
  const rows = await db.fingerprintReport.findMany({
    where: { systemId: filter.system, profileKey: profile, mappingKey: filter.mapping, ...behind('reportedAt', slice.after) },
    orderBy: [{ reportedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      mappingKey: true,
      fingerprint: true,
      fingerprintKeyId: true,
      rotationId: true,
      claimedAt: true,
      reportedAt: true,
      reportedBy: whoSelect,
    },
  })
  return rows.map(({ mappingKey, rotationId, reportedBy, ...row }) => ({
    ...row,
    system: filter.system,
    profile,
    mapping: mappingKey,
    rotation: rotationId,
    reportedBy: toWho(reportedBy),
  }))
}

/** The audits of a system's secrets and rotations, newest first (000.10). */
export async function listSecretAudits(looker: Looker, filter: { system: string; profile?: string }, slice: Slice) {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  const rows = await db.secretAudit.findMany({
    where: {
      systemId: filter.system,
      profileKey: filter.profile === undefined ? undefined : profileOrRefuse(active.policy, filter.profile).id,
      ...behind('auditedAt', slice.after),
    },
    orderBy: [{ auditedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      profileKey: true,
      rotationId: true,
      finding: true,
      note: true,
      link: true,
      auditedAt: true,
      nextDueAt: true,
      auditedBy: whoSelect,
    },
  })
  return rows.map(({ profileKey, rotationId, auditedBy, ...row }) => ({
    ...row,
    system: filter.system,
    profile: profileKey,
    rotation: rotationId,
    auditedBy: toWho(auditedBy),
  }))
}

import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, toWho, whoSelect } from './slice'

const releaseSelect = {
  id: true,
  systemId: true,
  version: true,
  gitSha: true,
  artefact: true,
  buildDate: true,
  appVersion: true,
  schemaBackwardCompatible: true,
  bundleApprovedAt: true,
  registeredAt: true,
  registeredBy: whoSelect,
} as const satisfies Prisma.ReleaseSelect

type ReleaseRow = Prisma.ReleaseGetPayload<{ select: typeof releaseSelect }>

function toRelease({ systemId, registeredBy, ...row }: ReleaseRow) {
  return { ...row, system: systemId, registeredBy: toWho(registeredBy) }
}

/** Releases of a system, newest build first. */
export async function listReleases(looker: Looker, systemId: string, slice: Slice) {
  await loadSystem(db, looker.actor, systemId, looker.now)
  const rows = await db.release.findMany({
    where: { systemId, ...behind('buildDate', slice.after) },
    orderBy: [{ buildDate: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: releaseSelect,
  })
  return rows.map(toRelease)
}

/** The release of a version. Refuses `not_found` where there is none, and for systems nobody may see (T23). */
async function findRelease(looker: Looker, systemId: string, version: string) {
  const system = await loadSystem(db, looker.actor, systemId, looker.now)
  const release = await db.release.findUnique({ where: { systemId_version: { systemId, version } }, select: releaseSelect })
  if (!release) throw new Refused(refuse('not_found', `${system.name} has no registered release ${version}.`, { place: 'version' }))
  return { release, policy: system.active.policy }
}

/** One release with its changes, and its contributors without their addresses. */
export async function getRelease(looker: Looker, systemId: string, version: string) {
  const { release } = await findRelease(looker, systemId, version)
  const [changes, contributors] = await Promise.all([
    db.releaseChange.findMany({
      where: { releaseId: release.id },
      orderBy: { position: 'asc' },
      select: { kind: true, summary: true, reference: true },
    }),
    db.releaseContributor.findMany({
      where: { releaseId: release.id },
      orderBy: { identity: 'asc' },
      select: { principalId: true, commits: true },
    }),
  ])
  const ids = contributors.flatMap(({ principalId }) => (principalId === null ? [] : [principalId]))
  const people = new Map((await db.principal.findMany({ where: { id: { in: ids } }, ...whoSelect })).map((row) => [row.id, toWho(row)]))
  return {
    ...toRelease(release),
    changes,
    contributors: contributors.map(({ principalId, commits }) => ({
      who: (principalId === null ? undefined : people.get(principalId)) ?? null,
      commits,
    })),
  }
}

/** Evidence of one release, newest first, of every profile and gate or of those asked for. */
export async function listEvidence(
  looker: Looker,
  filter: { system: string; version: string; profile?: string; gate?: string },
  slice: Slice,
) {
  const { release, policy } = await findRelease(looker, filter.system, filter.version)
  const rows = await db.evidence.findMany({
    where: {
      releaseId: release.id,
      profileKey: filter.profile === undefined ? undefined : profileOrRefuse(policy, filter.profile).id,
      gateKey: filter.gate,
      ...behind('recordedAt', slice.after),
    },
    orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      profileKey: true,
      gateKey: true,
      verdict: true,
      summary: true,
      command: true,
      exitCode: true,
      ranOn: true,
      link: true,
      digest: true,
      claimedAt: true,
      recordedAt: true,
      broughtBy: whoSelect,
      snapshot: { select: { digest: true } },
    },
  })
  return rows.map(({ profileKey, gateKey, broughtBy, snapshot, ...row }) => ({
    ...row,
    system: filter.system,
    version: filter.version,
    profile: profileKey,
    gate: gateKey,
    snapshot: snapshot?.digest ?? null,
    broughtBy: toWho(broughtBy),
  }))
}

/** Snapshots of a system's profiles, the newest taken first. */
export async function listSnapshots(looker: Looker, filter: { system: string; profile?: string }, slice: Slice) {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  const rows = await db.snapshot.findMany({
    where: {
      systemId: filter.system,
      profileKey: filter.profile === undefined ? undefined : profileOrRefuse(active.policy, filter.profile).id,
      ...behind('takenAt', slice.after),
    },
    orderBy: [{ takenAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: { id: true, profileKey: true, takenAt: true, digest: true, location: true, recordedAt: true, recordedBy: whoSelect },
  })
  return rows.map(({ profileKey, recordedBy, ...row }) => ({
    ...row,
    system: filter.system,
    profile: profileKey,
    recordedBy: toWho(recordedBy),
  }))
}

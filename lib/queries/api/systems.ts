import 'server-only'
import { db } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { loadSystem } from '@/lib/db/load-system'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import { type Looker, loadReadable } from '../system-standing'
import { behind, type Slice, toWho, type Who, whoSelect } from './slice'

type SystemItem = { id: string; name: string; description: string; policy: { number: number; hash: string } }
type LiveOn = { deployment: string; version: string; gitSha: string; since: Date; authorised: boolean }
type ProfileItem = {
  id: string
  name: string
  class: ProfileClass
  deployable: boolean
  aliases: string[]
  live: LiveOn | null
  running: string | null
}
type SystemDetail = SystemItem & {
  profiles: ProfileItem[]
  edges: { id: string; from: string; to: string; gates: string[]; slots: string[] }[]
}

/** Every governed system that somebody may see, by name. */
export async function listSystems(looker: Looker): Promise<SystemItem[]> {
  const systems = await loadReadable(looker)
  return Promise.all(
    systems.map(async ({ id, name, description, versionId }) => {
      const { number, hash } = await loadPolicyVersion(db, versionId)
      return { id, name, description, policy: { number, hash } }
    }),
  )
}

/** One system: its profiles with what runs on them, and the edges between them. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getSystem(looker: Looker, systemId: string): Promise<SystemDetail> {
  const { active, name } = await loadSystem(db, looker.actor, systemId, looker.now)
  const { policy, number, hash } = active
  const rows = await db.$queryRaw<(LiveOn & { profile: string; status: string })[]>`
    SELECT DISTINCT ON (d."profileKey", d.status) d."profileKey" AS profile, d.status, d.id AS deployment, r.version, r."gitSha", d."startedAt" AS since, d.authorised
    FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId"
    WHERE d."systemId" = ${systemId} AND d.status IN ('succeeded', 'started') ORDER BY d."profileKey", d.status, d."startedAt" DESC, d.id DESC`
  const on = (profile: string, status: string) => rows.find((row) => row.profile === profile && row.status === status)
  return {
    id: systemId,
    name,
    description: policy.system.description,
    policy: { number, hash },
    profiles: policy.profiles.map((profile) => {
      const live = on(profile.id, 'succeeded')
      return {
        id: profile.id,
        name: profile.name,
        class: profile.class,
        deployable: profile.deployable,
        aliases: profile.aliases,
        live: live
          ? { deployment: live.deployment, version: live.version, gitSha: live.gitSha, since: live.since, authorised: live.authorised }
          : null,
        running: on(profile.id, 'started')?.deployment ?? null,
      }
    }),
    edges: policy.edges.map(({ id, from, to, gates, signOff }) => ({
      id,
      from,
      to,
      gates: gates.map((gate) => gate.id),
      slots: signOff.slots.map((slot) => slot.id),
    })),
  }
}

type PolicyItem = {
  system: string
  number: number
  hash: string
  status: string
  signed: false
  appliedBy: Who
  appliedAt: Date
  supersededAt: Date | null
}

const policySelect = {
  systemId: true,
  number: true,
  hash: true,
  status: true,
  appliedAt: true,
  supersededAt: true,
  appliedBy: whoSelect,
  id: true,
} as const

type PolicyRow = Omit<PolicyItem, 'system' | 'signed' | 'appliedBy'> & { systemId: string; appliedBy: Parameters<typeof toWho>[0] }

function toPolicyItem({ systemId, number, hash, status, appliedAt, supersededAt, appliedBy }: PolicyRow): PolicyItem {
  return { system: systemId, number, hash, status, signed: false, appliedBy: toWho(appliedBy), appliedAt, supersededAt }
}

/** Policy versions of a system, newest first. */
export async function listPolicies(looker: Looker, systemId: string, slice: Slice): Promise<(PolicyItem & { id: string })[]> {
  await loadSystem(db, looker.actor, systemId, looker.now)
  const rows = await db.policyVersion.findMany({
    where: { systemId, ...behind('appliedAt', slice.after) },
    orderBy: [{ appliedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: policySelect,
  })
  return rows.map((row) => ({ ...toPolicyItem(row), id: row.id }))
}

/** One policy version with its document and the text it was applied as. */
export async function getPolicy(
  looker: Looker,
  systemId: string,
  number: number,
): Promise<PolicyItem & { document: unknown; source: string }> {
  const { name } = await loadSystem(db, looker.actor, systemId, looker.now)
  const row = await db.policyVersion.findUnique({
    where: { systemId_number: { systemId, number } },
    select: { ...policySelect, document: true, source: true },
  })
  if (!row) throw new Refused(refuse('not_found', `${name} has no policy version ${number}.`, { place: 'number' }))
  return { ...toPolicyItem(row), document: row.document, source: row.source }
}

import 'server-only'
import type { Named } from '@/lib/domain/context'
import { ownershipMembers, ownershipTitle } from '@/lib/domain/ownership'
import { ensure, refuse } from '@/lib/domain/refusal'
import {
  joinSteps,
  type RotationCause,
  type RotationFacts,
  type RotationMethod,
  type RotationPlan,
  type RotationStatus,
  type StepHow,
  type StepRecord,
} from '@/lib/domain/rotation'
import { triggersOf } from '@/lib/domain/rotation-guards'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { type LoadedPolicy, loadPolicyVersion } from './load-policy'

type WhoRow = { id: string; kind: string; name: string }

/** Everything stored that the rules of one rotation depend on, as one row gives it; instants are ISO texts. */
type RotationRow = {
  id: string
  systemId: string
  systemName: string
  policyVersionId: string
  activeNumber: number | null
  ownershipKey: string
  mappingKeys: string[]
  method: string
  cause: string
  reason: string | null
  reasonText: string | null
  incident: { id: string; title: string; severity: string; closedAt: string | null } | null
  dueAt: string | null
  variant: string | null
  windowStartsAt: string | null
  windowEndsAt: string | null
  status: string
  openedAt: string
  openedBy: WhoRow
  openedForId: string
  startedAt: string | null
  performer: WhoRow | null
  performerForId: string | null
  performerSlot: string | null
  verifyingAt: string | null
  endedAt: string | null
  endReasonText: string | null
  trigger: string | null
  postmortem: string | null
  lastSealed: number
  newest: {
    id: string
    number: number
    hash: string
    canonical: string
    sealedAt: string
    endedAt: string | null
    sealedBy: WhoRow | null
    sealedForId: string | null
    signOffs: { id: string; slotKey: string; decision: string; signedAt: string; signer: WhoRow }[]
  }
  steps: {
    stepId: string
    state: string
    how: string | null
    variant: string | null
    note: string | null
    link: string | null
    reference: string | null
    newKeys: Record<string, string> | null
    by: WhoRow
    forId: string
    at: string
  }[]
  confirmations: { ownerKey: string; by: WhoRow; forId: string; note: string | null; at: string }[]
  agents: { id: string; label: string }[]
}

const whoIs = (id: Prisma.Sql) => Prisma.sql`(
  SELECT json_build_object('id', w.id, 'kind', w.kind, 'name', coalesce(n.name, w.label, 'Somebody erased'))
  FROM "Principal" w LEFT JOIN "Person" n ON n."principalId" = w.id WHERE w.id = ${id})`
const textOf = (digest: Prisma.Sql) => Prisma.sql`(SELECT t.body FROM audit.text_body t WHERE t.digest = ${digest})`

const rotationRowsSql = (ids: readonly string[]) => Prisma.sql`/* kept */
  SELECT json_build_object(
    'id', r.id, 'systemId', r."systemId", 'systemName', s.name, 'policyVersionId', r."policyVersionId",
    'activeNumber', (SELECT v.number FROM "PolicyVersion" v WHERE v."systemId" = r."systemId" AND v.status = 'active'),
    'ownershipKey', r."ownershipKey", 'mappingKeys', r."mappingKeys", 'method', r.method, 'cause', r.cause,
    'reason', r.reason, 'reasonText', ${textOf(Prisma.sql`r.reason`)},
    'incident', (SELECT json_build_object('id', i.id, 'title', i.title, 'severity', i.severity, 'closedAt', i."closedAt") FROM "Incident" i WHERE i.id = r."incidentId"),
    'dueAt', r."dueAt", 'variant', r.variant, 'windowStartsAt', r."windowStartsAt", 'windowEndsAt', r."windowEndsAt", 'status', r.status,
    'openedAt', r."openedAt", 'openedBy', ${whoIs(Prisma.sql`r."openedById"`)}, 'openedForId', r."openedForId",
    'startedAt', r."startedAt", 'performer', ${whoIs(Prisma.sql`r."performerId"`)}, 'performerForId', r."performerForId", 'performerSlot', r."performerSlot",
    'verifyingAt', r."verifyingAt", 'endedAt', r."endedAt", 'endReasonText', ${textOf(Prisma.sql`r."endReason"`)},
    'trigger', r.trigger, 'postmortem', r.postmortem, 'lastSealed', r."lastSealed",
    'newest', (
      SELECT json_build_object('id', v.id, 'number', v.number, 'hash', v.hash, 'canonical', v.canonical, 'sealedAt', v."sealedAt", 'endedAt', v."endedAt",
        'sealedBy', ${whoIs(Prisma.sql`v."sealedById"`)}, 'sealedForId', (SELECT coalesce(w."sponsorId", w.id) FROM "Principal" w WHERE w.id = v."sealedById"),
        'signOffs', ${list(Prisma.sql`
          SELECT o.id, o."slotKey", o.decision, o."signedAt", ${whoIs(Prisma.sql`o."signerId"`)} AS signer FROM "SignOff" o
          WHERE o."sealedVersionId" = v.id AND o."withdrawnAt" IS NULL AND v."endedAt" IS NULL ORDER BY o."signedAt", o.id`)})
      FROM "SealedVersion" v WHERE v.subject = 'rotation' AND v."subjectId" = r.id ORDER BY v.number DESC LIMIT 1),
    'steps', ${list(Prisma.sql`
      SELECT t."stepId", t.state, t.how, t.variant, t.note, t.link, t.reference, t."newKeys", t."forId", t.at, ${whoIs(Prisma.sql`t."byId"`)} AS by
      FROM "RotationStep" t WHERE t."rotationId" = r.id ORDER BY t.at, t.id`)},
    'confirmations', ${list(Prisma.sql`
      SELECT c."ownerKey", c."forId", c.note, c.at, ${whoIs(Prisma.sql`c."byId"`)} AS by
      FROM "RotationConfirmation" c WHERE c."rotationId" = r.id ORDER BY c.at`)},
    'agents', ${list(Prisma.sql`
      SELECT a.id, a.label FROM "Principal" a WHERE a.kind = 'agent' AND a."systemId" = r."systemId" ORDER BY a.id`)}) AS row
  FROM "Rotation" r JOIN "System" s ON s.id = r."systemId" WHERE r.id = ANY (${[...ids]}::text[])`

const instant = (text: string): Date => new Date(text)
const maybe = (text: string | null): Date | null => (text === null ? null : new Date(text))
const nameOf = ({ id, kind, name }: WhoRow, countsAsId: string): Named => ({ id, kind: kind as Named['kind'], name, countsAsId })

/** The agents of a system that its policy names, as principals: `key` is the policy's id. Owner slots name agents by it (000.22). */
export async function loadOwnerAgents(tx: Tx, version: LoadedPolicy): Promise<RotationFacts['agents']> {
  const rows = await tx.principal.findMany({
    where: { kind: 'agent', systemId: version.systemId },
    select: { id: true, label: true },
    orderBy: { id: 'asc' },
  })
  return agentsOf(version, rows)
}

function agentsOf(version: LoadedPolicy, rows: readonly { id: string; label: string | null }[]): RotationFacts['agents'] {
  return version.policy.agents.flatMap(({ id: key, name }) =>
    rows.filter(({ label }) => label === name).map(({ id }) => ({ id, key, name })),
  )
}

function toFacts(row: RotationRow, version: LoadedPolicy): RotationFacts {
  const { policy } = version
  const ownership = policy.rotation.ownership.find(({ id }) => id === row.ownershipKey)
  if (!ownership) throw new Error(`${row.id} is pinned to a policy version without its rule`)
  const { newest } = row
  const plan = JSON.parse(newest.canonical) as RotationPlan // our own canonical text
  const profile = policy.profiles.find(({ id }) => id === ownership.profile)
  const records = row.steps.map(
    ({ stepId, by, forId, at, state, how, ...step }): StepRecord => ({
      ...step,
      step: stepId,
      state: state as StepRecord['state'],
      how: how as StepHow | null,
      by: nameOf(by, forId),
      at: instant(at),
    }),
  )
  const status = row.status as RotationStatus
  const trigger = row.trigger === null ? null : triggersOf(plan).find(({ id }) => id === row.trigger)
  const mappings = ownershipMembers(policy, ownership)
  return {
    id: row.id,
    system: { id: row.systemId, name: row.systemName },
    profile: { id: ownership.profile, name: profile?.name ?? ownership.profile, class: profile?.class ?? 'production' },
    policy: {
      versionId: version.id,
      number: version.number,
      hash: version.hash,
      policy,
      activeNumber: row.activeNumber ?? version.number,
    },
    ownership,
    title: ownershipTitle(policy, ownership),
    members: plan.secrets.map((secret) => ({ ...secret, notes: mappings.find(({ id }) => id === secret.mapping)?.notes ?? '' })),
    method: row.method as RotationMethod,
    cause: row.cause as RotationCause,
    reason: row.reason === null ? null : { digest: row.reason, text: row.reasonText },
    incident: row.incident && { ...row.incident, closedAt: maybe(row.incident.closedAt) },
    dueAt: maybe(row.dueAt),
    variant: row.variant,
    window: row.windowStartsAt && row.windowEndsAt ? { startsAt: instant(row.windowStartsAt), endsAt: instant(row.windowEndsAt) } : null,
    status,
    openedAt: instant(row.openedAt),
    openedBy: nameOf(row.openedBy, row.openedForId),
    startedAt: maybe(row.startedAt),
    performer:
      row.performer && row.performerSlot
        ? { ...nameOf(row.performer, row.performerForId ?? row.performer.id), slot: row.performerSlot }
        : null,
    verifyingAt: maybe(row.verifyingAt),
    endedAt: maybe(row.endedAt),
    endReason: row.endReasonText,
    trigger: trigger ?? (row.trigger === null ? null : { id: row.trigger, text: row.trigger }),
    postmortem: row.postmortem,
    plan,
    sealed:
      newest.endedAt === null
        ? {
            id: newest.id,
            number: newest.number,
            hash: newest.hash,
            canonical: newest.canonical,
            sealedAt: instant(newest.sealedAt),
            sealedBy: newest.sealedBy && nameOf(newest.sealedBy, newest.sealedForId ?? newest.sealedBy.id),
          }
        : null,
    nextNumber: row.lastSealed + 1,
    signOffs: newest.signOffs.map(({ id, slotKey, decision, signedAt, signer }) => ({
      id,
      slotKey,
      signerId: signer.id,
      signerName: signer.name,
      decision: decision as 'approve' | 'decline',
      signedAt: instant(signedAt),
    })),
    steps: joinSteps(plan, records, status, row.variant),
    confirmations: row.confirmations.map(({ ownerKey, by, forId, note, at }) => ({
      owner: ownerKey,
      by: nameOf(by, forId),
      note,
      at: instant(at),
    })),
    agents: agentsOf(version, row.agents),
  }
}

/** Everything the rules of rotations depend on by their ids, in the order of these; one statement, none without ids. */
export async function loadRotationsById(tx: Tx, ids: readonly string[]): Promise<RotationFacts[]> {
  if (ids.length === 0) return []
  const found = await tx.$queryRaw<{ row: RotationRow }[]>(rotationRowsSql(ids))
  const rows = new Map(found.map(({ row }) => [row.id, row]))
  const facts: RotationFacts[] = []
  for (const id of ids) {
    const row = rows.get(id)
    if (row) facts.push(toFacts(row, await loadPolicyVersion(tx, row.policyVersionId)))
  }
  return facts
}

/** Everything the rules of some rotations depend on, in two statements whatever their number (policies are kept in memory), in the order asked for. */
export async function loadRotations(
  tx: Tx,
  where: Prisma.RotationWhereInput,
  _now: Date,
  page: { take?: number; orderBy?: Prisma.RotationOrderByWithRelationInput[] } = {},
): Promise<RotationFacts[]> {
  const selected = await tx.rotation.findMany({ where, ...page, select: { id: true } })
  return loadRotationsById(
    tx,
    selected.map(({ id }) => id),
  )
}

/**
 * Locks one rotation until the transaction ends and gives its facts. Refuses `not_found` alike for what does not exist and what the systems given do
 * not hold (T23). Take this lock before reading anything the decision depends on (T07).
 */
export async function loadRotationForUpdate(tx: Tx, id: string, systems: readonly string[] | null, _now: Date): Promise<RotationFacts> {
  const [locked] = await tx.$queryRaw<{ systemId: string }[]>`/* kept */ SELECT "systemId" FROM "Rotation" WHERE id = ${id} FOR UPDATE`
  const isSeen = locked !== undefined && (systems === null || systems.includes(locked.systemId))
  const [facts] = isSeen ? await loadRotationsById(tx, [id]) : []
  ensure(facts ? null : refuse('not_found', `There is no rotation ${id} that you can see.`))
  return facts as RotationFacts
}

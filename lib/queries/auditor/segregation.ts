import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { list } from '@/lib/db/json-rows'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { trailScope } from '@/lib/db/read-trail'
import type { Candidate } from '@/lib/domain/approval'
import { type SegregationReport, type Software, segregationReport } from '@/lib/domain/auditor/segregation'
import { signedRules } from '@/lib/domain/auditor/signed-rules'
import type { Grant } from '@/lib/domain/context'
import type { Looker } from '../audit'

/** The report on one system, with the policy version that was active then; null where none was yet. */
export type SystemSegregation = {
  system: { id: string; name: string }
  policy: { number: number; hash: string; appliedAt: Date; isActiveNow: boolean } | null
  report: SegregationReport | null
  people: number
}

export type Segregation = { systems: SystemSegregation[]; choices: { id: string; name: string }[] }

type PolicyRow = { id: string; system: string; number: number; hash: string; appliedAt: string; status: string }
type PersonRow = {
  id: string
  name: string
  grants: (Omit<Grant, 'startsAt' | 'endsAt' | 'principalId'> & { startsAt: string; endsAt: string | null })[]
}
type SoftwareRow = { name: string; kind: Software['kind']; system: string | null; ofId: string | null; ofName: string | null }

/**
 * Who could sign what as of an instant, of the systems that somebody reads: the policy versions active then and the grants that held then, read in one
 * statement. A grant that was ended early had held until then; people retired by then are left out. Software is what had a live token, or was an
 * agent, at that instant.
 */
export async function getSegregation(looker: Looker, asked: { at: Date; system?: string }): Promise<Segregation> {
  const scope = await trailScope(looker.actor, looker.now)
  const choices = await db.system.findMany({
    where: { id: { in: [...scope.systems] } },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  })
  const here = choices.filter(({ id }) => asked.system === undefined || id === asked.system)
  const ids = here.map(({ id }) => id)
  const at = asked.at
  const [row] = await db.$queryRaw<{ policies: PolicyRow[]; people: PersonRow[]; software: SoftwareRow[] }[]>`
    SELECT ${list(policiesSql(ids, at))} AS policies, ${list(peopleSql(ids, at))} AS people, ${list(softwareSql(ids, at))} AS software`
  const { policies, people, software } = row ?? { policies: [], people: [], software: [] }
  const candidates = people.map(toCandidate)
  const systems: SystemSegregation[] = []
  for (const system of here) {
    const found = policies.find((each) => each.system === system.id)
    const mine = candidates.filter(({ grants }) => grants.some(({ systemId }) => systemId === null || systemId === system.id))
    systems.push({
      system,
      people: mine.length,
      policy: found
        ? { number: found.number, hash: found.hash, appliedAt: new Date(found.appliedAt), isActiveNow: found.status === 'active' }
        : null,
      report: found
        ? segregationReport(
            {
              system,
              rules: signedRules((await loadPolicyVersion(db, found.id)).policy),
              people: mine,
              software: software.filter((each) => each.system === null || each.system === system.id).map(toSoftware),
            },
            at,
          )
        : null,
    })
  }
  return { systems, choices }
}

const policiesSql = (systems: readonly string[], at: Date) => Prisma.sql`
  SELECT DISTINCT ON ("systemId") id, "systemId" AS system, number, hash, "appliedAt", status FROM "PolicyVersion"
  WHERE "systemId" = ANY (${[...systems]}::text[]) AND "appliedAt" <= ${at} AND ("supersededAt" IS NULL OR "supersededAt" > ${at})
  ORDER BY "systemId", number DESC`

const peopleSql = (systems: readonly string[], at: Date) => Prisma.sql`
  SELECT p.id, coalesce(n.name, 'Somebody erased') AS name,
    (SELECT json_agg(g) FROM (SELECT id, role, "systemId", "grantedById", "startsAt", "endsAt" FROM "RoleGrant"
      WHERE "principalId" = p.id AND "startsAt" <= ${at} AND ("endsAt" IS NULL OR "endsAt" > ${at}) AND ("systemId" IS NULL OR "systemId" = ANY (${[...systems]}::text[]))
      ORDER BY "startsAt", id) g) AS grants
  FROM "Principal" p JOIN "Person" n ON n."principalId" = p.id
  WHERE p.kind = 'person' AND (p."retiredAt" IS NULL OR p."retiredAt" > ${at}) AND EXISTS (SELECT 1 FROM "RoleGrant" g
    WHERE g."principalId" = p.id AND g."startsAt" <= ${at} AND (g."endsAt" IS NULL OR g."endsAt" > ${at}) AND (g."systemId" IS NULL OR g."systemId" = ANY (${[...systems]}::text[])))
  ORDER BY name, p.id`

const softwareSql = (systems: readonly string[], at: Date) => Prisma.sql`
  SELECT p.label AS name, p.kind, p."systemId" AS system, s.id AS "ofId", n.name AS "ofName"
  FROM "Principal" p LEFT JOIN "Principal" s ON s.id = p."sponsorId" LEFT JOIN "Person" n ON n."principalId" = s.id
  WHERE p.kind = 'agent' AND p."createdAt" <= ${at} AND (p."retiredAt" IS NULL OR p."retiredAt" > ${at}) AND (p."systemId" IS NULL OR p."systemId" = ANY (${[...systems]}::text[]))
  UNION ALL
  SELECT t.name, 'token', t."systemId", t."createdById", n.name
  FROM "ApiToken" t JOIN "Principal" a ON a.id = t."actsAsId" LEFT JOIN "Person" n ON n."principalId" = t."createdById"
  WHERE a.kind = 'token' AND t."createdAt" <= ${at} AND t."expiresAt" > ${at} AND (t."revokedAt" IS NULL OR t."revokedAt" > ${at})
    AND (t."systemId" IS NULL OR t."systemId" = ANY (${[...systems]}::text[]))
  ORDER BY 1`

function toCandidate({ id, name, grants }: PersonRow): Candidate {
  return {
    id,
    name,
    kind: 'person',
    grants: grants.map((grant) => ({
      ...grant,
      principalId: id,
      startsAt: new Date(grant.startsAt),
      endsAt: grant.endsAt === null ? null : new Date(grant.endsAt),
    })),
  }
}

const toSoftware = ({ name, kind, ofId, ofName }: SoftwareRow): Software => ({
  name,
  kind,
  countsAs: ofId === null ? null : { id: ofId, name: ofName ?? 'Somebody erased' },
})

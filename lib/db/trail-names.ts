import 'server-only'
import { isUuid } from '@/lib/domain/uuid'
import { db, type Tx } from './client'

/** What the trail names by id and people by name. */
export type NamedKind =
  | 'principal'
  | 'token'
  | 'system'
  | 'policy'
  | 'release'
  | 'grant'
  | 'session'
  | 'evidence'
  | 'template'
  | 'run'
  | 'snapshot'
  | 'promotion'
  | 'deployment'
  | 'profile'

/** A name with what belongs to it: the kind of a principal, the version behind a promotion, the profile a deployment went to. */
export type Name = { name: string; more: string | null }

/** Ids by kind, to be named. */
export type Nameless = Partial<Record<NamedKind, Iterable<string>>>

export type Names = (kind: NamedKind, id: string) => Name | undefined

/**
 * Names for ids of the trail, in one statement however many there are. Whoever was erased has none: their id stands for them (T40). Profiles are
 * named `system/profile` and give their class under the active policy.
 */
export async function nameThem(ids: Nameless, tx: Tx = db): Promise<Names> {
  const of = (kind: NamedKind): string[] => [...new Set(ids[kind] ?? [])]
  const uuids = (kind: NamedKind): string[] => of(kind).filter((id) => isUuid(id))
  if (Object.keys(ids).every((kind) => of(kind as NamedKind).length === 0)) return () => undefined
  const rows = await tx.$queryRaw<{ kind: NamedKind; id: string; name: string | null; more: string | null }[]>`
    SELECT 'principal' AS kind, p.id::text AS id, CASE WHEN n.email LIKE 'erased-%@erased.invalid' THEN NULL ELSE coalesce(n.name, p.label) END AS name, p.kind AS more
      FROM "Principal" p LEFT JOIN "Person" n ON n."principalId" = p.id WHERE p.id = ANY (${uuids('principal')}::uuid[])
    UNION ALL SELECT 'token', id::text, name, NULL FROM "ApiToken" WHERE id = ANY (${uuids('token')}::uuid[])
    UNION ALL SELECT 'system', id, name, NULL FROM "System" WHERE id = ANY (${of('system')}::text[])
    UNION ALL SELECT 'policy', id::text, number::text, "systemId" FROM "PolicyVersion" WHERE id = ANY (${uuids('policy')}::uuid[])
    UNION ALL SELECT 'release', id::text, version, "systemId" FROM "Release" WHERE id = ANY (${uuids('release')}::uuid[])
    UNION ALL SELECT 'grant', id::text, role, "principalId"::text FROM "RoleGrant" WHERE id = ANY (${uuids('grant')}::uuid[])
    UNION ALL SELECT 'session', s.id::text, CASE WHEN n.email LIKE 'erased-%@erased.invalid' THEN NULL ELSE n.name END, s."principalId"::text
      FROM "Session" s LEFT JOIN "Person" n ON n."principalId" = s."principalId" WHERE s.id = ANY (${uuids('session')}::uuid[])
    UNION ALL SELECT 'evidence', id::text, "gateKey", "profileKey" FROM "Evidence" WHERE id = ANY (${uuids('evidence')}::uuid[])
    UNION ALL SELECT 'template', id::text, "checklistKey", number::text FROM "ChecklistTemplate" WHERE id = ANY (${uuids('template')}::uuid[])
    UNION ALL SELECT 'run', id::text, "checklistKey", "profileKey" FROM "ChecklistRun" WHERE id = ANY (${uuids('run')}::uuid[])
    UNION ALL SELECT 'snapshot', id::text, "profileKey", digest FROM "Snapshot" WHERE id = ANY (${uuids('snapshot')}::uuid[])
    UNION ALL SELECT 'promotion', p.id, r.version, p."toKey" FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId" WHERE p.id = ANY (${of('promotion')}::text[])
    UNION ALL SELECT 'deployment', d.id, r.version, d."profileKey" FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId" WHERE d.id = ANY (${of('deployment')}::text[])
    UNION ALL SELECT 'profile', v."systemId" || '/' || f.key, f.name, f.class FROM "Profile" f JOIN "PolicyVersion" v ON v.id = f."policyVersionId"
      WHERE v.status = 'active' AND v."systemId" = ANY (${of('profile')}::text[])`
  const known = new Map(rows.map(({ kind, id, name, more }) => [`${kind} ${id}`, name === null ? undefined : { name, more }]))
  return (kind, id) => known.get(`${kind} ${id}`)
}

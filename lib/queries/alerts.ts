import 'server-only'
import { db } from '@/lib/db/client'
import { readableSystems } from '@/lib/domain/context'
import type { Looker } from './system-standing'

/** What every page of a system says until it ends: the glass is open there, or a rotation is half done (ux.md section 10; issue 3, section 2). */
export type Alert = {
  kind: 'glass' | 'rotation'
  id: string
  system: { id: string; name: string }
  profile: string
  since: Date
  /** When the glass closes by itself; null for a rotation. */
  until: Date | null
  /** A rotation on its way back. */
  isRollingBack: boolean
}

type Row = Omit<Alert, 'system'> & { systemId: string; systemName: string }

/**
 * The alerts of the systems that somebody may see, the oldest first, in one statement. A rotation is half done from the step that brought new keys (or
 * from the start of its way back) until it ends; expiry of a fallback use is judged at `now`.
 */
export async function getAlerts({ actor, now }: Looker): Promise<Alert[]> {
  const readable = readableSystems(actor, now)
  const all = readable === null
  const ids = [...(readable ?? [])]
  const rows = await db.$queryRaw<Row[]>`
    SELECT 'glass' AS kind, f.id, f."systemId", s.name AS "systemName", f."profileKey" AS profile, f."grantedAt" AS since, f."expiresAt" AS until, false AS "isRollingBack"
    FROM "FallbackUse" f JOIN "System" s ON s.id = f."systemId"
    WHERE (${all} OR f."systemId" = ANY (${ids}::text[])) AND f.status = 'granted' AND f."returnedAt" IS NULL AND f."expiresAt" > ${now}
    UNION ALL
    SELECT 'rotation', r.id, r."systemId", s.name, r."profileKey", r."startedAt", NULL, r.status = 'rolling_back'
    FROM "Rotation" r JOIN "System" s ON s.id = r."systemId"
    WHERE (${all} OR r."systemId" = ANY (${ids}::text[])) AND r."endedAt" IS NULL AND (r.status = 'rolling_back' OR (r.status IN ('in_progress', 'verifying')
      AND EXISTS (SELECT 1 FROM "RotationStep" t WHERE t."rotationId" = r.id AND t.state = 'done' AND t."newKeys" IS NOT NULL)))
    ORDER BY since, id`
  return rows.map(({ systemId, systemName, ...row }) => ({ ...row, system: { id: systemId, name: systemName } }))
}

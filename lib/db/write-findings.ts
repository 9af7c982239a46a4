import 'server-only'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { findingKindOf, type Reconciliation } from '@/lib/domain/observation/reconcile'
import type { Tx } from './client'

/** A finding that was opened just now. */
export type OpenedFinding = { id: string; profile: string; rule: string; severity: string; title: string; observed: string }

/** What writing came to: nothing at all where the open findings say what the verdicts say. */
export type WrittenFindings = { opened: OpenedFinding[]; closed: string[]; changed: number; events: AuditEvent[] }

/**
 * Makes the stored findings say what the verdicts say: at most one statement each for those that open, change and close, none where there is nothing to do.
 * The caller holds the system's row (`lockSystem`); should it not, the index `finding_one_open` keeps the second of two from opening. `observation`: what
 * showed it, of a profile.
 */
export async function writeFindings(
  tx: Tx,
  { systemId, policyHash, now }: { systemId: string; policyHash: string; now: Date },
  { open, change, close }: Reconciliation,
  observation: (profile: string) => string | null = () => null,
): Promise<WrittenFindings> {
  const opened =
    open.length === 0
      ? []
      : await tx.$queryRaw<OpenedFinding[]>`
          INSERT INTO "Finding" ("systemId", "profileKey", rule, kind, severity, instance, title, expected, observed, "observationId", "openedAt")
          SELECT ${systemId}, u.profile, u.rule, u.kind, u.severity, u.instance, u.title, u.expected, u.observed, u.observation, ${now}
          FROM unnest(${open.map(({ profile }) => profile)}::text[], ${open.map(({ rule }) => rule)}::text[], ${open.map(findingKindOf)}::text[],
            ${open.map(({ severity }) => severity)}::text[], ${open.map(({ instance }) => instance)}::text[], ${open.map(({ title }) => title)}::text[],
            ${open.map(({ expected }) => expected)}::text[], ${open.map((each) => each.observed)}::text[],
            ${open.map(({ profile }) => observation(profile))}::uuid[]) WITH ORDINALITY
            AS u(profile, rule, kind, severity, instance, title, expected, observed, observation, n) ORDER BY u.n
          ON CONFLICT DO NOTHING RETURNING id, "profileKey" AS profile, rule, severity, title, observed`
  if (change.length > 0)
    await tx.$executeRaw`
      UPDATE "Finding" f SET severity = u.severity, instance = u.instance, title = u.title, expected = u.expected, observed = u.observed
      FROM unnest(${change.map(({ finding }) => finding.id)}::text[], ${change.map(({ verdict }) => verdict.severity)}::text[],
        ${change.map(({ verdict }) => verdict.instance)}::text[], ${change.map(({ verdict }) => verdict.title)}::text[],
        ${change.map(({ verdict }) => verdict.expected)}::text[], ${change.map(({ verdict }) => verdict.observed)}::text[])
        AS u(id, severity, instance, title, expected, observed)
      WHERE f.id = u.id AND f."closedAt" IS NULL`
  if (close.length > 0)
    await tx.$executeRaw`
      UPDATE "Finding" f SET "closedAt" = ${now}, "closedHow" = u.how
      FROM unnest(${close.map(({ finding }) => finding.id)}::text[], ${close.map(({ how }) => how)}::text[]) AS u(id, how)
      WHERE f.id = u.id AND f."closedAt" IS NULL`
  const events: AuditEvent[] = [
    ...opened.map(
      ({ id, profile, rule, severity }): AuditEvent => ({
        action: 'finding.opened',
        system: systemId,
        subject: { kind: 'finding', id },
        policy: policyHash,
        after: { profile, rule, severity },
      }),
    ),
    ...close.map(
      ({ finding, how }): AuditEvent => ({
        action: 'finding.closed',
        system: systemId,
        subject: { kind: 'finding', id: finding.id },
        policy: policyHash,
        after: { profile: finding.profile, rule: finding.rule, how },
      }),
    ),
  ]
  return { opened, closed: close.map(({ finding }) => finding.id), changed: change.length, events }
}

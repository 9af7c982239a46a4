import 'server-only'
import { openRotations } from '@/lib/db/load-key-facts'
import { loadFingerprintFindings, type PrintRow } from '@/lib/db/load-keys'
import type { LoadedPolicy } from '@/lib/db/load-policy'
import type { Work } from '@/lib/db/mutate'
import type { ObservationRow } from '@/lib/db/write-observations'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { CurrentFact, FactsOf } from '@/lib/domain/observation/facts'
import { mappingsOn } from '@/lib/domain/ownership'

type Print = { value: string; keyId: string }
type Reported = Print & { profile: string; instance: string; variable: string; mapping: string; claimedAt: Date | null }

/** What of a call may be new about fingerprints: its rows, the facts before it, and what was recorded so far. */
export type PrintsAsked = { rows: readonly ObservationRow[]; facts: readonly CurrentFact[]; known: readonly PrintRow[] }

/** The profiles of which fingerprints of mapped secrets say something new: their keys are held before they are recorded (`lockForIngest`). */
export function profilesWithNewPrints({ policy }: LoadedPolicy, { rows, facts, known }: PrintsAsked): string[] {
  return [...new Set(newPrints(reportedPrints(policy, rows), facts, known).map(({ profile }) => profile))]
}

function reportedPrints(policy: LoadedPolicy['policy'], rows: readonly ObservationRow[]): Reported[] {
  return rows.flatMap(({ profile, instance, facts, claimedAt }) => {
    const prints = (facts.variables ?? []).filter(({ fingerprint }) => fingerprint !== null)
    if (prints.length === 0) return []
    const mappings = mappingsOn(policy, profile)
    return prints.flatMap(({ name, fingerprint }) =>
      mappings
        .filter(({ variable }) => variable === name)
        .map(({ id }) => ({ ...(fingerprint as Print), profile, instance, variable: name, mapping: id, claimedAt })),
    )
  })
}

/**
 * Records the fingerprints of mapped secrets that say something new: a value not seen under that HMAC key since the key was recorded, or one that a runtime went
 * back to (002.42, 004.4). The same again adds nothing. Gives what the fingerprints speak against now; null where nothing was added.
 */
export async function recordPrints(
  { tx, now, actor }: Work,
  version: LoadedPolicy,
  { rows, facts, known }: PrintsAsked,
): Promise<{ made: number; findings: FingerprintFinding[] | null; events: AuditEvent[] }> {
  const { policy, systemId, hash } = version
  const news = newPrints(reportedPrints(policy, rows), facts, known)
  if (news.length === 0) return { made: 0, findings: null, events: [] }
  const profiles = [...new Set(news.map(({ profile }) => profile))]
  const events: AuditEvent[] = []
  for (const profile of profiles) {
    const mine = news.filter((each) => each.profile === profile)
    const open = await openRotations(tx, systemId, profile)
    const rotationOf = (mapping: string) => open.find(({ mappingKeys }) => mappingKeys.includes(mapping))?.id ?? null
    const [made] = await tx.fingerprintReport.createManyAndReturn({
      data: mine.map(({ mapping, value, keyId, claimedAt }) => ({
        systemId,
        profileKey: profile,
        mappingKey: mapping,
        fingerprint: value,
        fingerprintKeyId: keyId,
        rotationId: rotationOf(mapping),
        claimedAt,
        reportedById: actor.id,
        reportedAt: now,
      })),
      select: { id: true },
    })
    events.push({
      action: 'key.fingerprint_reported',
      system: systemId,
      subject: { kind: 'key', id: made?.id ?? profile },
      policy: hash,
      after: {
        profile,
        mappings: mine.map(({ mapping }) => mapping),
        fingerprints: mine.map(({ value }) => value),
        rotations: [...new Set(mine.map(({ mapping }) => rotationOf(mapping)).filter((id) => id !== null))],
      },
    })
  }
  return { made: news.length, findings: await loadFingerprintFindings(tx, [systemId]), events }
}

function newPrints(reported: readonly Reported[], facts: readonly CurrentFact[], known: readonly PrintRow[]): Reported[] {
  const isSame = (a: Print, b: Print) => a.value === b.value && a.keyId === b.keyId
  const news: Reported[] = []
  for (const each of reported) {
    const seen = known
      .filter(
        ({ held, use, profileKey, mappingKey }) => held && use === 'current' && profileKey === each.profile && mappingKey === each.mapping,
      )
      .flatMap((row) => row.reported) // the newest first
    const newest = news.findLast(
      ({ profile, mapping, keyId }) => profile === each.profile && mapping === each.mapping && keyId === each.keyId,
    )
    if (newest ? isSame(newest, each) : isSame(seen.find(({ keyId }) => keyId === each.keyId) ?? { value: '', keyId: '' }, each)) continue
    // Two runtimes of which one still has the old key would otherwise add a row at every report.
    if (seen.some((print) => isSame(print, each)) && isSame(lastOf(facts, each) ?? { value: '', keyId: '' }, each)) continue
    news.push(each)
  }
  return news
}

/** What the same runtime reported of the variable before. */
function lastOf(facts: readonly CurrentFact[], { profile, instance, variable }: Reported): Print | null {
  const fact = facts.find((each) => each.profile === profile && each.instance === instance && each.section === 'variables')
  return (fact?.facts as FactsOf['variables'] | undefined)?.find(({ name }) => name === variable)?.fingerprint ?? null
}

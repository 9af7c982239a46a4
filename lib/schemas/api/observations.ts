import { z } from 'zod'
import { FINDING_KINDS, SEVERITIES } from '@/lib/domain/finding'
import { OBSERVATION_SOURCES, ObservationFacts, SECTIONS } from '@/lib/domain/observation/facts'
import { ProfileKey, Sha256, SystemSlug } from '../common'
import { FindingId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const VERDICT_STATES = ['open_drift', 'covered_drift', 'stale', 'unknown', 'met'] as const

export const listObservationsInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey.optional().describe('Only of this profile.'),
  ...pageQuery,
})
export const getObservationInput = z.strictObject({ system: SystemSlug, observation: z.uuid() })
export const listFindingsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  profile: z.string().min(1).max(64).optional().describe('Only on the profile of this id.'),
  rule: z.string().min(1).max(160).optional().describe('Only of this rule.'),
  kind: z.enum(FINDING_KINDS).optional(),
  severity: z.enum(SEVERITIES).optional(),
  state: z.enum(['open', 'closed'], 'one of: open, closed').optional().describe('open: also those that an exception covers.'),
  ...pageQuery,
})
export const getFindingInput = z.strictObject({ finding: FindingId })
export const getVerdictsInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey.optional().describe('Only of this profile.'),
  state: z
    .enum(VERDICT_STATES, `one of: ${VERDICT_STATES.join(', ')}`)
    .optional()
    .describe('Only in this state.'),
})

const Severity = z.enum(SEVERITIES).describe('block: holds promotions to the profile; warn: shows; note: is listed.')

export const ObservationItem = z
  .strictObject({
    id: z.uuid(),
    system: SystemSlug,
    profile: z.string(),
    instance: z.string(),
    source: z.enum(OBSERVATION_SOURCES),
    environment: z.string().nullable().describe('The name the runtime goes by, as it said it.'),
    sections: z.array(z.enum(SECTIONS)),
    release: z.string().nullable().describe('Version of the registered release whose artefact was reported.'),
    digest: Sha256,
    claimedAt: UtcInstant.nullable(),
    observedBy: Who,
    recordedAt: UtcInstant,
  })
  .meta({ id: 'ObservationItem' })
export const ListObservationsAnswer = pageAnswer(ObservationItem)
export const ObservationAnswer = ObservationItem.extend({ facts: ObservationFacts }).meta({ id: 'RecordedObservation' })

const OpenedFinding = z
  .strictObject({ id: FindingId, profile: z.string(), rule: z.string(), severity: Severity, title: z.string(), observed: z.string() })
  .meta({ id: 'OpenedFinding' })

export const RecordedObservationsAnswer = z
  .strictObject({
    observations: z
      .array(
        z.strictObject({
          id: z.uuid(),
          profile: z.string(),
          instance: z.string(),
          release: z.string().nullable().describe('Version of the registered release that runs.'),
          duplicate: z.boolean().describe('It was there already, and nothing of it was added.'),
          recordedAt: UtcInstant,
        }),
      )
      .describe('In the order they were sent.'),
    opened: z.array(OpenedFinding).describe('Findings that this opened.'),
    closed: z.array(FindingId).describe('Findings that this closed.'),
    evidence: z
      .array(z.strictObject({ id: z.uuid(), promotion: z.string(), gate: z.string(), verdict: z.enum(['pass', 'fail']) }))
      .describe('Evidence it brought for gates of open promotions.'),
    snapshots: z.int().describe('How many snapshots were new.'),
    fingerprints: z.int().describe('How many fingerprints said something new.'),
  })
  .meta({ id: 'RecordedObservations' })

export const FindingAnswer = z
  .strictObject({
    id: FindingId,
    system: SystemSlug,
    profile: z.string().nullable().describe('Null: of the whole system.'),
    rule: z.string(),
    kind: z.enum(FINDING_KINDS),
    severity: Severity,
    state: z.enum(['open', 'covered', 'closed']).describe('covered: a drift exception holds for it now.'),
    exception: z.string().nullable().describe('The exception that covers it now.'),
    title: z.string(),
    expected: z.string().describe('As the policy or the document says it.'),
    observed: z.string(),
    instance: z.string().nullable(),
    observation: z.uuid().nullable().describe('The observation that opened it.'),
    reference: z.string().nullable().describe('The issue outside.'),
    raisedBy: Who.nullable().describe('Null: it opened by itself.'),
    openedAt: UtcInstant,
    acknowledged: z.strictObject({ at: UtcInstant, by: Who, note: z.string().nullable() }).nullable(),
    closed: z
      .strictObject({
        at: UtcInstant,
        how: z.enum(['facts', 'policy', 'explained', 'resolved']),
        by: Who.nullable().describe('Who resolved it.'),
        resolution: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Finding', description: 'Something reported that the policy does not allow, or documents that disagree.' })
export const ListFindingsAnswer = pageAnswer(FindingAnswer)

const Provenance = z.strictObject({
  source: z.strictObject({ document: z.string(), place: z.string() }).nullable(),
  assumed: z.boolean().describe('No document says it.'),
})

export const VerdictsAnswer = z
  .strictObject({
    items: z.array(
      z
        .strictObject({
          profile: z.string(),
          rule: z.string(),
          state: z.enum(VERDICT_STATES).describe('unknown: nobody reported it; stale: all reports of it are old.'),
          severity: Severity.describe('What a deviation from it weighs.'),
          title: z.string(),
          expected: z.string(),
          observed: z.string(),
          instance: z.string().nullable(),
          seenAt: UtcInstant.nullable(),
          exception: z.string().nullable().describe('The exception that covers the deviation.'),
          finding: z.string().nullable().describe('The finding that is open for it.'),
          provenance: Provenance,
        })
        .meta({ id: 'RuleVerdict' }),
    ),
    policy: z.strictObject({ number: z.int(), hash: z.string() }),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'Verdicts' })

import { z } from 'zod'
import { InstanceName, OBSERVATION_SOURCES, ObservationFacts } from '../domain/observation/facts'
import { IsoInstant, ProfileKey, SystemSlug } from './common'

/** How many observations one call may bring. */
export const MOST_OBSERVATIONS = 100

const shape = {
  profile: ProfileKey,
  instance: InstanceName.default('default'),
  source: z
    .enum(OBSERVATION_SOURCES)
    .optional()
    .describe('Who looked: the runtime itself, an agent, a pipeline. Left out: agent for an agent, else runtime.'),
  claimedAt: IsoInstant.optional().describe(
    'When it was seen, as the reporter says: a claim; age counts from when it was recorded (T11). The same facts with the same claim are a replay and add nothing; without a claim each report is a new one, so give a retry its Idempotency-Key.',
  ),
  facts: ObservationFacts,
}

/** What is reported of one runtime of a profile. */
export const Observation = z.strictObject(shape).meta({
  id: 'Observation',
  description: 'What is reported of one runtime of a profile: names, states, digests and instants, never values.',
})
export type ObservationInput = z.output<typeof Observation>

/** Reports what runs on profiles of a system: one observation, or up to a hundred as `observations` (000.11, 001.6, 004.4). */
export const reportObservationsInput = z
  .strictObject({
    system: SystemSlug,
    profile: shape.profile.optional(),
    instance: InstanceName.optional().describe('Which runtime of the profile reports: the same one keeps its name. Left out: default.'),
    source: shape.source,
    claimedAt: shape.claimedAt,
    facts: shape.facts.optional(),
    observations: z
      .array(Observation)
      .min(1, 'Report at least one observation.')
      .max(MOST_OBSERVATIONS, `At most ${MOST_OBSERVATIONS} observations in one call.`)
      .optional()
      .describe('Several at once, in the order in which they were seen; then nothing stands beside it.'),
  })
  .superRefine(({ system: _, observations, ...one }, ctx) => {
    const field = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    if (observations === undefined) {
      if (one.profile === undefined) field('profile', 'Say of which profile, or send several as observations.')
      if (one.facts === undefined) field('facts', 'Say what was seen, or send several as observations.')
      return
    }
    for (const [name, value] of Object.entries(one)) if (value !== undefined) field(name, 'Each of the observations says it for itself.')
  })
  .meta({ id: 'ReportObservations' })

/** The observations of a call, in the order they were given. */
export function observationsIn(input: z.output<typeof reportObservationsInput>): ObservationInput[] {
  const { observations, profile, instance = 'default', source, claimedAt, facts } = input
  if (observations) return observations
  // The schema saw to it that one of the two is there.
  return [{ profile, instance, source, claimedAt, facts } as ObservationInput]
}

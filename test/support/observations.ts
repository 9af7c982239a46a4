import type { z } from 'zod'
import type { Ctx } from '@/lib/domain/context'
import type { ObservationFacts } from '@/lib/domain/observation/facts'
import { reportObservationsInput } from '@/lib/schemas/observation'
import { type RecordedObservations, recordObservations } from '@/lib/usecases/observation/record-observations'
import { aToken } from './people'
import { digestOf, type Scene } from './scene'

// What runtimes report, for tests: made through the use case, as the API does.

export type ReportedFacts = z.input<typeof ObservationFacts>

/** A token that reports for the system of a scene. */
export const aReporter = (scene: Pick<Scene, 'slug' | 'people'>, more: object = {}): Promise<Ctx> =>
  aToken(scene.people.admin, { scopes: ['observation:report'], systemId: scene.slug, ...more })

/** A variable that is there and right, from the environment. */
export const present = (name: string, more: object = {}) => ({ name, present: true, valid: true, source: 'environment', ...more })

/** A fingerprint of a made-up value. */
export const printOf = (word: string, keyId = 'hmac-1') => ({ value: digestOf('value', word), keyId })

/** The two secrets of RoboDJ as they are when everything is in order, and the name of the profile. */
export const robodjVariables = (profile: string, word = profile) => [
  present('ROBODJ_SECRET_KEY', { fingerprint: printOf(`${word} 1`) }),
  present('ROBODJ_SECRET_V2_KEY', { fingerprint: printOf(`${word} 2`) }),
  present('ROBODJ_ENV', { says: profile === 'prod' ? 'production' : profile }),
]

/** RoboDJ's staging as it is when everything that it reports is in order. */
export const robodjStaging = (more: ReportedFacts = {}): ReportedFacts => ({
  runtime: { primaryRuntime: 'Windows launcher', launchPath: 'RoboDJ_Launcher.bat', dataSource: 'Staging config snapshots' },
  environment: { name: 'staging', sources: ['environment'] },
  variables: robodjVariables('staging'),
  files: { present: [] },
  ...more,
})

let claims = 0

/** Reports one observation; each is a moment later than the one before, so that none is a replay. */
export function observe(
  by: Ctx,
  system: string,
  profile: string,
  facts: ReportedFacts,
  more: Partial<z.input<typeof reportObservationsInput>> = {},
): Promise<RecordedObservations> {
  claims += 1
  const claimedAt = new Date(Date.now() - 3_600_000 + claims).toISOString()
  return recordObservations(by, reportObservationsInput.parse({ system, profile, claimedAt, facts, ...more }))
}

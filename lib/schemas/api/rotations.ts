import { z } from 'zod'
import { STEP_PHASES } from '@/lib/domain/policy/parts/steps'
import { ROTATION_METHODS } from '@/lib/domain/policy/parts/variables'
import { ROLES } from '@/lib/domain/roles'
import { ROTATION_CAUSES, ROTATION_PHASES, ROTATION_STATUSES, STEP_STATES } from '@/lib/domain/rotation'
import { ProfileKey, Sha256, SystemSlug } from '../common'
import { RotationId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listRotationsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  profile: ProfileKey.optional().describe('Only of this profile, by its id.'),
  status: z
    .enum(ROTATION_STATUSES, `one of: ${ROTATION_STATUSES.join(', ')}`)
    .optional()
    .describe('Only of this status.'),
  ...pageQuery,
})
export const getRotationInput = z.strictObject({ rotation: RotationId })

const Window = z
  .strictObject({ startsAt: UtcInstant, endsAt: UtcInstant })
  .meta({ id: 'RotationWindow', description: 'When the steps may start.' })

export const RotationItem = z
  .strictObject({
    id: RotationId,
    system: SystemSlug,
    profile: z.string(),
    rule: z.string().describe('Id of the rotation rule of the policy.'),
    secrets: z.array(z.string()).describe('Ids of the secrets rotated together.'),
    method: z.enum(ROTATION_METHODS),
    cause: z.enum(ROTATION_CAUSES),
    incident: z.string().nullable(),
    status: z.enum(ROTATION_STATUSES).describe('As stored; whether a planned one is approved is told when one is read.'),
    dueAt: UtcInstant.nullable().describe('When the keys were due as it was opened.'),
    window: Window.nullable(),
    policy: z.strictObject({ number: z.int(), hash: Sha256 }),
    openedBy: Who,
    openedAt: UtcInstant,
    startedAt: UtcInstant.nullable(),
    endedAt: UtcInstant.nullable(),
  })
  .meta({ id: 'RotationItem' })
export const ListRotationsAnswer = pageAnswer(RotationItem)

export const RotationStepAnswer = z
  .strictObject({
    id: z.string(),
    number: z.string().nullable().describe('The number the document gives it.'),
    phase: z.enum(STEP_PHASES),
    text: z.string(),
    command: z.string().nullable(),
    expected: z.string().nullable().describe('What shows that it worked.'),
    asks: z.string().nullable().describe('A condition that only a person can answer; such a step may be `not_applicable`.'),
    records: z.enum(['new-key', 'old-key-retired']).nullable().describe('new-key: it takes `newKeys`.'),
    captures: z.string().nullable().describe('What has to be kept safe elsewhere; it takes a `reference`.'),
    refersTo: z.string().nullable().describe('Id of the step this one is about: what a step of the rollback takes back (003.15).'),
    choices: z.array(z.strictObject({ id: z.string(), title: z.string() })).describe('Ways of which one is named when it is recorded.'),
    state: z.enum(STEP_STATES),
    how: z.enum(['script', 'hand']).nullable(),
    variant: z.string().nullable(),
    note: z.string().nullable(),
    link: z.string().nullable(),
    reference: z.string().nullable(),
    newKeys: z.record(z.string(), z.string()).nullable(),
    by: Who.nullable(),
    at: UtcInstant.nullable(),
  })
  .meta({ id: 'RotationStep' })

export const RotationAnswer = RotationItem.extend({
  phase: z.enum(ROTATION_PHASES).describe('The status, with `approved` told apart from `planned`.'),
  variant: z.string().nullable(),
  sealed: z
    .strictObject({ number: z.int(), hash: Sha256 })
    .nullable()
    .describe('The version of the plan that stands, with the SHA-256 of its canonical JSON; null after a decline or cancelling.'),
  slots: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        roles: z.array(z.enum(ROLES)),
        signedBy: Who.nullable(),
        signedAt: UtcInstant.nullable(),
      }),
    )
    .describe('Who has to approve. People do, in the browser.'),
  owners: z.strictObject({
    mode: z.enum(['any', 'all']).describe('any: one of them performs. all: one performs and each other confirms.'),
    slots: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        roles: z.array(z.string()),
        agents: z.array(z.string()),
        confirmedBy: Who.nullable(),
        confirmedAt: UtcInstant.nullable(),
      }),
    ),
  }),
  performer: z.strictObject({ owner: z.string(), who: Who }).nullable(),
  next: z.string().nullable().describe('Id of the step that is open.'),
  steps: z.array(RotationStepAnswer),
  triggers: z.array(z.strictObject({ id: z.string(), text: z.string() })).describe('What leads to a rollback.'),
  trigger: z.string().nullable(),
  postmortem: z.string().nullable().describe('Where the postmortem of a rolled back one is; null while it is owed.'),
}).meta({ id: 'Rotation' })

export const OpenedRotationAnswer = z
  .strictObject({ id: RotationId, number: z.int().describe('Version of the plan that was sealed.'), hash: Sha256 })
  .meta({ id: 'OpenedRotation' })
const Next = z.string().nullable().describe('Id of the step that is open now.')
export const StartedRotationAnswer = z.strictObject({ status: z.literal('in_progress'), next: Next }).meta({ id: 'StartedRotation' })
export const RecordedStepAnswer = z
  .strictObject({ status: z.enum(ROTATION_STATUSES).describe('verifying: it was the last step.'), next: Next })
  .meta({ id: 'RecordedRotationStep' })
export const ConfirmedRotationAnswer = z
  .strictObject({ waiting: z.array(z.string()).describe('Owners that still have to confirm.') })
  .meta({ id: 'ConfirmedRotation' })
export const CompletedRotationAnswer = z.strictObject({ status: z.literal('completed') }).meta({ id: 'CompletedRotation' })
export const RollingBackAnswer = z
  .strictObject({ status: z.literal('rolling_back'), incident: z.string(), next: Next })
  .meta({ id: 'RollingBackRotation' })
export const RolledBackAnswer = z
  .strictObject({ status: z.literal('rolled_back'), postmortem: z.string().nullable() })
  .meta({ id: 'RolledBackRotation' })
export const RecordedPostmortemAnswer = z.strictObject({ postmortem: z.string() }).meta({ id: 'RecordedRotationPostmortem' })

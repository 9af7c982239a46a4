import { z } from 'zod'
import { ROTATION_CAUSES } from '@/lib/domain/rotation'
import { freeText, IsoInstant, Link, Sha256, SystemSlug } from './common'
import { IncidentId, RotationId, StepUpProof } from './ids'
import { KeyId } from './key'
import { DECLINE_REASONS } from './promotion'

const Key = z.string().min(1, 'Choose one.').max(64)
const Reason = freeText(2_000, 'Say why, in a few words.')
const Note = freeText(500).describe('A short note. Never a value of a secret.')
const Reference = freeText(500, 'Say where it is.').describe('Where something is kept or written: a reference, never the thing itself.')
const OwnerKey = Key.describe('Id of the owner slot one acts in.')
const Variant = Key.describe('Which of the ways the runbook offers; remembered for the profile.')

const window = {
  windowStartsAt: IsoInstant.optional().describe('When the steps may start at the earliest.'),
  windowEndsAt: IsoInstant.optional().describe('When they may start at the latest.'),
}

type Window = { windowStartsAt?: Date; windowEndsAt?: Date }
const isWhole = (input: Window) => (input.windowStartsAt === undefined) === (input.windowEndsAt === undefined)
const isForward = (input: Window) => !input.windowStartsAt || !input.windowEndsAt || input.windowStartsAt < input.windowEndsAt
const WHOLE = { error: 'A window has a start and an end, or leave both out.', path: ['windowEndsAt'] }
const FORWARD = { error: 'The window ends after it starts.', path: ['windowEndsAt'] }

/** Opens a rotation under one rule of the policy; its plan is sealed with it. */
export const openRotationInput = z
  .strictObject({
    system: SystemSlug,
    rule: Key.describe('Id of a rotation rule (ownership) of the policy.'),
    cause: z
      .enum(ROTATION_CAUSES, `one of: ${ROTATION_CAUSES.join(', ')}`)
      .describe('Why now. The last three are emergencies and need an open incident.'),
    reason: Reason.optional(),
    incident: IncidentId.optional().describe('An open incident of the system.'),
    secrets: z.array(Key).min(1).max(50).optional().describe('Ids of the secrets to rotate; all of the rule when left out.'),
    variant: Variant.optional(),
    ...window,
  })
  .refine(isWhole, WHOLE)
  .refine(isForward, FORWARD)
  .meta({ id: 'OpenRotation' })

/** Plans again: another way or window. What was approved has to be approved again. Both instants left out: no window. */
export const changePlanInput = z
  .strictObject({ rotation: RotationId, variant: Variant.optional(), ...window })
  .refine(isWhole, WHOLE)
  .refine(isForward, FORWARD)

/** What an approval needs: the hash that was read, the slot chosen, a fresh step-up proof, and the ticked box. */
export const approveRotationInput = z.strictObject({
  rotation: RotationId,
  slot: Key,
  sealedHash: Sha256,
  proof: StepUpProof,
  confirmed: z.literal('yes', 'Tick the box: it says that you have read the plan.'),
})

export const declineRotationInput = z.strictObject({
  rotation: RotationId,
  slot: Key,
  sealedHash: Sha256,
  proof: StepUpProof,
  reasonKind: z.enum(DECLINE_REASONS, 'Choose what the reason is about.'),
  reason: Reason,
})

export const startRotationInput = z.strictObject({ rotation: RotationId, owner: OwnerKey }).meta({ id: 'StartRotation' })

/** Says of one step of the plan that it is done, failed, or does not apply here. */
export const recordStepInput = z
  .strictObject({
    rotation: RotationId,
    step: z.string().min(1).max(64).describe('Id of the step.'),
    state: z.enum(['done', 'failed', 'not_applicable'], 'done, failed or not_applicable'),
    how: z.enum(['script', 'hand'], 'script or hand').optional().describe('Whether the script did it or somebody by hand (003.10).'),
    note: Note.optional(),
    link: Link.optional(),
    reference: Reference.optional(),
    newKeys: z
      .record(z.string().min(1).max(64), KeyId)
      .optional()
      .describe('At the step that brings the new keys: the id of the new key by the id of its secret.'),
    variant: Variant.optional(),
  })
  .meta({ id: 'RecordRotationStep' })

export const confirmRotationInput = z
  .strictObject({ rotation: RotationId, owner: OwnerKey, note: Note.optional() })
  .meta({ id: 'ConfirmRotation' })

export const completeRotationInput = z
  .strictObject({
    rotation: RotationId,
    proof: freeText(500, 'Say what shows that the old key no longer works.').describe(
      'What shows that the old key is retired: a reference.',
    ),
    link: Link.optional(),
  })
  .meta({ id: 'CompleteRotation' })

export const cancelRotationInput = z.strictObject({ rotation: RotationId, reason: Reason })

export const rollBackInput = z
  .strictObject({
    rotation: RotationId,
    trigger: Key.describe('Id of a trigger of the runbook, `failed-step`, or `other`.'),
    reason: Reason,
    incident: IncidentId.optional().describe('The incident it belongs to; one is declared when none is named.'),
  })
  .meta({ id: 'RollBackRotation' })

export const finishRollbackInput = z
  .strictObject({ rotation: RotationId, postmortem: Reference.optional() })
  .meta({ id: 'FinishRotationRollback' })

export const recordPostmortemInput = z
  .strictObject({ rotation: RotationId, postmortem: Reference })
  .meta({ id: 'RecordRotationPostmortem' })

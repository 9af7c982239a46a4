import { z } from 'zod'
import { MAX_AHEAD_DAYS } from '@/lib/domain/exception-guards'
import { freeText, IsoInstant, Link, ProfileKey, Sha256, SystemSlug, Uuid } from './common'
import { ExceptionId, FindingId, StepUpProof } from './ids'
import { DECLINE_REASONS } from './promotion'

/** Key of a rule of the policy, as findings, cells and gates name it. */
export const RuleKey = z
  .string('Choose what deviates.')
  .min(1, 'Choose what deviates.')
  .max(310, 'At most 310 characters.')
  .regex(/^[\x20-\x7e]+$/, 'the key of a rule, such as constraint.secret-handling or variable.LOG_LEVEL')
  .meta({
    id: 'RuleKey',
    description:
      'Key of a rule, as verdicts and findings name it: constraint.<id>, variable.<NAME>, gate.<id>, isolation.<id>, file.<id or path>.',
  })

const Observed = freeText(300, 'Say what is so instead, in a few words.')
const Why = freeText(2_000, 'Say why, in one sentence.')
const Remediation = freeText(2_000, 'Say how it gets fixed, or how one goes back.')
const Condition = freeText(500, 'Say what the condition is.')
const Conditions = z.preprocess(
  (value) => (value === undefined || value === '' ? undefined : Array.isArray(value) ? value : [value]),
  z.array(Condition).min(1).max(10, 'At most 10 conditions.').optional(),
)
const SlotKey = z.string().min(1).max(64)

/** Files a drift exception and seals what it asks for. Its tier follows from the whole time; one without slots is approved by this. */
export const fileExceptionInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    rule: RuleKey.describe('What deviates.'),
    observed: Observed.describe('What is so instead, in a few words. Never a value of a secret.'),
    reason: Why.describe('Why it deviates.'),
    startsAt: IsoInstant.describe('Since when it deviates; not in the future. Where an open finding saw it earlier, that counts.'),
    until: IsoInstant.describe(`Until when it is expected to, at most ${MAX_AHEAD_DAYS} days from now.`),
    owner: Uuid.optional().describe('Id of the person or agent who answers for it. Left out: whoever files it.'),
    remediation: Remediation.describe('Rollback or remediation path.'),
    conditions: Conditions.describe('Under which conditions it is to hold.'),
    finding: FindingId.optional().describe('The finding it answers. Left out: the open one of this rule, if there is one.'),
  })
  .meta({ id: 'FileException' })

/** Approves the sealed filing or extension in a slot, possibly under conditions. */
export const approveExceptionInput = z
  .strictObject({
    exception: ExceptionId,
    slot: SlotKey,
    sealedHash: Sha256,
    proof: StepUpProof,
    confirmed: z.literal('yes', 'Tick the box: it says that you have read what you approve.'),
    conditions: Conditions,
  })
  .meta({ id: 'ApproveException' })

/** Declines the sealed filing or extension in a slot, with a reason. */
export const declineExceptionInput = z
  .strictObject({
    exception: ExceptionId,
    slot: SlotKey,
    sealedHash: Sha256,
    proof: StepUpProof,
    reasonKind: z.enum(DECLINE_REASONS, 'Choose what the reason is about.'),
    reason: Why,
  })
  .meta({ id: 'DeclineException' })

/** Takes a filing back before it is decided. */
export const withdrawExceptionInput = z.strictObject({ exception: ExceptionId, reason: Why }).meta({ id: 'WithdrawException' })

/** Asks for more time: a new approval, of the tier that the whole time takes. */
export const extendExceptionInput = z
  .strictObject({
    exception: ExceptionId,
    until: IsoInstant.describe(`The new end, at most ${MAX_AHEAD_DAYS} days from now.`),
    reason: Why.describe('Why it takes longer.'),
  })
  .meta({ id: 'ExtendException' })

/** Takes back an extension that waits for its approval; the end that holds stays. */
export const withdrawExtensionInput = z.strictObject({ exception: ExceptionId }).meta({ id: 'WithdrawExtension' })

/** Makes a condition of an exception that is filed or running. */
export const addConditionInput = z.strictObject({ exception: ExceptionId, condition: Condition }).meta({ id: 'AddCondition' })

/** Closes an exception with what shows that it is fixed. */
export const closeExceptionInput = z
  .strictObject({
    exception: ExceptionId,
    note: freeText(2_000, 'Say how it was fixed, in a few words.').describe('How it was fixed.'),
    link: Link.optional().describe('Where the evidence is. Needed where no observation is named.'),
    observation: Uuid.optional().describe('An observation made after the filing, in which the rule is met.'),
  })
  .meta({ id: 'CloseException' })

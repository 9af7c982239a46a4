import { z } from 'zod'
import { REVIEW_FINDINGS } from '@/lib/domain/emergency'
import { IncidentId, PromotionId, SignOffId, StepUpProof } from './ids'

const Reason = z.string().trim().min(3, 'Say why, in a few words.').max(2_000, 'At most 2,000 characters.')
const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')
const Instant = z.iso.datetime({ offset: true, error: 'an instant such as 2026-11-19T16:00:00Z' }).transform((text) => new Date(text))

/** Opens a promotion of a registered release along an edge that ends at `to`. */
export const openPromotionInput = z
  .strictObject({
    system: z.string().min(1).max(64).describe('Slug of the system.'),
    version: z.string().min(1).max(128).describe('Version of a registered release.'),
    to: z.string().min(1).max(64).describe('Id or alias of the target profile.'),
    from: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Id or alias of the profile it comes from; needed only where several edges lead to the target.'),
    windowStartsAt: Instant.optional().describe('When the deployment may start at the earliest.'),
    windowEndsAt: Instant.optional().describe('When it may start at the latest.'),
    emergency: z
      .boolean()
      .optional()
      .describe(
        'True: the policy’s emergency slots sign instead of the ordinary ones, while the incident is open. The rest is owed afterwards.',
      ),
    incident: IncidentId.optional().describe('The open incident of the system that an emergency is for.'),
    skipGates: z
      .array(z.string().min(1).max(64))
      .max(50)
      .refine((ids) => new Set(ids).size === ids.length, 'Name each gate once.')
      .optional()
      .describe('Ids of gates that cannot wait in an emergency. Each is owed afterwards; some the policy holds even then.'),
    skipReason: Reason.optional().describe('Why these gates cannot wait.'),
  })
  .refine(
    ({ emergency, incident, skipGates, skipReason }) =>
      emergency === true || (incident === undefined && (skipGates ?? []).length === 0 && skipReason === undefined),
    { error: 'Only an emergency promotion names an incident and skips gates. Say that it is one.', path: ['emergency'] },
  )
  .refine((input) => (input.windowStartsAt === undefined) === (input.windowEndsAt === undefined), {
    error: 'A window has a start and an end, or leave both out.',
    path: ['windowEndsAt'],
  })
  .refine((input) => !input.windowStartsAt || !input.windowEndsAt || input.windowStartsAt < input.windowEndsAt, {
    error: 'The window ends after it starts.',
    path: ['windowEndsAt'],
  })
  .meta({ id: 'OpenPromotion' })

/** Sets or removes (both empty) the window of an open promotion. */
export const setWindowInput = z
  .strictObject({
    promotion: PromotionId,
    startsAt: z.union([z.literal(''), Instant]).optional(),
    endsAt: z.union([z.literal(''), Instant]).optional(),
  })
  .refine((input) => Boolean(input.startsAt) === Boolean(input.endsAt), {
    error: 'A window has a start and an end; leave both empty for none.',
    path: ['endsAt'],
  })
  .refine((input) => !input.startsAt || !input.endsAt || input.startsAt < input.endsAt, {
    error: 'The window ends after it starts.',
    path: ['endsAt'],
  })

export const promotionInput = z.strictObject({ promotion: PromotionId })

/** What a signature needs: the hash that was read, the slot chosen, a fresh step-up proof, and the ticked box. */
export const signPromotionInput = z.strictObject({
  promotion: PromotionId,
  slot: z.string().min(1).max(64),
  sealedHash: Hash,
  proof: StepUpProof,
  confirmed: z.literal('yes', 'Tick the box: it says that you have read the dossier.'),
  acceptsOlder: z.literal('yes').optional(),
})

export const DECLINE_REASONS = ['evidence', 'risk', 'timing', 'other'] as const

export const declinePromotionInput = z.strictObject({
  promotion: PromotionId,
  slot: z.string().min(1).max(64),
  sealedHash: Hash,
  proof: StepUpProof,
  reasonKind: z.enum(DECLINE_REASONS, 'Choose what the reason is about.'),
  reason: Reason,
})

/** What somebody in an ordinary slot says of an emergency promotion afterwards. */
export const reviewPromotionInput = z.strictObject({
  promotion: PromotionId,
  slot: z.string().min(1).max(64),
  finding: z.enum(REVIEW_FINDINGS, 'Say whether you accept it or have a concern.'),
  note: Reason,
})

export const withdrawSignOffInput = z.strictObject({ signOff: SignOffId, reason: Reason })
export const withdrawPromotionInput = z.strictObject({ promotion: PromotionId, reason: Reason })
export const askQuestionInput = z.strictObject({ promotion: PromotionId, text: Reason })
export const editNotesSummaryInput = z.strictObject({
  promotion: PromotionId,
  summary: z.string().trim().max(4_000, 'At most 4,000 characters.'),
})

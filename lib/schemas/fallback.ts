import { z } from 'zod'
import { FALLBACK_PURPOSES } from '@/lib/domain/fallback'
import { freeText, IsoInstant, Link, Sha256, SystemSlug } from './common'
import { FallbackId, IncidentId, StepUpProof } from './ids'
import { OutsideReference } from './incident'

const RuleKey = z
  .string()
  .min(1)
  .max(64)
  .describe('Id of a fallback rule of the policy: of a rotation ownership, or of a break-glass entry.')
const SlotKey = z.string().min(1).max(64)
const Reason = freeText(2_000, 'Say why, in a few words.')
const Note = freeText(2_000)

/** One ticked box arrives alone, several as an array. */
const secrets = z
  .preprocess(
    (value) => (value === undefined || value === '' ? undefined : Array.isArray(value) ? value : [value]),
    z.array(z.string().min(1).max(64)).min(1).max(100).optional(),
  )
  .describe('Ids of secret mappings whose fallback files are wanted; left out: all of the rule.')

/**
 * Asks for a fallback use. It seals what is asked for; who grants it, the rule says. Where the rule lets an incident commander's own request
 * during an open incident be its grant, `openFallbackInput` opens it next, with a step-up on the sealed hash that asking gave.
 */
export const askFallbackInput = z
  .strictObject({
    system: SystemSlug,
    rule: RuleKey,
    purpose: z.enum(FALLBACK_PURPOSES, 'Choose what it is for.'),
    reason: Reason.describe('What you see and why this is needed.'),
    incident: IncidentId.optional(),
    ticket: OutsideReference.optional().describe('The incident ticket outside, where the rule needs one.'),
    until: IsoInstant.optional().describe(
      'When it ends by itself, at the latest. Left out where the rule needs no expiry: its longest duration.',
    ),
    secrets,
  })
  .meta({ id: 'AskFallback' })

/** A commander opens what they asked for themselves during an open incident: a step-up in the slot `OWN_REQUEST_SLOT`, decision approve. */
export const openFallbackInput = z
  .strictObject({ fallback: FallbackId, sealedHash: Sha256, proof: StepUpProof })
  .meta({ id: 'OpenFallback' })

/** Grants the sealed request (or extension) in a slot. */
export const grantFallbackInput = z
  .strictObject({
    fallback: FallbackId,
    slot: SlotKey,
    sealedHash: Sha256,
    proof: StepUpProof,
    confirmed: z.literal('yes', 'Tick the box: it says that you have read what you allow.'),
  })
  .meta({ id: 'GrantFallback' })

/** Refuses the sealed request (or extension) in a slot, with a reason. */
export const refuseFallbackInput = z
  .strictObject({ fallback: FallbackId, slot: SlotKey, sealedHash: Sha256, proof: StepUpProof, reason: Reason })
  .meta({ id: 'RefuseFallback' })

/** Takes a request back before it is decided. */
export const withdrawFallbackInput = z.strictObject({ fallback: FallbackId, reason: Reason }).meta({ id: 'WithdrawFallback' })

/** Asks for the one extension of a use that is open. */
export const extendFallbackInput = z
  .strictObject({ fallback: FallbackId, until: IsoInstant.describe('The new end.'), reason: Reason })
  .meta({ id: 'ExtendFallback' })

/** Ends an open use before its time. */
export const returnFallbackInput = z.strictObject({ fallback: FallbackId }).meta({ id: 'ReturnFallback' })

/** Says how it was cleaned up after, with evidence where the rule wants it, and whether anything was exposed. */
export const cleanUpFallbackInput = z
  .strictObject({
    fallback: FallbackId,
    note: Note.optional().describe('What was done: the file is gone, and how that was seen.'),
    link: Link.optional().describe('Where the evidence is.'),
    exposed: z
      .enum(['yes', 'no'], 'Say whether anything was exposed; when in doubt, yes.')
      .describe('yes: what was used has to be rotated.'),
  })
  .meta({ id: 'CleanUpFallback' })

/** A second person's review of a use that was cleaned up after. */
export const reviewFallbackInput = z
  .strictObject({
    fallback: FallbackId,
    finding: z.enum(['accepted', 'concern'], 'Choose what you found.'),
    note: freeText(2_000, 'Say what you looked at, in a few words.'),
  })
  .meta({ id: 'ReviewFallback' })

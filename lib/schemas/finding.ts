import { z } from 'zod'
import { freeText, ProfileKey, SystemSlug } from './common'
import { FindingId } from './ids'
import { OutsideReference } from './incident'

/** Says that somebody has seen a finding, and what they make of it. It stays open, and goes on blocking what it blocks. */
export const acknowledgeFindingInput = z
  .strictObject({ finding: FindingId, note: freeText(1_000, 'Say what you make of it.') })
  .meta({ id: 'AcknowledgeFinding' })

/** Raises a conflict between documents (002.3), or a disagreement of code, a workflow or a script with the document (004.1). */
export const raiseFindingInput = z
  .strictObject({
    system: SystemSlug,
    kind: z
      .enum(['conflict', 'disagreement'], { error: 'Say what it is.' })
      .describe('conflict: two documents disagree; disagreement: code or a workflow says something else than the document.'),
    document: z
      .string({ error: 'Choose the document.' })
      .min(1, 'Choose the document.')
      .max(64)
      .describe('Id of a document that the policy was written from, or depends on.'),
    profile: ProfileKey.optional().describe('The profile it is about; left out: the whole system. Not for a conflict.'),
    title: freeText(140, 'Say in a few words what disagrees.').describe('What disagrees, in a few words.'),
    expected: freeText(500, 'Say what the document says.').describe('What the document says.'),
    observed: freeText(500, 'Say what the other one says.').describe('What the other document, the code or the workflow says.'),
    reference: OutsideReference.optional().describe('The issue that was raised outside.'),
  })
  .refine(({ kind, profile }) => kind === 'disagreement' || profile === undefined, {
    path: ['profile'],
    error: 'A conflict between documents concerns the whole system; leave the profile out.',
  })
  .meta({ id: 'RaiseFinding' })

/** Ends a conflict or a disagreement, with what was decided. */
export const resolveFindingInput = z
  .strictObject({ finding: FindingId, resolution: freeText(2_000, 'Say what was decided, and where it is written now.') })
  .meta({ id: 'ResolveFinding' })

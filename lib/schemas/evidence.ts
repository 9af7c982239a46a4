import { z } from 'zod'
import { freeText, GateKey, IsoInstant, Link, ProfileKey, ReleaseVersion, Sha256, SystemSlug } from './common'

/** Brings evidence for one gate of a release on its way to a profile. It is immutable; bringing it again renews it. */
export const recordEvidenceInput = z
  .strictObject({
    system: SystemSlug,
    version: ReleaseVersion,
    profile: ProfileKey.describe('Id or alias of the profile the release is on its way to.'),
    gate: GateKey,
    verdict: z.enum(['pass', 'fail'], 'pass or fail'),
    summary: freeText(500, 'Say what was found, in one line.').describe('What was found, in one line. Never a value of a secret.'),
    command: freeText(1_000).optional().describe('The command that ran, exactly as the gate names it (000.26).'),
    exitCode: z.int().min(0).max(255).optional(),
    ranOn: freeText(200).optional().describe('Where it ran.'),
    link: Link.optional(),
    digest: Sha256.optional().describe(
      'SHA-256 of the result as it was written. The same digest again is a replay and adds nothing (T10). Left out, the statement itself, with claimedAt, is digested.',
    ),
    claimedAt: IsoInstant.optional().describe(
      'When it ran, as the bringer says. Shown as a claim; freshness counts from when it was recorded (T11).',
    ),
    snapshot: Sha256.optional().describe('Digest of the snapshot it is about, for gates bound to one (000.29).'),
  })
  .meta({ id: 'RecordEvidence' })

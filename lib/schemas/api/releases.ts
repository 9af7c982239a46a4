import { z } from 'zod'
import { GateKey, GitSha, ProfileKey, ReleaseVersion, Sha256, SystemSlug } from '../common'
import { CHANGE_KINDS } from '../release'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listReleasesInput = z.strictObject({ system: SystemSlug, ...pageQuery })
export const getReleaseInput = z.strictObject({ system: SystemSlug, version: ReleaseVersion })
export const listEvidenceInput = z.strictObject({
  system: SystemSlug,
  version: ReleaseVersion,
  profile: ProfileKey.optional().describe('Only towards this profile.'),
  gate: GateKey.optional().describe('Only for this gate.'),
  ...pageQuery,
})
export const listSnapshotsInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey.optional().describe('Only of this profile.'),
  ...pageQuery,
})

export const ReleaseItem = z
  .strictObject({
    id: z.uuid(),
    system: SystemSlug,
    version: ReleaseVersion,
    gitSha: GitSha,
    artefact: z.string(),
    buildDate: UtcInstant,
    appVersion: z.string().nullable(),
    schemaBackwardCompatible: z.boolean().nullable().describe('Null: nobody said, and so no (002.32).'),
    bundleApprovedAt: UtcInstant.nullable(),
    registeredBy: Who,
    registeredAt: UtcInstant,
  })
  .meta({ id: 'ReleaseItem' })

export const ListReleasesAnswer = pageAnswer(ReleaseItem)
export const ReleaseAnswer = ReleaseItem.extend({
  changes: z.array(z.strictObject({ kind: z.enum(CHANGE_KINDS), summary: z.string(), reference: z.string().nullable() })),
  contributors: z
    .array(z.strictObject({ who: Who.nullable(), commits: z.int() }))
    .describe('Authors, committers and co-authors. `who` is null where the address belongs to nobody known here; addresses are not given.'),
}).meta({ id: 'Release' })
export const RegisteredReleaseAnswer = z.strictObject({ id: z.uuid(), version: ReleaseVersion }).meta({ id: 'RegisteredRelease' })

export const EvidenceItem = z
  .strictObject({
    id: z.uuid(),
    system: SystemSlug,
    version: ReleaseVersion,
    profile: z.string(),
    gate: z.string(),
    verdict: z.enum(['pass', 'fail']),
    summary: z.string(),
    command: z.string().nullable(),
    exitCode: z.int().nullable(),
    ranOn: z.string().nullable(),
    link: z.string().nullable(),
    digest: Sha256,
    snapshot: Sha256.nullable().describe('Digest of the snapshot it is about.'),
    claimedAt: UtcInstant.nullable().describe('When it ran, as the bringer says: a claim.'),
    recordedAt: UtcInstant.describe('When it was recorded: freshness counts from here.'),
    broughtBy: Who,
  })
  .meta({ id: 'Evidence' })
export const ListEvidenceAnswer = pageAnswer(EvidenceItem)
export const RecordedEvidenceAnswer = z
  .strictObject({
    id: z.uuid(),
    gate: z.string(),
    profile: z.string(),
    promotion: z.string().nullable().describe('The open promotion it counts for.'),
    recordedAt: UtcInstant,
    duplicate: z.boolean().describe('True: it was recorded before, and nothing was added (T10).'),
    voided: z.boolean().describe('True: a sealed version fell by it.'),
    claimSkewMinutes: z.int().nullable().describe('By how many minutes the claimed time is off, when by more than five.'),
  })
  .meta({ id: 'RecordedEvidence' })

export const SnapshotItem = z
  .strictObject({
    id: z.uuid(),
    system: SystemSlug,
    profile: z.string(),
    takenAt: UtcInstant,
    digest: Sha256,
    location: z.string(),
    recordedBy: Who,
    recordedAt: UtcInstant,
  })
  .meta({ id: 'Snapshot' })
export const ListSnapshotsAnswer = pageAnswer(SnapshotItem)
export const RecordedSnapshotAnswer = z.strictObject({ id: z.uuid(), profile: z.string() }).meta({ id: 'RecordedSnapshot' })

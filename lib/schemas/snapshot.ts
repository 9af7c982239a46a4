import { z } from 'zod'
import { freeText, IsoInstant, ProfileKey, Sha256, SystemSlug } from './common'

/** Records a dated backup of a profile: its identity and place, never its content. */
export const recordSnapshotInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    takenAt: IsoInstant.describe('When the snapshot was taken.'),
    digest: Sha256.describe('SHA-256 of the snapshot.'),
    location: freeText(500, 'Say where it is kept.').describe('Where it is kept, as people find it again. Without credentials.'),
  })
  .meta({ id: 'RecordSnapshot' })

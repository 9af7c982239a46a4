import { z } from 'zod'
import { freeText, GitSha, IsoInstant, ReleaseVersion, SystemSlug } from './common'

export const CHANGE_KINDS = ['feature', 'fix', 'config', 'security', 'docs', 'other'] as const

/** One change a release brings, as the release notes list it. */
export const ReleaseChangeInput = z
  .strictObject({
    kind: z.enum(CHANGE_KINDS, 'one of: feature, fix, config, security, docs, other'),
    summary: freeText(500, 'Say what changed, in one sentence.').describe('One sentence.'),
    reference: freeText(200).optional().describe('Where it is tracked: a pull request, an issue.'),
  })
  .meta({ id: 'ReleaseChange' })

/** Whoever shows up in the commits: authors, committers and co-authors each count, so that a rebase by a bot hides nobody (T05). */
export const ReleaseContributorInput = z
  .strictObject({
    identity: z
      .email('an e-mail address, as the commits carry it')
      .max(254)
      .describe('E-mail address of an author, committer or co-author.'),
    commits: z.int().min(1).max(1_000_000).default(1).describe('In how many commits.'),
  })
  .meta({ id: 'ReleaseContributor' })

/** Registers a release: what was built from which commit, what it changes and who contributed. */
export const registerReleaseInput = z
  .strictObject({
    system: SystemSlug,
    version: ReleaseVersion,
    gitSha: GitSha,
    artefact: freeText(500, 'Name the artefact.').describe(
      'Immutable reference: name@sha256:digest, or name:tag with a tag that contains the git SHA. Mutable tags are refused (004.15).',
    ),
    buildDate: IsoInstant.describe('BUILD_DATE of the build stamp (002.27).'),
    appVersion: freeText(128).optional().describe('APP_VERSION of the build stamp, where it differs from the version.'),
    schemaBackwardCompatible: z
      .boolean()
      .optional()
      .describe('Whether the application before it still runs on its schema. Left out: no (002.32).'),
    changes: z.array(ReleaseChangeInput).max(500).default([]),
    contributors: z.array(ReleaseContributorInput).max(500).default([]),
  })
  .meta({ id: 'RegisterRelease' })

/** Approves the bundle of a registered release (000.5). */
export const approveBundleInput = z.strictObject({ system: SystemSlug, version: ReleaseVersion }).meta({ id: 'ApproveBundle' })

import { z } from 'zod'
import { DEBT_KINDS } from '@/lib/domain/debt'
import { REVIEW_FINDINGS } from '@/lib/domain/emergency'
import { FINDING_KINDS, SEVERITIES } from '@/lib/domain/finding'
import { GATE_VERDICTS } from '@/lib/domain/gate'
import { PROMOTION_STATUSES, type PromotionPhase } from '@/lib/domain/promotion'
import { ROLES } from '@/lib/domain/roles'
import { GitSha, ProfileKey, ReleaseVersion, Sha256, SystemSlug } from '../common'
import { PromotionId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

// A record, so that a phase missing here does not compile.
const PHASES: Record<PromotionPhase, true> = {
  collecting: true,
  ready_to_seal: true,
  signing: true,
  held: true,
  voided: true,
  approved: true,
  expired: true,
  deploying: true,
  deployed: true,
  failed: true,
  withdrawn: true,
  superseded: true,
  rolled_back: true,
}
const Phase = z.enum(Object.keys(PHASES) as PromotionPhase[]).meta({ id: 'PromotionPhase' })

export const listPromotionsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  status: z
    .enum(PROMOTION_STATUSES, `one of: ${PROMOTION_STATUSES.join(', ')}`)
    .optional()
    .describe('Only of this status.'),
  to: ProfileKey.optional().describe('Only towards this profile, by its id.'),
  ...pageQuery,
})
export const getPromotionInput = z.strictObject({ promotion: PromotionId })

const Window = z
  .strictObject({ startsAt: UtcInstant, endsAt: UtcInstant })
  .meta({ id: 'Window', description: 'When the deployment may start.' })
const Sealed = z
  .strictObject({ number: z.int(), hash: Sha256 })
  .meta({ id: 'SealedRef', description: 'A sealed version of the dossier and the SHA-256 of its canonical JSON.' })

export const NotYetReason = z
  .strictObject({ code: z.string(), sentence: z.string(), who: z.string().nullable().describe('Who can move it.') })
  .meta({ id: 'NotYetReason', description: 'One thing that stands in the way.' })

const Emergency = z
  .strictObject({
    incident: z.string().describe('The incident it is for.'),
    skipped: z.array(z.string()).describe('Ids of gates named as skipped; each is owed afterwards.'),
  })
  .meta({ id: 'EmergencyRef', description: 'Said only of an emergency promotion: it took the policy’s emergency slots.' })

export const PromotionItem = z
  .strictObject({
    id: PromotionId,
    system: SystemSlug,
    version: ReleaseVersion,
    from: z.string(),
    to: z.string(),
    status: z.enum(PROMOTION_STATUSES),
    window: Window.nullable(),
    policy: z.strictObject({ number: z.int(), hash: Sha256 }).describe('The version it is pinned to.'),
    sealed: Sealed.nullable().describe('The sealed version as it is stored; whether it still stands is judged when one promotion is read.'),
    openedBy: Who,
    openedAt: UtcInstant,
    endedAt: UtcInstant.nullable(),
    emergency: Emergency.nullable().describe('Null for an ordinary promotion.'),
  })
  .meta({ id: 'PromotionItem' })
export const ListPromotionsAnswer = pageAnswer(PromotionItem)

export const PromotionAnswer = z
  .strictObject({
    id: PromotionId,
    system: SystemSlug,
    release: z.strictObject({ version: ReleaseVersion, gitSha: GitSha, artefact: z.string() }),
    from: z.string(),
    to: z.string(),
    status: z.enum(PROMOTION_STATUSES).describe('What is stored.'),
    phase: Phase.describe('Where it stands, judged now.'),
    reasons: z.array(NotYetReason).describe('Everything between it and its deployment; empty when it may start now.'),
    window: Window.nullable(),
    policy: z.strictObject({ number: z.int(), hash: Sha256, active: z.int().describe('Number of the version that is active now.') }),
    openedBy: Who,
    openedAt: UtcInstant,
    emergency: Emergency.extend({
      open: z.boolean().describe('Whether its incident is still open; it goes no further once that is closed.'),
      reason: z.string().nullable().describe('Why the gates could not wait.'),
      reviewWithin: z.string().describe('How long the review may take afterwards, an ISO 8601 duration.'),
      reviews: z
        .array(
          z.strictObject({
            slot: z.string(),
            title: z.string(),
            finding: z.enum(REVIEW_FINDINGS).nullable(),
            by: z.string().nullable(),
            at: UtcInstant.nullable(),
          }),
        )
        .describe('What the ordinary slots said of it afterwards.'),
    })
      .meta({ id: 'Emergency' })
      .nullable()
      .describe('Null for an ordinary promotion.'),
    debts: z
      .array(
        z.strictObject({
          kind: z.enum(DEBT_KINDS),
          subject: z.string().describe('Id of the fallback use, rotation or emergency promotion that owes it.'),
          sentence: z.string(),
          who: z.string().describe('Who can pay it.'),
          dueAt: UtcInstant.nullable(),
          overdue: z.boolean(),
        }),
      )
      .describe('What the target profile still owes. An ordinary promotion is held until it is paid.'),
    overdueKeys: z
      .array(
        z.strictObject({
          rule: z.string().describe('Id of the rule that owns them.'),
          title: z.string(),
          sentence: z.string(),
          bornAt: UtcInstant.nullable(),
          dueAt: UtcInstant.nullable(),
          blocks: z.boolean().describe('Whether the policy lets it hold the promotion.'),
        }),
      )
      .describe('Keys of the target profile past the policy’s age.'),
    exceptions: z
      .array(
        z.strictObject({
          id: z.string(),
          profile: z.string(),
          rule: z.string().describe('What deviates, by its key.'),
          sentence: z.string(),
          startsAt: UtcInstant,
          endsAt: UtcInstant,
          owner: z.string(),
          state: z.enum(['running', 'overdue']),
        }),
      )
      .describe(
        'Approved drift exceptions of source and target that are not closed. One that is overdue on the target holds an ordinary promotion.',
      ),
    drift: z
      .array(
        z.strictObject({
          id: z.string(),
          profile: z.string().nullable().describe('Null: of the whole system.'),
          rule: z.string(),
          kind: z.enum(FINDING_KINDS),
          severity: z.enum(SEVERITIES).describe('block: on the target it holds an ordinary promotion until an exception covers it.'),
          sentence: z.string(),
          exception: z.string().nullable().describe('The exception that covers it. Null: open drift.'),
          openedAt: UtcInstant,
        }),
      )
      .describe('Open findings of source, target and the whole system.'),
    budget: z
      .strictObject({ days: z.int(), spent: z.number(), left: z.number(), within: z.string() })
      .nullable()
      .describe(
        'Days of open exceptions, and how many of them are spent in the stretch of time (ISO 8601). Null: the policy sets no budget.',
      ),
    gates: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        kind: z.enum(['check', 'attestation', 'checklist']),
        asks: z.string(),
        command: z.string().nullable(),
        blocking: z.boolean(),
        moments: z.array(z.enum(['opening', 'promotion', 'deployment'])).describe('When it is judged.'),
        verdict: z.enum(GATE_VERDICTS),
        found: z.enum(GATE_VERDICTS).nullable().describe('Of a gate that an emergency skips or an exception covers: what is known of it.'),
        exception: z.string().nullable().describe('The exception by which it passes.'),
        sentence: z.string(),
        whoCanBring: z.string(),
        evidence: z.uuid().nullable(),
        checklistRun: z.uuid().nullable(),
        seenAt: UtcInstant.nullable(),
        freshUntil: UtcInstant.nullable(),
      }),
    ),
    sealed: Sealed.extend({
      sealedAt: UtcInstant,
      sealedBy: Who.nullable(),
      stands: z.boolean(),
      moved: z.array(z.string()).describe('Inputs that moved since; not empty when it is void.'),
    })
      .meta({ id: 'SealedVersion' })
      .nullable(),
    slots: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        roles: z.array(z.enum(ROLES)),
        last: z.boolean().describe('Signs after all the others.'),
        signOff: z
          .strictObject({ id: z.string(), decision: z.enum(['approve', 'decline']), signer: z.string(), signedAt: UtcInstant })
          .nullable(),
      }),
    ),
    deployment: z.string().nullable().describe('Id of its deployment while that runs.'),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'Promotion' })
export const OpenedPromotionAnswer = z.strictObject({ id: PromotionId }).meta({ id: 'OpenedPromotion' })

export const getVerdictInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey,
  release: ReleaseVersion.describe('Version of the release that would be deployed.'),
})
export const VerdictAnswer = z
  .strictObject({
    verdict: z
      .enum(['GO', 'NOT_YET'])
      .describe('GO: approved, holding, inside its window, now. Or a redeploy of what runs there with authority.'),
    kind: z.enum(['deploy', 'redeploy']).describe('What starting it would be.'),
    reasons: z.array(NotYetReason).describe('Everything that stands in the way; empty for GO.'),
    system: SystemSlug,
    profile: z.strictObject({
      asked: z.string(),
      id: z.string().nullable().describe('Null: the policy declares no such profile.'),
      class: z.string().describe('An undeclared name counts as production.'),
    }),
    release: z.strictObject({ version: ReleaseVersion, gitSha: GitSha, artefact: z.string() }).nullable().describe('Null: not registered.'),
    promotion: PromotionId.nullable().describe('The open promotion it was judged by.'),
    emergency: Emergency.nullable().describe('Whether that is an emergency promotion. Null: it is an ordinary one.'),
    dossier: Sealed.nullable(),
    window: Window.nullable(),
    running: z
      .string()
      .nullable()
      .describe('Id of a deployment to the profile that has started and has no result yet. Nothing else can start before it has one.'),
    policy: z
      .strictObject({ number: z.int(), hash: Sha256 })
      .describe('The version it was judged by: the promotion’s, else the active one.'),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'Verdict' })

import { z } from 'zod'
import { DEPLOYMENT_STATUSES } from '@/lib/domain/deployment'
import { ProfileKey, ReleaseVersion, Sha256, SystemSlug } from '../common'
import { Stamp } from '../deployment'
import { DeploymentId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listDeploymentsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  profile: ProfileKey.optional().describe('Only to this profile, by its id.'),
  status: z
    .enum(DEPLOYMENT_STATUSES, `one of: ${DEPLOYMENT_STATUSES.join(', ')}`)
    .optional()
    .describe('Only of this status.'),
  ...pageQuery,
})
export const getDeploymentInput = z.strictObject({ deployment: DeploymentId })

export const DeploymentAnswer = z
  .strictObject({
    id: DeploymentId,
    system: SystemSlug,
    profile: z.string(),
    version: ReleaseVersion,
    kind: z.enum(['deploy', 'redeploy', 'rollback']),
    status: z.enum(DEPLOYMENT_STATUSES),
    authorised: z.boolean().describe('As judged at the instant it started.'),
    reasons: z.array(z.string()).describe('Why it was not authorised.'),
    inputs: z.array(z.string()).describe('Names of what the start was given.'),
    violations: z.array(z.string()).describe('Inputs that the policy does not allow.'),
    promotion: z.string().nullable(),
    reverts: z.string().nullable(),
    targetLabel: z.string().nullable(),
    checklistRun: z.uuid().nullable(),
    policy: z.strictObject({ number: z.int(), hash: Sha256 }),
    startedBy: Who,
    startedAt: UtcInstant,
    finishedAt: UtcInstant.nullable(),
    failureClass: z.string().nullable(),
    failureSignature: z.string().nullable(),
    stamp: Stamp.nullable().describe('What the runtime said of itself.'),
  })
  .meta({ id: 'Deployment' })
export const ListDeploymentsAnswer = pageAnswer(DeploymentAnswer)
export const StartedDeploymentAnswer = z
  .strictObject({
    id: DeploymentId,
    kind: z.enum(['deploy', 'redeploy', 'rollback']),
    authorised: z.boolean().describe('False: it is on the record as unauthorised, with the reasons.'),
    reasons: z.array(z.string()),
    violations: z.array(z.string()),
  })
  .meta({ id: 'StartedDeployment' })
export const FinishedDeploymentAnswer = z
  .strictObject({ id: DeploymentId, status: z.enum(DEPLOYMENT_STATUSES) })
  .meta({ id: 'FinishedDeployment' })

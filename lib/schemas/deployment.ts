import { z } from 'zod'
import { DeploymentId } from './ids'

const Name = z.string().min(1).max(300)

/** Records that a deployment started. Inputs are named, never given with their values (004.6, 004.15). */
export const startDeploymentInput = z
  .strictObject({
    system: z.string().min(1).max(64).describe('Slug of the system.'),
    profile: z.string().min(1).max(64).describe('Id or alias of the profile.'),
    version: z.string().min(1).max(128).describe('Version of a registered release.'),
    inputs: z
      .array(Name)
      .max(100)
      .default([])
      .describe('Names of what the deployment was given: ids of the policy’s inputs, file names, flags. Never values.'),
    reverts: DeploymentId.optional().describe('For a rollback: the deployment it reverts.'),
    targetLabel: z.string().min(1).max(64).optional().describe('The environment label handed to the deploy agent; informational.'),
  })
  .meta({ id: 'StartDeployment' })

/** The versions a runtime shows of itself (002.27). */
export const Stamp = z
  .strictObject({
    GIT_SHA: z.string().max(64).optional(),
    BUILD_DATE: z.iso.datetime({ offset: true }).optional(),
    APP_VERSION: z.string().max(128).optional(),
  })
  .meta({ id: 'Stamp' })

/** Records how a started deployment ended. A failure names its class; a crash from an invalid environment is one (004.18). */
export const finishDeploymentInput = z
  .strictObject({
    deployment: DeploymentId,
    result: z.enum(['succeeded', 'failed']),
    failureClass: z.enum(['invalid-environment', 'migration', 'health-check', 'smoke-test', 'other']).optional(),
    failureSignature: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .describe('How it looked: the id of a known signature, or a short line. Never a value.'),
    stamp: Stamp.optional().describe('What the runtime says of itself.'),
  })
  .refine((input) => input.result === 'succeeded' || input.failureClass !== undefined, {
    error: 'Say what kind of failure it was.',
    path: ['failureClass'],
  })
  .meta({ id: 'FinishDeployment' })

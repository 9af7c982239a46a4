import { z } from 'zod'

/** Stores and activates a policy version from its YAML text. `fileName` is only printed in findings. */
export const applyPolicyInput = z
  .strictObject({
    text: z
      .string()
      .min(1, 'The policy is empty.')
      .max(512 * 1024, 'A policy has at most 512 KiB.')
      .describe('The policy as YAML (or JSON).'),
    fileName: z.string().min(1).max(200).default('policy.yaml').describe('Name of the file, for the places of findings.'),
  })
  .meta({ id: 'ApplyPolicy' })

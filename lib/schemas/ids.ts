import { z } from 'zod'

// What the records are called, once for form, API and the OpenAPI document. Ids are sequences; their lengths are bounded before they are matched.

const idOf = (prefix: string, example: string, what: string) =>
  z
    .string()
    .max(20)
    .regex(new RegExp(`^${prefix}-\\d{4,}$`), `an id such as ${example}`)
    .describe(what)

export const PromotionId = idOf('PRM', 'PRM-0142', 'Id of a promotion.')
export const SignOffId = idOf('SIG', 'SIG-0387', 'Id of a signature.')
export const DeploymentId = idOf('DEP', 'DEP-0210', 'Id of a deployment.')
export const RotationId = idOf('ROT', 'ROT-0031', 'Id of a rotation.')
export const IncidentId = idOf('INC', 'INC-0208', 'Id of an incident.')
export const FindingId = idOf('FND', 'FND-0012', 'Id of a finding.')
export const ExceptionId = idOf('EXC', 'EXC-0031', 'Id of a drift exception.')
export const FallbackId = idOf('BG', 'BG-0017', 'Id of a fallback use (break-glass).')

/** Id of a step-up proof: the password was given a moment ago, for exactly this act. */
export const StepUpProof = z.uuid('Confirm with your password first.')

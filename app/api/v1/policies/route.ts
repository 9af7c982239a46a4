import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { applyPolicyInput } from '@/lib/schemas/policy'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'

/** Stores and activates a policy version: an admin's act, through a token that an admin made. */
export function POST(request: Request): Promise<Response> {
  return respond(request, {
    schema: applyPolicyInput,
    scope: 'policy:apply',
    batch: true,
    run: applyPolicy,
    location: (_, result) => {
      const { systemId, number } = result as Awaited<ReturnType<typeof applyPolicy>> // what run gave
      return `/api/v1/systems/${systemId}/policies/${number}`
    },
  })
}

export const { GET, PUT, PATCH, DELETE, OPTIONS } = otherMethods('POST')

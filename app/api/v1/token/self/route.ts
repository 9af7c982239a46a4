import { Refused, refuse } from '@/lib/domain/refusal'
import { otherMethods } from '@/lib/http/other-methods'
import { respond } from '@/lib/http/respond'
import { revokeSelfInput } from '@/lib/schemas/api/token'
import { revokeToken } from '@/lib/usecases/account/revoke-token'

/** Revokes the token that asks, at once: for whoever finds one (T19). */
export function DELETE(request: Request): Promise<Response> {
  return respond(request, {
    schema: revokeSelfInput,
    scope: null,
    status: 204,
    run: (ctx) => {
      if (!ctx.actor.token) throw new Refused(refuse('unauthenticated', 'Only a token revokes itself.'))
      return revokeToken(ctx, { token: ctx.actor.token.id })
    },
  })
}

export const { GET, POST, PUT, PATCH, OPTIONS } = otherMethods('DELETE')

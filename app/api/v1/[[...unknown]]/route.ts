import { requestInfo } from '@/lib/auth/request-info'
import { refuse } from '@/lib/domain/refusal'
import { problemResponse } from '@/lib/http/problem'
import { routes } from '@/lib/routes'

/** Whatever no other route of the API answers: a program gets a problem document, never a page. It does not repeat the address, which may hold anything. */
const nothingHere = (request: Request): Response =>
  problemResponse(
    refuse(
      'not_found',
      `The API has nothing at this address. ${routes.openapi()} lists every address, ${routes.apiReference()} explains them.`,
    ),
    requestInfo(request.headers).id,
  )

export { nothingHere as DELETE, nothingHere as GET, nothingHere as OPTIONS, nothingHere as PATCH, nothingHere as POST, nothingHere as PUT }

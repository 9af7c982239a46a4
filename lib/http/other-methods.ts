import 'server-only'
import { requestInfo } from '@/lib/auth/request-info'
import { refuse } from '@/lib/domain/refusal'
import { API_HEADERS, problemResponse } from './problem'

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]
type Handler = (request: Request) => Response

/**
 * Handlers for the methods that an address of the API does not answer, so that they too are refused with a problem document (405, and `Allow`
 * with those it answers) instead of an empty page. OPTIONS says the same without refusing. A route takes from it what it has no handler of its own for.
 */
export function otherMethods(...answered: readonly Method[]): Record<Method | 'OPTIONS', Handler> {
  const Allow = [...answered, ...(answered.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  const refused: Handler = (request) =>
    problemResponse(
      refuse(
        'method_not_allowed',
        `This address answers ${answered.join(' and ')}, not ${METHODS.find((method) => method === request.method) ?? 'this'}.`,
      ),
      requestInfo(request.headers).id,
      { Allow },
    )
  const options: Handler = () => new Response(null, { status: 204, headers: { ...API_HEADERS, Allow } })
  return { GET: refused, POST: refused, PUT: refused, PATCH: refused, DELETE: refused, OPTIONS: options }
}

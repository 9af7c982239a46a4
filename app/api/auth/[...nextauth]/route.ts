import NextAuth from 'next-auth'
import { whyNotSameOrigin } from '@/lib/auth/origin'
import { requestInfo } from '@/lib/auth/request-info'
import { refuse } from '@/lib/domain/refusal'
import { API_HEADERS, problemResponse } from '@/lib/http/problem'
import { authOptions } from './options'

type Context = { params: Promise<{ nextauth: string[] }> }

const LARGEST = 16 * 1024

/** The sign-in protocol. Never cached, never for another origin's pages (T25), never with a large body (T30). */
async function handle(request: Request, context: Context): Promise<Response> {
  if (request.method === 'POST') {
    const id = requestInfo(request.headers).id
    const foreign = whyNotSameOrigin(request.headers)
    if (foreign) return problemResponse(foreign, id)
    const length = request.headers.get('content-length')
    if (length === null || Number(length) > LARGEST) return problemResponse(refuse('too_large', 'This is too large for a sign-in.'), id)
  }
  const response: Response = await NextAuth(authOptions())(request, context)
  for (const [name, value] of Object.entries(API_HEADERS)) response.headers.set(name, value)
  return response
}

export { handle as GET, handle as POST }

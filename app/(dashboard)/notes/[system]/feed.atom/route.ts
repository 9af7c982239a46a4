import { notesFeed } from '@/app/(dashboard)/notes/feed'
import { respondRead } from '@/lib/http/respond'

type Context = { params: Promise<{ system: string }> }

/** What shipped, as a feed (RFC 4287). */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return respondRead(request, notesFeed(request, params))
}

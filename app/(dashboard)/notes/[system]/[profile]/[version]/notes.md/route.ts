import { markdownOf } from '@/app/(dashboard)/notes/markdown'
import { viewer } from '@/lib/auth/session'
import { getNotes } from '@/lib/queries/release-notes'

type Context = { params: Promise<{ system: string; profile: string; version: string }> }

/** The notes as a Markdown file. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { system, profile, version } = await params
  const who = await viewer()
  const detail = who ? await getNotes(who, decodeURIComponent(system), decodeURIComponent(profile), decodeURIComponent(version)) : null
  if (!detail)
    return new Response('Not found\n', {
      status: who ? 404 : 401,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  return new Response(markdownOf(detail), {
    headers: {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="${`${detail.system.slug}-${detail.version}-${detail.profile.id}`.replace(/[^\w.+-]/g, '_')}.md"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

import { viewer } from '@/lib/auth/session'
import { getPolicyVersion } from '@/lib/queries/policy-versions'

/** The document of a policy version as JSON, to keep or to compare elsewhere. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: { params: Promise<{ slug: string; version: string }> }): Promise<Response> {
  const { slug, version } = await params
  const who = await viewer()
  const found = who && /^\d{1,6}$/.test(version) ? await getPolicyVersion(who, slug, Number(version)) : null
  if (!found)
    return new Response('Not found\n', {
      status: who ? 404 : 401,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  return new Response(`${found.canonical}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${found.policy.system.slug}-policy-${found.number}.json"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

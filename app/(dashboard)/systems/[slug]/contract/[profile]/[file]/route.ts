import { viewer } from '@/lib/auth/session'
import { EXPORT_FILES, EXPORT_FORMS } from '@/lib/domain/contract/export'
import { getContractFile } from '@/lib/queries/contract-file'

/** The contract of a profile as a file to keep: `.env.example`, a JSON Schema, a Markdown table. What cannot be seen is not found (T23). */
export async function GET(_: Request, { params }: { params: Promise<{ slug: string; profile: string; file: string }> }): Promise<Response> {
  const { slug, profile, file } = await params
  const who = await viewer()
  const form = EXPORT_FORMS.find((each) => EXPORT_FILES[each].name === file)
  const text = who && form ? await getContractFile(who, slug, profile, form) : null
  if (text === null || !form)
    return new Response('Not found\n', {
      status: who ? 404 : 401,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  const { name, mediaType } = EXPORT_FILES[form]
  return new Response(text, {
    headers: {
      'content-type': mediaType,
      // A name with a dot in front is hidden on some machines, and that is what it should be called.
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

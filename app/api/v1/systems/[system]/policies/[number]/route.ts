import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getPolicy } from '@/lib/queries/api/systems'
import { getPolicyInput } from '@/lib/schemas/api/systems'

type Context = { params: Promise<{ system: string; number: string }> }

/** One policy version with its document; with `format=yaml` the text as it was applied, as a download. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  let yaml: { text: string; name: string } | undefined
  const answer = await respondRead(request, {
    params,
    schema: getPolicyInput,
    run: async ({ actor }, { system, number, format }, { now }) => {
      const { source, ...policy } = await getPolicy({ actor, now }, system, number)
      if (format === 'yaml') yaml = { text: source, name: `${system}-${number}.yaml` }
      return policy
    },
  })
  if (!yaml) return answer
  const headers = new Headers(answer.headers)
  headers.set('Content-Type', 'application/yaml; charset=utf-8')
  headers.set('Content-Disposition', `attachment; filename="${yaml.name}"`)
  return new Response(yaml.text, { headers })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')

import { otherMethods } from '@/lib/http/other-methods'
import { respondRead } from '@/lib/http/respond'
import { getContract, getContractText } from '@/lib/queries/api/contracts'
import { getContractInput } from '@/lib/schemas/api/contracts'

type Context = { params: Promise<{ system: string; profile: string }> }

/** The contract of a profile; with `format=env` or `format=markdown` as a text, as a download. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  let file: { text: string; name: string } | undefined
  const answer = await respondRead(request, {
    params,
    schema: getContractInput,
    run: async ({ actor }, input, { now }) => {
      const looker = { actor, now }
      if (input.format === 'env') file = { text: await getContractText(looker, input, 'env'), name: '.env.example' }
      if (input.format === 'markdown') file = { text: await getContractText(looker, input, 'md'), name: 'contract.md' }
      return file ? null : getContract(looker, input)
    },
  })
  if (!file) return answer
  const headers = new Headers(answer.headers)
  headers.set('Content-Type', 'text/plain; charset=utf-8')
  headers.set('Content-Disposition', `attachment; filename="${file.name}"`)
  return new Response(file.text, { headers })
}

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods('GET')

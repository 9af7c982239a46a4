import type { PaletteItem } from '@/components/layout/palette-item'
import { viewer } from '@/lib/auth/session'
import { type SearchHit, search } from '@/lib/queries/search'
import { routes } from '@/lib/routes'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

const LONGEST = 200

/** Answers the palette: objects and commands as items with an address. 401 for nobody; what looks like a secret is refused and not echoed (T18). */
export async function GET(request: Request): Promise<Response> {
  const who = await viewer()
  if (!who) return answer(401, { sentence: 'Your session has ended. Sign in again.' })
  const q = new URL(request.url).searchParams.get('q') ?? ''
  if (q.length > LONGEST) return answer(422, { sentence: `A search has at most ${LONGEST} characters.` })
  const secret = whyNotSecret({ q })
  if (secret) return answer(422, { sentence: secret.sentence })
  return answer(200, { items: (await search(who, q)).map(toItem) })
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'private, no-store' } })
}

function toItem({ kind, title, hint, refusal, target }: SearchHit): PaletteItem {
  return { kind, title, hint, refusal, href: hrefOf(target) }
}

function hrefOf(target: SearchHit['target']): string {
  switch (target.to) {
    case 'promotion':
      return routes.promotion(target.id)
    case 'signature':
      return routes.signature(target.id)
    case 'deployment':
      return routes.deployment(target.id)
    case 'system':
      return routes.system(target.id)
    case 'rotation':
      return routes.rotation(target.id)
    case 'incident':
      return routes.incident(target.id)
    case 'fallback':
      return routes.fallback(target.id)
    case 'exception':
      return routes.exception(target.id)
    case 'exceptions-new':
      return routes.exceptionNew()
    case 'except':
      return routes.exceptionNew({ system: target.system, profile: target.profile, rule: target.rule, finding: target.finding })
    case 'finding':
      return routes.finding(target.id)
    case 'attestations':
      return routes.systemAttestations(target.id)
    case 'glass':
      return routes.breakGlass()
    case 'promotions-new':
      return routes.promotionNew()
    case 'sign':
      return routes.promotionSign(target.id, { slot: target.slot, version: target.version })
    case 'version':
      return routes.promotionVersion(target.id, target.number)
    case 'release':
      return routes.release(target.system, target.name)
    case 'env':
      return routes.systemEnv(target.system)
    default:
      return target satisfies never
  }
}

import 'server-only'
import { db } from '@/lib/db/client'
import { whyNotOpenPromotion } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { getInFlight } from './in-flight'
import type { ProfileView } from './promotion-card'
import type { Looker } from './system-standing'

/** A system somebody may open promotions of, with its ways and newest releases. */
export type PromotionStart = {
  slug: string
  name: string
  ways: { id: string; from: ProfileView; to: ProfileView; gates: number; slots: string[] }[]
  releases: { version: string; builtAt: Date; open: { id: string; to: string }[] }[]
  whyNot: Refusal | null
}

const RELEASES = 20

/** What a promotion can be opened for, system by system (000.31). Scoped to what the viewer may see (T23); two statements besides the shared ones. */
export async function getPromotionStarts(looker: Looker): Promise<PromotionStart[]> {
  const { standings } = await getInFlight(looker)
  const rows = await db.$queryRaw<{ systemId: string; version: string; buildDate: Date }[]>`
    SELECT "systemId", version, "buildDate" FROM (
      SELECT r.*, row_number() OVER (PARTITION BY "systemId" ORDER BY "buildDate" DESC, id) AS place FROM "Release" r WHERE "systemId" = ANY (${standings.map(({ slug }) => slug)})) r
    WHERE place <= ${RELEASES} ORDER BY "buildDate" DESC, version`
  return standings.map((standing) => {
    const { policy } = standing.version
    const view = (key: string): ProfileView => ({ id: key, class: policy.profiles.find(({ id }) => id === key)?.class ?? 'production' })
    return {
      slug: standing.slug,
      name: standing.name,
      ways: policy.edges.map((edge) => ({
        id: edge.id,
        from: view(edge.from),
        to: view(edge.to),
        gates: edge.gates.length,
        slots: edge.signOff.slots.map(({ title }) => title),
      })),
      releases: rows
        .filter(({ systemId }) => systemId === standing.slug)
        .map(({ version, buildDate }) => ({
          version,
          builtAt: buildDate,
          open: standing.open.filter(({ release }) => release.version === version).map(({ id, edge }) => ({ id, to: edge.to })),
        })),
      whyNot: whyNotOpenPromotion(looker.actor, { id: standing.slug, name: standing.name }, looker.now),
    }
  })
}

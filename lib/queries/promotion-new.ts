import 'server-only'
import { db } from '@/lib/db/client'
import { skippableGates } from '@/lib/domain/emergency'
import { whyNotOpenPromotion } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { getInFlight } from './in-flight'
import type { ProfileView } from './promotion-card'
import type { Looker } from './system-standing'

/** A system somebody may open promotions of, with its ways and newest releases. */
export type PromotionStart = {
  slug: string
  name: string
  ways: {
    id: string
    from: ProfileView
    to: ProfileView
    gates: number
    slots: string[]
    /** Who signs in an emergency and what it may skip; null where the policy has none. */
    emergency: { slots: string[]; skippable: { id: string; title: string }[]; never: string[] } | null
  }[]
  /** Open incidents, the newest first: an emergency is under one of them. */
  incidents: { id: string; title: string; severity: string }[]
  releases: { version: string; builtAt: Date; open: { id: string; to: string }[] }[]
  whyNot: Refusal | null
}

const RELEASES = 20

/** What a promotion can be opened for, system by system (000.31). Scoped to what the viewer may see (T23); three statements besides the shared ones. */
export async function getPromotionStarts(looker: Looker): Promise<PromotionStart[]> {
  const { standings } = await getInFlight(looker)
  const slugs = standings.map(({ slug }) => slug)
  const incidents = await db.incident.findMany({
    where: { systemId: { in: slugs }, closedAt: null },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    select: { id: true, title: true, severity: true, systemId: true },
  })
  const rows = await db.$queryRaw<{ systemId: string; version: string; buildDate: Date }[]>`
    SELECT "systemId", version, "buildDate" FROM (
      SELECT r.*, row_number() OVER (PARTITION BY "systemId" ORDER BY "buildDate" DESC, id) AS place FROM "Release" r WHERE "systemId" = ANY (${slugs})) r
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
        emergency: edge.emergency
          ? {
              slots: edge.emergency.slots.map(({ title }) => title),
              skippable: skippableGates(policy, edge).map(({ id, title }) => ({ id, title })),
              never: edge.gates.filter(({ id }) => edge.emergency?.neverSkip.includes(id)).map(({ title }) => title),
            }
          : null,
      })),
      incidents: incidents.filter(({ systemId }) => systemId === standing.slug).map(({ id, title, severity }) => ({ id, title, severity })),
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

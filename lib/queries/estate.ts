import 'server-only'
import { type MatrixState, worstState } from '@/lib/domain/matrix-cell'
import { CLASSES } from '@/lib/domain/policy/parts/document'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { ProfileStanding } from '@/lib/domain/profile-standing'
import { getStandings, type Looker, type SystemStanding } from './system-standing'

export type EstateProfile = ProfileStanding & { /** The promotion on its way there, newest first. */ promotion: string | null }

/** One system of the estate: its profiles by class, and the worst of them. */
export type EstateSystem = { slug: string; name: string; worst: MatrixState; words: string; profiles: EstateProfile[] }

/** Systems by classes of profiles. A class that no system has is left out. */
export type Estate = { classes: readonly ProfileClass[]; systems: EstateSystem[] }

/** Every system somebody may see, with what runs on each profile and its worst state; where a profile does not exist there is none (ux.md, Inbox). */
export async function getEstate(looker: Looker): Promise<Estate> {
  return estateOf((await getStandings(looker)).standings)
}

/** The estate from standings that a page has loaded anyway. */
export function estateOf(standings: readonly SystemStanding[]): Estate {
  const systems = standings.map((standing): EstateSystem => {
    // A conflict between documents is of no profile and holds all of them (002.3).
    const conflict = standing.drift.find(({ profile, severity }) => profile === null && severity !== 'note')
    const worst = worstState([...standing.profiles.map((profile) => profile.state), ...(conflict ? (['open-drift'] as const) : [])])
    const cause = standing.profiles.find((profile) => profile.state === worst)
    return {
      slug: standing.slug,
      name: standing.name,
      worst,
      words: cause ? `${cause.profile}: ${cause.sentence}` : conflict ? `${conflict.id}: ${conflict.title}` : 'Nothing deployed yet',
      profiles: standing.profiles.map((profile) => ({
        ...profile,
        promotion: standing.open.find(({ edge }) => edge.to === profile.profile)?.id ?? null,
      })),
    }
  })
  const classes = CLASSES.filter((each) => systems.some((system) => system.profiles.some((profile) => profile.class === each)))
  return { classes, systems }
}

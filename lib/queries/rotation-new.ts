import 'server-only'
import { db } from '@/lib/db/client'
import { loadOwnerAgents } from '@/lib/db/load-rotations'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { approversWords, ownersWords } from '@/lib/domain/ownership'
import type { Refusal } from '@/lib/domain/refusal'
import type { RotationMethod } from '@/lib/domain/rotation'
import { whyNotOpen } from '@/lib/domain/rotation-approval'
import { offeredVariants, planSteps, runbookOf } from '@/lib/domain/rotation-plan'
import { getInFlight } from './in-flight'
import type { Looker } from './system-standing'

/** A rule that a rotation can be opened under, with what it takes and what it refuses. */
export type RuleStart = {
  id: string
  profile: string
  title: string
  method: RotationMethod
  standing: Pick<KeyStanding, 'state' | 'ageMs' | 'limitMs' | 'dueAt' | 'sentence' | 'rotation'>
  secrets: { mapping: string; variable: string }[]
  /** The words of the policy on why its secrets are rotated together; null where each may be rotated alone (000.17). */
  together: string | null
  owners: string
  approvers: string
  runbook: { title: string; assumed: boolean; notice: string | null }
  variants: { id: string; title: string; refused: string | null }[]
  hasLimit: boolean
  whyNot: Refusal | null
}

/** What a rotation can be opened for in one system. */
export type RotationStart = {
  systems: { slug: string; name: string }[]
  system: { slug: string; name: string } | null
  rules: RuleStart[]
  incidents: { id: string; title: string }[]
}

/** Rules of the chosen system (the first one otherwise) that a rotation can be opened under (000.18). Scoped to what the viewer may see (T23). */
export async function getRotationStart(looker: Looker, asked: { system?: string }): Promise<RotationStart> {
  const { actor, now } = looker
  const { standings, secops } = await getInFlight(looker)
  const systems = standings.map(({ slug, name }) => ({ slug, name }))
  const chosen = standings.find(({ slug }) => slug === asked.system) ?? standings[0]
  if (!chosen) return { systems, system: null, rules: [], incidents: [] }
  const system = { id: chosen.slug, name: chosen.name }
  const { policy } = chosen.version
  const keys = secops.keys.filter((standing) => standing.system === chosen.slug)
  const [agents, incidents] = await Promise.all([
    loadOwnerAgents(db, chosen.version),
    db.incident.findMany({
      where: { systemId: chosen.slug, closedAt: null },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
      select: { id: true, title: true },
      take: 20,
    }),
  ])
  return {
    systems,
    system: { slug: chosen.slug, name: chosen.name },
    incidents,
    rules: keys.map((standing): RuleStart => {
      const { ownership } = standing
      const { runbook, assumed } = runbookOf(policy, ownership)
      const members = standing.members.map(({ mapping }) => mapping)
      const group = policy.secrets.groups.find(
        ({ pairing, members: of }) => pairing === 'rotate-together' && of.length > 1 && of.some((id) => members.includes(id)),
      )
      return {
        id: ownership.id,
        profile: ownership.profile,
        title: standing.title,
        method: ownership.method,
        standing: {
          state: standing.state,
          ageMs: standing.ageMs,
          limitMs: standing.limitMs,
          dueAt: standing.dueAt,
          sentence: standing.sentence,
          rotation: standing.rotation,
        },
        secrets: standing.members.map(({ mapping, variable }) => ({ mapping, variable })),
        together: group?.text ?? null,
        owners: ownersWords(ownership),
        approvers: approversWords(ownership),
        runbook: { title: runbook.title, assumed, notice: runbook.window?.text ?? null },
        variants: offeredVariants(planSteps(policy, ownership)).map(({ id, title, refused }) => ({ id, title, refused })),
        hasLimit: ownership.maxAge !== undefined,
        whyNot: whyNotOpen(actor, system, ownership, agents, now),
      }
    }),
  }
}

import 'server-only'
import { documentsOf, type PolicyDocument, whyNotRaise } from '@/lib/domain/finding-guards'
import type { Refusal } from '@/lib/domain/refusal'
import { getStandings, type Looker } from './system-standing'

/** What the form that raises a conflict or a disagreement starts from: the systems, and of the chosen one its documents. */
export type FindingStart = {
  systems: { slug: string; name: string }[]
  chosen: {
    system: { slug: string; name: string }
    documents: PolicyDocument[]
    profiles: string[]
    /** Whether promotions wait while its documents disagree, in the policy's words. */
    stops: boolean
    onConflict: string | null
    whyNot: Refusal | null
  } | null
}

/** The systems somebody may see, and what can be raised of one of them; one system alone is chosen by itself. No statement beyond the frame's. */
export async function getFindingStart(looker: Looker, asked: { system?: string }): Promise<FindingStart> {
  const { actor, now } = looker
  const { standings } = await getStandings(looker)
  const chosen = standings.find(({ slug }) => slug === asked.system) ?? (standings.length === 1 ? standings[0] : undefined)
  const systems = standings.map(({ slug, name }) => ({ slug, name }))
  if (!chosen) return { systems, chosen: null }
  const { policy } = chosen.version
  const documents = documentsOf(policy)
  return {
    systems,
    chosen: {
      system: { slug: chosen.slug, name: chosen.name },
      documents,
      profiles: policy.profiles.map(({ id }) => id),
      stops: policy.document.onConflict?.action === 'stop',
      onConflict: policy.document.onConflict?.text ?? null,
      whyNot: whyNotRaise(policy, documents[0]?.id ?? '', actor, now),
    },
  }
}

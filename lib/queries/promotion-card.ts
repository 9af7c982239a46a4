import 'server-only'
import type { Candidate } from '@/lib/domain/approval'
import { type BoardColumn, boardColumn, gateCounts, type Holding, whatHolds } from '@/lib/domain/holding'
import type { InboxItem } from '@/lib/domain/inbox-item'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { type PromotionFacts, type PromotionPhase, promotionPhase } from '@/lib/domain/promotion'
import { openDrift } from '@/lib/domain/promotion-drift'
import { classOf } from './in-flight'
import { type PipelineSlot, slotViews } from './system-head'
import type { Looker } from './system-standing'

/** A profile with the class that decides how it is drawn. */
export type ProfileView = { id: string; class: ProfileClass }

/** A promotion in small: what it is, the single thing that holds it, gates and slots. */
export type PromotionCard = {
  id: string
  system: { id: string; name: string }
  version: string
  from: ProfileView
  to: ProfileView
  column: BoardColumn | null
  phase: PromotionPhase
  hold: Holding
  gates: { passed: number; total: number; covered: number; skipped: number }
  /** The incident under which it is an emergency; null for an ordinary one. */
  emergency: string | null
  slots: PipelineSlot[]
  hash: string | null
  /** Exceptions in force on source and target, and deviations of the target that hold it. */
  exceptions: number
  openDrift: number
  window: { startsAt: Date; endsAt: Date } | null
  openedAt: Date
  /** What of it is the viewer's to do; null when nothing is. */
  mine: Pick<InboxItem, 'kind' | 'title' | 'due' | 'target'> | null
}

/** Draws up the card of a promotion for one viewer. */
export function cardOf(
  facts: PromotionFacts,
  looker: Looker,
  people: readonly Candidate[],
  items: readonly InboxItem[] = [],
): PromotionCard {
  const { from, to } = facts.edge
  return {
    id: facts.id,
    system: facts.system,
    version: facts.release.version,
    from: { id: from, class: classOf(facts, from) },
    to: { id: to, class: classOf(facts, to) },
    column: boardColumn(facts, looker.now),
    phase: promotionPhase(facts, looker.now),
    hold: whatHolds(facts, people, looker.now),
    gates: gateCounts(facts),
    emergency: facts.emergency?.incident.id ?? null,
    slots: facts.sealed ? slotViews(facts, looker) : [],
    hash: facts.sealed?.hash ?? null,
    exceptions: facts.exceptions.length,
    openDrift: openDrift(facts.drift).filter(({ severity, profile }) => severity === 'block' && profile === to).length,
    window: facts.window,
    openedAt: facts.openedAt,
    mine: items.find((item) => item.promotion === facts.id) ?? null,
  }
}

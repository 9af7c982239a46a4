import 'server-only'
import { db } from '@/lib/db/client'
import type { LoadedPolicy } from '@/lib/db/load-policy'
import { runContext } from '@/lib/db/load-run'
import { namedSelect, toNamed } from '@/lib/db/named'
import {
  applicableItems,
  type ChecklistItem,
  type ChecklistState,
  checklistState,
  type ItemState,
  type Ticker,
  type TickState,
  templateHash,
  whyNotTick,
} from '@/lib/domain/checklist'
import { tickersOf, whyNotWorkOn } from '@/lib/domain/checklist-run'
import type { PolicyChecklist } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import type { Looker } from './system-standing'

/** A checklist for one release and profile as a screen shows it. `id` is null while nobody has started it: the items are then those it would have. */
export type RunView = {
  id: string | null
  list: PolicyChecklist
  releaseId: string
  profileKey: string
  templateHash: string
  variant: string | null
  state: ChecklistState
  startedAt: Date | null
  startedBy: Ticker | null
}

/** For which release, on which profile, which checklist of which policy. */
export type RunScope = {
  releaseId: string
  profileKey: string
  checklistKey: string
  version: LoadedPolicy
  /** One run rather than the newest: what a deployment went by stays what it went by (domain.md, what always holds, 10). */
  run?: string | null
}

const keyOf = (scope: Pick<RunScope, 'releaseId' | 'profileKey' | 'checklistKey'>) =>
  `${scope.releaseId} ${scope.profileKey} ${scope.checklistKey}`

/**
 * The newest run of each scope (or the one it names) with who ticked what, in three statements however many. The function it gives answers null where the policy has
 * no such checklist, or an outside one that nobody imported (000.30).
 */
export async function loadRuns(scopes: readonly RunScope[]): Promise<(scope: RunScope) => RunView | null> {
  const releases = [...new Set(scopes.map(({ releaseId }) => releaseId))]
  const systems = [...new Set(scopes.map(({ version }) => version.systemId))]
  const [runs, templates] = await Promise.all([
    db.checklistRun.findMany({
      where: { releaseId: { in: releases } },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      include: { startedBy: namedSelect },
    }),
    db.checklistTemplate.findMany({
      where: { systemId: { in: systems } },
      orderBy: { number: 'desc' },
      distinct: ['systemId', 'checklistKey'],
      select: { systemId: true, checklistKey: true, hash: true, items: true },
    }),
  ])
  const newest = new Map<string, (typeof runs)[number]>()
  for (const run of runs) if (!newest.has(keyOf(run))) newest.set(keyOf(run), run)
  const byId = new Map(runs.map((run) => [run.id, run]))
  const runOf = (scope: RunScope) => (scope.run ? byId.get(scope.run) : undefined) ?? newest.get(keyOf(scope))
  const wanted = scopes.flatMap((scope) => runOf(scope)?.id ?? [])
  const ticks = await db.checklistTick.findMany({
    where: { runId: { in: wanted } },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    include: { by: namedSelect },
  })
  const ticksOf = Map.groupBy(ticks, ({ runId }) => runId)

  return (scope) => {
    const { policy, systemId } = scope.version
    const list = policy.checklists.find(({ id }) => id === scope.checklistKey)
    if (!list) return null
    const run = runOf(scope)
    const template = list.external ? templates.find((each) => each.systemId === systemId && each.checklistKey === list.id) : null
    if (!run && list.external && !template) return null
    // Items of runs and templates were validated when they were written.
    const items = (run?.items ?? template?.items ?? list.items) as unknown as readonly ChecklistItem[]
    const applicable = applicableItems(items, runContext(policy, scope.profileKey, run?.variant ?? null))
    const own = (run ? (ticksOf.get(run.id) ?? []) : []).map((tick) => ({
      itemId: tick.itemId,
      state: tick.state as TickState, // written by our own use case
      at: tick.at,
      by: ticker(tick.by),
      note: tick.note,
      link: tick.link,
    }))
    return {
      id: run?.id ?? null,
      list,
      releaseId: scope.releaseId,
      profileKey: scope.profileKey,
      templateHash: run?.templateHash ?? template?.hash ?? templateHash({ title: list.title, items: list.items }),
      variant: run?.variant ?? null,
      state: checklistState({ items: applicable, ordered: list.ordered }, own),
      startedAt: run?.startedAt ?? null,
      startedBy: run ? ticker(run.startedBy) : null,
    }
  }
}

function ticker(row: Parameters<typeof toNamed>[0]): Ticker {
  const { id, name, kind } = toNamed(row)
  return { id, name, kind }
}

/** The checklist that is the spine of deployments to a profile; null where the policy has none there (001.15, 002.46). */
export function spineOf({ policy }: Pick<LoadedPolicy, 'policy'>, profileKey: string): string | null {
  const { checklist, checklistProfiles } = policy.deployment
  if (!checklist || (checklistProfiles && !checklistProfiles.includes(profileKey))) return null
  const list = policy.checklists.find(({ id }) => id === checklist)
  return list && (!list.profiles || list.profiles.includes(profileKey)) ? checklist : null
}

/** An item of a run with why the viewer cannot set it to each state; null where they can. */
export type StepView = ItemState & { whyNot: Record<TickState, Refusal | null> }
export type SteppedRun = RunView & { steps: StepView[] }

/** A run with what the viewer may say of each item now, by the same rules that record it. */
export function withSteps(view: RunView, version: LoadedPolicy, { actor, now }: Looker, deploymentStarted: boolean): SteppedRun {
  const system = { id: version.systemId, name: version.policy.system.name }
  const steps = view.state.items.map((item): StepView => {
    const tickers = tickersOf(version.policy, view.profileKey, view.list.id, item.item.phase)
    const { kinds, roles } = tickers.by
    const who = whyNotWorkOn(view.list, tickers, actor, system, now)
    const why = (to: TickState) =>
      who ??
      // A missing note is asked for by the form; it stands in nobody's way before.
      whyNotTick(view.state, { itemId: item.item.id, to, note: 'note', by: { kinds, roles }, system, deploymentStarted }, actor, now)
    return { ...item, whyNot: { done: why('done'), failed: why('failed'), not_applicable: why('not_applicable'), open: why('open') } }
  })
  return { ...view, steps }
}

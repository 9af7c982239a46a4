import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { loadActivePolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import { runState } from '@/lib/db/load-run'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { type ChecklistItem, checklistCounts } from '@/lib/domain/checklist'
import { readableSystems } from '@/lib/domain/context'
import type { PolicyChecklist } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, toWho, whoSelect } from './slice'

const templateSelect = { checklistKey: true, number: true, hash: true, importedAt: true, items: true, importedBy: whoSelect } as const

type TemplateRow = Prisma.ChecklistTemplateGetPayload<{ select: typeof templateSelect }>

function toSummary(list: PolicyChecklist, newest: TemplateRow | undefined) {
  const { id, title, ordered, profiles, file, external } = list
  const template =
    external && newest
      ? { number: newest.number, hash: newest.hash, importedBy: toWho(newest.importedBy), importedAt: newest.importedAt }
      : null
  return { id, title, ordered, profiles: profiles ?? null, file: file ?? null, external, template }
}

function newestTemplates(systemId: string, checklistKey?: string): Promise<TemplateRow[]> {
  return db.checklistTemplate.findMany({
    where: { systemId, checklistKey },
    distinct: ['checklistKey'],
    orderBy: [{ checklistKey: 'asc' }, { number: 'desc' }],
    select: templateSelect,
  })
}

/** Checklists of a system's active policy, with the newest import of those that live in a file. */
export async function listChecklists(looker: Looker, systemId: string) {
  const { active } = await loadSystem(db, looker.actor, systemId, looker.now)
  const templates = await newestTemplates(systemId)
  return active.policy.checklists.map((list) =>
    toSummary(
      list,
      templates.find(({ checklistKey }) => checklistKey === list.id),
    ),
  )
}

/** One checklist with its items: of the newest import, or of the policy itself; none where its file was never imported. */
export async function getChecklist(looker: Looker, systemId: string, checklistKey: string) {
  const { active, name } = await loadSystem(db, looker.actor, systemId, looker.now)
  const list = active.policy.checklists.find(({ id }) => id === checklistKey)
  if (!list) throw new Refused(refuse('not_found', `The policy of ${name} has no checklist ${checklistKey}.`, { place: 'checklist' }))
  const [template] = await newestTemplates(systemId, checklistKey)
  const items = list.external ? ((template?.items ?? []) as unknown as ChecklistItem[]) : list.items // validated when they were imported
  return {
    ...toSummary(list, template),
    items: items.map((item) => ({
      ...toItem(item),
      command: item.command ?? null,
      when: item.when?.text ?? null,
      variants: item.variants.map(({ id, title }) => ({ id, title })),
    })),
  }
}

function toItem({ id, text, phase, parent, expected }: ChecklistItem) {
  return { id, text, phase, parent: parent ?? null, expected: expected ?? null }
}

const runSelect = {
  id: true,
  systemId: true,
  releaseId: true,
  profileKey: true,
  checklistKey: true,
  templateHash: true,
  variant: true,
  startedAt: true,
  startedBy: whoSelect,
  release: { select: { version: true } },
} as const satisfies Prisma.ChecklistRunSelect

function toRun(row: Prisma.ChecklistRunGetPayload<{ select: typeof runSelect }>) {
  const { id, templateHash, variant, startedAt } = row
  return {
    id,
    system: row.systemId,
    version: row.release.version,
    profile: row.profileKey,
    checklist: row.checklistKey,
    templateHash,
    variant,
    startedBy: toWho(row.startedBy),
    startedAt,
  }
}

/** Runs of a system's checklists, the newest started first. */
export async function listRuns(
  looker: Looker,
  filter: { system: string; version?: string; profile?: string; checklist?: string },
  slice: Slice,
) {
  const { active } = await loadSystem(db, looker.actor, filter.system, looker.now)
  const rows = await db.checklistRun.findMany({
    where: {
      systemId: filter.system,
      release: filter.version === undefined ? undefined : { version: filter.version },
      profileKey: filter.profile === undefined ? undefined : profileOrRefuse(active.policy, filter.profile).id,
      checklistKey: filter.checklist,
      ...behind('startedAt', slice.after),
    },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: runSelect,
  })
  return rows.map(toRun)
}

/** One run with the state of each item, by the open promotion's policy or the active one. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getRun(looker: Looker, runId: string) {
  const readable = readableSystems(looker.actor, looker.now)
  const row = await db.checklistRun.findFirst({
    where: { id: runId, systemId: readable === null ? undefined : { in: readable } },
    select: { ...runSelect, items: true },
  })
  if (!row) throw new Refused(refuse('not_found', 'There is no such checklist run that you can see.', { place: 'run' }))
  const promotion = await db.promotion.findFirst({
    where: { releaseId: row.releaseId, toKey: row.profileKey, status: 'open' },
    select: { policyVersionId: true },
  })
  const { policy } = promotion ? await loadPolicyVersion(db, promotion.policyVersionId) : await loadActivePolicy(db, row.systemId)
  const ordered = policy.checklists.find(({ id }) => id === row.checklistKey)?.ordered ?? false
  const items = row.items as unknown as ChecklistItem[] // validated when the run pinned them
  const [state, ticks] = await Promise.all([
    runState(db, { ...row, items }, { ordered }, policy),
    db.checklistTick.findMany({
      where: { runId },
      distinct: ['itemId'],
      orderBy: [{ itemId: 'asc' }, { at: 'desc' }, { id: 'desc' }],
      select: { itemId: true, note: true, link: true, by: whoSelect },
    }),
  ])
  const tickOf = new Map(ticks.map((tick) => [tick.itemId, tick]))
  return {
    ...toRun(row),
    ordered,
    next: state.next,
    counts: checklistCounts(state),
    items: state.items.map(({ item, command, depth, parts, choices, asks, state: was, at }) => {
      // Only an item that stands ticked by itself has somebody behind it; one with parts is what they come to.
      const tick = at !== null && parts.length === 0 ? tickOf.get(item.id) : undefined
      return {
        ...toItem(item),
        command,
        depth,
        parts,
        choices,
        asks,
        state: was,
        by: tick ? toWho(tick.by) : null,
        at,
        note: tick?.note ?? null,
        link: tick?.link ?? null,
      }
    }),
  }
}

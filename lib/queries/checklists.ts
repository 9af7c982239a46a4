import 'server-only'
import { db } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type ChecklistCounts, type ChecklistItem, checklistCounts } from '@/lib/domain/checklist'
import { gateOfChecklist, tickersOf, whyNotImport, whyNotWalk, whyNotWorkOn } from '@/lib/domain/checklist-run'
import { type Named, readableSystems } from '@/lib/domain/context'
import type { PolicyChecklist, ProfileClass } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { loadRuns, type SteppedRun, withSteps } from './checklist-runs'
import type { SystemHead } from './system-head'
import type { Looker } from './system-standing'

/** One import of an outside checklist. */
export type TemplateRow = {
  id: string
  number: number
  hash: string
  title: string
  fileName: string
  items: number
  importedAt: Date
  importedBy: Named
}

/** One walk through a checklist. */
export type RunRow = { id: string; version: string; profile: string; counts: ChecklistCounts; startedAt: Date; startedBy: string }

/** Where a page of runs begins: instant and id of the last run before it. */
export type RunPosition = readonly [at: string, id: string]

/** A checklist of the policy with its imports, its newest runs, and what the viewer may do. */
export type ChecklistView = {
  list: PolicyChecklist
  items: readonly ChecklistItem[]
  gates: string[]
  templates: TemplateRow[]
  runs: RunRow[]
  /** Where the older runs begin; null when these are the last. */
  olderRuns: RunPosition | null
  profiles: string[]
  whyNotImport: Refusal | null
  whyNotStart: Refusal | null
}

const NEWEST_RUNS = 20

/**
 * Every checklist of a system's active policy. The caller has read the system's head, and with it that the viewer may see it. `older` turns the
 * runs of one list to a later page.
 */
export async function listChecklists(
  looker: Looker,
  head: Pick<SystemHead, 'slug' | 'name' | 'version'>,
  older: { list: string; after: RunPosition } | null = null,
): Promise<{ checklists: ChecklistView[]; releases: string[] }> {
  const { policy } = head.version
  const system = { id: head.slug, name: head.name }
  const [templates, found, releases] = await Promise.all([
    db.checklistTemplate.findMany({
      where: { systemId: head.slug },
      orderBy: { number: 'desc' },
      include: { importedBy: namedSelect },
      take: 200,
    }),
    Promise.all(
      policy.checklists.map((list) =>
        db.checklistRun.findMany({
          where: {
            systemId: head.slug,
            checklistKey: list.id,
            ...(older?.list === list.id
              ? { OR: [{ startedAt: { lt: older.after[0] } }, { startedAt: older.after[0], id: { lt: older.after[1] } }] }
              : {}),
          },
          orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
          take: NEWEST_RUNS + 1,
          include: { release: { select: { version: true } }, startedBy: namedSelect },
        }),
      ),
    ),
    db.release.findMany({
      where: { systemId: head.slug },
      orderBy: [{ buildDate: 'desc' }, { id: 'desc' }],
      take: 50,
      select: { version: true },
    }),
  ])
  const runs = found.map((all) => all.slice(0, NEWEST_RUNS))
  const scopes = runs.flat().map((run) => ({
    releaseId: run.releaseId,
    profileKey: run.profileKey,
    checklistKey: run.checklistKey,
    version: head.version,
    run: run.id,
  }))
  const stateOf = scopes.length > 0 ? await loadRuns(scopes) : () => null
  const checklists = policy.checklists.map((list, index): ChecklistView => {
    const own = templates.filter((template) => template.checklistKey === list.id)
    const newest = own[0]
    const last = (found[index]?.length ?? 0) > NEWEST_RUNS ? runs[index]?.at(-1) : undefined
    const profiles = list.profiles ?? policy.profiles.map(({ id }) => id)
    return {
      list,
      items: list.external ? ((newest?.items ?? []) as unknown as readonly ChecklistItem[]) : list.items, // validated when imported
      gates: profiles.flatMap((profile) => {
        const gate = gateOfChecklist(policy, profile, list.id)
        return gate ? [`${gate.title}, into ${profile}`] : []
      }),
      templates: own.map((template) => ({
        id: template.id,
        number: template.number,
        hash: template.hash,
        title: template.title,
        fileName: template.fileName,
        items: Array.isArray(template.items) ? template.items.length : 0,
        importedAt: template.importedAt,
        importedBy: toNamed(template.importedBy),
      })),
      olderRuns: last ? [last.startedAt.toISOString(), last.id] : null,
      runs: (runs[index] ?? []).flatMap((run) => {
        const view = stateOf({
          releaseId: run.releaseId,
          profileKey: run.profileKey,
          checklistKey: run.checklistKey,
          version: head.version,
          run: run.id,
        })
        if (!view) return [] // the policy has dropped the list
        return [
          {
            id: run.id,
            version: run.release.version,
            profile: run.profileKey,
            counts: checklistCounts(view.state),
            startedAt: run.startedAt,
            startedBy: toNamed(run.startedBy).name,
          },
        ]
      }),
      profiles,
      whyNotImport: whyNotImport(list, looker.actor, system, looker.now),
      whyNotStart:
        whyNotWalk(list, profiles[0] ?? '', !list.external || newest !== undefined) ??
        whyNotWorkOn(list, tickersOf(policy, profiles[0] ?? '', list.id, 'before'), looker.actor, system, looker.now),
    }
  })
  return { checklists, releases: releases.map(({ version }) => version) }
}

/** A run on a page of its own: for a release on its way to a profile, before any deployment. */
export type RunPage = {
  run: SteppedRun
  version: string
  profile: { id: string; class: ProfileClass }
  promotion: string | null
  deployment: string | null
  /** The newest run of the same list, release and profile, when it is another one. */
  replacedBy: string | null
}

/** The run with that id, whether or not a newer one took its place; null when unseen (T23). */
export async function getRun(looker: Looker, slug: string, id: string): Promise<RunPage | null> {
  const readable = readableSystems(looker.actor, looker.now)
  if (readable !== null && !readable.includes(slug)) return null
  if (!/^[0-9a-f-]{36}$/.test(id)) return null
  const row = await db.checklistRun.findFirst({ where: { id, systemId: slug }, include: { release: { select: { version: true } } } })
  if (!row) return null
  const [promotion, deployment, active, newest] = await Promise.all([
    db.promotion.findFirst({
      where: { releaseId: row.releaseId, toKey: row.profileKey, status: 'open' },
      select: { id: true, policyVersionId: true },
    }),
    db.deployment.findFirst({
      where: { releaseId: row.releaseId, profileKey: row.profileKey, OR: [{ runId: row.id }, { runId: null }] },
      orderBy: { startedAt: 'desc' },
      select: { id: true },
    }),
    db.policyVersion.findFirst({ where: { systemId: slug, status: 'active' }, select: { id: true } }),
    db.checklistRun.findFirst({
      where: { releaseId: row.releaseId, profileKey: row.profileKey, checklistKey: row.checklistKey },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      select: { id: true },
    }),
  ])
  const versionId = promotion?.policyVersionId ?? active?.id
  if (!versionId) return null
  const version = await loadPolicyVersion(db, versionId)
  const scope = { releaseId: row.releaseId, profileKey: row.profileKey, checklistKey: row.checklistKey, version, run: row.id }
  const view = (await loadRuns([scope]))(scope)
  if (!view) return null
  return {
    run: withSteps(view, version, looker, deployment !== null),
    version: row.release.version,
    profile: { id: row.profileKey, class: version.policy.profiles.find((profile) => profile.id === row.profileKey)?.class ?? 'production' },
    promotion: promotion?.id ?? null,
    deployment: deployment?.id ?? null,
    replacedBy: newest && newest.id !== row.id ? newest.id : null,
  }
}

import 'server-only'
import type { z } from 'zod'
import type { Tx } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { lockOpenPromotion, runContext, runState } from '@/lib/db/load-run'
import { loadSystem, profileOrRefuse } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { applicableItems, type ChecklistItem, checklistCounts, templateHash } from '@/lib/domain/checklist'
import { tickersOf, whyNotStartAgain, whyNotVariant, whyNotWalk, whyNotWorkOn } from '@/lib/domain/checklist-run'
import type { Ctx } from '@/lib/domain/context'
import type { PolicyChecklist } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { startRunInput } from '@/lib/schemas/checklist'

/**
 * Starts a walk through a checklist for one release and profile, and pins its items: of the newest import, or of the policy itself (000.30).
 * One run serves the promotion's gate and the deployment after it.
 */
export async function startRun(ctx: Ctx, input: z.output<typeof startRunInput>): Promise<{ id: string; items: number }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const release = await tx.release.findUnique({
      where: { systemId_version: { systemId: system.id, version: input.version } },
      select: { id: true },
    })
    if (!release)
      throw new Refused(
        refuse('not_found', `${system.name} has no registered release ${input.version}. Register it first.`, { place: 'version' }),
      )
    const profileKey = profileOrRefuse(active.policy, input.profile).id
    const promotion = await lockOpenPromotion(tx, release.id, profileKey)
    await tx.$queryRaw`SELECT id FROM "Release" WHERE id = ${release.id}::uuid FOR UPDATE` // two starters: one run
    const version = promotion ? await loadPolicyVersion(tx, promotion.policyVersionId) : active
    const { policy } = version
    const list = policy.checklists.find((candidate) => candidate.id === input.checklist)
    if (!list)
      throw new Refused(refuse('not_found', `The policy of ${system.name} has no checklist ${input.checklist}.`, { place: 'checklist' }))
    const template = await templateOf(tx, system.id, list)
    ensure(
      whyNotWorkOn(list, tickersOf(policy, profileKey, list.id, 'before'), actor, system, now),
      whyNotWalk(list, profileKey, template !== null),
    )
    const { id: templateId, hash, items } = template as Template // whyNotWalk refused null
    const context = runContext(policy, profileKey, input.variant ?? null)
    ensure(input.variant === undefined ? null : whyNotVariant(input.variant, items, context))

    const earlier = await tx.checklistRun.findFirst({
      where: { releaseId: release.id, profileKey, checklistKey: list.id },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    })
    const counts = earlier
      ? checklistCounts(await runState(tx, { ...earlier, items: earlier.items as unknown as ChecklistItem[] }, list, policy))
      : null // written below
    const sealed =
      promotion && earlier ? await tx.sealedVersion.count({ where: { subject: 'promotion', subjectId: promotion.id, endedAt: null } }) : 0
    ensure(
      whyNotStartAgain(earlier && { templateHash: earlier.templateHash, settled: counts !== null && counts.open + counts.failed === 0 }, {
        templateHash: hash,
        title: list.title,
        promotionOpen: promotion !== null,
        sealed: sealed > 0,
      }),
    )
    const { id } = await tx.checklistRun.create({
      data: {
        systemId: system.id,
        releaseId: release.id,
        profileKey,
        checklistKey: list.id,
        templateId,
        templateHash: hash,
        items: JSON.parse(JSON.stringify(items)),
        variant: input.variant ?? null,
        startedById: actor.id,
        startedAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id, items: applicableItems(items, context).length },
      events: [
        {
          action: 'checklist_run.started',
          system: system.id,
          subject: { kind: 'checklist_run', id },
          policy: version.hash,
          after: { checklist: list.id, release: input.version, profile: profileKey, template: hash, variant: input.variant ?? null },
        },
      ],
    }
  })
}

type Template = { id: string | null; hash: string; items: readonly ChecklistItem[] }

/** The items to walk through: the newest import of an outside file, or the policy's own; null when the file was never imported. */
async function templateOf(tx: Tx, systemId: string, list: PolicyChecklist): Promise<Template | null> {
  if (!list.external) return { id: null, hash: templateHash({ title: list.title, items: list.items }), items: list.items }
  const row = await tx.checklistTemplate.findFirst({
    where: { systemId, checklistKey: list.id },
    orderBy: { number: 'desc' },
    select: { id: true, hash: true, items: true },
  })
  return row && { ...row, items: row.items as unknown as ChecklistItem[] } // validated when they were imported
}

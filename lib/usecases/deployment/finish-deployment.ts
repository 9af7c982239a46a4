import 'server-only'
import type { z } from 'zod'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { loadPromotions } from '@/lib/db/load-promotions'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { type DeploymentStatus, knownFailure, stampMismatches, whyNotFinish, whyNotRecordDeployment } from '@/lib/domain/deployment'
import { ensure, refuse } from '@/lib/domain/refusal'
import { compareReleases } from '@/lib/domain/release'
import type { finishDeploymentInput } from '@/lib/schemas/deployment'
import { reconcileSystem } from '../finding/reconcile-findings'
import { endSealed, voidIfMoved } from '../promotion/void-moved'

/**
 * Records how a started deployment ended, and what follows: its promotion is deployed or failed; open promotions to that profile of releases
 * ordered before it are superseded, later ones lose a sealed version whose baseline moved; a rollback marks what it reverted. A stamp
 * that differs from the release cannot end as a success (002.27).
 */
export async function finishDeployment(
  ctx: Ctx,
  input: z.output<typeof finishDeploymentInput>,
): Promise<{ id: string; status: DeploymentStatus }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const readable = readableSystems(actor, now)
    const seen = await tx.deployment.findFirst({
      where: { id: input.deployment, ...(readable === null ? {} : { systemId: { in: readable } }) },
      select: { systemId: true, profileKey: true },
    })
    ensure(seen ? null : refuse('not_found', `There is no deployment ${input.deployment} that you can see.`))
    const { systemId, profileKey } = seen as NonNullable<typeof seen> // ensured just above
    // Promotions first, in id order, then the deployment: the same order as a start, so that the two never wait for each other.
    await tx.$queryRaw`SELECT id FROM "Promotion" WHERE "systemId" = ${systemId} AND "toKey" = ${profileKey} AND status = 'open' ORDER BY id FOR UPDATE`
    await tx.$queryRaw`SELECT id FROM "Deployment" WHERE id = ${input.deployment} FOR UPDATE`
    const deployment = await tx.deployment.findUniqueOrThrow({
      where: { id: input.deployment },
      include: { release: true, system: { select: { id: true, name: true } } },
    })
    ensure(
      whyNotRecordDeployment(actor, deployment.system, now),
      whyNotFinish({ id: deployment.id, status: deployment.status as DeploymentStatus }),
    )
    const mismatches = input.stamp ? stampMismatches(input.stamp, deployment.release) : []
    ensure(
      input.result === 'succeeded' && mismatches.length > 0
        ? refuse(
            'policy_forbids',
            `Something else runs there than was deployed. ${mismatches.join('. ')}. Record it as failed, or deploy the right build.`,
            { details: mismatches },
          )
        : null,
    )
    const { policy } = await loadPolicyVersion(tx, deployment.policyVersionId)
    const known = input.failureSignature ? knownFailure(policy, input.failureSignature) : null
    const failureClass = input.result === 'failed' ? (known?.failureClass ?? input.failureClass ?? 'other') : null
    await tx.deployment.update({
      where: { id: deployment.id },
      data: {
        status: input.result,
        finishedAt: now,
        failureClass,
        failureSignature: input.result === 'failed' ? (known?.id ?? input.failureSignature ?? null) : null,
        stamp: input.stamp ?? undefined,
      },
    })
    const events: AuditEvent[] = []
    if (deployment.promotionId) {
      const status = input.result === 'succeeded' ? 'deployed' : 'failed'
      await tx.promotion.update({ where: { id: deployment.promotionId }, data: { status, endedAt: now } })
      events.push({
        action: `promotion.${status}`,
        system: systemId,
        subject: { kind: 'promotion', id: deployment.promotionId },
        before: { status: 'open' },
        after: { status, deployment: deployment.id },
      })
    }
    if (input.result === 'succeeded' && deployment.revertsId) events.push(...(await markRolledBack(deployment.revertsId)))
    if (input.result === 'succeeded' && deployment.authorised) events.push(...(await settleOthers()))
    return {
      result: { id: deployment.id, status: input.result },
      events: [
        {
          action: `deployment.${input.result}`,
          system: systemId,
          subject: { kind: 'deployment', id: deployment.id },
          before: { status: 'started' },
          after: { status: input.result, class: failureClass, signature: known?.id ?? null },
        },
        ...events,
        ...(await reconcileSystem({ tx, now }, systemId)),
      ],
    }

    async function markRolledBack(id: string): Promise<AuditEvent[]> {
      const reverted = await tx.deployment.update({ where: { id }, data: { status: 'rolled_back' }, select: { promotionId: true } })
      const marked: AuditEvent[] = [
        {
          action: 'deployment.rolled_back',
          system: systemId,
          subject: { kind: 'deployment', id },
          before: { status: 'succeeded' },
          after: { status: 'rolled_back', by: deployment.id },
        },
      ]
      if (!reverted.promotionId) return marked
      await tx.promotion.update({ where: { id: reverted.promotionId }, data: { status: 'rolled_back' } })
      return [
        ...marked,
        {
          action: 'promotion.rolled_back',
          system: systemId,
          subject: { kind: 'promotion', id: reverted.promotionId },
          before: { status: 'deployed' },
          after: { status: 'rolled_back', by: deployment.id },
        },
      ]
    }

    async function settleOthers(): Promise<AuditEvent[]> {
      const open = await tx.promotion.findMany({
        where: { systemId, toKey: profileKey, status: 'open' },
        include: { release: true },
        orderBy: { id: 'asc' },
      })
      const settled: AuditEvent[] = []
      for (const other of open) {
        if (deployment.kind !== 'rollback' && compareReleases(other.release, deployment.release) < 0) {
          const [facts] = await loadPromotions(tx, { id: other.id }, now)
          const ended = facts ? await endSealed(tx, now, facts, 'withdrawn', []) : []
          await tx.promotion.update({
            where: { id: other.id },
            data: { status: 'superseded', endedAt: now, endReason: deployment.promotionId ?? deployment.id },
          })
          settled.push({
            action: 'promotion.superseded',
            system: systemId,
            subject: { kind: 'promotion', id: other.id },
            before: { status: 'open' },
            after: { status: 'superseded', by: deployment.promotionId ?? deployment.id },
          })
          settled.push(...ended)
        } else {
          settled.push(...(await voidIfMoved({ tx, now }, other.id)))
        }
      }
      return settled
    }
  })
}

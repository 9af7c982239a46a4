import 'server-only'
import type { z } from 'zod'
import { ensureLogKeepsUp } from '@/lib/db/ensure-log'
import { loadPast } from '@/lib/db/load-deployments'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { holdIncident, loadPromotions } from '@/lib/db/load-promotions'
import { loadSystem } from '@/lib/db/load-system'
import { isDuplicate, mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { type DeploymentKind, inputViolations, judgeStart, whyNotRecordDeployment } from '@/lib/domain/deployment'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { startDeploymentInput } from '@/lib/schemas/deployment'

export type StartedDeployment = { id: string; kind: DeploymentKind; authorised: boolean; reasons: string[]; violations: string[] }

/**
 * Records that a deployment started. Gates and signatures are judged again at this instant under the promotion's lock; a start without authority
 * is recorded all the same, with every reason, because what happened is a fact (domain.md: unauthorised). With `onlyAuthorised` (the
 * screen's button) it is refused instead. Inputs the policy does not allow are violations on the record (004.6, 004.15, 004.21).
 */
export async function startDeployment(
  ctx: Ctx,
  input: z.output<typeof startDeploymentInput>,
  options: { onlyAuthorised?: boolean } = {},
): Promise<StartedDeployment> {
  try {
    return await mutate(ctx, async ({ tx, now, actor }) => {
      const { active, ...governed } = await loadSystem(tx, actor, input.system, now)
      ensure(whyNotRecordDeployment(actor, governed, now))
      const release = await tx.release.findUnique({ where: { systemId_version: { systemId: governed.id, version: input.version } } })
      ensure(
        release
          ? null
          : refuse('not_found', `${governed.name} has no registered release ${input.version}. Register it first.`, { place: 'version' }),
      )
      const registered = release as NonNullable<typeof release> // ensured just above
      // A name nobody declared is kept as it was given: it counts as production and no promotion leads there (001.7).
      const profileKey = resolveProfile(active.policy, input.profile).profile?.id ?? input.profile
      const [locked] = await tx.$queryRaw<
        { incidentId: string | null }[]
      >`SELECT "incidentId" FROM "Promotion" WHERE "releaseId" = ${registered.id}::uuid AND "toKey" = ${profileKey} AND status = 'open' FOR UPDATE`
      if (locked?.incidentId) await holdIncident(tx, locked.incidentId)
      const [promotion] = await loadPromotions(tx, { releaseId: registered.id, toKey: profileKey, status: 'open' }, now)
      const version = promotion ? await loadPolicyVersion(tx, promotion.policy.versionId) : active
      const judged = judgeStart(
        {
          policy: version.policy,
          profileKey,
          release: { id: registered.id, version: registered.version },
          promotion: promotion ?? null,
          past: await loadPast(tx, governed.id, profileKey),
          reverts: input.reverts ?? null,
        },
        now,
      )
      if (options.onlyAuthorised && !judged.authorised)
        throw new Refused(refuse('held', `This deployment may not start. ${judged.reasons.join(' ')}`, { details: judged.reasons }))
      // A report of what happened is taken in any case; the button of the screen lets something happen.
      if (options.onlyAuthorised) await ensureLogKeepsUp(ctx, tx, resolveProfile(version.policy, profileKey).productionLike)
      const violations = inputViolations(version.policy, profileKey, input.inputs)
      const list = version.policy.deployment.checklist
      const run = list
        ? await tx.checklistRun.findFirst({
            where: { releaseId: registered.id, profileKey, checklistKey: list },
            orderBy: { startedAt: 'desc' },
            select: { id: true },
          })
        : null
      const { id } = await tx.deployment.create({
        data: {
          systemId: governed.id,
          profileKey,
          policyVersionId: version.id,
          releaseId: registered.id,
          promotionId: judged.authorised && judged.kind === 'deploy' ? (promotion?.id ?? null) : null,
          kind: judged.kind,
          revertsId: judged.authorised ? (input.reverts ?? null) : null,
          status: 'started',
          authorised: judged.authorised,
          reasons: judged.reasons,
          inputs: input.inputs,
          violations,
          targetLabel: input.targetLabel ?? null,
          startedById: actor.id,
          startedAt: now,
          runId: run?.id ?? null,
        },
        select: { id: true },
      })
      return {
        result: { id, kind: judged.kind, authorised: judged.authorised, reasons: judged.reasons, violations },
        events: [
          {
            action: 'deployment.started',
            system: governed.id,
            subject: { kind: 'deployment', id },
            policy: version.hash,
            dossier: judged.authorised ? promotion?.sealed?.hash : undefined,
            after: {
              release: registered.version,
              profile: profileKey,
              kind: judged.kind,
              authorised: judged.authorised,
              promotion: judged.authorised && judged.kind === 'deploy' ? (promotion?.id ?? null) : null,
              reverts: input.reverts ?? null,
              violations: violations.length,
            },
          },
        ],
      }
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new Refused(refuse('conflict', `A deployment to ${input.profile} is already running. Record its result before starting another.`))
  }
}

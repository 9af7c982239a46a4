import 'server-only'
import { db } from '@/lib/db/client'
import { loadPast } from '@/lib/db/load-deployments'
import { loadActivePolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import { loadPromotions } from '@/lib/db/load-promotions'
import { tickersOf, whyNotWalk, whyNotWorkOn } from '@/lib/domain/checklist-run'
import { readableSystems } from '@/lib/domain/context'
import { type JudgedStart, judgeStart, labelMismatch, stampMismatches, whyNotFinish, whyNotRecordDeployment } from '@/lib/domain/deployment'
import { edgeOf, resolveProfile } from '@/lib/domain/policy/resolve'
import type { Policy } from '@/lib/domain/policy/schema'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { loadRuns, type SteppedRun, spineOf, withSteps } from './checklist-runs'
import { type DeploymentRow, deploymentInclude, toRows } from './deployments'
import type { Looker } from './system-standing'
import { loadReadable } from './system-standing'

/** A release the profile could go back to, with what a start of that rollback would come to now. */
export type RollbackTarget = { version: string; judged: JudgedStart }

export type DeploymentDetail = {
  row: DeploymentRow
  policy: Policy
  policyNumber: number
  release: { gitSha: string; buildDate: Date; artefact: string }
  inputs: string[]
  targetLabel: string | null
  /** Where the label says another target than it was (004.24). */
  labelMismatch: string | null
  stamp: Record<string, string> | null
  mismatches: string[]
  failureClass: string | null
  knownFailure: Policy['deployment']['failureSignatures'][number] | null
  run: SteppedRun | null
  /** Why there is no run to tick: no checklist for this profile, or not imported, or not started by whom it takes. */
  whyNotStartRun: Refusal | null
  whyNotFinish: Refusal | null
  /** What it reverted, and by what it was reverted. */
  revertedBy: { id: string; version: string } | null
  reverts: { id: string; version: string } | null
  rollback: { whyNot: Refusal | null; targets: RollbackTarget[] }
}

/** A deployment with its run, or null for one that does not exist or that the viewer may not see (T23). */
export async function getDeployment(looker: Looker, id: string): Promise<DeploymentDetail | null> {
  const { actor, now } = looker
  const readable = readableSystems(actor, now)
  const found = await db.deployment.findFirst({
    where: { id, ...(readable === null ? {} : { systemId: { in: readable } }) },
    include: {
      ...deploymentInclude,
      release: { select: { id: true, version: true, gitSha: true, buildDate: true, artefact: true } },
      reverts: { select: { id: true, release: { select: { version: true } } } },
      revertedBy: { select: { id: true, release: { select: { version: true } } }, where: { status: 'succeeded' }, take: 1 },
    },
  })
  if (!found) return null
  const version = await loadPolicyVersion(db, found.policyVersionId)
  const { policy } = version
  const system = { id: found.systemId, name: found.system.name }
  const [row] = (await toRows([found])) as [DeploymentRow]
  const checklistKey = spineOf(version, found.profileKey)
  const scope = checklistKey ? { releaseId: found.releaseId, profileKey: found.profileKey, checklistKey, version, run: found.runId } : null
  const view = scope ? (await loadRuns([scope]))(scope) : null
  const run = view ? withSteps(view, version, looker, true) : null
  const list = policy.checklists.find((each) => each.id === checklistKey)
  const past = await loadPast(db, system.id, found.profileKey)
  const stamp = found.stamp as Record<string, string> | null // written by finishDeployment from a strict schema
  const live = past.find((each) => each.status === 'succeeded')
  const earlier = [
    ...new Map(
      past
        .filter((each) => each.id !== found.id && each.authorised && each.releaseId !== found.releaseId)
        .map((each) => [each.releaseId, each]),
    ).values(),
  ]

  return {
    row,
    policy,
    policyNumber: version.number,
    release: found.release,
    inputs: found.inputs,
    targetLabel: found.targetLabel,
    labelMismatch: labelMismatch(policy, found.profileKey, found.targetLabel),
    stamp,
    mismatches: stamp ? stampMismatches(stamp, found.release) : [],
    failureClass: found.failureClass,
    knownFailure: policy.deployment.failureSignatures.find((known) => known.id === found.failureSignature) ?? null,
    run,
    whyNotStartRun: list
      ? (whyNotWalk(list, found.profileKey, run !== null) ??
        whyNotWorkOn(list, tickersOf(policy, found.profileKey, list.id, 'before'), actor, system, now))
      : refuse('policy_forbids', `The policy has no checklist for deployments to ${found.profileKey}.`),
    whyNotFinish: whyNotRecordDeployment(actor, system, now) ?? whyNotFinish({ id: found.id, status: row.status }),
    reverts: found.reverts ? { id: found.reverts.id, version: found.reverts.release.version } : null,
    revertedBy: found.revertedBy[0] ? { id: found.revertedBy[0].id, version: found.revertedBy[0].release.version } : null,
    rollback: {
      whyNot:
        row.status !== 'succeeded'
          ? refuse(
              'wrong_state',
              row.status === 'rolled_back'
                ? `${found.id} is already rolled back.`
                : `${found.id} did not succeed, so there is nothing to roll back.`,
            )
          : live?.id !== found.id
            ? refuse('wrong_state', `${found.id} is not what runs; ${live?.id ?? 'nothing'} is.`)
            : (whyNotRecordDeployment(actor, system, now) ??
              (earlier.length === 0
                ? refuse(
                    'policy_forbids',
                    `Nothing else ever ran on ${found.profileKey} with authority, so there is nothing to go back to.`,
                  )
                : null)),
      targets: earlier.map((target) => ({
        version: target.version,
        judged: judgeStart(
          {
            policy,
            profileKey: found.profileKey,
            release: { id: target.releaseId, version: target.version },
            promotion: null,
            past,
            reverts: found.id,
          },
          now,
        ),
      })),
    },
  }
}

/** What the form that starts a deployment shows: choices, and for a full choice what the start would come to now. */
export type DeploymentStart = {
  systems: { slug: string; name: string; profiles: string[] }[]
  chosen: {
    system: { slug: string; name: string }
    profile: { id: string; class: Policy['profiles'][number]['class'] } | null
    releases: string[]
    version: string | null
    policy: Policy
    judged: JudgedStart | null
    promotion: string | null
    live: string | null
    whyNot: Refusal | null
    from: string[]
  } | null
}

/** Reads what is needed to start a deployment, and judges the start by the same rule that records it (domain.md: unauthorised). */
export async function getDeploymentStart(
  looker: Looker,
  asked: { system?: string; profile?: string; version?: string },
): Promise<DeploymentStart> {
  const { actor, now } = looker
  const readable = await loadReadable(looker)
  const policies = await Promise.all(readable.map((system) => loadActivePolicy(db, system.id)))
  const systems = readable.map((system, index) => ({
    slug: system.id,
    name: system.name,
    profiles: policies[index]?.policy.profiles.map(({ id }) => id) ?? [],
  }))
  const index = systems.findIndex(({ slug }) => slug === asked.system)
  const system = systems[index]
  const active = policies[index]
  if (!system || !active) return { systems, chosen: null }
  const { policy: current } = active
  const profile = asked.profile ? resolveProfile(current, asked.profile).profile : null
  const releases = await db.release.findMany({
    where: { systemId: system.slug },
    orderBy: [{ buildDate: 'desc' }, { id: 'desc' }],
    take: 100,
    select: { id: true, version: true },
  })
  const release = releases.find(({ version }) => version === asked.version) ?? null
  const own = { id: system.slug, name: system.name }
  const base = {
    system: { slug: system.slug, name: system.name },
    profile: profile ? { id: profile.id, class: profile.class } : null,
    releases: releases.map(({ version }) => version),
    version: release?.version ?? null,
    from: profile ? current.profiles.filter(({ id }) => edgeOf(current, id, profile.id)).map(({ id }) => id) : [],
  }
  if (!profile || !release)
    return {
      systems,
      chosen: { ...base, policy: current, judged: null, promotion: null, live: null, whyNot: whyNotRecordDeployment(actor, own, now) },
    }
  const [promotion] = await loadPromotions(db, { releaseId: release.id, toKey: profile.id, status: 'open' }, now)
  const policy = promotion ? promotion.policy.policy : current
  const past = await loadPast(db, system.slug, profile.id)
  const judged = judgeStart({ policy, profileKey: profile.id, release, promotion: promotion ?? null, past, reverts: null }, now)
  const running = await db.deployment.findFirst({
    where: { systemId: system.slug, profileKey: profile.id, status: 'started' },
    select: { id: true },
  })
  return {
    systems,
    chosen: {
      ...base,
      policy,
      judged,
      promotion: promotion?.id ?? null,
      live: past.find(({ status }) => status === 'succeeded')?.version ?? null,
      whyNot:
        whyNotRecordDeployment(actor, own, now) ??
        (running ? refuse('conflict', `${running.id} is running on ${profile.id}. Record its result before starting another.`) : null) ??
        (judged.authorised ? null : refuse('held', 'This deployment may not start.', { details: judged.reasons })),
    },
  }
}

import type { Actor } from './context'
import { resolveProfile } from './policy/resolve'
import type { Policy } from './policy/schema'
import { notYet, type PromotionFacts } from './promotion'
import { type Refusal, refuse } from './refusal'
import { whyNotRight } from './rights'

export const DEPLOYMENT_STATUSES = ['started', 'succeeded', 'failed', 'rolled_back'] as const
export type DeploymentStatus = (typeof DEPLOYMENT_STATUSES)[number]
export type DeploymentKind = 'deploy' | 'redeploy' | 'rollback'

/** A deployment that ended well on a profile, as later ones are judged against it. */
export type PastDeployment = {
  id: string
  releaseId: string
  version: string
  authorised: boolean
  status: DeploymentStatus
  schemaBackwardCompatible: boolean | null
}

/** All that says whether a start is authorised. Past deployments are newest first and only those that succeeded or were rolled back. */
export type DeploymentFacts = {
  policy: Policy
  profileKey: string
  release: { id: string; version: string }
  promotion: PromotionFacts | null
  past: readonly PastDeployment[]
  reverts: string | null
}

/** What a start comes to: of which kind, whether authorised, and if not, every reason. */
export type JudgedStart = { kind: DeploymentKind; authorised: boolean; reasons: string[] }

/**
 * Judges a start of a deployment at its instant (domain.md: Deployment, unauthorised). Authorised are: an approved promotion that holds now; the same
 * release again as the one that runs with authority; a rollback under the policy's rule that names what it reverts (002.32); and a profile no edge leads to.
 */
export function judgeStart(facts: DeploymentFacts, now: Date): JudgedStart {
  const { policy, profileKey, release, promotion, past } = facts
  const profile = policy.profiles.find((candidate) => candidate.id === profileKey)
  const closed = profile && !profile.deployable ? [`The policy never deploys to ${profileKey}.`] : []
  if (facts.reverts !== null) {
    const reasons = [...closed, ...whyNotRollBack(facts, facts.reverts)]
    return { kind: 'rollback', authorised: reasons.length === 0, reasons }
  }
  const live = past.find((deployment) => deployment.status === 'succeeded')
  if (live?.authorised && live.releaseId === release.id && closed.length === 0) return { kind: 'redeploy', authorised: true, reasons: [] }
  const guarded = !profile || policy.edges.some((edge) => edge.to === profileKey)
  if (!guarded) return { kind: 'deploy', authorised: closed.length === 0, reasons: closed }
  if (!promotion)
    return { kind: 'deploy', authorised: false, reasons: [...closed, `No open promotion leads ${release.version} to ${profileKey}.`] }
  const reasons = [...closed, ...notYet(promotion, now).map((reason) => reason.sentence)]
  return { kind: 'deploy', authorised: reasons.length === 0, reasons }
}

function whyNotRollBack(facts: DeploymentFacts, revertsId: string): string[] {
  const reverted = facts.past.find((deployment) => deployment.id === revertsId)
  if (!reverted) return [`${revertsId} is not a finished deployment on ${facts.profileKey}.`]
  if (reverted.status === 'rolled_back') return [`${revertsId} is already rolled back.`]
  const newest = facts.past.find((deployment) => deployment.status === 'succeeded')
  if (newest && newest.id !== revertsId) return [`${revertsId} is not what runs; ${newest.id} is.`]
  const hadAuthority = facts.past.some(({ releaseId, id, authorised }) => releaseId === facts.release.id && id !== revertsId && authorised)
  const reasons = hadAuthority
    ? []
    : [`${facts.release.version} never ran on ${facts.profileKey} with authority, so it is not something to go back to.`]
  const rule = facts.policy.rollback.application
  if (rule === 'forbidden') reasons.push(`The policy allows no application rollback. ${facts.policy.rollback.preferred ?? ''}`.trim())
  if (rule === 'backward-compatible-schema' && reverted.schemaBackwardCompatible !== true) {
    reasons.push(
      `The schema of ${reverted.version} is not marked backward compatible. ${facts.policy.rollback.preferred ?? 'Roll forward with a corrective migration.'}`,
    )
  }
  return reasons
}

/**
 * What a start was given against what the policy allows: each violation as a sentence (001.10, 004.6, 004.15, 004.21). Inputs are names or
 * file references, never values.
 */
export function inputViolations(policy: Policy, profileKey: string, inputs: readonly string[]): string[] {
  const { allowedInputs, forbiddenInputs, otherInputs } = policy.deployment
  // A name nobody declared is held to what any production profile is held to (001.7): a slip of the pen loosens nothing.
  const declared = resolveProfile(policy, profileKey).profile
  const names = declared ? [declared.id] : policy.profiles.filter((profile) => profile.class === 'production').map(({ id }) => id)
  const applies = (profiles?: readonly string[]) => profiles === undefined || names.some((name) => profiles.includes(name))
  const violations: string[] = []
  for (const input of inputs) {
    const forbidden = forbiddenInputs.find(
      (rule) => applies(rule.profiles) && rule.matches.some((word) => input.toLowerCase().includes(word.toLowerCase())),
    )
    if (forbidden) violations.push(`${input}: ${forbidden.text}`)
    else if (
      otherInputs === 'violation' &&
      !allowedInputs.some((rule) => applies(rule.profiles) && (input === rule.id || input.startsWith(`${rule.id}:`)))
    ) {
      violations.push(`${input}: the policy does not list it among the inputs of a deployment.`)
    }
  }
  for (const rule of allowedInputs) {
    if (rule.required && applies(rule.profiles) && !inputs.some((input) => input === rule.id || input.startsWith(`${rule.id}:`))) {
      violations.push(`${rule.title} is required and was not named.`)
    }
  }
  return violations
}

/** What the environment label handed along says against the target, as a sentence; null when they agree or none was given (004.24). It informs only. */
export function labelMismatch(policy: Policy, profileKey: string, label: string | null): string | null {
  if (label === null || (resolveProfile(policy, label).profile?.id ?? label) === profileKey) return null
  return `The label says ${label}, and the target was ${profileKey}.`
}

/** Why somebody may not record a deployment: a Release Manager, or a token with the scope. */
export function whyNotRecordDeployment(actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  return whyNotRight(
    actor,
    system,
    { roles: ['release_manager'], scope: 'deployment:record', what: `Deployments of ${system.name} are recorded` },
    now,
  )
}

/** Why a deployment cannot be given a result now. */
export function whyNotFinish(deployment: { id: string; status: DeploymentStatus }): Refusal | null {
  if (deployment.status === 'started') return null
  return refuse(
    'wrong_state',
    `${deployment.id} has already ${deployment.status === 'succeeded' ? 'succeeded' : deployment.status === 'failed' ? 'failed' : 'been rolled back'}. Start another deployment.`,
  )
}

/** The known failure a described one matches, by its class and signature in the policy (004.18, 004.19). */
export function knownFailure(policy: Policy, signature: string): { id: string; title: string; failureClass: string } | null {
  const text = signature.toLowerCase()
  return policy.deployment.failureSignatures.find((known) => text === known.id || text.includes(known.signature.toLowerCase())) ?? null
}

/** Where what a runtime says of itself differs from the release that was deployed (002.27), as sentences. */
export function stampMismatches(
  stamp: Readonly<Record<string, string>>,
  release: { gitSha: string; version: string; buildDate: Date },
): string[] {
  const mismatches: string[] = []
  const sha = stamp.GIT_SHA
  if (sha !== undefined && !isSameCommit(sha.toLowerCase(), release.gitSha))
    mismatches.push(`GIT_SHA says ${sha || 'nothing'}, the dossier says ${release.gitSha}`)
  if (stamp.APP_VERSION !== undefined && stamp.APP_VERSION !== release.version)
    mismatches.push(`APP_VERSION says ${stamp.APP_VERSION}, the dossier says ${release.version}`)
  if (stamp.BUILD_DATE !== undefined && new Date(stamp.BUILD_DATE).getTime() !== release.buildDate.getTime()) {
    mismatches.push(`BUILD_DATE says ${stamp.BUILD_DATE}, the dossier says ${release.buildDate.toISOString()}`)
  }
  return mismatches
}

/** Whether one is the other shortened: at least seven hexadecimal digits, and nothing on top such as "-dirty". */
function isSameCommit(said: string, recorded: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(said) && (recorded.startsWith(said) || said.startsWith(recorded))
}

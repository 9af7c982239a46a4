import 'server-only'
import { applicableItems, type ChecklistContext, type ChecklistItem, type ChecklistState, checklistState } from '@/lib/domain/checklist'
import { type Actor, readableSystems } from '@/lib/domain/context'
import type { Policy, PolicyChecklist } from '@/lib/domain/policy/schema'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { type LoadedPolicy, loadActivePolicy, loadPolicyVersion } from './load-policy'

/** An open promotion, as far as evidence and checklists care. */
export type OpenPromotion = { id: string; policyVersionId: string; lastSealed: number }

/** The open promotion of a release to a profile, locked; null when there is none. Taken before any other lock of the same release (T07). */
export async function lockOpenPromotion(tx: Tx, releaseId: string, profileKey: string): Promise<OpenPromotion | null> {
  const [row] = await tx.$queryRaw<OpenPromotion[]>`
    SELECT id, "policyVersionId", "lastSealed" FROM "Promotion" WHERE "releaseId" = ${releaseId}::uuid AND "toKey" = ${profileKey} AND status = 'open' FOR UPDATE`
  return row ?? null
}

/** What conditions of a checklist are judged by on a profile. */
export function runContext(policy: Policy, profileKey: string, variant: string | null): ChecklistContext {
  return { profileKey, phase: policy.phases?.current ?? null, variant }
}

type RunRow = {
  id: string
  systemId: string
  releaseId: string
  profileKey: string
  checklistKey: string
  templateHash: string
  items: ChecklistItem[]
  variant: string | null
  startedAt: Date
}

/** A run under lock with the state its ticks come to, and the policy it is judged by: the open promotion's, else the active one. */
export type LockedRun = {
  run: RunRow
  list: PolicyChecklist
  state: ChecklistState
  version: LoadedPolicy
  promotion: OpenPromotion | null
  deploymentStarted: boolean
}

/** Locks a run, after the promotion that rests on it. Refuses `not_found` alike for runs that do not exist and ones nobody may see (T23). */
export async function loadRunForUpdate(tx: Tx, actor: Actor, runId: string, now: Date): Promise<LockedRun> {
  const unseen = () => new Refused(refuse('not_found', 'There is no such checklist run that you can see.', { place: 'run' }))
  const where = await tx.checklistRun.findUnique({ where: { id: runId }, select: { systemId: true, releaseId: true, profileKey: true } })
  const readable = readableSystems(actor, now)
  if (!where || (readable !== null && !readable.includes(where.systemId))) throw unseen()
  const promotion = await lockOpenPromotion(tx, where.releaseId, where.profileKey)
  const [run] = await tx.$queryRaw<RunRow[]>`
    SELECT id, "systemId", "releaseId", "profileKey", "checklistKey", "templateHash", items, variant, "startedAt" FROM "ChecklistRun" WHERE id = ${runId}::uuid FOR UPDATE`
  if (!run) throw unseen()
  const version = promotion ? await loadPolicyVersion(tx, promotion.policyVersionId) : await loadActivePolicy(tx, run.systemId)
  const list = version.policy.checklists.find((candidate) => candidate.id === run.checklistKey)
  if (!list) throw new Refused(refuse('wrong_state', `The policy that applies here no longer has the checklist ${run.checklistKey}.`))
  const [started] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "Deployment" WHERE "releaseId" = ${run.releaseId}::uuid AND "profileKey" = ${run.profileKey} AND ("runId" = ${run.id}::uuid OR "runId" IS NULL) LIMIT 1`
  return { run, list, state: await runState(tx, run, list, version.policy), version, promotion, deploymentStarted: started !== undefined }
}

/** What the ticks of a run come to under a policy. */
export async function runState(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'items' | 'profileKey' | 'variant'>,
  list: Pick<PolicyChecklist, 'ordered'>,
  policy: Policy,
): Promise<ChecklistState> {
  const ticks = await tx.checklistTick.findMany({
    where: { runId: run.id },
    select: { itemId: true, state: true, at: true },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  })
  return checklistState(
    { items: applicableItems(run.items, runContext(policy, run.profileKey, run.variant)), ordered: list.ordered },
    ticks,
  )
}

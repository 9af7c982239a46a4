import { db } from '@/lib/db/client'
import { loadRotations } from '@/lib/db/load-rotations'
import type { Ctx } from '@/lib/domain/context'
import type { RotationFacts, RotationStep } from '@/lib/domain/rotation'
import { openRotationInput } from '@/lib/schemas/rotation'
import { approveRotation } from '@/lib/usecases/rotation/approve-rotation'
import { declineRotation } from '@/lib/usecases/rotation/decline-rotation'
import { openRotation } from '@/lib/usecases/rotation/open-rotation'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { aToken } from './people'
import { aProof, inBrowser } from './promotions'
import type { Scene } from './scene'

// Rotations for tests, walked by the same use cases as the application.

/** All facts of a rotation now. */
export async function rotationOf(id: string): Promise<RotationFacts> {
  const [facts] = await loadRotations(db, { id }, new Date())
  if (!facts) throw new Error(`There is no ${id}`)
  return facts
}

export type OpenedRotation = { id: string; number: number; hash: string }

/** Opens a rotation under a rule; by hand and as the Release Manager, unless something else is said. */
export function aRotation(
  scene: Pick<Scene, 'slug' | 'people'>,
  rule: string,
  more: Partial<Parameters<typeof openRotationInput.parse>[0] & object> = {},
  by: Ctx = scene.people.release_manager,
): Promise<OpenedRotation> {
  return openRotation(by, openRotationInput.parse({ system: scene.slug, rule, cause: 'by_hand', ...more }))
}

/** Approves as somebody in a browser would: proof first, then the signature. */
export async function approve(ctx: Ctx, rotation: string, slot: string, sealedHash: string): Promise<{ id: string; signed: number }> {
  const browser = ctx.actor.session ? ctx : await inBrowser(ctx)
  return approveRotation(browser, { rotation, slot, sealedHash, proof: await aProof(browser, sealedHash, slot), confirmed: 'yes' })
}

/** Declines likewise. */
export async function declinePlan(ctx: Ctx, rotation: string, slot: string, sealedHash: string): Promise<{ id: string }> {
  const browser = ctx.actor.session ? ctx : await inBrowser(ctx)
  const proof = await aProof(browser, sealedHash, slot, 'decline')
  return declineRotation(browser, { rotation, slot, sealedHash, proof, reasonKind: 'timing', reason: 'Not this week.' })
}

let keys = 0

/** What a step takes to be done: the way, how, its evidence, and ids of new keys. */
export function answerOf(step: RotationStep, facts: Pick<RotationFacts, 'members'>): Omit<Parameters<typeof recordStep>[1], 'rotation'> {
  keys += 1
  const way = step.choices[0]
  const newKeys = Object.fromEntries(facts.members.filter(({ brings }) => brings).map(({ mapping }) => [mapping, `k${keys}`]))
  return {
    step: step.id,
    state: 'done',
    note: 'Seen',
    ...(way ? { variant: way.id } : {}),
    ...(step.command !== null || way?.command || step.records === 'new-key' ? { how: 'script' as const } : {}),
    ...(step.captures !== null ? { reference: 'Safe of the operators, folder 12' } : {}),
    ...(step.records === 'new-key' ? { newKeys } : {}),
  }
}

/** Records a step as done, with what it takes. */
export async function doStep(by: Ctx, rotation: string, id: string): ReturnType<typeof recordStep> {
  const facts = await rotationOf(rotation)
  const step = facts.steps.find((each) => each.id === id)
  if (!step) throw new Error(`${rotation} has no step ${id}`)
  return recordStep(by, { rotation, ...answerOf(step, facts) })
}

/** Records every step of some phases that is not settled, in order. */
export async function doAll(by: Ctx, rotation: string, ...phases: RotationStep['phase'][]): Promise<void> {
  const { steps } = await rotationOf(rotation)
  for (const step of steps.filter(({ phase, state }) => phases.includes(phase) && state !== 'done' && state !== 'not_applicable'))
    await doStep(by, rotation, step.id)
}

/** One that is approved, with its pre-checks settled, and started by somebody in an owner slot. */
export async function aStartedRotation(
  scene: Scene,
  rule: string,
  { owner, performer, approver, slot }: { owner: string; performer: Ctx; approver: Ctx; slot: string },
  more: Parameters<typeof aRotation>[2] = {},
): Promise<OpenedRotation> {
  const opened = await aRotation(scene, rule, more)
  await approve(approver, opened.id, slot, opened.hash)
  await doAll(performer, opened.id, 'prerequisite', 'before')
  await startRotation(performer, { rotation: opened.id, owner })
  return opened
}

/** An agent that the policy names, acting by a token that somebody made for it. */
export async function anAgent(scene: Pick<Scene, 'slug'>, name: string, maker: Ctx): Promise<Ctx> {
  const agent = await db.principal.findFirstOrThrow({ where: { kind: 'agent', systemId: scene.slug, label: name } })
  return aToken(maker, { scopes: ['rotation:run', 'read'], systemId: scene.slug, actsAs: agent.id })
}

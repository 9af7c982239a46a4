import { db } from '@/lib/db/client'
import { SESSION_ABSOLUTE_MS } from '@/lib/db/load-actor'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import type { PolicyEdge } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { aRelease, bringAll, type Scene } from './scene'

/** The same person with a browser session of their own, as signing wants one. */
export async function inBrowser(ctx: Ctx): Promise<Ctx> {
  const now = new Date()
  const session = await db.session.create({
    data: { principalId: ctx.actor.id, createdAt: now, lastSeenAt: now, expiresAt: new Date(now.getTime() + SESSION_ABSOLUTE_MS) },
    select: { id: true, version: true },
  })
  return { ...ctx, actor: { ...ctx.actor, session } }
}

/** A fresh step-up proof of somebody for one decision, as the password makes it. */
export async function aProof(
  ctx: Ctx,
  sealedHash: string,
  slotKey: string,
  decision: 'approve' | 'decline' = 'approve',
  livesMs = 120_000,
): Promise<string> {
  const now = Date.now()
  const { id } = await db.stepUpProof.create({
    data: {
      principalId: ctx.actor.id,
      sessionId: ctx.actor.session?.id as string,
      sealedHash,
      slotKey,
      decision,
      method: 'password',
      createdAt: new Date(now),
      expiresAt: new Date(now + livesMs),
    },
    select: { id: true },
  })
  return id
}

/** Signs a slot as somebody in a browser would: proof first, then the signature. */
export async function sign(
  ctx: Ctx,
  promotion: string,
  slot: string,
  sealedHash: string,
): Promise<{ id: string; signed: number; of: number }> {
  const browser = ctx.actor.session ? ctx : await inBrowser(ctx)
  return signPromotion(browser, { promotion, slot, sealedHash, proof: await aProof(browser, sealedHash, slot), confirmed: 'yes' })
}

export type Opened = { id: string; version: string; releaseId: string; edge: PolicyEdge; to: string }

/** A promotion opened by the dev lead, with every gate met that its edge has (except some). */
export async function anOpenPromotion(
  scene: Scene,
  to: string,
  options: {
    except?: readonly string[]
    release?: Parameters<typeof aRelease>[1]
    opener?: Role
    window?: { startsAt: Date; endsAt: Date }
  } = {},
): Promise<Opened> {
  const release = await aRelease(scene, options.release)
  const { policy } = await loadActivePolicy(db, scene.slug)
  const edge = policy.edges.find((candidate) => candidate.to === to) as PolicyEdge
  if (edge.requiresApprovedBundle)
    await db.release.update({
      where: { id: release.id },
      data: { bundleApprovedById: scene.people.release_manager.actor.id, bundleApprovedAt: new Date() },
    })
  await bringAll(scene, release.version, to, options.except)
  const { id } = await openPromotion(scene.people[options.opener ?? 'dev_lead'], {
    system: scene.slug,
    version: release.version,
    to,
    windowStartsAt: options.window?.startsAt,
    windowEndsAt: options.window?.endsAt,
  })
  return { id, version: release.version, releaseId: release.id, edge, to }
}

/** One that is sealed too. */
export async function aSealedPromotion(
  scene: Scene,
  to: string,
  options: Parameters<typeof anOpenPromotion>[2] = {},
): Promise<Opened & { hash: string; number: number }> {
  const opened = await anOpenPromotion(scene, to, options)
  return { ...opened, ...(await sealPromotion(scene.people.release_manager, { promotion: opened.id })) }
}

const ROLE_OF_SLOT = (slot: PolicyEdge['signOff']['slots'][number]): Role => slot.roles[0] as Role

/** Has every slot signed by the scene's person in its first role, ordered slots last. */
export async function signAll(
  scene: Scene,
  sealed: { id: string; hash: string; edge: PolicyEdge },
  except: readonly string[] = [],
): Promise<void> {
  const slots = sealed.edge.signOff.slots.toSorted((a, b) => Number(a.order === 'last') - Number(b.order === 'last'))
  for (const slot of slots.filter(({ id }) => !except.includes(id)))
    await sign(scene.people[ROLE_OF_SLOT(slot)], sealed.id, slot.id, sealed.hash)
}

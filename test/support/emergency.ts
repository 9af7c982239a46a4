import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { emergencyEdge } from '@/lib/domain/emergency'
import type { PolicyEdge } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { type Opened, signAll } from './promotions'
import { aRelease, bringAll, type Scene } from './scene'

// Emergency promotions for use-case tests, each under an incident of its own.

/** An open incident of the scene's system; gives its id. */
export async function anIncident(scene: Scene): Promise<string> {
  const by = scene.people.incident_commander.actor.id
  const { id } = await db.incident.create({
    data: {
      systemId: scene.slug,
      title: 'Playback stops for everyone',
      severity: 'sev1',
      commanderId: by,
      declaredById: by,
      declaredForId: by,
      openedAt: new Date(),
    },
    select: { id: true },
  })
  return id
}

/** Closes an incident as the record knows it, past the rule about unpaid debts. */
export async function closeIncidentNow(scene: Scene, id: string): Promise<void> {
  await db.incident.update({ where: { id }, data: { closedAt: new Date(), closedById: scene.people.incident_commander.actor.id } })
}

export type Emergency = Opened & { incident: string; skipped: readonly string[]; reason: string }

/** An emergency promotion to a profile, opened by the dev lead; gates named in `skip` have no evidence, the others have all of it. */
export async function anEmergency(
  scene: Scene,
  to: string,
  options: { skip?: readonly string[]; incident?: string; opener?: Role; release?: Parameters<typeof aRelease>[1] } = {},
): Promise<Emergency> {
  const { skip = [] } = options
  const release = await aRelease(scene, options.release)
  const { policy } = await loadActivePolicy(db, scene.slug)
  const ordinary = policy.edges.find((candidate) => candidate.to === to) as PolicyEdge
  const edge = emergencyEdge(ordinary)
  if (!edge) throw new Error(`The way to ${to} has no emergency`)
  if (edge.requiresApprovedBundle)
    await db.release.update({
      where: { id: release.id },
      data: { bundleApprovedById: scene.people.release_manager.actor.id, bundleApprovedAt: new Date() },
    })
  await bringAll(scene, release.version, to, skip)
  const incident = options.incident ?? (await anIncident(scene))
  const reason = 'Nobody can play anything; each hour costs listeners.'
  const { id } = await openPromotion(scene.people[options.opener ?? 'dev_lead'], {
    system: scene.slug,
    version: release.version,
    to,
    emergency: true,
    incident,
    skipGates: [...skip],
    ...(skip.length > 0 ? { skipReason: reason } : {}),
  })
  return { id, version: release.version, releaseId: release.id, edge, to, incident, skipped: skip, reason }
}

/** One that is sealed too. */
export async function aSealedEmergency(
  scene: Scene,
  to: string,
  options: Parameters<typeof anEmergency>[2] = {},
): Promise<Emergency & { hash: string; number: number }> {
  const opened = await anEmergency(scene, to, options)
  return { ...opened, ...(await sealPromotion(scene.people.release_manager, { promotion: opened.id })) }
}

/** One that is signed by both emergency slots and deployed; gives its deployment too. */
export async function aDeployedEmergency(
  scene: Scene,
  to: string,
  options: Parameters<typeof anEmergency>[2] = {},
): Promise<Emergency & { hash: string; deployment: string }> {
  const sealed = await aSealedEmergency(scene, to, options)
  await signAll(scene, sealed)
  const by = scene.people.release_manager
  const { id, authorised, reasons } = await startDeployment(by, { system: scene.slug, version: sealed.version, profile: to, inputs: [] })
  if (!authorised) throw new Error(reasons.join(' '))
  await finishDeployment(by, { deployment: id, result: 'succeeded' })
  return { ...sealed, deployment: id }
}

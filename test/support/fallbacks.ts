import type { z } from 'zod'
import { db } from '@/lib/db/client'
import { loadFallbacks } from '@/lib/db/load-fallbacks'
import type { Ctx } from '@/lib/domain/context'
import { type FallbackFacts, type FallbackPhase, fallbackPhase, OWN_REQUEST_SLOT } from '@/lib/domain/fallback'
import { askFallbackInput, cleanUpFallbackInput } from '@/lib/schemas/fallback'
import { type AskedFallback, askFallback } from '@/lib/usecases/fallback/ask-fallback'
import { cleanUpFallback } from '@/lib/usecases/fallback/clean-up-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { openFallback } from '@/lib/usecases/fallback/open-fallback'
import { refuseFallback } from '@/lib/usecases/fallback/refuse-fallback'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { aProof, inBrowser } from './promotions'
import { asOwner } from './record'
import type { Scene } from './scene'

// Fallback uses for tests, made by the use cases as a browser would, and the clock moved in their rows.

/** An instant some hours from now. */
export const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000)

/** Declares an incident of the scene's system as its engineer. */
export async function anIncident(scene: Scene, by: Ctx = scene.people.engineer, profile?: string): Promise<string> {
  const { id } = await declareIncident(by, { system: scene.slug, profile, title: 'Config cannot be decrypted', severity: 'sev2' })
  return id
}

/** Asks for a use; what is left out is a break-glass for an hour. */
export function ask(
  scene: Pick<Scene, 'slug'>,
  by: Ctx,
  more: Partial<z.input<typeof askFallbackInput>> & { rule: string },
): Promise<AskedFallback> {
  const input = { system: scene.slug, purpose: 'break-glass' as const, reason: 'Decrypt errors after the restart.', ...more }
  return askFallback(by, askFallbackInput.parse({ until: inHours(1).toISOString(), ...input }))
}

/** Grants as somebody in a browser would: proof first, then the decision. */
export async function grant(by: Ctx, asked: { id: string; sealedHash: string }, slot: string) {
  const browser = by.actor.session ? by : await inBrowser(by)
  const proof = await aProof(browser, asked.sealedHash, slot)
  return grantFallback(browser, { fallback: asked.id, slot, sealedHash: asked.sealedHash, proof, confirmed: 'yes' })
}

/** Refuses in a slot. */
export async function refuseIt(by: Ctx, asked: { id: string; sealedHash: string }, slot: string) {
  const browser = by.actor.session ? by : await inBrowser(by)
  const proof = await aProof(browser, asked.sealedHash, slot, 'decline')
  return refuseFallback(browser, { fallback: asked.id, slot, sealedHash: asked.sealedHash, proof, reason: 'Roll back instead.' })
}

/** Opens a commander's own request, with the step-up that it takes. */
export async function openAlone(by: Ctx, asked: { id: string; sealedHash: string }) {
  const browser = by.actor.session ? by : await inBrowser(by)
  const proof = await aProof(browser, asked.sealedHash, OWN_REQUEST_SLOT)
  return openFallback(browser, { fallback: asked.id, sealedHash: asked.sealedHash, proof })
}

/** Records the clean-up. */
export function cleanUp(by: Ctx, fallback: string, more: Partial<z.input<typeof cleanUpFallbackInput>> = {}) {
  return cleanUpFallback(
    by,
    cleanUpFallbackInput.parse({ fallback, exposed: 'no', note: 'The file is gone; the listing shows it.', ...more }),
  )
}

/** Lets time pass for a use: everything that happened to it moves back. */
export async function passTime(fallback: string, by: string): Promise<void> {
  await asOwner(
    `UPDATE "FallbackUse" SET "askedAt" = "askedAt" - $2::interval, "askedUntil" = "askedUntil" - $2::interval, "grantedAt" = "grantedAt" - $2::interval,
       "expiresAt" = "expiresAt" - $2::interval, "returnedAt" = "returnedAt" - $2::interval, "cleanedUpAt" = "cleanedUpAt" - $2::interval WHERE id = $1`,
    [fallback, by],
  )
}

/** All facts of a use now. */
export async function fallbackOf(id: string): Promise<FallbackFacts> {
  const [facts] = await loadFallbacks(db, { id })
  if (!facts) throw new Error(`There is no ${id}`)
  return facts
}

/** The phase a use is in now. */
export async function fallbackPhaseOf(id: string): Promise<FallbackPhase> {
  return fallbackPhase(await fallbackOf(id), new Date())
}

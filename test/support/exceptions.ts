import type { z } from 'zod'
import { db } from '@/lib/db/client'
import { loadExceptions } from '@/lib/db/load-exceptions'
import type { Ctx } from '@/lib/domain/context'
import { exceptionState } from '@/lib/domain/exception'
import type { ExceptionFacts } from '@/lib/domain/exception-approval'
import {
  approveExceptionInput,
  closeExceptionInput,
  declineExceptionInput,
  extendExceptionInput,
  fileExceptionInput,
} from '@/lib/schemas/exception'
import { type ApprovedException, approveException } from '@/lib/usecases/exception/approve-exception'
import { closeException } from '@/lib/usecases/exception/close-exception'
import { declineException } from '@/lib/usecases/exception/decline-exception'
import { type ExtendedException, extendException } from '@/lib/usecases/exception/extend-exception'
import { type FiledException, fileException } from '@/lib/usecases/exception/file-exception'
import { aProof, inBrowser } from './promotions'
import { asOwner } from './record'
import type { Scene } from './scene'

// Drift exceptions for tests, made by the use cases as a browser would, and the clock moved in their rows.

/** The ISO text of an instant some hours from now. */
export const isoIn = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

/** Files an exception; what is left out is an hour back, a day ahead. */
export function fileIt(
  scene: Pick<Scene, 'slug'>,
  by: Ctx,
  more: Partial<z.input<typeof fileExceptionInput>> & { profile: string; rule: string },
): Promise<FiledException> {
  const input = {
    system: scene.slug,
    observed: 'something else',
    reason: 'Tracing duplicate orders.',
    remediation: 'Set it back and deploy again.',
    startsAt: isoIn(-1),
    until: isoIn(24),
    ...more,
  }
  return fileException(by, fileExceptionInput.parse(input))
}

type Asked = { id: string; sealedHash: string }

/** Approves as somebody in a browser would: proof first, then the decision. */
export async function approveIt(by: Ctx, asked: Asked, slot: string, conditions?: string[]): Promise<ApprovedException> {
  const browser = by.actor.session ? by : await inBrowser(by)
  const proof = await aProof(browser, asked.sealedHash, slot)
  const input = { exception: asked.id, slot, sealedHash: asked.sealedHash, proof, confirmed: 'yes' as const, conditions }
  return approveException(browser, approveExceptionInput.parse(input))
}

/** Declines in a slot. */
export async function declineIt(by: Ctx, asked: Asked, slot: string): Promise<{ id: string }> {
  const browser = by.actor.session ? by : await inBrowser(by)
  const proof = await aProof(browser, asked.sealedHash, slot, 'decline')
  const input = { exception: asked.id, slot, sealedHash: asked.sealedHash, proof, reasonKind: 'risk' as const, reason: 'Mend it instead.' }
  return declineException(browser, declineExceptionInput.parse(input))
}

/** Asks for more time. */
export function extendIt(by: Ctx, exception: string, hours: number): Promise<ExtendedException> {
  return extendException(by, extendExceptionInput.parse({ exception, until: isoIn(hours), reason: 'The vendor needs longer.' }))
}

/** Closes with a link, or with what is given instead. */
export function closeIt(by: Ctx, exception: string, more: Partial<z.input<typeof closeExceptionInput>> = {}) {
  const link = 'https://ci.example.org/runs/4711'
  return closeException(by, closeExceptionInput.parse({ exception, note: 'Set back and deployed.', link, ...more }))
}

/** Lets time pass for an exception: everything that happened to it moves back. */
export async function passTimeOf(exception: string, by: string): Promise<void> {
  await asOwner(
    `UPDATE "DriftException" SET "filedAt" = "filedAt" - $2::interval, "startsAt" = "startsAt" - $2::interval, "endsAt" = "endsAt" - $2::interval,
       "askedUntil" = "askedUntil" - $2::interval, "approvedAt" = "approvedAt" - $2::interval, "endedAt" = "endedAt" - $2::interval WHERE id = $1`,
    [exception, by],
  )
  await asOwner(
    `UPDATE "ExceptionTerm" SET "approvedAt" = "approvedAt" - $2::interval, "untilAt" = "untilAt" - $2::interval WHERE "exceptionId" = $1`,
    [exception, by],
  )
}

/** All facts of an exception now. */
export async function exceptionOf(id: string): Promise<ExceptionFacts> {
  const [facts] = await loadExceptions(db, { id })
  if (!facts) throw new Error(`There is no ${id}`)
  return facts
}

/** The state an exception is in now. */
export async function exceptionStateOf(id: string) {
  return exceptionState(await exceptionOf(id), new Date())
}

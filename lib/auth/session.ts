import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { db } from '@/lib/db/client'
import { type FoundPerson, findActorBySession, touch } from '@/lib/db/find-actor'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { routes } from '@/lib/routes'
import { sessionCookieName } from './cookies'
import { whyNotSameOrigin } from './origin'
import { cookieOf, type ReadHeaders, requestInfo } from './request-info'
import { readSessionToken } from './session-token'

/** Who looks at a page, with the instant their roles were read at, their address, time zone and request. */
export type Viewer = FoundPerson & { ctx: Ctx }

/** Who is signed in, read fresh and once for each request; null for nobody. Pages and layouts use it (T08). */
export const viewer = cache(async (): Promise<Viewer | null> => viewerFrom(await headers(), { isActivity: true }))

/**
 * Who is signed in by the cookies of a request, with or without counting as activity: what a screen asks by itself must not keep a session from
 * idling out (T26).
 */
export async function viewerFrom(from: ReadHeaders, { isActivity }: { isActivity: boolean }): Promise<Viewer | null> {
  const token = await readSessionToken(cookieOf(from, sessionCookieName()))
  if (!token) return null
  const found = await findActorBySession(db, { id: token.sid, version: token.sv })
  if (!found) return null
  if (isActivity) await touch(db, found)
  return { ...found, ctx: { actor: found.actor, request: requestInfo(from) } }
}

/** Who is signed in; sends everybody else to sign in and back to `path` afterwards. */
export async function requireViewer(path: string): Promise<Viewer> {
  return (await viewer()) ?? redirect(routes.signIn({ callbackUrl: path }))
}

/** Who acts in a server action. Refuses nobody (`unauthenticated`) and judges no origin: `submit` does, so that the attempt is on the record. */
export async function actingContext(): Promise<Ctx> {
  const who = await viewer()
  if (!who)
    throw new Refused(refuse('unauthenticated', 'Your session has ended. Sign in again in another tab; what you typed is still here.'))
  return who.ctx
}

/** Who acts, from a page of ours: for changes that ride on a cookie and do not go through `submit` (T25). */
export async function requestContext(): Promise<Ctx> {
  const ctx = await actingContext()
  const foreign = whyNotSameOrigin(await headers())
  if (foreign) throw new Refused(foreign)
  return ctx
}

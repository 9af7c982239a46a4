import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import pg from 'pg'
import type { z } from 'zod'
import { CONSOLE } from '@/lib/domain/apply-policy'
import type { Ctx } from '@/lib/domain/context'
import { Refused, type Refusal } from '@/lib/domain/refusal'
import { ROLES, type Role } from '@/lib/domain/roles'
import { registerReleaseInput } from '@/lib/schemas/release'
import { type AppliedPolicy, applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { registerRelease } from '@/lib/usecases/release/register-release'
import { aPerson } from './people'

// Scenes for use-case tests: a governed system with its real policy and somebody in each role, and what they need to act.

/** The YAML of one of the four policies. */
export function policyText(slug: string): string {
  return readFileSync(`${import.meta.dirname}/../../policies/${slug}.yaml`, 'utf8')
}

export type Scene = { slug: string; applied: AppliedPolicy; people: Record<Role, Ctx> }

/** Puts a system under its real policy, with one person in each of the nine roles of it. */
export async function aGovernedSystem(slug: string): Promise<Scene> {
  const applied = await applyPolicy(await openConsole(), { text: policyText(slug), fileName: `policies/${slug}.yaml` })
  const people = {} as Record<Role, Ctx>
  for (const role of ROLES) people[role] = await aPerson(`The ${role.replaceAll('_', ' ')}`, [role], slug)
  return { slug, applied, people }
}

/** A digest made of a few words. */
export function digestOf(...words: (string | number)[]): string {
  return createHash('sha256').update(words.join(' ')).digest('hex')
}

let releases = 0

/** Registers a release as an engineer of the scene (or somebody else); each has a version and commit of its own. */
export async function aRelease(scene: Pick<Scene, 'slug' | 'people'>, more: Partial<z.input<typeof registerReleaseInput>> = {}, by: Ctx = scene.people.engineer): Promise<{ id: string; version: string }> {
  releases += 1
  const gitSha = digestOf('commit', scene.slug, releases).slice(0, 40)
  const input = { system: scene.slug, version: `1.${releases}.0`, gitSha, artefact: `example/${scene.slug}@sha256:${digestOf('image', releases)}`, buildDate: '2026-11-01T09:00:00Z', ...more }
  return registerRelease(by, registerReleaseInput.parse(input))
}

/** The refusal that a promise ends with; fails when it does not end with one. */
export async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  if (outcome instanceof Refused) return outcome.refusal
  throw outcome ?? new Error('It was not refused')
}

export type TrailEvent = {
  action: string
  actor: { id: string; kind: string; roles: string[] }
  system: string | null
  subject: { kind: string; id: string; version: number | null }
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  policy: string | null
}

/** The trail as it was written, oldest first; the application itself cannot read it this way. */
export async function trail(filter: { subject?: string; action?: string } = {}): Promise<TrailEvent[]> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  try {
    const { rows } = await client.query<{ payload: TrailEvent }>(
      `SELECT payload FROM audit.event WHERE ($1::text IS NULL OR subject_id = $1) AND ($2::text IS NULL OR action = $2) ORDER BY recorded_at, id`,
      [filter.subject ?? null, filter.action ?? null],
    )
    return rows.map(({ payload }) => payload)
  } finally {
    await client.end()
  }
}

/** How much is on the record: a refusal must leave it as it was. */
export async function trailLength(): Promise<number> {
  return (await trail()).length
}

/** Runs several at once and sorts what came of them. */
export async function race<T>(...attempts: Promise<T>[]): Promise<{ won: T[]; lost: Refusal[] }> {
  const outcomes = await Promise.allSettled(attempts)
  const bugs = outcomes.filter((outcome) => outcome.status === 'rejected' && !(outcome.reason instanceof Refused))
  if (bugs.length > 0) throw (bugs[0] as PromiseRejectedResult).reason
  return {
    won: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    lost: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as Refused).refusal] : [])),
  }
}

export { CONSOLE }

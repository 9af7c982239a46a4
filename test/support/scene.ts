import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import type { z } from 'zod'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { CONSOLE } from '@/lib/domain/apply-policy'
import type { Ctx } from '@/lib/domain/context'
import { edgeGates } from '@/lib/domain/gate'
import { type Refusal, Refused } from '@/lib/domain/refusal'
import { ROLES, type Role } from '@/lib/domain/roles'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { registerReleaseInput } from '@/lib/schemas/release'
import { importTemplate } from '@/lib/usecases/checklist/import-template'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { tickItem } from '@/lib/usecases/checklist/tick-item'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { type AppliedPolicy, applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { registerRelease } from '@/lib/usecases/release/register-release'
import { recordSnapshot } from '@/lib/usecases/snapshot/record-snapshot'
import { aPerson, aToken } from './people'

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

/** A made-up checklist for a file that a policy keeps outside. */
export const SAMPLE_CHECKLIST = `# Pre-release checklist

## Before the release

- [ ] Version is bumped
- [ ] Release notes are drafted
- [ ] Translations are complete (if applicable)

## After the release

- [ ] Dashboards are quiet
`

/**
 * Brings what every gate of a release towards a profile asks, each by somebody who may: a snapshot where one is named, checks and attestations
 * by a person in the role, checklists imported, started and ticked. `except` leaves gates out.
 */
export async function bringAll(scene: Scene, version: string, profile: string, except: readonly string[] = []): Promise<void> {
  const { policy } = await loadActivePolicy(db, scene.slug)
  const at = { system: scene.slug, version, profile }
  for (const edge of policy.edges.filter(({ to }) => to === profile)) {
    for (const gate of edgeGates(policy, edge).filter(({ id }) => !except.includes(id))) {
      const person = scene.people[gate.by.roles?.[0] ?? 'engineer']
      if (gate.kind === 'checklist') {
        await tickAll(scene, version, profile, gate.checklist as string, person)
        continue
      }
      const by = gate.by.kinds.includes('person')
        ? person
        : await aToken(scene.people.admin, { scopes: ['evidence:bring'], systemId: scene.slug })
      const snapshot = gate.boundToSnapshotOf ? await aSnapshot(scene, gate.boundToSnapshotOf) : undefined
      await recordEvidence(
        by,
        recordEvidenceInput.parse({
          ...at,
          gate: gate.id,
          verdict: 'pass',
          summary: `${gate.title}: fine`,
          snapshot,
          ranOn: 'a test runner',
          digest: digestOf(version, profile, gate.id, evidence++),
        }),
      )
    }
  }
}

let evidence = 0

/** Records a snapshot of a profile and gives its digest. */
export async function aSnapshot(scene: Scene, profile: string, takenAt = new Date(Date.now() - 3_600_000)): Promise<string> {
  const digest = digestOf('snapshot', profile, evidence++)
  await recordSnapshot(scene.people.release_manager, { system: scene.slug, profile, takenAt, digest, location: `backups/${profile}` })
  return digest
}

/** Starts a checklist, imported first where its file lives outside, and ticks all its `before` items; gives the run's id. */
export async function tickAll(scene: Scene, version: string, profile: string, checklist: string, by: Ctx): Promise<string> {
  const { policy } = await loadActivePolicy(db, scene.slug)
  const list = policy.checklists.find(({ id }) => id === checklist)
  const imported = await db.checklistTemplate.count({ where: { systemId: scene.slug, checklistKey: checklist } })
  if (list?.external && imported === 0)
    await importTemplate(scene.people.release_manager, {
      system: scene.slug,
      checklist,
      fileName: list.file ?? 'LIST.md',
      source: SAMPLE_CHECKLIST,
    })
  const { id } = await startRun(by, { system: scene.slug, version, profile, checklist })
  for (const item of await beforeItemsOf(id)) await tickItem(by, { run: id, item, state: 'done' })
  return id
}

/** Ids of the items of a run that a promotion gate counts, in order. */
export async function beforeItemsOf(run: string): Promise<string[]> {
  const { items } = await db.checklistRun.findUniqueOrThrow({ where: { id: run } })
  return (items as { id: string; phase: string }[]).filter(({ phase }) => phase === 'before').map(({ id }) => id)
}

let releases = 0

/** Registers a release as an engineer of the scene (or somebody else); each has a version and commit of its own. */
export async function aRelease(
  scene: Pick<Scene, 'slug' | 'people'>,
  more: Partial<z.input<typeof registerReleaseInput>> = {},
  by: Ctx = scene.people.engineer,
): Promise<{ id: string; version: string }> {
  releases += 1
  const gitSha = digestOf('commit', scene.slug, releases).slice(0, 40)
  const input = {
    system: scene.slug,
    version: `1.${releases}.0`,
    gitSha,
    artefact: `example/${scene.slug}@sha256:${digestOf('image', releases)}`,
    buildDate: '2026-11-01T09:00:00Z',
    ...more,
  }
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

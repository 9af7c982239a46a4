import 'server-only'
import type { z } from 'zod'
import { unseenSystem } from '@/lib/db/load-policy'
import { mutate } from '@/lib/db/mutate'
import { newestCheckpoint } from '@/lib/db/read-log'
import { type TrailScope, trailScope } from '@/lib/db/read-trail'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { ensure, type Refusal, Refused, refuse } from '@/lib/domain/refusal'
import type { Place } from '@/lib/domain/trail'
import { EXPORTS_AN_HOUR, type ExportAsked, type ExportKept, isPart, whyNotRange } from '@/lib/domain/trail-export'
import type { exportTrailInput } from '@/lib/schemas/trail-export'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'

const HOUR_MS = 3_600_000

/** What was made: the id under which its file is fetched for a day, and the size of the log it stands on. */
export type MadeExport = { id: string; format: ExportFormatOf; size: number; createdAt: string }
type ExportFormatOf = z.output<typeof exportTrailInput>['format']

/**
 * Makes an export of what somebody may read of the trail, standing on the newest checkpoint, and puts that on the record: in every system it covers, so
 * that those whose trail it is see it (T35). `places` is where the words of the filter lead. Nothing is copied: the file is read from the log when it is
 * fetched, which its maker may for a day.
 */
export async function exportTrail(
  ctx: Ctx,
  { format, ...asked }: z.output<typeof exportTrailInput>,
  places: readonly Place[] | null,
): Promise<MadeExport> {
  ensure(whyNotSecret({ q: asked.q, subject: asked.subject }))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const scope = await trailScope(actor, now)
    ensure(whyNotScopeOf(scope, asked))
    const made = await tx.trailExport.count({ where: { principalId: actor.id, createdAt: { gt: new Date(now.getTime() - HOUR_MS) } } })
    if (made >= EXPORTS_AN_HOUR)
      throw new Refused(refuse('throttled', `You made ${EXPORTS_AN_HOUR} exports within an hour. Fetch one of those, or wait a little.`))
    const checkpoint = await newestCheckpoint(tx)
    if (!checkpoint || checkpoint.size === 0)
      throw new Refused(refuse('busy', 'Nothing has its place in the log yet. That takes a second; then try again.'))
    ensure(whyNotRange(asked, checkpoint.size))
    const kept: ExportKept = { asked, places }
    const covered = coveredBy(scope, asked)
    const { id } = await tx.trailExport.create({
      data: {
        principalId: actor.id,
        format,
        filter: JSON.parse(JSON.stringify(kept)), // without what is undefined
        systems: [...scope.systems],
        everything: scope.everything,
        size: checkpoint.size,
        createdAt: now,
      },
      select: { id: true },
    })
    const event = (system: string | null): AuditEvent => ({
      action: 'trail.exported',
      system,
      subject: { kind: 'trail', id },
      after: { format, size: checkpoint.size, ...saidOf(asked) },
    })
    const [first = null, ...others] = covered
    return {
      result: { id, format, size: checkpoint.size, createdAt: now.toISOString() },
      events: [event(first), ...others.map(event)],
    }
  })
}

function whyNotScopeOf(scope: TrailScope, { system }: ExportAsked): Refusal | null {
  if (!scope.everything && scope.systems.length === 0)
    return refuse('not_allowed', 'The trail of a system is read with a role on it, and you hold none. An admin grants roles.')
  if (system === '-')
    return scope.everything
      ? null
      : refuse('not_allowed', 'Entries of no system take a role for every system. An admin grants roles.', { place: 'system' })
  return system === undefined || scope.systems.includes(system) ? null : unseenSystem(system)
}

/** In whose trail the export is recorded: null stands for that of no system, which whoever reads everything sees. */
function coveredBy(scope: TrailScope, { system }: ExportAsked): (string | null)[] {
  if (system !== undefined) return [system === '-' ? null : system]
  return scope.everything ? [null] : [...scope.systems]
}

/** What narrowed it, as ids and days; a word that was typed is not repeated, because it may be a name (T18, T40). */
function saidOf({ q, ...asked }: ExportAsked): Record<string, string | number | boolean> {
  const said = Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string | number] => entry[1] !== undefined))
  return { part: isPart({ q, ...asked }), ...said, ...(q === undefined ? {} : { word: true }) }
}

import 'server-only'
import { randomBytes } from 'node:crypto'
import { CHANGES_MOST, loadChanges } from '@/lib/db/load-changes'
import { mutate } from '@/lib/db/mutate'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import { digestOfChanges, drawSample as draw, sampleId } from '@/lib/domain/auditor/sample'
import { type Ctx, readableSystems } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { type DrawSampleInput, periodOf } from '@/lib/schemas/auditor'

/**
 * Draws a random sample of the changes of a period and puts on the record who drew what from how many, with the seed: so that drawing until one likes
 * the result is seen, and anybody can draw the same again. Whoever reads the trail may draw; somebody who does not read every system names one.
 * Refuses `wrong_state` where there is nothing to draw from. Gives the seed and what was drawn.
 */
export async function drawSample(ctx: Ctx, input: DrawSampleInput): Promise<{ seed: string; drawn: string[]; population: number }> {
  // Before the transaction: the application's role cannot read the trail, and what was recorded of a period stays.
  const looker = { actor: ctx.actor, now: ctx.at ?? new Date() }
  const scope = await trailScope(looker.actor, looker.now)
  ensure(
    input.system === undefined || scope.systems.includes(input.system)
      ? null
      : refuse('not_found', `There is no system ${input.system} that you can see.`, { place: 'system' }),
    input.system === undefined && !scope.everything
      ? refuse('invalid', 'Choose one of your systems: the draw goes on the record of that system.', { place: 'system' })
      : null,
  )
  const systems = scope.systems.filter((id) => input.system === undefined || id === input.system)
  const found = await readTrail(scope, (tx) => loadChanges(tx, systems, periodOf(input)))
  const seed = input.seed ?? randomBytes(8).toString('hex')
  return mutate(ctx, async ({ now, actor }) => {
    const readable = readableSystems(actor, now)
    ensure(
      readable === null || (input.system !== undefined && readable.includes(input.system))
        ? null
        : refuse('not_allowed', 'Your access to this trail has ended. An admin grants it again.'),
      found.length > CHANGES_MOST
        ? refuse('too_large', `There are more than ${CHANGES_MOST} changes in this period. Choose a shorter one.`, { place: 'from' })
        : null,
      found.length === 0 ? refuse('wrong_state', 'There is nothing to draw from: no change is on the record of this period.') : null,
    )
    const ids = found.map(({ id }) => id)
    const drawn = draw(ids, input.count, seed)
    return {
      result: { seed, drawn, population: ids.length },
      events: [
        {
          action: 'trail.sampled',
          system: input.system ?? null,
          subject: {
            kind: 'trail',
            id: sampleId({ from: input.from, to: input.to, system: input.system ?? null, count: input.count, seed }),
          },
          after: {
            from: input.from,
            to: input.to,
            seed,
            asked: input.count,
            drawn: drawn.length,
            population: ids.length,
            changes: digestOfChanges(ids),
            sample: drawn,
          },
        },
      ],
    }
  })
}

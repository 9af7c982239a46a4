import { figure, judge, median, percentile, ratio, table } from './figures.mjs'
import { connect, drive } from './load.mjs'

const OBSERVATIONS = 1_000

/** One load of a system's page after the other, each to its last byte: milliseconds. */
async function loads({ origin }, { system, cookie }, ms) {
  const server = connect(origin, 1)
  try {
    return await drive({ clients: 1, ms }, async () => {
      const { status, text } = await server.send({ path: `/systems/${system}`, headers: { Cookie: cookie } })
      return status === 200 && text.includes('role="grid"') ? null : `${status}: ${text.slice(0, 200)}`
    })
  } finally {
    server.close()
  }
}

/** What the server takes for the page of a system's matrix with a thousand observations of each profile, beside the same page with none, in one run. */
export async function measureMatrix(world) {
  const viewer = await world.hand.ask('viewer')
  const ms = world.quick ? 1_000 : 6_000
  await loads(world, viewer, ms / 3)
  const none = await loads(world, viewer, ms)
  const profiles = await world.hand.ask('observe', { count: world.quick ? 100 : OBSERVATIONS })
  await loads(world, viewer, ms / 3)
  const many = await loads(world, viewer, ms)
  const wrong = none.firstFailure ?? many.firstFailure
  if (wrong) throw new Error(wrong)
  const row = (what, { latencies }) => [what, figure(percentile(latencies, 0.5)), figure(percentile(latencies, 0.95))]
  const rate = ({ latencies, elapsedMs }) => ({ perSecond: (latencies.length * 1000) / elapsedMs })
  const least = Math.min(...Object.values(profiles))
  return {
    lines: [
      ...table([
        ['matrix page, one viewer', 'p50 ms', 'p95 ms'],
        row('without observations', none),
        row(`${least} observations of each profile`, many),
      ]),
      `with them it is served x ${figure(ratio([rate(many)], [rate(none)]))} as often`,
    ],
    aims: [
      judge({ what: `matrix page with ${least} observations of each profile, p50`, value: median(many.latencies), most: 60, unit: ' ms' }),
    ],
    figures: { none: none.latencies, many: many.latencies, profiles },
  }
}

import { Told } from '../say.mjs'
import { askNumber } from './bare-sql.mjs'
import { figure, judge, median, percentile, table } from './figures.mjs'
import { connect, drive } from './load.mjs'
import { evidenceRequest } from './sections.mjs'
import { signActionId, signRequest, whyNotSigned } from './sign-action.mjs'

const WRITERS = 32

// One signature a slot and one event for each: what somebody overwrote, or what nobody wrote down, would show here.
const SIGNED = `SELECT count(*) FROM audit.event WHERE action = 'promotion.signed' AND subject_id = $1`
const BROUGHT = `SELECT count(*) FROM audit.event WHERE action = 'evidence.recorded' AND payload -> 'after' ->> 'release' = $1`

/** 32 people after the slots of one sealed promotion, then 32 pipelines bringing evidence for one release: outcomes counted, not believed. */
export async function measureWriters(world) {
  const { hand, data, origin, rounds, quick } = world
  const at = { actionId: signActionId(), origin }
  const server = connect(origin, WRITERS)
  const races = []
  const deliveries = []
  try {
    for (let round = 0; round < (quick ? 2 : rounds); round += 1) {
      const [sealed] = await hand.ask('sealed', { count: 1 })
      const jobs = await hand.ask('racers', { sealed, count: WRITERS })
      let signed = 0
      const race = await drive({ clients: WRITERS, jobs }, async (_, job) => {
        const answer = await server.send(signRequest(job, at))
        if (answer.status >= 500) return `${answer.status}: ${answer.text.slice(0, 300)}`
        if (whyNotSigned(answer) === null) signed += 1
        return null
      })
      const slots = Object.values(await hand.ask('outcome', { promotion: sealed.id }))
      const events = await askNumber(world.admin, SIGNED, [sealed.id])
      if (race.failures > 0) throw new Told(`A race broke down: ${race.firstFailure}`)
      races.push({
        signed,
        slots,
        events,
        latencies: race.latencies,
        right: slots.every((count) => count === 1) && signed === slots.length && events === signed,
      })

      const [version] = data.versions
      const before = await hand.ask('evidence', { version })
      const told = await askNumber(world.admin, BROUGHT, [version])
      let accepted = 0
      const brought = await drive({ clients: WRITERS, jobs: Array.from({ length: WRITERS * 10 }) }, async () => {
        const { status } = await server.send(evidenceRequest(world, version))
        if (status === 201) accepted += 1
        return status === 201 ? null : `${status}`
      })
      const stored = (await hand.ask('evidence', { version })) - before
      const recorded = (await askNumber(world.admin, BROUGHT, [version])) - told
      deliveries.push({
        sent: brought.latencies.length,
        accepted,
        stored,
        recorded,
        latencies: brought.latencies,
        right: stored === brought.latencies.length && accepted === stored && recorded === stored,
      })
    }
  } finally {
    server.close()
  }
  const p = (list, share) => median(list.map(({ latencies }) => percentile(latencies, share)))
  const lost = [...races, ...deliveries].filter(({ right }) => !right).length
  return {
    lines: table([
      ['32 writers on one promotion', 'p50/p95 ms', 'outcome'],
      [
        'signing, all slots raced for',
        `${figure(p(races, 0.5))}/${figure(p(races, 0.95))}`,
        `${races[0].signed} of ${WRITERS} signed, ${races[0].slots.length} slots, each once`,
      ],
      [
        'evidence for one release',
        `${figure(p(deliveries, 0.5))}/${figure(p(deliveries, 0.95))}`,
        `${deliveries[0].stored} of ${deliveries[0].sent} stored and on the record`,
      ],
    ]),
    aims: [
      judge({ what: 'races with another outcome than one a slot, or with a lost update', value: lost, most: 0 }),
      judge({ what: '32 people signing one promotion, p95', value: p(races, 0.95), most: 120, unit: ' ms' }),
      judge({ what: '32 pipelines bringing evidence for one promotion, p95', value: p(deliveries, 0.95), most: 120, unit: ' ms' }),
    ],
    figures: {
      races: races.map(({ latencies: _, ...rest }) => rest),
      deliveries: deliveries.map(({ latencies: _, ...rest }) => rest),
      p95: { signing: p(races, 0.95), evidence: p(deliveries, 0.95) },
    },
  }
}
